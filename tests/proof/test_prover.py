"""What a sentence may say of its source, and what not; the sources are invented."""

from __future__ import annotations

import pytest

from assistant.proof import Evidence, Prover
from corpus.types import Span

DECISION = (
    "Der Bauausschuss hat in seiner Sitzung am 12.04.2021 die Verwaltung einstimmig beauftragt, ein Konzept für den "
    "Radweg an der Bachstraße zu erarbeiten."
)
COSTS = "Die Kosten werden auf rund 1,2 Mio. Euro geschätzt; das Land fördert höchstens 70 Prozent davon."
PLAN = "Der Radweg soll im Jahr 2022 gebaut werden, wenn der Förderbescheid vorliegt."
AGAINST = "Kommune 07 lehnt den Radweg wegen der Mehrkosten ab, Kommune 12 stimmt ihm zu."
MOST = "Die Anlieger haben den Entwurf überwiegend abgelehnt."
NOT = "Eine Beleuchtung des Radwegs ist nicht vorgesehen."
PROPOSAL = "Der Rat beschließt, den Radweg an der Bachstraße zu bauen."


def evidence(text: str, section: str = "Sachverhalt") -> Evidence:
    return Evidence(
        1, "radweg", Span(0, len(text)), text, section, "Vorlage", "Vorlage „Radweg“, Bauausschuss 12.04.2021"
    )


@pytest.fixture(scope="module")
def prover() -> Prover:
    return Prover()


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (
            DECISION,
            "Am 12. April 2021 beauftragte der Bauausschuss die Verwaltung einstimmig, ein Konzept zu erarbeiten.",
        ),
        (
            DECISION,
            "Die Verwaltung wurde vom Bauausschuss einstimmig beauftragt, ein Konzept für den Radweg zu erarbeiten.",
        ),
        (COSTS, "Die Kosten werden auf rund 1.200.000 Euro geschätzt."),
        (COSTS, "Höchstens 70 Prozent davon fördert das Land."),
        (PLAN, "Der Radweg soll 2022 gebaut werden, wenn der Förderbescheid vorliegt."),
        (AGAINST, "Kommune 07 lehnt den Radweg wegen der Mehrkosten ab."),
        (AGAINST, "Der Radweg wird von Kommune 07 wegen der Mehrkosten abgelehnt."),
        (MOST, "Der Entwurf wurde von den Anliegern überwiegend abgelehnt."),
        (NOT, "Nicht vorgesehen ist eine Beleuchtung des Radwegs."),
    ],
)
def test_an_honest_sentence_passes(prover: Prover, source: str, sentence: str) -> None:
    assert [o.text for o in prover.judge(sentence, [evidence(source)]).objections] == []


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        (DECISION, "Am 12. April 2022 beauftragte der Bauausschuss die Verwaltung."),
        (DECISION, "Der Schulausschuss beauftragte die Verwaltung mit der Erarbeitung eines Konzepts."),
        (DECISION, "Die Verwaltung beauftragte den Bauausschuss einstimmig mit der Erarbeitung eines Konzepts."),
        (DECISION, "Der Bauausschuss beauftragte die Verwaltung mehrheitlich mit der Erarbeitung eines Konzepts."),
        (DECISION, "Der Bauausschuss hat die Verwaltung nicht beauftragt, ein Konzept zu erarbeiten."),
        (DECISION, "Der Bauausschuss wird die Verwaltung beauftragen, ein Konzept für den Radweg zu erarbeiten."),
        (DECISION, "Der Bauausschuss hat das Konzept für den Radweg an der Bachstraße einstimmig abgelehnt."),
        (DECISION, "Weil der Bauausschuss es will, hat die Verwaltung ein Konzept zu erarbeiten."),
        (COSTS, "Die Kosten betragen 1,2 Mio. Euro."),
        (COSTS, "Die Kosten werden auf rund 1,2 Mrd. Euro geschätzt."),
        (COSTS, "Das Land fördert 70 Prozent davon."),
        (COSTS, "Das Land fördert mindestens 70 Prozent davon."),
        (COSTS, "Der Bund fördert höchstens 70 Prozent davon."),
        (PLAN, "Der Radweg wurde im Jahr 2022 gebaut."),
        (PLAN, "Der Radweg wird im Jahr 2022 gebaut."),
        (PLAN, "Der Radweg soll im Jahr 2022 gebaut werden."),
        (PLAN, "Der Radweg muss im Jahr 2022 gebaut werden, wenn der Förderbescheid vorliegt."),
        (AGAINST, "Kommune 12 lehnt den Radweg wegen der Mehrkosten ab."),
        (AGAINST, "Kommune 07 stimmt dem Radweg zu."),
        (AGAINST, "Kommune 08 lehnt den Radweg wegen der Mehrkosten ab."),
        (MOST, "Alle Anlieger haben den Entwurf abgelehnt."),
        (MOST, "Die Anlieger haben den Entwurf abgelehnt."),
        (MOST, "Die Anlieger haben dem Entwurf überwiegend zugestimmt."),
        (NOT, "Eine Beleuchtung des Radwegs ist vorgesehen."),
        (NOT, "Eine Beleuchtung des Radwegs ist nicht vorgesehen, um Geld zu sparen."),
        (NOT, "Laut Konzeption ist eine Beleuchtung des Radwegs nicht vorgesehen."),
        (NOT, "Wir sehen eine Beleuchtung des Radwegs nicht vor."),
        (NOT, "Ist eine Beleuchtung des Radwegs nicht vorgesehen?"),
    ],
)
def test_a_sentence_that_says_something_else_does_not_pass(prover: Prover, source: str, sentence: str) -> None:
    verdict = prover.judge(sentence, [evidence(source)])
    assert not verdict.proven
    assert all(objection.text.endswith(".") for objection in verdict.objections)


def test_a_proposal_is_told_as_one(prover: Prover) -> None:
    proposal = evidence(PROPOSAL, "Beschlussvorschlag")
    assert not prover.judge("Der Rat beschließt, den Radweg an der Bachstraße zu bauen.", [proposal]).proven
    assert not prover.judge("Der Rat hat beschlossen, den Radweg an der Bachstraße zu bauen.", [proposal]).proven
    assert prover.judge("Der Rat soll beschließen, den Radweg an der Bachstraße zu bauen.", [proposal]).proven


def test_what_several_passages_say_may_stand_in_one_sentence(prover: Prover) -> None:
    cited = [evidence(MOST), evidence(NOT)]
    sentence = "Die Anlieger haben den Entwurf überwiegend abgelehnt, und eine Beleuchtung ist nicht vorgesehen."
    assert prover.judge(sentence, cited).proven
    assert not prover.judge(sentence, cited[:1]).proven


def test_without_evidence_nothing_is_proven(prover: Prover) -> None:
    assert not prover.judge("Der Radweg soll gebaut werden.", []).proven


@pytest.mark.parametrize("source", [DECISION, COSTS, PLAN, AGAINST, MOST, NOT])
def test_every_sentence_proves_itself(prover: Prover, source: str) -> None:
    assert prover.judge(source, [evidence(source)]).proven
