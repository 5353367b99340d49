"""Every nasty file is read correctly or refused with a reason; none crashes the run, hangs it or fills the memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.worker import Limits, ReadingWorkers
from tests.stress.nasty import Nasty, complaints
from tests.stress.nasty_files import FILES, build

pytestmark = pytest.mark.slow

LIMITS = Limits(stall_seconds=45.0, total_seconds=60.0)

Found = dict[str, list[str]]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Found:
    """What there is to complain of in each file, by its name; all are read in one run."""
    folder = tmp_path_factory.mktemp("boese")
    with ReadingWorkers(limits=LIMITS) as workers:
        return {
            nasty.name: complaints(nasty, outcome)
            for nasty, (_, outcome) in zip(FILES, workers.read_all(build(folder)), strict=True)
        }


@pytest.mark.parametrize("nasty", FILES, ids=lambda nasty: ascii(nasty.name)[1:-1])
def test_a_nasty_file_is_read_correctly_or_refused_with_a_reason(nasty: Nasty, found: Found) -> None:
    assert found[nasty.name] == []


def test_there_are_enough_nasty_files_each_with_a_name_and_an_expectation() -> None:
    assert len(FILES) >= 60
    assert len({nasty.name for nasty in FILES}) == len(FILES)
    assert all(nasty.reads or nasty.reports for nasty in FILES)


def test_building_the_files_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    """What fails today must fail tomorrow."""
    small = [nasty for nasty in FILES if nasty.name.startswith(("zwei-", "tabelle-", "liga", "anlagen-v", "antrag"))]
    for folder in ("eins", "zwei"):
        (tmp_path / folder).mkdir()
    for one, other in zip(build(tmp_path / "eins", small), build(tmp_path / "zwei", small), strict=True):
        assert one.read_bytes() == other.read_bytes(), one.name
