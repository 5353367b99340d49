"""Dates, numbers and amounts compare equal however they are written, and parts of them do not."""

import pytest

from eval.metrics.answers import english_normalised, exact_match, german_normalised, token_f1
from eval.normalisation import normalise, occurs


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("17. März 2014", "17.03.2014"),
        ("17.3.2014", "17.03.2014"),
        ("17.03.14", "17.03.2014"),
        ("2014-03-17", "17.03.2014"),
        ("17. Mrz. 2014", "17.03.2014"),
        ("im Ma\u0308rz 2014", "im 03.2014"),
        ("am 9. Dezember", "am 09.12."),
        ("Montag, den 1. Mai 2023.", "montag, den 01.05.2023."),
        ("32.13.2014", "32.13.2014"),
        ("1.234,56 €", "1234,56 €"),
        ("1234,56 Euro", "1234,56 €"),
        ("EUR 1.234,56", "1234,56 €"),
        ("1\u202f234,56\u00a0€", "1234,56 €"),
        ("50.000,00 €", "50000 €"),
        ("50.000,– €", "50000 €"),
        ("50 T€", "50000 €"),
        ("50 TEUR", "50000 €"),
        ("2,5 Mio. €", "2500000 €"),
        ("2,5 Millionen Euro", "2500000 €"),
        ("3 Milliarden Euro", "3000000000 €"),
        ("10 Europäer", "10 europäer"),
        ("12,50 Prozent", "12,5 %"),
        ("12,5%", "12,5 %"),
        ("2025/0526", "2025/0526"),
        ("Straße  und\nWeg", "strasse und weg"),
        ("Zu\u00adgang – neu", "zugang - neu"),
        ("8. August", "08.08."),
        ("Anhang 6.) und § 7", "anhang 6.) und § 7"),
    ],
)
def test_dates_amounts_and_words_have_one_canonical_form(written: str, canonical: str) -> None:
    assert normalise(written) == canonical


@pytest.mark.parametrize("text", ["17. März 2014", "1.234,56 €", "2,5 Mio. €", "50.000,- €", "12,50 Prozent", "1. Mai"])
def test_the_canonical_form_of_a_canonical_form_is_itself(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("17.03.2014", "Sitzung am 17. März 2014."),
        ("17. März", "am 17. März 2014"),
        ("März 2014", "am 17. März 2014"),
        ("März", "am 17. März 2014"),
        ("2014", "am 17.03.2014 beraten"),
        ("19.11.2012", "22.10.2012,19.11.2012,11.03.2013"),
        ("50.000", "50.000 Euro"),
        ("47", "47 von insgesamt 54."),
        ("6.)", "6.) Stellungnahmen"),
        ("KI", "die KI-Strukturen"),
        ("bündnis 90/die grünen", "CDU und Bündnis 90/Die Grünen"),
    ],
)
def test_an_expected_string_is_found_however_it_is_written(expected: str, text: str) -> None:
    assert occurs(expected, text)


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("7", "47 von 54"),
        ("47", "473 Kreise"),
        ("50", "50.000 €"),
        ("000", "50.000 €"),
        ("234", "1.234,56 €"),
        ("1234", "1.234,56 €"),
        ("2,5", "2,5 Mio. €"),
        ("17", "am 17.03.2014"),
        ("3", "am 17.03.2014"),
        ("17.03.2014", "am 18.03.2014"),
        ("50.000 €", "500.000 €"),
        ("§ 7", "§ 70"),
        ("Kreis", "Kreistag"),
        ("wer", "Bewerber"),
    ],
)
def test_a_part_of_a_word_or_of_a_number_is_not_the_expected_string(expected: str, text: str) -> None:
    assert not occurs(expected, text)


def test_the_english_normaliser_takes_off_english_articles_and_punctuation() -> None:
    assert english_normalised("The  Kreis-Tag, in 1871!") == "kreistag in 1871"
    assert english_normalised("der Kreis") == "der kreis"


def test_the_german_normaliser_takes_off_german_articles_and_the_punctuation_of_unicode() -> None:
    assert german_normalised("Der „Kreistag“ – und die Vorlage") == "kreistag und vorlage"
    assert german_normalised("einem Eimer") == "eimer"
    assert german_normalised("5 % von 10 €") == "5 von 10 €"


def test_exact_match_and_f1_take_the_best_of_the_expected_answers() -> None:
    assert exact_match("Der Kreistag.", ["Landtag", "Kreistag"], german_normalised) == 1
    assert exact_match("Der Kreistag.", ["Kreistag"], english_normalised) == 0
    # Two of the three given words are two of the four expected ones: P = 2/3, R = 2/4.
    assert token_f1("im Jahr 2014", ["Sommer im Jahr 2015", "nichts"], german_normalised) == pytest.approx(4 / 7)
    assert token_f1("", ["Kreistag"], german_normalised) == 0
    assert token_f1("die", ["das"], german_normalised) == 1, "nothing is left of either"
