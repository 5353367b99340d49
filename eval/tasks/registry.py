"""The public benchmarks by name, and the figures of every task, for whoever has only a result file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from eval.figures import Figure
from eval.tasks.base import Section
from eval.tasks.nomiracl import NomiraclTask, load_nomiracl, load_nomiracl_predictions
from eval.tasks.omos import OmosTask, load_omos, load_omos_predictions
from eval.tasks.public import PublicTask
from eval.tasks.question_set import QUESTION_SECTIONS, QuestionSetTask
from eval.tasks.squad import LegalTask, SquadTask, load_reading_predictions, load_squad


@dataclass(frozen=True, slots=True)
class Benchmark:
    """How a public benchmark is read, asked, and scored again from a predictions file."""

    title: str
    load: Callable[[Path], PublicTask[Any, Any]]
    predictions: Callable[[Path], Mapping[str, Any]]


BENCHMARKS: Final = {
    "squad": Benchmark("Lesen (SQuAD-Form)", lambda path: SquadTask(*load_squad(path)), load_reading_predictions),
    "omos": Benchmark("OMoS-QA", lambda path: OmosTask(*load_omos(path)), load_omos_predictions),
    "nomiracl": Benchmark("NoMIRACL", lambda path: NomiraclTask(*load_nomiracl(path)), load_nomiracl_predictions),
    "legalquad": Benchmark("LegalQuAD", lambda path: LegalTask(*load_squad(path)), load_reading_predictions),
}

_SECTIONS: Final[Mapping[str, tuple[Section, ...]]] = {
    QuestionSetTask.name: tuple(QUESTION_SECTIONS),
    **{task.name: tuple(task.all_sections) for task in (SquadTask, LegalTask, OmosTask, NomiraclTask)},
}


def figures_of(task: str) -> dict[str, Figure]:
    """All figures that a task may have, by name; none for a task that is not known."""
    return {figure.name: figure for section in _SECTIONS.get(task, ()) for figure in section.figures}
