from __future__ import annotations

import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.amounts import Unit, find_amounts, whole_amount


def read(text: str) -> list[tuple[str, str | None, str]]:
    return [(str(a.value), a.unit, text[a.span.start : a.span.end]) for a in find_amounts(text)]


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("1.234,56 €", "1234.56", "€"),
        ("EUR 1.234", "1234", "€"),
        ("170.000 €", "170000", "€"),
        ("170.000,00 Euro", "170000.00", "€"),
        ("38,5 v. H.", "38.5", "%"),
        ("38,50 v.H.", "38.50", "%"),
        ("1,99 %", "1.99", "%"),
        ("3 Prozent", "3", "%"),
        ("2 Prozentpunkte", "2", "%-Punkte"),
        ("5 ‰", "5", "‰"),
        ("1,5 Mio. €", "1.5", "Mio. €"),
        ("2,3 Milliarden Euro", "2.3", "Mrd. €"),
        ("Mio. € 1,5", "1.5", "Mio. €"),
        ("EUR 1,5 Mio.", "1.5", "Mio. €"),
        ("1,5 Millionen", "1.5", "Mio."),
        ("12 T€", "12", "T€"),
        ("12 TEUR", "12", "T€"),
        ("12 Tsd. Euro", "12", "T€"),
        ("12 TDM", "12", "TDM"),
        ("−170.000,00", "-170000.00", None),
        ("EUR −170.000,00", "-170000.00", "€"),
        ("− 170.000 €", "-170000", "€"),
        ("-5.000,--", "-5000.00", None),
        ("5.000,- €", "5000.00", "€"),
        ("5.000,–", "5000.00", None),
        ("170.000,00-", "-170000.00", None),
        ("1 234 567,89", "1234567.89", None),
        ("100 000 Euro", "100000", "€"),
        ("1\u00a0234\u00a0567", "1234567", None),
        ("1\u2009234\u2009567 €", "1234567", "€"),
        ("1\u202f234", "1234", None),
        ("0,5", "0.5", None),
        ("0,00", "0.00", None),
        ("47", "47", None),
        ("2014", "2014", None),
    ],
)
def test_an_amount_is_read_with_its_unit_and_covers_all_of_it(text: str, value: str, unit: str | None) -> None:
    assert read(text) == [(value, unit, text)]


@pytest.mark.parametrize(
    "text",
    [
        "am 17.03.2014",
        "am 17. 3. 2014",
        "17. März 2014",
        "im Februar 2014",
        "bis zum 1.4.",
        "um 18.00 Uhr, 18 Uhr oder 18:30 Uhr",
        "§ 7 Abs. 1 Satz 2 Nr. 3 TIntG",
        "§§ 53, 54 und 55 KrO",
        "Art. 50",
        "Tel. 02241 13-2345",
        "02241/13-0, 0228 123456",
        "+49 2241 13-0",
        "Vorlage 123/2014, SV-9-0667, FB 50/0256/WP16, 40/1834/XV/2012",
        "in der 12. Sitzung",
        "1. Personalkosten",
        "2) Sachkosten",
        "(1) Der Kreis",
        "Kommune 07",
        "19-köpfig, 3D, 5a, WP16",
        "3.2 Ziele, 1.2.3 Mittel",
        "1,234.56",
        "DE12 3705 0299 0001 0077 15",
        "Anhang 1, Seite 2, TOP 3",
    ],
)
def test_a_number_that_only_names_something_is_no_amount(text: str) -> None:
    assert read(text) == []


def test_brackets_are_no_minus() -> None:
    assert read("(1.234)") == [("1234", None, "1.234")]


def test_both_ends_of_a_range_are_amounts_and_a_dash_between_them_is_no_minus() -> None:
    assert read("50.000–60.000 €") == [("50000", None, "50.000"), ("60000", "€", "60.000 €")]
    assert read("50.000-60.000 €") == [("50000", None, "50.000"), ("60000", "€", "60.000 €")]


def test_a_dash_in_running_text_is_no_minus_but_one_in_a_cell_is() -> None:
    assert read("die Kosten – 170.000 € – trägt") == [("170000", "€", "170.000 €")]
    amount = whole_amount("- 170.000,00")
    assert amount is not None
    assert amount.value == Decimal("-170000.00")


def test_a_unit_belongs_to_one_amount_only() -> None:
    assert read("5 € 170.000") == [("5", "€", "5 €"), ("170000", None, "170.000")]


def test_a_row_reads_its_units_from_the_heads_of_its_columns_and_leaves_the_years_alone() -> None:
    row = "Kommune 07: Kreisumlage 2014 in Euro 4.753.086,03; Anteil in % 1,99; Kosten in Euro 2015"
    assert [(str(a.value), a.unit) for a in find_amounts(row)] == [
        ("2014", None),
        ("4753086.03", "€"),
        ("1.99", "%"),
        ("2015", None),
    ]


def test_amounts_of_different_scale_compare_by_their_base() -> None:
    (thousands,), (million,), (full,) = find_amounts("12 T€"), find_amounts("1,5 Mio. €"), find_amounts("12.000 Euro")
    assert thousands.base == full.base == (Decimal(12000), "€")
    assert million.base == (Decimal(1_500_000), "€")
    assert find_amounts("1,5 Mio. Menschen")[0].base == (Decimal(1_500_000), None)


@pytest.mark.parametrize("text", ["12.345,00", "(1.234)", "1,99 %", "12,5 *)", "− 5", "0"])
def test_a_cell_that_holds_nothing_but_an_amount_is_one(text: str) -> None:
    assert whole_amount(text) is not None


@pytest.mark.parametrize("text", ["", "Kommune 3", "rd. 170.000 €", "2014 2015", "5,5 × 9.700", "123/2014"])
def test_a_cell_that_says_more_than_an_amount_is_none(text: str) -> None:
    assert whole_amount(text) is None


UNITS: dict[str, Unit | None] = {
    "": None,
    " €": "€",
    "\u00a0€": "€",
    " EUR": "€",
    " Euro": "€",
    " T€": "T€",
    " TEUR": "T€",
    " Mio. €": "Mio. €",
    " %": "%",
    "%": "%",
    " v. H.": "%",
    " DM": "DM",
}
AROUND = st.sampled_from(["", " ", "Kosten: ", "rund ", "(", "Zuschuss von\n", "ist\t"])
BEHIND = st.sampled_from(["", " ", ".", ", davon", ")", "; sonst", "\tje", " im Jahr"])


@given(
    value=st.decimals(min_value=-(10**12), max_value=10**12, places=2, allow_nan=False, allow_infinity=False),
    separator=st.sampled_from([".", "\u00a0", "\u202f", "\u2009", " ", ""]),
    sign=st.sampled_from(["-", "−", "–"]),
    unit=st.sampled_from(sorted(UNITS)),
    before=AROUND,
    behind=BEHIND,
)
def test_what_is_written_in_german_notation_is_found_again(
    value: Decimal, separator: str, sign: str, unit: str, before: str, behind: str
) -> None:
    written = f"{abs(value):,.2f}".replace(",", "#").replace(".", ",").replace("#", separator)
    written = (sign if value < 0 else "") + written + unit
    text = before + written + behind
    (amount,) = find_amounts(text)
    assert amount.value == value
    assert amount.unit == UNITS[unit]
    assert text[amount.span.start : amount.span.end] == written


@given(st.text(alphabet="0123456789.,-–−+ \t\n€%§()/:TEURMioJanuarKonto\u00a0"))
def test_amounts_lie_in_the_text_in_order_and_apart(text: str) -> None:
    end = 0
    for amount in find_amounts(text):
        assert end <= amount.span.start < amount.span.end <= len(text)
        end = amount.span.end


@pytest.mark.parametrize(
    "piece",
    ["1", "0", "1.", "1,", "1 ", "0 ", "01 ", "000 ", "1/", "0-", "+1 ", "+1", "§§1,", "§ ", "T ", "DE1", "1 000", "€ ",
     "Mio. ", "Januar ", "Nr. ", "1.1.", "DE12 1234 ", "12 Uhr", "1-"],
)  # fmt: skip
def test_reading_takes_linear_time(piece: str) -> None:
    text = piece * (100_000 // len(piece))
    began = time.process_time()
    find_amounts(text)
    assert time.process_time() - began < 5.0
