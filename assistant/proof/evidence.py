"""What a language model is given to write from, and what its sentences are proven by: numbered sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from assistant.decisions import PROPOSALS
from assistant.proof.told import Told
from corpus.types import Span


@dataclass(frozen=True)
class Evidence:
    """One sentence or table row of a document.

    ``text`` is how it reads (a row with the heads of its columns), ``span`` where it stands in the document.
    ``section``
    is the title of its section, ``kind`` that of its document, ``about`` what else is known of the document: title,
    Gremium, date.
    """

    number: int
    document: str
    span: Span
    text: str
    section: str
    kind: str
    about: str

    @cached_property
    def told(self) -> Told:
        """Its own words."""
        return Told.of(self.text)

    @cached_property
    def around(self) -> Told:
        """What it stands under."""
        return Told.of(f"{self.kind}. {self.section}. {self.about}.")

    @property
    def proposed(self) -> bool:
        """Whether it is part of a proposal, which is no decision."""
        return self.section.startswith(PROPOSALS)


def roots_of(cited: Sequence[Evidence]) -> frozenset[str]:
    """The roots of everything that is cited, with what it stands under."""
    return frozenset().union(*(one.told.roots | one.around.roots for one in cited))
