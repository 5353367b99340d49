"""Who may see what: the access that a document has, and the clearance of whoever asks.

A document is public, non-public (for the administration and, where Gremien are named, for their members), or internal
(for the administration only). Names of Gremien are compared without regard to case and blanks.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, Self, get_args

from corpus.types import DocumentInfo, Visibility

Role = Literal["council_member", "staff", "administrator"]
"""Mandatsträger, Verwaltung, Administration; whoever has none of them is the public."""
ROLES: Final[tuple[Role, ...]] = get_args(Role)
ROLES_BY_NAME: Final[dict[str, Role]] = {
    "mandat": "council_member", "verwaltung": "staff", "administration": "administrator",
}  # fmt: skip
"""As people write them."""
_SEES_EVERYTHING: Final[frozenset[Role]] = frozenset({"staff", "administrator"})
VISIBILITIES: Final[tuple[Visibility, ...]] = get_args(Visibility)
"""From the least strict to the strictest."""


def gremium_name(name: str) -> str:
    """A Gremium's name as it is stored and shown: composed letters, single blanks."""
    return " ".join(unicodedata.normalize("NFC", name).split())


def rule_key(document: str) -> str:
    """Under which a rule by command stands: a strict one outlives its document, whose id may have words of it."""
    return hashlib.sha256(document.encode()).hexdigest()


def gremium_key(name: str) -> str:
    """What two spellings of one Gremium have in common."""
    return gremium_name(name).casefold()


@dataclass(frozen=True, slots=True)
class Access:
    """Who may see a document; only a non-public one has ``gremien``."""

    visibility: Visibility
    gremien: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.gremien and self.visibility != "non_public":
            raise ValueError(f"only a non-public document is for some Gremien, not a {self.visibility} one")

    @classmethod
    def of(cls, info: DocumentInfo) -> Self:
        """The access that a document has."""
        return cls(info.visibility, info.gremien)

    def is_looser_than(self, other: Access) -> bool:
        """Whether anybody sees more by this one."""
        mine, its = VISIBILITIES.index(self.visibility), VISIBILITIES.index(other.visibility)
        if mine != its:
            return mine < its
        return not set(map(gremium_key, self.gremien)) <= set(map(gremium_key, other.gremien))

    def at_least(self, visibility: Visibility) -> Access:
        """This access, or if it is less strict than ``visibility``, that."""
        if VISIBILITIES.index(self.visibility) >= VISIBILITIES.index(visibility):
            return self
        return Access(visibility)

    def narrowed_to(self, other: Access) -> Access:
        """What only those may see who may see it by both."""
        if self.visibility == other.visibility:
            shared = set(map(gremium_key, other.gremien))
            return Access(self.visibility, tuple(name for name in self.gremien if gremium_key(name) in shared))
        return max(self, other, key=lambda access: VISIBILITIES.index(access.visibility))

    @property
    def packed(self) -> str:
        """The Gremien as a JSON object from key to name, as they are stored."""
        return packed_gremien(self.gremien)


def in_words(access: Access) -> str:
    """An access as it is told: "nichtöffentlich, für Kreisausschuss"."""
    level = {"public": "öffentlich", "non_public": "nichtöffentlich", "internal": "intern"}[access.visibility]
    return f"{level}, für {', '.join(access.gremien)}" if access.gremien else level


def packed_gremien(names: Iterable[str]) -> str:
    """Names of Gremien as a JSON object from :func:`gremium_key` to name."""
    return json.dumps({gremium_key(name): gremium_name(name) for name in names}, ensure_ascii=False)


def unpacked_gremien(packed: str) -> tuple[str, ...]:
    """The names that :func:`packed_gremien` has packed."""
    names: Mapping[str, str] = json.loads(packed)
    return tuple(names.values())


@dataclass(frozen=True, slots=True)
class Clearance:
    """What somebody may see: public documents, non-public ones of these Gremien, or everything by role.

    ``gremien`` are keys, see :func:`gremium_key`; :meth:`of` makes them of names. Equal clearances see the same, so a
    clearance is the key of whatever is kept for those who ask.
    """

    roles: frozenset[Role] = frozenset()
    gremien: frozenset[str] = field(default=frozenset())

    @classmethod
    def of(cls, roles: Iterable[Role] = (), gremien: Iterable[str] = ()) -> Self:
        """The clearance of these roles; only council members see anything by their Gremien."""
        held = frozenset(roles)
        named = frozenset(map(gremium_key, gremien)) if "council_member" in held else frozenset[str]()
        return cls(held, named)

    @property
    def sees_everything(self) -> bool:
        """Whether no document is hidden."""
        return not self.roles.isdisjoint(_SEES_EVERYTHING)

    @property
    def changes_documents(self) -> bool:
        """Whether documents may be uploaded, removed, and shown to others."""
        return self.sees_everything

    @property
    def view(self) -> Clearance:
        """The clearance without what makes no difference to what is seen: equal views see the same."""
        if self.sees_everything:
            return FULL
        return Clearance(frozenset({"council_member"}), self.gremien) if self.gremien else PUBLIC


PUBLIC: Final = Clearance()
FULL: Final = Clearance(frozenset({"staff"}))
