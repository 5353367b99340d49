"""Both indexes, empty, in a data directory of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus.store import Store
from corpus.vectors import VectorIndex
from tests.corpus.indexes import Indexes


@pytest.fixture
def indexes(tmp_path: Path) -> Iterator[Indexes]:
    store = Store.create(tmp_path)
    yield Indexes(store, VectorIndex(tmp_path))
    store.close()
