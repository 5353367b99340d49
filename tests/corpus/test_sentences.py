"""Sentence ends in council and legal German."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.sentences import split_sentences


def sentences(text: str) -> list[str]:
    return [text[span.start : span.end] for span in split_sentences(text)]


@pytest.mark.parametrize(
    "sentence",
    [
        "Die Einrichtung erfolgt gem. § 7 des Teilhabe- und Integrationsgesetzes.",
        "Dazu gehören z. B. Sprachkurse und z.B. Beratung.",
        "Das folgt aus § 28 KrO NRW i. V. m. § 30 GO NRW und i.V.m. Art. 28 GG.",
        "Nach Abs. 1 Satz 2 entscheidet der Kreistag.",
        "Der Ausschuss tagte am 17.03.2014 in Siegburg.",
        "Der Ausschuss tagte am 17. März 2014 und am 3. 4. 2014 in Siegburg.",
        "Auf Nr. 5, S. 2 und Art. 28 wird verwiesen.",
        "Frau Dr. Müller und Herr Prof. Dr. H. Schmidt berichten.",
        "1.) Kostenaufstellung Integrationsarbeit Rhein-Sieg-Kreis",
        "Anhänge: 1.) Kostenaufstellung 2.) Verteilung von Belastungen",
        "1. Die Verwaltung wird beauftragt.",
        "II. Die Verwaltung wird beauftragt.",
        "a) Die Verwaltung wird beauftragt.",
        "Die Klägerin beantragt, 1. Die Klage wird abgewiesen.",
        "In der 12. Sitzung des Kreistages wurde beraten.",
        "Die Einrichtung eines Kommunalen Integrationszentrums –KI- im Rhein-Sieg-Kreis wird empfohlen.",
        "Das kostet ca. 3,5 Mio. € und rd. 170.000 Euro.",
        "Beteiligt sind u. a. Kommunen, Vereine usw. und die Städte bzw. Gemeinden.",
        "Das gilt, d. h. Ihre Steuern sind bezahlt.",
        "Unter dem Az. 12.3-4 wird das Verfahren geführt.",
        "Näheres steht unter https://www.rhein-sieg-kreis.de/Die.Seite und bei m.muster@kreis.de im Netz.",
        "Nach Wilhelm II. Kaiser genannt, liegt die Straße in Bonn.",
        "Es wird Bedarf im Themenfeld „Sprachförderung“ gesehen. (siehe beigefügte Anhänge 4 und 5).",
        "Der Zuschuss (vgl. Beschluss vom 3. Mai. Er wurde erhöht) bleibt.",
        "„Warum nicht?“, fragte der Landrat.",
        "Die Kosten ... werden erstattet … und geprüft.",
        "Beschlussvorschlag: Der Kreisausschuss empfiehlt die Einrichtung.",
        "Die Bergstr. 12 wird saniert.",
        "Der Antrag vom 5.12. Dezember wurde in der\nSitzung am 9.\nDezember beraten.",
    ],
)
def test_one_sentence_stays_whole(sentence: str) -> None:
    assert sentences(sentence) == [sentence]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Beraten wurde über Kurse, Hefte usw.", "Danach folgte die Abstimmung."),
        ("Beraten wurde über Kurse, Hefte usw.", "Kinder waren nicht dabei."),
        ("Sätze in (Klammern.)", "Der nächste Satz."),
        ("(Inzwischen haben 47 von 54 Kreisen diese Chance genutzt.)", "Für die Antragstellung gilt das."),
        ("(Das betrifft die Anhänge 4 und 5.)", "Kommunen sind nicht betroffen."),
        ("So steht es in den Anhängen 4 und 5.", "Kommunen sind nicht betroffen."),
        ("Der Bedarf wird „gesehen.“", "Die Kommunen stimmen zu."),
        ("Das KI begann im Jahr 2013.", "Die Förderung folgte."),
        ("Das KI begann im Jahr 2013.", "Kommunen folgten."),
        ("Die Sitzung war am 17.03.2014.", "Der Kreistag folgte."),
        ("Die Förderung beträgt 170.000 €.", "Das Land zahlt."),
        ("Der Anteil liegt bei 12,5 %.", "Das Land zahlt."),
        ("Der Anteil liegt bei 3.500.000.", "Kommunen zahlen."),
        ("Das macht Spaß.", "Er bleibt."),
        ("Die Anlage ist da.", "Er bleibt."),
        ("Das ist ja.", "Ämter bleiben."),
        ("Die Wahl fiel auf Bürgermeisterä.", "Sie nahm an."),
        ("Abgelehnt hat Kommune 07.", "Der Kreis bedauert das."),
        ("Das steht in Anlage B.", "Die Verwaltung berichtet."),
        ("Das steht in Band II.", "Die Verwaltung berichtet."),
        ("Das gilt für § 12 ff.", "Die Verwaltung berichtet."),
        ("Gefördert wurde der Verein e. V.", "Er nahm an."),
        ("Es kostet 3 Mio.", "Die Verwaltung berichtet."),
        ("Das gilt im Land NRW.", "Kreise stellen Anträge."),
        ("Was kostet das?", "Nichts!"),
        ("Achtung!", "Kommunen zahlen mit."),
        ("Das ist offen …", "Die Verwaltung prüft."),
        ("Das Programm steht unter www.kreis.de.", "Das Amt hilft."),
        ("Das ist belegt.[5]", "Kommunen zahlen."),
        ("Der Beschluss lautet so.", "2. Die Verwaltung berichtet."),
        ("Die Kosten sinken.", "47 Kreise stimmten zu."),
        ("Die Kosten sinken.", "§ 7 bleibt."),
        ("Die Kosten sinken.", "– Die Mittel auch."),
    ],
)
def test_two_sentences_are_parted(first: str, second: str) -> None:
    assert sentences(f"{first} {second}") == [first, second]
    assert sentences(f"  {first}\n{second}\n") == [first, second]


def test_sentences_without_a_blank_between_them_are_parted_before_a_function_word() -> None:
    assert sentences("Der Kreis zahlt.Die Kommunen nicht.") == ["Der Kreis zahlt.", "Die Kommunen nicht."]


def test_text_without_words_gives_no_sentences() -> None:
    assert sentences("") == sentences(" \n ") == []


def test_leading_marks_stay_with_the_sentence_behind_them() -> None:
    assert sentences("... Die Verwaltung berichtet.") == ["... Die Verwaltung berichtet."]


PIECES = st.sampled_from(
    [*' .!?…()[]„“"\n\u00a0\t–-:;,', "Der ", "z. B. ", "usw. ", "12.", "Nr. ", "II. ", "[3]", "wort"]
)


@given(st.one_of(st.text(), st.lists(PIECES).map("".join)))
def test_sentences_cover_every_character_in_order_without_overlap(text: str) -> None:
    spans = split_sentences(text)
    position = 0
    for span in spans:
        assert span.start >= position
        assert not text[position : span.start].strip()
        assert text[span.start : span.end].strip() == text[span.start : span.end]
        position = span.end
    assert not text[position:].strip()


@pytest.mark.parametrize(
    "piece", [".", ". ", "(", ")", "().", "1. ", "z. B. ", "§ 1, ", "a", " ", "[1]", ".[1]", "Nr. 1, ", "(Ab. "]
)
def test_time_grows_no_faster_than_the_text(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    started = time.process_time()
    split_sentences(text)
    assert time.process_time() - started < 5


@pytest.mark.parametrize("mark", ["¹", "¹²", "“³", "³“"])
def test_the_mark_of_a_footnote_stays_with_the_sentence_that_it_ends(mark: str) -> None:
    assert sentences(f"Das Land ordnet zwei Lehrkräfte ab.{mark} Danach zahlt der Kreis.") == [
        f"Das Land ordnet zwei Lehrkräfte ab.{mark}",
        "Danach zahlt der Kreis.",
    ]
