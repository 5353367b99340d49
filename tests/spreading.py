"""How the tests are spread over several processes (pytest-xdist)."""

from __future__ import annotations

from collections.abc import Sequence

from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController


class FilesInOrder(LoadScopeScheduling):
    """Hands out runs of neighbouring tests of one file, in the order in which they were collected."""

    _runs: dict[str, str]

    def add_node_collection(self, node: WorkerController, collection: Sequence[str]) -> None:
        """Remember to which run each test belongs."""
        self._runs = {}
        number, before = 0, ""
        for name in collection:
            file = name.partition("::")[0]
            number, before = number + (file != before), file
            self._runs[name] = f"{number} {file}"
        super().add_node_collection(node, collection)

    def _split_scope(self, nodeid: str) -> str:
        return self._runs[nodeid]
