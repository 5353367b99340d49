from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.spelling import Vocabulary

TEXT = """
der kreisausschuss empfiehlt dem kreistag die einrichtung eines kommunalen integrationszentrums im kreis zu beschließen
und der antragstellung beim ministerium auf grundlage der beigefügten konzeption zuzustimmen die bürgermeister der
kommunen haben die konzeption überwiegend abgelehnt die kosten trägt die allgemeine kreisumlage die verwaltung wird
beauftragt eine kostenaufstellung vorzulegen die stellungnahmen sind beigefügt sprachförderung zugang gesundheitssystem
"""


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary(Counter(TEXT.split()))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Konzepton", "konzeption"),
        ("Kreisauschuss", "kreisausschuss"),
        ("Bürgremeister", "bürgermeister"),
        ("Buergremeister", "bürgermeister"),
        ("Kostn", "kosten"),
        ("Integratoinszentrumz", "integrationszentrums"),
        ("rKeistag", "kreistag"),
        ("Derwaltung", "verwaltung"),
    ],
)
def test_a_typing_error_is_corrected(vocabulary: Vocabulary, typed: str, meant: str) -> None:
    assert vocabulary.correct(typed) == meant


@pytest.mark.parametrize(
    "word",
    [
        "Konzeption",  # the word itself
        "Kommune",  # another inflection of one
        "Buergermeister",  # another spelling
        "beschliessen",
        "Kommunalverwaltung",  # made of two
        "Kostenverwaltung",
        "LAKI",  # an abbreviation
        "2014",
        "Preis",  # short, and one letter from Kreis
        "Schwimmbad",  # far from everything
        "zugänge",
        "",
        "-",
    ],
)
def test_a_correct_word_is_left_alone(vocabulary: Vocabulary, word: str) -> None:
    assert vocabulary.correct(word) is None


def test_a_word_list_protects_words_that_the_corpus_lacks() -> None:
    frequencies = {"einrichten": 3}
    assert Vocabulary(frequencies).correct("einreichten") == "einrichten"
    assert Vocabulary(frequencies, {"einreichten"}.__contains__).correct("einreichten") is None


def test_the_most_frequent_of_equally_near_words_wins_and_a_tie_is_left_alone() -> None:
    assert Vocabulary({"beratung": 5, "beratumg": 1}).correct("beratuzg") == "beratung"
    assert Vocabulary({"handel": 2, "handul": 2}).correct("handol") is None


def test_most_single_errors_in_long_words_are_corrected(vocabulary: Vocabulary) -> None:
    chance = random.Random(7)  # noqa: S311
    typed = [(word[:place] + word[place + 1 :], word) for word in sorted(set(TEXT.split())) if len(word) >= 6
             for place in [chance.randrange(len(word))]]  # fmt: skip
    found = sum(vocabulary.correct(typo) == word or typo in vocabulary for typo, word in typed)
    assert found / len(typed) >= 0.8


@given(st.text(max_size=20))
def test_any_word_can_be_asked_for(word: str) -> None:
    Vocabulary({"konzeption": 1, "bürgermeister": 2, "straße": 1}).correct(word)


@pytest.mark.parametrize("word", ["Worum", "worüber", "hierfür", "womit", "daraus", "weswegen"])
def test_a_question_word_is_never_taken_for_one_of_the_documents(word: str) -> None:
    assert Vocabulary({"warum": 9, "worüben": 4, "hierfor": 3, "womat": 3, "darauf": 5}).correct(word) is None
