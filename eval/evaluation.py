"""A finished evaluation: what every system came to on the same questions, as figures with intervals."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from statistics import median_high
from typing import Final

from eval.figures import Figure
from eval.metrics.refusals import REFUSAL_FIGURES, refusal_scores
from eval.records import Record, Table
from eval.statistics import Difference, Estimate, Resamples, percentile
from eval.systems.base import System
from eval.tasks.base import Failure, Heard, Item, Section, Task
from eval.wordings import Wordings

OURS: Final = "aktenkundig"
ALL: Final = "all"
WARM_UP_QUESTION: Final = "Worum geht es in den Unterlagen?"
SENSELESS: Final = {"always_answer": False, "always_refuse": True}
"""Two assistants without any sense: whether each refuses."""
LATENCIES: Final = {"p50": 0.5, "p95": 0.95, "p99": 0.99}

Estimates = Mapping[str, Estimate]


@dataclass(frozen=True, slots=True)
class Data:
    """What was asked: the file, the hash of its bytes, and how many questions of it."""

    file: str
    sha256: str
    questions: int

    @classmethod
    def of(cls, file: Path, questions: int) -> Data:
        """What was asked of a file that is there."""
        return cls(file.name, hashlib.sha256(file.read_bytes()).hexdigest(), questions)


@dataclass(frozen=True, slots=True)
class Performance:
    """Of ``ask`` in processes of its own: seconds from start to answer, and the most memory that one held."""

    cold_start_s: Sequence[float]
    peak_memory_mb: float

    @property
    def usual_cold_start_s(self) -> float:
        """The median, a value that occurred: of an even number the upper one."""
        return median_high(self.cold_start_s)


@dataclass
class Evaluation:
    """``items`` holds, for each system, its items on the same questions in the same order; ours is the first.

    ``documents`` is a hash of the texts that were searched, ``settings`` that of the settings. ``scored`` names the
    predictions, ours or somebody else's, that were only scored.
    """

    task: str
    title: str
    data: Data
    sections: Sequence[Section]
    headline: Sequence[str]
    items: Mapping[str, Sequence[Item]]
    settings: str
    documents: str
    performance: Performance | None = None
    scored: str | None = None
    wordings: Wordings | None = None
    _estimates: dict[tuple[str, str, str], Estimate] = field(default_factory=dict, repr=False)
    _drawn: dict[tuple[str, str], Resamples] = field(default_factory=dict, repr=False)

    @property
    def baselines(self) -> list[str]:
        """The systems that ours is compared with."""
        return [name for name in self.items if name != OURS]

    @cached_property
    def figures(self) -> dict[str, Figure]:
        """All figures by name, in the order in which they are shown."""
        return {figure.name: figure for section in self.sections for figure in section.figures}

    @cached_property
    def groups(self) -> dict[str, list[int]]:
        """The questions (by position) of each split that there is, and of all."""
        records = [item.record for item in self.items[OURS]]
        splits = {
            split: [position for position, record in enumerate(records) if record.split == split]
            for split in ("calibration", "test")
        }
        return {name: found for name, found in splits.items() if found} | {ALL: list(range(len(records)))}

    @property
    def main(self) -> str:
        """The group that figures are quoted of: what nothing was tuned on."""
        return "test" if "test" in self.groups else ALL

    @cached_property
    def kinds(self) -> dict[str, list[int]]:
        """The questions of the main group by kind."""
        found: dict[str, list[int]] = {}
        for position in self.groups[self.main]:
            found.setdefault(self.items[OURS][position].record.kind, []).append(position)
        return found

    @property
    def failures(self) -> list[tuple[str, Failure]]:
        """The questions of ours that failed."""
        return [(item.record.id, item.failure) for item in self.items[OURS] if item.failure is not None]

    @property
    def failures_by_reason(self) -> dict[str, list[tuple[str, Failure]]]:
        """The questions of ours that failed, by reason."""
        found: dict[str, list[tuple[str, Failure]]] = {}
        for name, failure in self.failures:
            found.setdefault(failure.reason, []).append((name, failure))
        return found

    def estimates(self, group: str, system: str = OURS) -> dict[str, Estimate]:
        """Every figure of a group: a split, ``all``, or a kind."""
        return {name: self._estimate(name, group, system) for name in self.figures}

    def headline_estimates(self, group: str, system: str = OURS) -> dict[str, Estimate]:
        """The few figures that are shown at a glance."""
        return {name: self._estimate(name, group, system) for name in self.headline}

    def differences(self, baseline: str) -> dict[str, Difference]:
        """What ours has more than a baseline on the main group, for the figures at a glance."""
        ours, theirs = self._resamples(self.main, OURS), self._table(self.main, baseline)
        return {name: ours.difference(self.figures[name], theirs) for name in self.headline}

    def senseless(self) -> dict[str, dict[str, Estimate]]:
        """The refusal figures of assistants that always answer or always refuse, on the main group."""
        records = self._table(self.main, OURS).records
        answers: dict[str, dict[str, Estimate]] = {}
        for name, refused in SENSELESS.items():
            resamples = Resamples(Table([_without_sense(record, refused=refused) for record in records]))
            answers[name] = {figure.name: resamples.estimate(figure) for figure in REFUSAL_FIGURES}
        return answers

    def latencies_ms(self, system: str = OURS) -> dict[str, float]:
        """What callers waited, in milliseconds."""
        seconds = [item.seconds for item in self.items[system]]
        found = {name: percentile(seconds, share) for name, share in LATENCIES.items()}
        return {name: round(value * 1000, 1) for name, value in found.items() if value is not None}

    def records(self, group: str = ALL, system: str = OURS) -> Sequence[Record]:
        """The records of a group."""
        return self._table(group, system).records

    def _estimate(self, name: str, group: str, system: str) -> Estimate:
        key = (name, group, system)
        if key not in self._estimates:
            self._estimates[key] = self._resamples(group, system).estimate(self.figures[name])
        return self._estimates[key]

    def _resamples(self, group: str, system: str) -> Resamples:
        key = (group, system)
        if key not in self._drawn:
            self._drawn[key] = Resamples(self._table(group, system))
        return self._drawn[key]

    def _table(self, group: str, system: str) -> Table:
        positions = self.groups[group] if group in self.groups else self.kinds[group]
        items = self.items[system]
        return Table([items[position].record for position in positions])


def evaluate(
    task: Task,
    systems: Sequence[System],
    run: Callable[[System, Heard | None], list[Item]],
    *,
    title: str,
    data: Data,
    settings: str,
    documents: str,
    heard: Heard | None = None,
) -> Evaluation:
    """Let every system ``run`` the task, after a question that only warms up.

    ``heard`` hears of ours, which comes first.
    """
    items: dict[str, list[Item]] = {}
    for position, system in enumerate(systems):
        system.ask(WARM_UP_QUESTION)
        items[system.name] = run(system, heard if position == 0 else None)
    return Evaluation(task.name, title, data, task.sections, task.headline, items, settings, documents)


def documents_hash(texts: Mapping[str, str]) -> str:
    """A hash of what was searched: the names and texts of all documents."""
    digest = hashlib.sha256()
    for name in sorted(texts):
        digest.update(f"{name}\0{texts[name]}\0".encode())
    return digest.hexdigest()


def _without_sense(record: Record, *, refused: bool) -> Record:
    return replace(record, ratios=refusal_scores(answerable=record.raw["answerable"] == 1, refused=refused))
