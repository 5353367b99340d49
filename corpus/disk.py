"""When a disk is full: one sentence, wherever it is noticed first."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from corpus.errors import StoreError

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def no_room(directory: Path) -> StoreError:
    """What a user is told; what was there before is there still."""
    return StoreError(
        f"Auf dem Datenträger von „{directory}“ ist kein Platz mehr; bitte Platz schaffen und es noch einmal versuchen."
    )


@contextmanager
def room_needed(directory: Path) -> Iterator[None]:
    """Turn an :class:`OSError` for want of room into a :class:`StoreError`; all others stay what they are."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise no_room(directory) from error
        raise
