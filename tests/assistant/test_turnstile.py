"""Whichever way questions come, no more are answered at once than the machine has cores for."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock

import pytest

from assistant.engine import Progress, unwatched
from assistant.turnstile import Turnstile


def test_no_more_pass_at_once_than_may() -> None:
    turnstile, lock = Turnstile(2), Lock()
    inside = most = 0

    def pass_once(_: int) -> None:
        nonlocal inside, most
        with turnstile.passed(unwatched):
            with lock:
                inside += 1
                most = max(most, inside)
            Event().wait(0.02)
            with lock:
                inside -= 1

    with ThreadPoolExecutor(12) as threads:
        list(threads.map(pass_once, range(24)))
    assert most == 2
    assert inside == 0


def test_whoever_waits_is_told_and_can_leave() -> None:
    turnstile = Turnstile(1)
    told: list[Progress] = []

    def leave(progress: Progress) -> None:
        told.append(progress)
        raise TimeoutError

    with turnstile.passed(unwatched), pytest.raises(TimeoutError), turnstile.passed(leave):
        pytest.fail("passed although it was taken")
    assert [progress.stage for progress in told] == ["waiting"]
    with turnstile.passed(leave):
        pass


def test_what_goes_wrong_inside_frees_the_place() -> None:
    turnstile = Turnstile(1)
    with pytest.raises(RuntimeError), turnstile.passed(unwatched):
        raise RuntimeError
    with turnstile.passed(unwatched):
        pass
