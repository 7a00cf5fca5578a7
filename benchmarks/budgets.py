"""How close budgets come to the best that the service's rules allow, and that they hold.

The sample server enforces the rules as the service does, and tells when each request came in.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
from itertools import count
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

from servers import path_of

from animedex.testing import SampleServer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from animedex.testing.request_log import LoggedRequest

SEARCHES, PROCESSES = 60, 8
WINDOW_CALLS, WINDOW_SECONDS = 7, 5.0
CALLS, RATE, BURST = 300, 3.0, 10
TOO_MANY = 429


class BudgetRun(NamedTuple):
    """How a run went.

    `ratio` is the time it took over the best possible; `crowd` is the most requests that came in
    within any five seconds; `refused` counts answers that said "too often".
    """

    run: str
    most: float
    ratio: float
    crowd: int
    refused: int


def measure() -> list[BudgetRun]:
    """Run both: about two and a half minutes of waiting, which is what is measured."""
    best_searches = WINDOW_SECONDS * (ceil(SEARCHES / WINDOW_CALLS) - 1)
    best_calls = (CALLS - BURST) / RATE
    return [
        judge_run(
            f"{SEARCHES} searches from {PROCESSES} processes",
            1.10,
            best_searches,
            run(PROCESSES, SEARCHES, "search"),
        ),
        judge_run(f"{CALLS} pictures in one process", 1.03, best_calls, run(1, CALLS, "image")),
    ]


def run(processes: int, total: int, kind: str) -> Sequence[LoggedRequest]:
    """Have so many processes take one call after the other until all are done."""
    with SampleServer() as server, tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, path_of("caller.py"), server.url, f"{folder}/state.db", kind]
        next_call = count()
        threads = [
            threading.Thread(target=feed, args=(command, next_call, total))
            for _ in range(processes)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return server.arrivals[:]


def feed(command: list[str], next_call: count[int], total: int) -> None:
    """Return one process its next call whenever it has done the last."""
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()  # it has loaded what it needs
        while (number := next(next_call)) < total:
            process.stdin.write(f"{number}\n")
            process.stdin.flush()
            assert process.stdout.readline(), "a call failed"
        process.stdin.close()


def judge_run(name: str, most: float, best: float, arrivals: Sequence[LoggedRequest]) -> BudgetRun:
    """Judge a run by what the server saw, from the first request to the last."""
    times = sorted(arrival.time for arrival in arrivals)
    refused = sum(arrival.status == TOO_MANY for arrival in arrivals)
    return BudgetRun(name, most, (times[-1] - times[0]) / best, crowd(times), refused)


def crowd(times: Sequence[float]) -> int:
    """Count the most moments within any window.

    >>> crowd([0.0, 4.9, 5.1])
    2
    """
    return max(sum(0 <= other - time < WINDOW_SECONDS for other in times) for time in times)
