"""The sentences that stand for a whole document: for whoever asks what it is about.

A sentence is central whose vector lies near the mean of all (Radev, Jing, Styś, Tam, Information Processing and
Management 40, 2004); sections share the places by their length, and what says the same again is passed over (Carbonell
and Goldstein, SIGIR 1998).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import numpy as np

from corpus.store import Store
from corpus.types import DocumentInfo, Sentence

_SHORTEST: Final = 6
"""Words; less is a salutation, a signature or half a sentence."""
_SAME: Final = 0.95
"""Cosine from which on two sentences say the same."""
_FIRST: Final = 0.02
"""What the first sentence of a section has ahead of the others: it says what comes."""
_NO_STATEMENT: Final = re.compile(
    r"^\W*(?:Sehr geehrte|Mit freundlichen|Im Auftrag|Dies(?:es|er|e) (?:Dokument|Text|Blatt)|Beispieldokument"
    r"|BEISPIELDOKUMENT)"
    r"|\b(?:E-Mail|Telefon|Telefax|www\.)|@|\?$|frei erfunden"
)


def central_sentences(store: Store, document: str, most: int) -> list[Sentence]:
    """At most so many sentences that stand for a document, in its order."""
    sentences, vectors = store.sentence_vectors(document)
    text = store.text(document)
    usable = [
        position
        for position, sentence in enumerate(sentences)
        if sentence.kind in ("sentence", "item") and _states(text[sentence.span.start : sentence.span.end])
    ]
    if not usable:
        return []
    middle = vectors[usable].mean(axis=0)
    scores = vectors @ (middle / max(float(np.linalg.norm(middle)), 1e-9))
    first_of = {sentences[position].section: position for position in reversed(usable)}
    for position in first_of.values():
        scores[position] += _FIRST
    chosen: list[int] = []
    for section, places in _shares([sentences[position].section for position in usable], most).items():
        here = sorted((p for p in usable if sentences[p].section == section), key=lambda p: -scores[p])
        taken = 0
        for position in here:
            if taken == places:
                break
            if all(float(vectors[position] @ vectors[other]) < _SAME for other in chosen):
                chosen.append(position)
                taken += 1
    return [sentences[position] for position in sorted(chosen)]


def named_documents(question: str, documents: Sequence[DocumentInfo]) -> list[DocumentInfo]:
    """The documents that a question names by their Art or their title; none of an Art that several have."""
    by_kind = [info for info in documents if _is_named(question, info.kind)]
    alone = [info for info in by_kind if sum(other.kind == info.kind for other in by_kind) == 1]
    by_title = [info for info in documents if info not in alone and info.title.casefold() in question.casefold()]
    return [info for info in documents if info in alone or info in by_title]


def _is_named(question: str, kind: str) -> bool:
    word, _, number = kind.rpartition(" ")
    if word and number.isdecimal():
        stem = {"Anhang": r"Anh[aä]ng(?:e|en|s)?", "Anlage": r"Anlagen?"}.get(word, re.escape(word))
        kind_or_list = rf"\b{stem}\s+(?:\d+\s*(?:,|und|sowie|mit)\s*)*{number}\b"
        return re.search(kind_or_list, question, re.IGNORECASE) is not None
    return re.search(rf"\b{re.escape(kind)}\b(?!\s*\d)", question, re.IGNORECASE) is not None


def _states(text: str) -> bool:
    whole = text.rstrip(" ¹²³⁴⁵⁶⁷⁸⁹").endswith((".", "!")) and not text[0].islower()
    return whole and len(text.split()) >= _SHORTEST and _NO_STATEMENT.search(text) is None


def _shares(sections: Sequence[int], most: int) -> dict[int, int]:
    """How many places each section gets: by the root of its length, the longest first where there are too few."""
    lengths = {section: sections.count(section) for section in dict.fromkeys(sections)}
    whole = sum(length**0.5 for length in lengths.values())
    exact = {section: most * length**0.5 / whole for section, length in lengths.items()}
    shares = {section: int(share) for section, share in exact.items()}
    left = most - sum(shares.values())
    for section in sorted(exact, key=lambda section: shares[section] - exact[section])[:left]:
        shares[section] += 1
    return {section: min(share, lengths[section]) for section, share in shares.items()}
