from __future__ import annotations

import sqlite3
import unicodedata
from itertools import pairwise
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.analysis import COLUMN_WEIGHTS, FTS5_TOKENIZE, analyse, match_expression, parts, query_terms, stem, words

GERMAN = st.text(
    alphabet=st.one_of(
        st.sampled_from("aäouüßeinrst ÄÜ§€%-/.,:*'\"_0123456789\u00ad\u0308\u2013\n()ſİK"), st.characters()
    ),
    max_size=60,
)
DATES = st.lists(st.sampled_from([*"17 März maerz . 03 3 2014 14 - JUNİ ſept § / , 0".split(), " "]), max_size=8)


@pytest.fixture
def index() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.execute(f"""CREATE VIRTUAL TABLE t USING fts5(words, parts, tokenize="{FTS5_TOKENIZE}")""")
    return connection


def add(index: sqlite3.Connection, *texts: str) -> None:
    index.executemany("INSERT INTO t VALUES (?, ?)", [(" ".join(analyse(x)), " ".join(parts(x))) for x in texts])


def find(index: sqlite3.Connection, question: str) -> list[int]:
    order = "SELECT rowid FROM t WHERE t MATCH ? ORDER BY bm25(t, ?, ?)"
    return [row for (row,) in index.execute(order, (match_expression(query_terms(question)), *COLUMN_WEIGHTS))]


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("Buergermeister", "Bürgermeistern"),
        ("Straße", "Strasse"),
        ("Integrationszentrum", "Integrationszentren"),
        ("Beschluesse", "Beschluß"),
        ("fuer", "für"),
        ("Gremium", "Gremien"),
        ("Schüler*innen", "Schülerinnen"),
        ("BürgermeisterInnen", "Bürgermeister"),
        ("Paragraf 7", "§7"),
        ("1.234,50", "1234,5"),
        ("170.000,00 EUR", "170.000 €"),
        ("25 Prozent", "25%"),
        ("Integrations\u00adarbeit", "Integrationsarbeit"),
    ],
)
def test_two_spellings_of_the_same_thing_give_the_same_terms(asked: str, written: str) -> None:
    assert analyse(asked) == analyse(written)


@pytest.mark.parametrize(
    "text", ["17. März 2014", "17.03.2014", "17. 3. 2014", "17.3.14", "2014-03-17", "17. Maerz 2014"]
)
def test_every_notation_of_a_day_gives_day_month_and_year(text: str) -> None:
    assert analyse(text) == ["d20140317", "m201403", "marz", "2014"]


def test_a_month_alone_gives_month_and_year() -> None:
    assert analyse("März 2014") == ["m201403", "marz", "2014"]
    assert analyse("99.99.2014") == ["99", "99", "2014"]


def test_numbers_of_sections_and_papers_stay_whole() -> None:
    assert "2.1" in analyse("siehe Nr. 2.1.")
    assert "2025/0526" in analyse("Vorlage 2025/0526")
    assert "50/0256/wp16" in analyse("FB 50/0256/WP16")
    assert "sv90667" in analyse("SV-9-0667")


def test_a_paragraph_keeps_its_sign() -> None:
    assert analyse("gemäß § 7 GO NRW")[1:] == ["§7", "go", "nrw"]


def test_parts_of_hyphenated_words_and_the_whole_are_terms() -> None:
    assert analyse("Rhein-Sieg-Kreis") == ["rhein", "sieg", "kreis", "rheinsiegkreis"]


def test_stop_words_go_but_negations_stay() -> None:
    assert analyse("Was wird das nicht und ohne keine?") == ["nicht", "ohn", "kein"]


def test_words_stand_where_they_say() -> None:
    text = "Der Rhein-Sieg-Kreis zahlt 1.234,56 € am 17. März 2014 fu\u0308r § 7."
    assert [text[span.start : span.end] for _, span in words(text)] == [word for word, _ in words(text)]
    assert [word for word, _ in words(text)][1:4] == ["Rhein-Sieg-Kreis", "zahlt", "1.234,56"]


def test_kosten_finds_kostenaufstellung_by_its_parts(index: sqlite3.Connection) -> None:
    add(index, "Die Kostenaufstellung liegt bei.", "Die Sitzung beginnt um acht Uhr.")
    assert stem("Kosten") not in analyse("Kostenaufstellung")
    assert find(index, "Kosten?") == [1]


def test_the_whole_word_outranks_its_parts(index: sqlite3.Connection) -> None:
    add(index, "Die Kostenaufstellung liegt heute bei.", "Die Kosten sind heute hoch.", *["Etwas ganz anderes."] * 5)
    assert find(index, "Kosten") == [2, 1]


def test_special_terms_are_found_whole(index: sqlite3.Connection) -> None:
    add(index, "§ 7 der Satzung", "7 Personen", "Vorlage 2025/0526", "3,5 Stellen", "Abschnitt 2.1")
    assert [find(index, q) for q in ("§7", "2025/0526", "3,5", "2.1")] == [[1], [3], [4], [5]]


def test_nothing_to_ask_for_is_an_empty_expression() -> None:
    assert match_expression(query_terms("Was ist das?")) == ""
    assert match_expression([]) == ""


def test_terms_are_quoted_and_asked_for_once() -> None:
    assert match_expression(["kost", "kost", 'a" OR "b']) == '"kost" OR "a"" OR ""b"'


@given(st.one_of(GERMAN, DATES.map("".join)))
def test_any_text_gives_terms_that_the_index_takes_and_finds(text: str) -> None:
    terms = query_terms(text)
    assert all(term and not set(term) & set(" \"'()*:^+-\0\n") for term in terms)
    assert set(parts(text)).isdisjoint(analyse(text))
    expression = match_expression(terms)
    with sqlite3.connect(":memory:") as connection:
        connection.execute(f"""CREATE VIRTUAL TABLE t USING fts5(words, parts, tokenize="{FTS5_TOKENIZE}")""")
        add(connection, text)
        if expression:
            connection.execute("SELECT * FROM t WHERE t MATCH ?", (expression,)).fetchall()
    connection.close()


@given(st.one_of(GERMAN, DATES.map("".join)))
def test_composed_and_decomposed_text_give_the_same_terms(text: str) -> None:
    assert analyse(unicodedata.normalize("NFD", text)) == analyse(unicodedata.normalize("NFC", text)) == analyse(text)


@given(GERMAN)
def test_words_never_overlap(text: str) -> None:
    spans = [span for _, span in words(text)]
    assert all(before.end <= after.start for before, after in pairwise(spans))


def test_the_mark_of_a_footnote_is_no_part_of_the_word_before_it() -> None:
    assert analyse("Neubau¹ und Turnhalle¹²") == analyse("Neubau und Turnhalle")
    assert [word for word, _ in words("Neubau¹")] == ["Neubau"]
    assert analyse("500 m²") != analyse("500 m")


@pytest.mark.parametrize(
    "text",
    ["a" + "\u0301" * 60 + "!", "1" * 20_000, "§" + " " * 20_000, "a/" * 10_000, "a1" * 10_000 + "/"],
    ids=["marks", "digits", "blanks", "strokes", "letters and digits"],
)
def test_words_are_found_at_once_in_a_text_made_to_take_long(text: str) -> None:
    started = process_time()
    analyse(text)
    assert process_time() - started < 2
