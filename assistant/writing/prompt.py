"""What a language model is told: the rules, the numbered sentences, the question, and what kind of answer is wanted."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from itertools import groupby
from typing import Final

from assistant.injection import speaks_to_a_machine
from assistant.proof.evidence import Evidence
from assistant.tasks import Task
from assistant.writing.connection import Message

NO_ANSWER: Final = "KEINE ANGABE"
"""What the model writes instead of an answer."""

_WANTED: Final[dict[Task, str]] = {
    "answer": "Beantworte die Frage in höchstens vier Sätzen.",
    "summary": "Fasse zusammen, was in den Sätzen steht, in höchstens acht Sätzen.",
    "reasons": "Nenne die Gründe, die in den Sätzen stehen, jeden in einem eigenen Satz.",
    "positions": "Sage, was dafür und was dagegen spricht und von wem das kommt, jedes in einem eigenen Satz.",
    "comparison": "Stelle gegenüber, was die Dokumente dazu sagen, jedes in einem eigenen Satz.",
    "order": "Erzähle der Reihe nach, was wann geschah oder geschehen soll, jedes in einem eigenen Satz.",
    "plain": "Beantworte die Frage in Einfacher Sprache: Sätze mit höchstens zwölf Wörtern, eine Aussage je Satz.",
}


_EXAMPLE: Final = (
    Message(
        "user",
        "Sätze:\n\nVorlage „Radweg Bachstraße“, Bauausschuss 12.04.2021, Sachverhalt:\n"
        "[1] Der Radweg an der Bachstraße soll im Jahr 2022 gebaut werden.\n"
        "[2] Die Kosten werden auf 1,2 Mio. Euro geschätzt.\n"
        "[3] Der Bauhof hat im Winter 14 Bäume beschnitten.\n\n"
        f"Frage: Was ist an der Bachstraße geplant?\n{_WANTED['answer']}",
    ),
    Message(
        "assistant",
        "Der Radweg an der Bachstraße soll im Jahr 2022 gebaut werden [1]. Die Kosten werden auf 1,2 Mio. Euro "
        "geschätzt [2].",
    ),
)


def messages(question: str, evidence: Sequence[Evidence], task: Task) -> list[Message]:
    """The conversation that asks for an answer."""
    rules = files("assistant.writing").joinpath("prompt.md").read_text(encoding="utf-8")
    lines: list[str] = []
    for heading, group in groupby(evidence, key=_heading):
        lines.append(f"\n{_one_line(heading)}:")
        lines += [f"[{one.number}] {_one_line(one.text)}" for one in group]
    wanted = f"Frage: {_one_line(question)}\n{_WANTED[task]}"
    # An example says more to a small model than rules do; it is about something that nobody asks for.
    # The question stands behind the sentences: small models forget what came before them.
    asked = Message("user", "Sätze:\n" + "\n".join(lines) + f"\n\n{wanted}")
    return [Message("system", rules), *_EXAMPLE, asked]


def repair(sentence: str, objections: Sequence[str], evidence: Sequence[Evidence]) -> list[Message]:
    """The conversation that asks for one sentence anew, with what is wrong about it."""
    rules = files("assistant.writing").joinpath("prompt.md").read_text(encoding="utf-8")
    lines = "\n".join(f"[{one.number}] {_one_line(one.text)}" for one in evidence)
    wrong = " ".join(dict.fromkeys(objections))
    return [
        Message("system", rules),
        Message(
            "user",
            f"Sätze:\n{lines}\n\nDieser Satz ist so nicht belegt: „{_one_line(sentence)}“\n{wrong}\n"
            "Schreibe ihn neu, nur mit dem, was in den Sätzen steht; schreibe nur diesen einen Satz mit seiner Nummer.",
        ),
    ]


def _heading(one: Evidence) -> str:
    """Document and section; without what in their titles speaks to a machine."""
    told = [part for part in (one.about, one.section) if part and not speaks_to_a_machine(part)]
    return ", ".join(told) or one.kind


def _one_line(text: str) -> str:
    """Text of a document or a question as one line: it cannot open a line of its own in the prompt."""
    return " ".join(text.replace("[", "(").replace("]", ")").split())
