"""A short run of the fuzzers; the long one is ``python -m benchmarks.fuzzing``."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from benchmarks.fuzzing.__main__ import IN_PROCESS
from benchmarks.fuzzing.harness import Outcome, attempt, fuzz
from benchmarks.fuzzing.mutation import Mutator
from corpus.errors import QuestionError

INPUTS = {"register": 60, "settings": 30, "questions": 40, "drafts": 15, "values": 60, "oparl": 3}


@pytest.mark.parametrize("name", INPUTS)
def test_bad_input_ends_as_a_result_or_a_german_sentence(name: str, tmp_path: Path) -> None:
    outcome = fuzz(IN_PROCESS[name][0](tmp_path), INPUTS[name], 7, tmp_path / "fehler")
    assert [failure.trace for failure in outcome.failures] == []
    assert outcome.inputs == INPUTS[name]


@pytest.mark.slow
def test_bad_files_end_as_documents_or_a_german_sentence(tmp_path: Path) -> None:
    readers = IN_PROCESS["readers"][0](tmp_path)
    outcome = fuzz(readers, 20, 7, tmp_path / "fehler")
    readers.close()  # type: ignore[attr-defined]  # only this target has processes
    assert [failure.trace for failure in outcome.failures] == []


def test_the_same_seed_gives_the_same_inputs(tmp_path: Path) -> None:
    target = IN_PROCESS["register"][0](tmp_path)
    one, other = (Mutator(random.Random(3)) for _ in range(2))  # noqa: S311 - bad input, no secrets
    assert [target.make(one) for _ in range(20)] == [target.make(other) for _ in range(20)]


class Planted:
    """Fails in one of the ways that count."""

    name = "planted"
    seconds = 0.05

    def make(self, mutator: Mutator) -> bytes:
        return mutator.data(b"gut")

    def run(self, data: bytes) -> None:
        match data:
            case b"bug":
                raise KeyError("planted")
            case b"lines":
                raise QuestionError("Das ist kein\nSatz.")
            case b"hang":
                while True:
                    pass
            case b"refused":
                raise QuestionError("Das geht nicht.")


@pytest.mark.parametrize(
    ("data", "told"), [(b"bug", "KeyError"), (b"lines", "several lines"), (b"hang", "TooSlowError")]
)
def test_what_must_not_happen_is_kept_with_its_input(data: bytes, told: str, tmp_path: Path) -> None:
    outcome = Outcome("planted")
    attempt(Planted(), data, outcome, tmp_path)
    assert told in outcome.failures[0].trace
    assert outcome.failures[0].path.read_bytes() == data


def test_a_refusal_is_no_failure(tmp_path: Path) -> None:
    outcome = Outcome("planted")
    attempt(Planted(), b"refused", outcome, tmp_path)
    assert (outcome.refused, outcome.failures) == (1, [])
