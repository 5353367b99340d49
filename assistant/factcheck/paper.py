"""A fact check as a protocol to keep and to print: every claim, its verdict and what it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from assistant.composing import EXAMPLE
from assistant.export.paper import Block, Paper
from assistant.factcheck.shapes import VERDICTS, CheckedClaim, FactCheck, Verdict
from corpus.dates import german_date

_ABOUT: Final = (
    "Von einem Programm (Künstliche Intelligenz) geprüft, Satz für Satz gegen die Unterlagen. Es kann sich irren: "
    "Maßgeblich sind die genannten Stellen."
)
_TOLD: Final[dict[Verdict, str]] = {
    "belegt": "belegt",
    "teilweise belegt": "teilweise belegt",
    "weicht ab": "weicht ab",
    "nicht gefunden": "in den Unterlagen nicht gefunden",
    "keine prüfbare Aussage": "keine prüfbare Aussage",
}


def check_paper(check: FactCheck) -> Paper:
    """The protocol: date, documents searched, settings, a count of the verdicts, then claim by claim."""
    title = "Faktencheck"
    counts = check.counts()
    summary = "; ".join(f"{_TOLD[verdict]}: {counts[verdict]}" for verdict in VERDICTS)
    blocks = [
        Block("title", title),
        Block("note", f"Stand {german_date(check.checked_on)}. {_ABOUT}"),
        Block("strong", summary),
    ]
    for number, claim in enumerate(check.claims, start=1):
        blocks += _claim(number, claim)
    documents = "; ".join(check.documents) or "keine"
    blocks.append(Block("heading", "Durchsucht"))
    blocks.append(Block("note", f"{documents}. Einstellungen {check.settings}."))
    return Paper(title, blocks)


def remarks(claim: CheckedClaim) -> Iterator[str]:
    """What is to be said of a claim, a sentence each; the Fundstellen come with the quotes."""
    for one in claim.differences:
        if one.citation is None:
            yield f"Im Entwurf steht „{one.draft}“, richtig ist „{one.document}“."
        else:
            yield f"Im Entwurf steht „{one.draft}“, in den Unterlagen „{one.document}“."
    for part in claim.unproven:
        yield f"Nicht belegt ist „{part.text}“."
    if claim.note:
        yield claim.note
    if any(citation.origin == "example" for citation in claim.citations):
        yield f"Die Stelle steht in einem {EXAMPLE}."


def _claim(number: int, claim: CheckedClaim) -> Iterator[Block]:
    words = " ".join(claim.text.split())
    if claim.verdict == "keine prüfbare Aussage":
        yield Block("note", f"{number}. {words} – keine prüfbare Aussage")
        return
    yield Block("subheading", f"{number}. {words}")
    yield Block("text", " ".join(remarks(claim)), lead=f"{_TOLD[claim.verdict].capitalize()}.")
    for citation in claim.citations:
        yield Block("quote", f"„{' '.join(citation.quote.split())}“", source=citation.label)
