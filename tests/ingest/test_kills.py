"""A run that is killed at any step leaves a store that answers and mends itself; the full form is a benchmark."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.kills import Place, torture

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, models_directory: Path) -> Place:
    return Place.make(tmp_path_factory.mktemp("abbruch"), models_directory)


@pytest.mark.parametrize("step", [4, 8, 12, 16])
def test_a_run_that_is_killed_at_a_step_does_no_harm(place: Place, step: int) -> None:
    assert place.kill_at_step(place.root / "daten", step)
    assert place.check(place.root / "daten") == []


def test_a_run_that_is_killed_at_a_random_moment_does_no_harm(place: Place) -> None:
    assert torture(place, steps=[], moments=1) == []
