"""What the network learns from, how much of each set, and where it lies below the data folder."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from eval.training import sources
from eval.training.papers import invented_papers
from eval.training.sources import Labelled
from eval.training.tables import invented_tables
from eval.training.written import written_questions


@dataclass(frozen=True, slots=True)
class Part:
    """A set, its files, and how many of its questions one pass takes; more than there are means several times.

    Without files its questions are invented: ``invent`` takes their number and a seed. ``names`` tells whether a
    capitalised word inside a sentence is a name in its language.
    """

    name: str
    files: tuple[str, ...]
    questions: int
    read: Callable[[Path], Iterator[Labelled]] | None = None
    invent: Callable[[int, int], Iterator[Labelled]] | None = None
    names: bool = True

    def wanted(self, share: float) -> int:
        """How many questions one pass takes of ``share`` of the set."""
        return round(self.questions * share)

    def drawn(self, data: Path, seed: int, share: float = 1.0) -> list[Labelled]:
        """The questions of one pass, or ``share`` of them, in random order."""
        chance = random.Random(f"{seed} {self.name}")
        wanted = self.wanted(share)
        if self.invent is not None:
            return list(self.invent(wanted, seed))
        if self.read is None:
            raise ValueError(f"{self.name} has neither files nor an inventor")
        there = [labelled for name in self.files for labelled in self.read(data / name) if labelled.text.spans]
        return list(sources.drawn_again(there, wanted, chance))


def _squad(name: str, column: int = 1) -> Callable[[Path], Iterator[Labelled]]:
    return lambda path: sources.read_squad_like(name, path, sources.excluded_questions(path.parent, column))


_OMOS_DEV: Final = "omos-qa/dev_de.jsonl"

PLAN: Final = (
    Part("omos", ("omos-qa/train_de.jsonl",), 1844, lambda path: sources.read_omos("omos", path), names=False),
    Part(
        "headings",
        ("omos-qa/integreat_pages_lkaugsburg_de.json",),
        600,
        lambda path: sources.read_headings("headings", path, sources.page_ids(path.parent.parent / _OMOS_DEV)),
        names=False,
    ),
    Part(
        "legalquad",
        ("legalquad-de/dev-half.json",),
        200,
        lambda path: sources.read_judgments("legalquad", path),
        names=False,
    ),
    Part("written", (), 9000, invent=written_questions, names=False),
    Part("tables", (), 1500, invent=invented_tables, names=False),
    Part("papers", (), 2500, invent=invented_papers, names=False),
    Part(
        "pawsx",
        ("pawsx-de/dev.tsv", "pawsx-de/test.tsv"),
        1000,
        lambda path: sources.read_pairs("pawsx", path),
        names=False,
    ),
    Part(
        "boolq",
        tuple(f"training/boolq_en/{split}.jsonl" for split in ("train", "dev", "test")),
        4000,
        lambda path: sources.read_yes_or_no("boolq", path, sources.excluded_places(path.parent)),
    ),
    Part(
        "norquad",
        tuple(
            f"training/norquad_no/annotation_{kind}_answers_{half}.json"
            for kind in ("news", "wikipedia")
            for half in (1, 2)
        ),
        4700,
        _squad("norquad"),
    ),
    Part("squad2", ("training/squad2_en_10_articles/train.json",), 4700, _squad("squad2")),
    Part(
        "squad",
        ("training/squad_en_train_sample/train.json",),
        3300,
        lambda path: sources.read_squad_sample("squad", path, sources.excluded_places(path.parent)),
    ),
    Part("wiki", ("training/squadshifts_en/new_wiki_v1.0.json",), 7500, _squad("wiki")),
    Part("reddit", ("training/squadshifts_en/reddit_v1.0.json",), 3000, _squad("reddit")),
    Part("amazon", ("training/squadshifts_en/amazon_reviews_v1.0.json",), 2000, _squad("amazon")),
    Part(
        "swequad",
        tuple(f"training/swequad_mc_sv/{split}.json" for split in ("training", "dev", "test")),
        1200,
        lambda path: sources.read_choices("swequad", path),
    ),
    Part(
        "piaf",
        ("training/piaf_admin_fr/cnil_besoindaide_PIAF_V5.json", "training/piaf_admin_fr/crpa_squad.json"),
        700,
        _squad("piaf", 2),
    ),
    Part("faquad", ("training/faquad_pt/train.json", "training/faquad_pt/dev.json"), 900, _squad("faquad")),
    Part("policyqa", ("training/policyqa_en/dev.json", "training/policyqa_en/test.json"), 2000, _squad("policyqa")),
    Part(
        "selqa",
        ("training/selqa_en/selqa-ass-dev.json", "training/selqa_en/selqa-ass-test.json"),
        2300,
        lambda path: sources.read_selection("selqa", path, sources.excluded_places(path.parent)),
    ),
)
"""OMoS-QA dev, MLQA-de dev and the NoMIRACL half are left out: on them it is measured."""


def hashes(data: Path, parts: Iterable[Part] = PLAN) -> dict[str, str]:
    """SHA-256 of every file that is learnt from."""
    return {name: hashlib.sha256((data / name).read_bytes()).hexdigest() for part in parts for name in part.files}
