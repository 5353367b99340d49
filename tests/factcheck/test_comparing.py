"""A claim beside a sentence: what it says of it, and what it says otherwise."""

from __future__ import annotations

import pytest

from assistant.factcheck.comparing import ToldClaim, compare
from assistant.proof.evidence import Evidence
from corpus.types import Span


def evidence(text: str) -> Evidence:
    return Evidence(1, "niederschrift", Span(0, len(text)), text, "TOP 4", "Niederschrift", "Hauptausschuss 12.05.2015")


def differences(claim: str, passage: str) -> list[tuple[str, str]]:
    found = compare(ToldClaim(claim, ""), evidence(passage), 0.9)
    return [
        (claim[one.mine.start : one.mine.end], passage[one.theirs.start : one.theirs.end])
        for one in found.mismatches
        if one.kind not in ("name", "negation")
    ]


@pytest.mark.parametrize(
    ("claim", "passage", "expected"),
    [
        ("Der Neubau kostet 2,6 Mio. Euro.", "Der Neubau kostet 2,4 Mio. Euro.", [("2,6 Mio. Euro", "2,4 Mio. Euro")]),
        ("Der Neubau kostet rund 2,4 Millionen Euro.", "Die Kosten des Neubaus betragen 2.412.500 Euro.", []),
        ("Beraten wurde am 3. Mai 2016.", "Die Beratung fand am 04.05.2016 statt.", [("3. Mai 2016", "04.05.2016")]),
        ("Rechtsgrundlage ist § 8 der Satzung.", "Rechtsgrundlage ist § 7 der Satzung.", [("8", "7")]),
        ("Kommune 08 trägt die Kosten.", "Die Kosten trägt Kommune 07.", [("08", "07")]),
        ("Der Rat stimmte einstimmig zu.", "Der Rat stimmte mehrheitlich zu.", [("einstimmig", "mehrheitlich")]),
        ("Alle Kommunen lehnen das ab.", "Die Kommunen lehnen das überwiegend ab.", [("Alle", "überwiegend")]),
        (
            "Der Kreistag entscheidet darüber.",
            "Darüber entscheidet der Kreisausschuss.",
            [("Kreistag", "Kreisausschuss")],
        ),
        ("Es kostet 500 Euro monatlich.", "Es kostet 500 Euro jährlich.", [("monatlich", "jährlich")]),
        ("Das Zentrum hat 12 Stellen.", "Das Zentrum hat zwölf Stellen.", []),
    ],
)
def test_figures_bodies_votes_and_amounts_that_differ_are_found(
    claim: str, passage: str, expected: list[tuple[str, str]]
) -> None:
    assert differences(claim, passage) == expected


def test_a_denial_on_one_side_is_a_difference() -> None:
    found = compare(
        ToldClaim("Die Zuschüsse werden gekürzt.", ""), evidence("Die Zuschüsse werden nicht gekürzt."), 0.9
    )
    assert [one.kind for one in found.mismatches] == ["negation"]


def test_a_figure_that_counts_something_else_is_hardly_a_difference() -> None:
    same = compare(ToldClaim("Der Kreis hat 12 Schulen.", ""), evidence("Der Kreis hat 19 Schulen."), 0.9)
    other = compare(ToldClaim("Der Kreis hat 12 Schulen.", ""), evidence("Der Kreis hat 19 Kommunen."), 0.9)
    assert same.mismatches[0].context > other.mismatches[0].context


def test_where_a_draft_says_that_something_stands_is_no_figure_of_the_claim() -> None:
    assert not ToldClaim("Auf Seite 2 der Vorlage und in Anhang 4 steht das.", "").facts
