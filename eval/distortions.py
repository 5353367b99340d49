"""Ways to make a true sentence false, each by a small change that a language model might make."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from assistant.proof.facts import facts


@dataclass(frozen=True)
class Lie:
    """A sentence that its evidence does not prove."""

    kind: str
    text: str


def _replaced(text: str, pairs: dict[str, str]) -> Iterator[str]:
    for word, other in pairs.items():
        for match in re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", text):
            yield text[: match.start()] + other + text[match.end() :]


def numbers(text: str) -> Iterator[str]:
    """Another number, and two numbers exchanged."""
    places = [fact for fact in facts(text) if fact.kind == "number" and fact.text[0].isdigit()]
    for fact in places:
        digits = fact.text
        for changed in (_next_digit(digits, 0), _next_digit(digits, -1)):
            yield text[: fact.span.start] + changed + text[fact.span.end :]
    for one, other in pairwise(places):
        between = text[one.span.end : other.span.start]
        # Of a bare list another order is no lie.
        if one.text != other.text and re.search(r"[^\W\d_]{2}", between):
            yield (
                text[: one.span.start]
                + other.text
                + text[one.span.end : other.span.start]
                + one.text
                + text[other.span.end :]
            )


def _next_digit(told: str, which: int) -> str:
    places = [i for i, c in enumerate(told) if c.isdigit()]
    place = places[which]
    digit = str(int(told[place]) % 9 + 1)
    return told[:place] + digit + told[place + 1 :]


def dates(text: str) -> Iterator[str]:
    """Another day, month or year."""
    for fact in facts(text):
        if fact.kind == "date":
            told = fact.text
            year = re.search(r"(?:19|20)\d\d", told)
            if year:
                yield text[: fact.span.start] + told.replace(year[0], str(int(year[0]) + 1)) + text[fact.span.end :]
            if re.match(r"\d{1,2}\.", told):
                day = int(told.split(".")[0])
                other = f"{day % 27 + 1:02d}"
                yield text[: fact.span.start] + other + told[told.index(".") :] + text[fact.span.end :]


def units(text: str) -> Iterator[str]:
    """Another magnitude or unit."""
    yield from _replaced(
        text, {"Euro": "Mio. Euro", "€": "T€", "Prozent": "Euro", "Mio.": "Mrd.", "Stellen": "Prozent"}
    )
    yield from _replaced(text, {"Wochen": "Monate", "Jahre": "Monate", "Monate": "Wochen", "Tage": "Stunden"})


def negations(text: str) -> Iterator[str]:
    """One put in, one taken out."""
    for verb in (
        "ist",
        "sind",
        "hat",
        "haben",
        "wird",
        "werden",
        "wurde",
        "wurden",
        "soll",
        "sollen",
        "kann",
        "können",
        "muss",
    ):
        for match in re.finditer(rf"\b{verb}\b", text):
            yield f"{text[: match.end()]} nicht{text[match.end() :]}"
            break
    yield from _replaced(text, {"nicht ": " ", "kein": "ein", "keine": "eine", "keinen": "einen", "ohne": "mit"})
    for match in re.finditer(r"\bnicht ", text):
        yield text[: match.start()] + text[match.end() :]


def decisions(text: str) -> Iterator[str]:
    """Rejected for decided, agreed for rejected."""
    yield from _replaced(
        text,
        {
            "abgelehnt": "beschlossen", "beschlossen": "abgelehnt", "zugestimmt": "abgelehnt",
            "befürwortet": "abgelehnt",
            "empfiehlt": "beschließt", "empfohlen": "beschlossen", "beschließen": "ablehnen", "genehmigt": "abgelehnt",
            "Ablehnung": "Zustimmung", "Zustimmung": "Ablehnung", "beauftragt": "abgelehnt",
            "gefolgt": "entgegengetreten",
            "begrüßt": "kritisiert", "unterstützt": "lehnt", "vertagt": "beschlossen", "angenommen": "abgelehnt",
        },
    )  # fmt: skip
    for match in re.finditer(r"\blehn(?:t|en|te|ten)\b(.{3,80}?)\bab\b", text):
        yield text[: match.start()] + f"stimmen{match[1]}zu" + text[match.end() :]


def modality(text: str) -> Iterator[str]:
    """What shall or may be, told as what is, and the reverse."""
    yield from _replaced(
        text,
        {
            "soll": "wird", "sollen": "werden", "sollte": "muss", "kann": "muss", "können": "müssen", "könnte": "wird",
            "könnten": "werden", "muss": "kann", "müssen": "können", "darf": "muss", "will": "wird", "möchte": "wird",
            "würde": "wird", "würden": "werden", "voraussichtlich": "sicher", "möglicherweise": "sicher",
            "geplant": "beschlossen",
        },
    )  # fmt: skip


def tense(text: str) -> Iterator[str]:
    """What was, told as what is to come, and the reverse."""
    yield from _replaced(text, {"wurde": "wird", "wurden": "werden", "war": "ist", "wird": "wurde", "werden": "wurden"})


def quantity(text: str) -> Iterator[str]:
    """More or less than the source says."""
    yield from _replaced(
        text,
        {
            "einstimmig": "mehrheitlich", "mehrheitlich": "einstimmig", "überwiegend": "ausnahmslos", "alle": "einige",
            "einige": "alle", "mindestens": "höchstens", "höchstens": "mindestens", "viele": "wenige", "nur": "auch",
            "teilweise": "vollständig", "zunächst": "dauerhaft", "jährlich": "einmalig", "mehr": "weniger",
            "weniger": "mehr",
            "bis zu": "genau", "rund": "genau", "über": "unter", "jede": "keine", "beide": "keine",
        },
    )  # fmt: skip
    for word in ("bis zu ", "höchstens ", "mindestens "):
        if word in text:
            yield text.replace(word, "", 1)


def municipalities(text: str) -> Iterator[str]:
    """Another municipality or land."""
    for match in re.finditer(r"Kommunen? (\d\d)", text):
        other = f"{int(match[1]) % 19 + 1:02d}"
        yield text[: match.start(1)] + other + text[match.end(1) :]
    yield from _replaced(
        text, {"Rhein-Sieg-Kreis": "Rhein-Erft-Kreis", "Nordrhein-Westfalen": "Rheinland-Pfalz", "NRW": "Hessen"}
    )
    yield from _replaced(text, {"Dortmund": "Düsseldorf", "Kreises": "Landes", "Kreis": "Bund"})


def bodies(text: str) -> Iterator[str]:
    """Another body, office or party."""
    yield from _replaced(
        text,
        {
            "Kreisausschuss": "Jugendhilfeausschuss", "Kreistag": "Stadtrat", "Kreistages": "Stadtrates",
            "Verwaltung": "Bezirksregierung", "Land": "Bund", "CDU": "SPD", "Ausschuss": "Beirat",
            "Rat": "Hauptausschuss",
            "Bürgermeister": "Landrat", "Landrat": "Minister", "Kommunen": "Schulen", "Schulen": "Kitas",
            "Sozialamt": "Jugendamt",
        },
    )  # fmt: skip


def laws(text: str) -> Iterator[str]:
    """Another paragraph or law."""
    for match in re.finditer(r"§§? ?(\d+)", text):
        yield text[: match.start(1)] + str(int(match[1]) + 10) + text[match.end(1) :]
    for match in re.finditer(r"(?:Absatz|Abs\.) (\d)", text):
        yield text[: match.start(1)] + str(int(match[1]) + 1) + text[match.end(1) :]
    yield from _replaced(text, {"Integrationsgesetzes": "Schulgesetzes", "Kreisordnung": "Gemeindeordnung"})


def additions(text: str) -> Iterator[str]:
    """A true sentence with an invented end."""
    body = text.rstrip(".")
    for extra in (
        ", weil die Bezirksregierung es verlangt",
        " und kostet 2,4 Mio. Euro",
        ", was alle Fraktionen begrüßen",
        "; darüber hat der Rat bereits entschieden",
        ", obwohl der Landrat davon abrät",
        " in Abstimmung mit dem Jugendhilfeausschuss",
    ):
        yield f"{body}{extra}."


def proposals(text: str) -> Iterator[str]:
    """A proposal told as a decision, a plan as done."""
    for match in re.finditer(r"Der Kreisausschuss empfiehlt dem Kreistag, (.{10,400}?) zu beschließen", text):
        yield f"Der Kreistag hat {match[1]} beschlossen."
        yield f"Der Kreistag beschließt {match[1]}."
    if re.search(r"\bsoll\b.*\bwerden\b", text):
        yield re.sub(r"\bsoll\b(.*)\bwerden\b", r"ist\1worden", text, count=1)
    if re.search(r"\bsollen\b.*\bwerden\b", text):
        yield re.sub(r"\bsollen\b(.*)\bwerden\b", r"sind\1worden", text, count=1)


def conditions(text: str) -> Iterator[str]:
    """A condition left out."""
    for match in re.finditer(r", (?:wenn|sofern|falls|soweit|sobald) [^,.;]+(?=[,.;])", text):
        yield text[: match.start()] + text[match.end() :]
    for match in re.finditer(r"^(?:Wenn|Sofern|Falls|Sobald) [^,.;]+, (\w+) (\w+)", text):
        yield f"{match[2].capitalize()} {match[1]}{text[match.end() :]}"


KINDS: dict[str, Callable[[str], Iterator[str]]] = {
    "number": numbers,
    "date": dates,
    "unit": units,
    "negation": negations,
    "decision": decisions,
    "modality": modality,
    "tense": tense,
    "quantity": quantity,
    "municipality": municipalities,
    "body": bodies,
    "law": laws,
    "addition": additions,
    "proposal": proposals,
    "condition": conditions,
}


def lies(text: str) -> Iterator[Lie]:
    """All distortions of a sentence, each another text than it."""
    seen = {" ".join(text.split())}
    for kind, distort in KINDS.items():
        for other in distort(text):
            told = " ".join(other.split())
            if told not in seen:
                seen.add(told)
                yield Lie(kind, told)
