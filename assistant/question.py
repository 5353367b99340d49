"""Understands a question before the search: spelling, abbreviations, the kind of answer, what it refers to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.answer import Turn
from assistant.parts import parts_of
from assistant.wording import wording
from corpus.analysis import analyse, fold, words
from corpus.dates import with_full_dates
from corpus.errors import QuestionError
from corpus.spelling import Vocabulary
from corpus.types import Abbreviation

AnswerKind = Literal[
    "date",
    "amount",
    "number",
    "frequency",
    "law",
    "name",
    "person",
    "place",
    "reason",
    "yes_no",
    "definition",
    "list",
    "other",
]

_WORDINGS: dict[AnswerKind, tuple[str, ...]] = {
    "reason": (r"warum", r"weshalb", r"wieso", r"weswegen", r"wozu", r"aus welche[mn] gr(?:u|ü|ue)nd\w*",
               r"mit welcher begründung"),
    "amount": (r"(?:was|wie ?viel) (?:\w+ ){0,3}?kost\w+", r"kost\w* (?:\w+ ){0,3}?was", r"wie teuer",
               r"wie ?viele?s? (?:euro|geld|mittel)",
               r"wie hoch (?:\w+ ){0,4}?\w*(?:kosten|betr[aä]g\w*|zuschuss\w*|förder\w+|umlage|ausgaben|aufwand)",
               r"wie hoch (?:\w+ ){0,4}?\w*(?:summe|aufwendungen|budget|etat|beitrag)",
               r"welche (?:\w+ )?\w*kosten (?:\w+ )?(?:ent|fall|hat|haben|verurs|komm)\w*", r"was (?:zahl|bezahl)\w+"),
    "frequency": (r"wie ?oft", r"wie ?häufig", r"wie regelmäßig",
                  r"in welche[mn] (?:abstand|abständen|turnus|rhythmus)"),
    "number": (r"wie ?viel(?:e[nrms]?)?", r"welche anzahl",
               r"wie hoch (?:ist|sind|war|liegt)"),
    "date": (r"(?:(?:seit|bis|ab|von) )?wann", r"welche[mnrs]? (?:datum|tag|tage|jahr|monat|zeitpunkt|termin)\w*"),
    "law": (r"(?:nach|gemäß|auf|laut) welche[mnrs]? (?:\w+ )?(?:paragra\w+|gesetz\w*|recht\w*|vorschrift|norm)",
            r"welche[rns]? (?:paragra\w+|gesetz\w*|rechtsgrundlage|vorschrift)", r"rechtsgrundlage",
            r"rechtliche\w* grundlage"),
    "name": (r"wie (?:heißt|heisst|heißen|heissen)", r"wie lautet der name", r"namen? (?:des|der|von)"),
    "person": (r"wer", r"wem", r"wen", r"wessen",
               r"welche[rmns]? (?:\w+ )?(?:fraktion|partei|gremium|ausschuss|ministerium|stelle|behörde|amt)\w*",
               r"welche[rmns]? (?:\w+ )?(?:person|gruppe)\w*"),
    "place": (r"wo", r"wohin", r"woher",
              r"in welche[rmn]? (?:\w+ )?(?:stadt|städten|ort|orten|gemeinde|gemeinden|kommunen?)"),
    "definition": (r"wofür steht", r"was (?:bedeutet|heißt|heisst|ist mit|versteht|meint)",
                   r"was ist(?: (?:ein|eine|das|die|der|denn))?", r"abkürzung"),
    "list": (r"welche", r"nenne", r"zähle", r"liste"),
}  # fmt: skip
"""The words with which German asks, tried in this order: "Warum kostet …" asks for a reason."""
_YES_NO = """
    ist sind war waren hat haben hatte hatten wird werden wurde wurden kann können konnte soll sollen sollte muss müssen
    musste darf dürfen gibt gab liegt liegen steht stehen stimmt stimmen will wollen bekommt bekommen gehört gilt gelten
    lehnt lehnen trägt macht braucht müsste wäre
""".split()
"""Verbs at the beginning of a question that wants yes or no."""
_KINDS: list[tuple[AnswerKind, re.Pattern[str]]] = [
    *((kind, re.compile(rf"\b(?:{'|'.join(patterns)})\b", re.IGNORECASE)) for kind, patterns in _WORDINGS.items()),
    ("yes_no", re.compile(rf"^\W*(?:und |aber |also |denn )?(?:{'|'.join(_YES_NO)})\b", re.IGNORECASE)),
]

_REFERRING = re.compile(
    r"^\W*(?:und|aber|also|sondern|oder)\b"
    r"|\b(?:davon|dazu|dafür|dagegen|damit|darüber|darin|daran|dabei|danach|dort|damals)\b"
    # Before a noun "das" is its article: "Wann soll das Zentrum beginnen?" stands alone.
    r"|\b(?:ist|war|hat|wird|wurde|kostet|kosten|geht|bedeutet|heißt|steht|macht|soll) das\b"
    r"(?!\s+(?:[a-zäöü]\S*\s+){0,2}(?-i:[A-ZÄÖÜ]))"
    r"|\bdenn\W*$"
    r"|\bdas (?:denn|genau|noch)\b(?!\s+(?-i:[A-ZÄÖÜ]))"
    r"|\b(?:die|der)\s+(?:dagegen|dafür|damit|davon|genau|zweite[nr]?|erste[nr]?|dritte[nr]?|letzte[nr]?|andere[nr]?|beiden)"
    r"\b(?!\s+(?-i:[A-ZÄÖÜ]))",
    re.IGNORECASE,
)
"""What points back to an earlier message."""
_PRONOUN = re.compile(
    r"\b(?:deren|dessen|denen|jene[rsmn]?|diese[rsmn]?|dies|er|sie|(?<!gibt )es|ihn|ihm|ihnen)\b", re.IGNORECASE
)
_NOUN = re.compile(r"(?<=\s)[A-ZÄÖÜ]\w+")
_HOW_MANY = re.compile(r"\bwie ?viel\w*", re.IGNORECASE)
_POLITE = frozenset({"Sie", "Ihnen", "Ihr", "Ihre", "Ihren", "Ihrer"})
_SHORT = re.compile(r"^[A-ZÄÖÜ][A-Za-zÄÖÜäöü]{0,7}[A-ZÄÖÜ]$")


@dataclass(frozen=True, slots=True)
class UnderstoodQuestion:
    """``standalone`` is shown to the reader, ``search`` is what is embedded and looked up.

    ``terms`` are the index terms that an answer should speak of; ``abbreviation`` is the one that a definition
    question asks for.
    """

    text: str
    standalone: str
    search: str
    kind: AnswerKind
    terms: tuple[str, ...]
    abbreviation: str | None = None


class QuestionReader:
    """Understands questions with the words and abbreviations of the documents in scope."""

    def __init__(self, abbreviations: Sequence[Abbreviation], vocabulary: Vocabulary) -> None:
        self._abbreviations = list(abbreviations)
        self._vocabulary = vocabulary

    def understand(self, question: str, history: Sequence[Turn] = ()) -> UnderstoodQuestion:
        """Correct the spelling, write dates and abbreviations out, and add what the conversation is about."""
        text = " ".join(question.split())
        corrected = with_full_dates(self._corrected(text))
        earlier = [" ".join(turn.text.split()) for turn in history if turn.role == "user"]
        context = _context(corrected, earlier)
        standalone = f"{corrected} (im Zusammenhang mit: {context})" if context else corrected
        written_out = self._written_out(f"{corrected} {context}".strip())
        asked = next((a.short for a in self._abbreviations if self._asks_for(a, corrected)), None)
        return UnderstoodQuestion(
            text=text,
            standalone=standalone,
            search=_widened(written_out),
            kind=answer_kind(corrected),
            terms=tuple(dict.fromkeys(analyse(written_out))),
            abbreviation=asked,
        )

    def understand_parts(self, question: str, history: Sequence[Turn] = ()) -> list[UnderstoodQuestion]:
        """Each thing that the question asks for by itself; what comes later may point back to what comes first."""
        first, *others = parts_of(question)
        before = [*history, Turn(role="user", text=first)]
        return [self.understand(first, history), *(self.understand(other, before) for other in others)]

    def with_long_forms(self, text: str) -> str:
        """Document text with the long forms of the abbreviations in it, for comparing wordings."""
        present = {word for word, _ in words(text)}
        return " ".join([text, *(a.long for a in self._abbreviations if a.short in present)])

    def _corrected(self, text: str) -> str:
        """Replace words that are probably misspelt; the rest stays as it was typed."""
        pieces: list[str] = []
        position = 0
        for word, span in words(text):
            better = self._vocabulary.correct(word) if word.isalpha() and not self._is_abbreviation(word) else None
            if better is not None:
                pieces += [text[position : span.start], better.capitalize() if word[0].isupper() else better]
                position = span.end
        return "".join(pieces) + text[position:]

    def _is_abbreviation(self, word: str) -> bool:
        return bool(_SHORT.match(word)) or any(fold(word) == fold(a.short) for a in self._abbreviations)

    def _written_out(self, text: str) -> str:
        """Add the long form after each abbreviation, also after a variant that its long form explains (KIZ for KI)."""
        additions: dict[str, None] = {}
        for word, _ in words(text):
            for abbreviation in self._abbreviations:
                same = fold(word) == fold(abbreviation.short) and (word[0].isupper() or len(word) > 2)
                if same or (_SHORT.match(word) and is_variant(word, abbreviation)):
                    additions[abbreviation.long] = None
                    if not same:
                        additions[abbreviation.short] = None
        return f"{text} ({', '.join(additions)})" if additions else text

    def _asks_for(self, abbreviation: Abbreviation, text: str) -> bool:
        """Whether the question is just what this abbreviation means."""
        if answer_kind(text) != "definition":
            return False
        rest = [word for word, _ in words(text) if _is_content(word)]
        return len(rest) == 1 and (
            fold(rest[0]) == fold(abbreviation.short)
            or bool(_SHORT.match(rest[0]) and is_variant(rest[0], abbreviation))
        )


def check_question(question: str, longest: int) -> None:
    """Raise :class:`QuestionError` with a German sentence if the question is empty or longer than ``longest``."""
    length = len(question.strip())
    if not any(character.isalnum() for character in question):
        raise QuestionError("Die Frage ist leer; bitte eine Frage zu den Unterlagen stellen.")
    if length > longest:
        given, allowed = (f"{number:,}".replace(",", ".") for number in (length, longest))
        raise QuestionError(f"Die Frage hat {given} Zeichen; bitte auf höchstens {allowed} kürzen.")


def answer_kind(question: str) -> AnswerKind:
    """What kind of answer the question asks for, by its question word."""
    return next((kind for kind, pattern in _KINDS if pattern.search(question)), "other")


def is_variant(short: str, abbreviation: Abbreviation) -> bool:
    """Whether another short form stands for the same long form.

    It begins with the known one, and its letters occur in order in the long form: "KIZ" beside "KI" for "Kommunales
    Integrationszentrum".
    """
    letters, known = fold(short), fold(abbreviation.short)
    if len(letters) <= len(known) or not letters.startswith(known):
        return False
    long, position = fold(abbreviation.long), 0
    for letter in letters:
        position = long.find(letter, position) + 1
        if not position:
            return False
    return True


_DEFINING = frozenset(
    "abkürzung begriff bedeutet denn eigentlich genau heisst heißt kürzel lautet meint steht versteht wofür".split()
)
"""What a definition question is made of beside the thing that it asks for."""


def _is_content(word: str) -> bool:
    """Whether a word of a definition question may be the thing asked for."""
    return bool(analyse(word)) and fold(word) not in _DEFINING


def _widened(text: str) -> str:
    """The search text with the words that administrations use for its everyday words."""
    added = dict.fromkeys(found for term in analyse(text) if (found := wording(term)))
    return f"{text} ({', '.join(added)})" if added else text


def _context(text: str, earlier: Sequence[str]) -> str:
    """What a question refers to: the last earlier question that stands on its own, and those after it."""
    if not earlier or not depends(text):
        return ""
    needed: list[str] = []
    for previous in reversed(earlier):
        needed.insert(0, previous)
        if not depends(previous):
            break
    return " ".join(needed)


def depends(text: str) -> bool:
    """Whether a question cannot be understood without the conversation."""
    if _REFERRING.search(text) or len(analyse(_HOW_MANY.sub(" ", text))) <= 1:
        return True
    pronoun = _PRONOUN.search(text)
    if pronoun is None or pronoun.group() in _POLITE:
        return False
    # A noun before it in the same question is what the pronoun stands for: "Was kostet das KI, und wer trägt es?"
    return all(match.group() in _POLITE for match in _NOUN.finditer(text, 0, pronoun.start()))
