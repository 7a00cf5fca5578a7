"""One budget for all processes, whatever end they come to."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.kit.clock import Clock
    from tests.ratelimit.fallback_store.conftest import Open, ShelfStore

START = 1000.0
CHILD = """
import os, signal, sys
from animedex.database import StoreLocked
from animedex.ratelimit.fallback_store import FallbackStore
from animedex.ratelimit.limits import Limits, SlidingWindow, TokenBucket
from animedex.ratelimit.rate_limiter import Reservation

def stop(message):
    raise SystemExit(message)

def clock():
    if deadly:
        os.kill(os.getpid(), signal.SIGKILL)
    return float(now)

path, origin, now, name, times = sys.argv[1:]
count = int(times)
deadly = False
state = FallbackStore(path, clock, stop)
limits = Limits(TokenBucket(rate=2.0, burst=4), {"/search": SlidingWindow(2, 5.0)})
print("ready", flush=True)
sys.stdin.readline()
for number in range(abs(count)):
    while True:
        try:
            verdict = state.reserve(origin, limits, Reservation(f"{name}.{number}", "/neko"))
            break
        except StoreLocked:
            pass
    print(verdict.at, flush=True)
if count < 0:
    deadly = True
    state.reserve(origin, limits, Reservation("last", "/neko"))
"""


class Child:
    """Reserve a number of times in another process; with a negative number, die in one more.

    The file, the origin and the time are those of a state in this process.
    """

    def __init__(self, state: ShelfStore, name: str, count: int) -> None:
        arguments = [state.path, state.origin, str(START), name, str(count)]
        self.process = subprocess.Popen(
            [sys.executable, "-c", CHILD, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def finish(self) -> list[float]:
        """Let it go on to its end, and give the slots it got."""
        told, _ = self.process.communicate("go\n", timeout=120)
        return [float(line) for line in told.splitlines()]


@pytest.fixture
def state(opened: Open, path: Path) -> ShelfStore:
    """Return what opens the file only when it claims room."""
    return opened(path)


def test_processes_share_one_budget_exactly(state: ShelfStore, clock: Clock) -> None:
    result: list[list[float]] = []

    def finish(child: Child) -> None:
        result.append(child.finish())

    children = [Child(state, str(number), 30) for number in range(4)]
    threads = [threading.Thread(target=finish, args=(child,)) for child in children]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(slots) for slots in result] == [30] * 4
    assert all(earlier <= later for slots in result for earlier, later in pairwise(slots))
    every = [clock.start] * 4 + [clock.start + number / 2 for number in range(1, 117)]
    assert sorted(slot for slots in result for slot in slots) == every


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
def test_a_process_that_is_killed_while_reserving_leaves_the_file_whole(
    state: ShelfStore, clock: Clock, warnings: list[str]
) -> None:
    for number in range(3):
        child = Child(state, str(number), -5)
        slots = [slot - clock.start for slot in child.finish()]
        assert child.process.returncode == -signal.SIGKILL
        assert slots == [max(0.0, (number * 5 + n - 3) / 2) for n in range(5)]
    assert state.claim(1) == [6.0]
    state.close()
    other = sqlite3.connect(state.path)
    assert other.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    other.close()
    assert warnings == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
def test_a_process_that_is_killed_at_any_moment_leaves_the_file_whole(
    state: ShelfStore, warnings: list[str]
) -> None:
    told = 0
    for number in range(3):
        child = Child(state, str(number), 100_000)
        assert child.process.stdin is not None
        assert child.process.stdout is not None
        child.process.stdin.write("go\n")
        child.process.stdin.flush()
        told += len([child.process.stdout.readline() for _ in range(20 + number * 13)])
        child.process.kill()
        child.process.communicate()
    (slot,) = state.claim(1)
    assert slot >= (told - 4 + 1) / 2
    assert warnings == []
