"""When documents name different values, both are shown; when they only write the same differently, nothing is said."""

from __future__ import annotations

import pytest

from assistant.answer import Citation
from assistant.differing import differing, says_the_same, tellings


def citation(number: int, document: str, quote: str, short: str) -> Citation:
    start = 100 * number
    at = start + quote.index(short)
    return Citation(
        number=number, document=document, title=document, kind="Vorlage", label=document, origin="original", section="",
        pages=[], char_start=start, char_end=start + len(quote), quote=quote, boxes=[], short_start=at,
        short_end=at + len(short),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("09.12.2013", "9. Dezember 2013"),
        ("Dezember 2013", "9.12.13"),
        ("12 T€", "12.000,00 Euro"),
        ("47 von insgesamt 54", "47"),
        ("125.950,00", "125.950 Euro"),
        ("§ 7 des Teilhabe- und Integrationsgesetzes", "§ 7  des Teilhabe- und Integrationsgesetzes"),
    ],
)
def test_the_same_written_differently_is_the_same(first: str, second: str) -> None:
    assert says_the_same(first, second)
    assert says_the_same(second, first)
    found = differing([citation(1, "a", f"Es ist {first}.", first), citation(2, "b", f"So {second} hier.", second)])
    assert found == []


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("09.12.2013", "9. Dezember 2012"),
        ("12 T€", "12.500,00 Euro"),
        ("47 von insgesamt 54", "48 von 54"),
        ("3 %", "3,5 %"),
    ],
)
def test_two_documents_that_name_different_values_differ(first: str, second: str) -> None:
    found = differing([citation(1, "a", f"Es ist {first}.", first), citation(2, "b", f"So {second} hier.", second)])
    assert [told.words for told in found] == [first, second]
    assert [[c.number for c in told.citations] for told in found] == [[1], [2]]


def test_a_year_and_a_day_are_not_compared() -> None:
    assert not differing([citation(1, "a", "am 09.12.2013", "09.12.2013"), citation(2, "b", "seit 2013", "2013")])


def test_names_and_wordings_are_not_compared() -> None:
    assert not differing([citation(1, "a", "Es ist Frau Meier.", "Frau Meier"), citation(2, "b", "Dr. Meier", "Meier")])


def test_one_document_with_two_values_contradicts_nobody() -> None:
    cited = [
        citation(1, "a", "am 22.10.2012", "22.10.2012"),
        citation(2, "a", "am 19.11.2012", "19.11.2012"),
        citation(3, "b", "am 19. November 2012", "19. November 2012"),
    ]
    assert differing(cited[:2]) == []
    assert differing(cited) == []
    assert [len(told.citations) for told in tellings(cited)] == [1, 2]
