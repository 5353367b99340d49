"""The SQLite file has no word of what was removed, however many rows came, moved and went."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from corpus.records import EVERYTHING, PreparedDocument
from tests.corpus.indexes import Indexes, prepared
from tests.traces import traces_of_words


def invented(number: int) -> str:
    """A word of twelve letters that shares no more than two or three of them in a row with any other."""
    digits = hashlib.sha256(str(number).encode()).hexdigest()[:12]
    return digits.translate(str.maketrans("0123456789abcdef", "bdfghjklmnprstvw"))


def about(word: str, size: int) -> PreparedDocument:
    """A document with the word in its id, title, text, terms and words, as long as ``size`` sentences."""
    document = prepared(word, f"Der Kreistag berät über {word}. " * size)
    return replace(document, words={word: size, "kreistag": size})


def test_no_word_is_left_where_many_documents_came_and_went(indexes: Indexes, tmp_path: Path) -> None:
    """Rows move between pages as a file fills and empties; what they leave in the gaps has to go, too."""
    words = [invented(number) for number in range(24)]
    for number, word in enumerate(words):
        indexes.store.finish(indexes.store.begin(about(word, 1 + number * 7 % 40), "modell"))
        if number % 3 == 2:
            indexes.store.remove(words[number // 3])
    for word in words[8:20]:
        indexes.store.remove(word)
    assert set(words[:20]) & {hit for hits in traces_of_words(tmp_path, words[:20]).values() for hit in hits}
    assert indexes.store.traces.pending
    gone = indexes.store.traces.gone_words()
    assert gone >= set(words[:20])
    assert gone.isdisjoint({*words[20:], "kreistag", "über"})
    assert indexes.store.traces.erase()
    assert not indexes.store.traces.pending
    assert traces_of_words(tmp_path, words[:20]) == {}
    for word in words[20:]:
        assert indexes.by_terms(word, EVERYTHING) == {word}


def test_where_nothing_was_removed_nothing_is_to_be_erased(indexes: Indexes) -> None:
    indexes.put(prepared())
    assert not indexes.store.traces.pending
    assert indexes.store.traces.gone_words() == frozenset()


def test_words_that_another_document_has_and_function_words_are_not_gone(indexes: Indexes) -> None:
    indexes.put(replace(prepared("eins", "Die Turnhallen-Brücke und der Rat."), words={"rat": 1, "und": 1}))
    indexes.put(replace(prepared("zwei"), words={"rat": 1, "titel": 1, "sitzung": 1, "endet": 1, "uhr": 1, "pdf": 1}))
    indexes.store.remove("eins")
    assert indexes.store.traces.gone_words() == {"turnhallen", "brücke", "eins"}
