"""Complaints become questions: drafts that a person completes, who alone knows what would have been right."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from assistant.feedback import REASONS, CitedPlace, Feedback
from corpus.store import Store
from eval.questions import TODO_KEY, EvaluationQuestion

KIND: Final = "feedback"
_KEEPS_PLACES: Final = frozenset({"incomplete", "unclear"})
"""Complaints that say nothing against the places: they stay as evidence."""
_UNKNOWN_TURN: Final = "(nicht gespeichert)"


def drafts(
    feedback: Sequence[Feedback], store: Store, known: Sequence[EvaluationQuestion] = ()
) -> list[dict[str, Any]]:
    """A draft for each question that somebody was not content with, in the form of a question set.

    Each has a key ``todo`` that says what is left to do and that keeps the set from being used before it is done.
    Questions among ``known``, or asked before in the same conversation, are left out.
    """
    taken = {_asked(q.question, [turn.text for turn in q.history if turn.role == "user"]) for q in known}
    found: list[dict[str, Any]] = []
    for entry in feedback:
        asked = _asked(entry.question, entry.earlier)
        if entry.opinion.verdict == "down" and asked not in taken:
            taken.add(asked)
            found.append(_draft(entry, store, len(known) + len(found) + 1))
    return found


def as_lines(found: Sequence[dict[str, Any]]) -> str:
    """Drafts as lines of a question set."""
    return "".join(json.dumps(draft, ensure_ascii=False) + "\n" for draft in found)


def _draft(entry: Feedback, store: Store, number: int) -> dict[str, Any]:
    quotes = list(_quotes(entry.cited, store))
    keeps = entry.status != "not_found" and set(entry.opinion.reasons) <= _KEEPS_PLACES and bool(entry.opinion.reasons)
    history: list[dict[str, str]] = []
    for earlier in entry.earlier:
        history += [{"role": "user", "text": earlier}, {"role": "assistant", "text": _UNKNOWN_TURN}]
    return {
        "id": f"rueckmeldung-{number:03d}",
        "question": entry.question,
        "answers": [],
        "must_contain": [],
        "evidence": [{"document": document, "quote": quote} for document, quote in quotes] if keeps else [],
        "kind": KIND,
        "answerable": True,
        "history": history,
        "split": "calibration",
        TODO_KEY: _todo(entry, quotes, keeps=keeps),
    }


def _todo(entry: Feedback, quotes: Sequence[tuple[str, str]], *, keeps: bool) -> str:
    """What the person who completes the draft should know."""
    reasons = ", ".join(REASONS[reason] for reason in entry.opinion.reasons) or "ohne Angabe von Gründen"
    said = f"Am {entry.at:%d.%m.%Y} beanstandet: {reasons}."
    if entry.opinion.comment:
        said += f" Anmerkung: {entry.opinion.comment}"
    if entry.status == "not_found":
        said += " Die Frage war abgelehnt worden."
    elif quotes:
        said += " Zitiert war: " + " / ".join(f"„{quote}“ ({document})" for document, quote in quotes) + "."
    evidence = "prüfen" if keeps else "wörtlich angeben"
    return (
        f"{said} Bitte „answers“ oder „must_contain“ ausfüllen und den Beleg {evidence}, oder „answerable“ auf false "
        "setzen, wenn die Unterlagen nichts dazu enthalten; dann „todo“ entfernen."
    )


def _quotes(cited: Sequence[CitedPlace], store: Store) -> Iterator[tuple[str, str]]:
    """Document and quote of each place whose document is still what it was."""
    for place in cited:
        if place.version is not None and store.fingerprint(place.document) == place.version:
            yield place.document, store.text(place.document)[place.char_start : place.char_end]


def _asked(question: str, earlier: Sequence[str]) -> tuple[str, ...]:
    return tuple(" ".join(text.casefold().split()) for text in (*earlier, question))
