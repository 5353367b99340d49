"""What a draft claims: where its claims begin and end, and which sentences claim nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.factcheck.claims import find_claims

DRAFT = """Pressemitteilung

Sehr geehrte Damen und Herren,

der Kreistag hat am 9. Dezember 2013 beschlossen, ein Integrationszentrum zu gründen. Das Land zahlt
170.000 Euro im Jahr und der Kreis 125.950 Euro. Warum zögern wir noch? Wir halten das für einen Fehler.

- Es nahm 2014 seine Arbeit auf.
- Im selben Jahr kamen zwei Lehrkräfte dazu.

Mit freundlichen Grüßen
"""


def checkable(draft: str) -> list[str]:
    return [claim.text for claim in find_claims(draft) if claim.checkable]


def test_sentences_are_claims_and_two_figures_in_one_sentence_are_two() -> None:
    assert checkable(DRAFT) == [
        "der Kreistag hat am 9. Dezember 2013 beschlossen, ein Integrationszentrum zu gründen.",
        "Das Land zahlt 170.000 Euro im Jahr",
        "der Kreis 125.950 Euro.",
        "Es nahm 2014 seine Arbeit auf.",
        "Im selben Jahr kamen zwei Lehrkräfte dazu.",
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "Schon 47 von 54 Kreisen und kreisfreien Städten haben ein solches Zentrum.",
        "Inzwischen haben 47 von insgesamt 54 Kreisen und kreisfreien Städten diese Chance genutzt.",
        "Der Rat und seine Ausschüsse haben 2015 zwölfmal getagt.",
    ],
)
def test_what_is_counted_together_stays_one_claim(sentence: str) -> None:
    assert checkable(sentence) == [sentence]


@pytest.mark.parametrize(
    "sentence",
    [
        "Sehr geehrter Herr Landrat, meine Damen und Herren!",
        "Warum haben wir darüber nicht früher gesprochen?",
        "Wir fordern den Kreis auf, 50.000 Euro bereitzustellen.",
        "Meines Erachtens ist die Radstation überflüssig.",
        "Vielen Dank für Ihre Aufmerksamkeit.",
        "Bitte prüfen Sie die Zahlen bis Freitag.",
        "Wir beantragen, der Rat möge den Bau von drei Radwegen beschließen.",
        "Tagesordnung",
    ],
)
def test_what_asserts_nothing_is_set_aside(sentence: str) -> None:
    assert not checkable(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Der Rat der Stadt hat die Satzung am 3. Mai 2016 einstimmig beschlossen.",
        "Das Freibad bleibt im Sommer geschlossen.",
        "Laut Konzept sind 3,5 Stellen vorgesehen.",
        "Die Verwaltung wurde beauftragt, einen Entwurf vorzulegen.",
    ],
)
def test_what_can_be_looked_up_is_a_claim(sentence: str) -> None:
    assert checkable(sentence) == [sentence]


def test_a_pronoun_is_looked_for_with_the_sentence_before() -> None:
    found = {claim.text: claim for claim in find_claims(DRAFT)}
    later = found["Im selben Jahr kamen zwei Lehrkräfte dazu."]
    assert later.year == "2014"
    assert "Es nahm 2014 seine Arbeit auf." in later.search


def test_an_opinion_inside_a_quotation_does_not_make_the_sentence_one() -> None:
    assert checkable("In der Stellungnahme der Stadt heißt es: „Wir halten die Umlage von 3 Prozent für zu hoch.“")


@given(st.text(max_size=400))
def test_claims_of_any_text_stand_in_it_in_order_and_do_not_overlap(text: str) -> None:
    last = 0
    for claim in find_claims(text):
        assert last <= claim.span.start < claim.span.end <= len(text)
        assert " ".join(text[claim.span.start : claim.span.end].split()) == claim.text
        assert claim.sentence[claim.offset : claim.offset + len(claim.text)] == claim.text
        last = claim.span.end


def test_a_text_without_any_stop_is_taken_in_pieces_and_none_of_its_words_is_lost() -> None:
    draft = "Der Kreis zahlt 5 Euro  und dann am 1.1.2014 wieder 7 Euro, " * 300
    claims = find_claims(draft)
    assert max(len(claim.sentence) for claim in claims) <= 2_000
    assert sum(claim.text.count("Kreis") for claim in claims) == sum(claim.text.count("7") for claim in claims) == 300
    assert all(claim.text == " ".join(draft[claim.span.start : claim.span.end].split()) for claim in claims)
