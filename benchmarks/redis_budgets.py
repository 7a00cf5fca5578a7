"""Budgets at a Redis server: what a reservation costs, and how close many hosts come to the best.

The server is started for this, without persistence. Every process has a home of its own, as on a
host of its own, and a clock that is minutes from the others'.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from importlib import import_module
from itertools import count
from math import ceil
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

from budgets import WINDOW_CALLS, WINDOW_SECONDS, BudgetRun, judge_run
from servers import path_of

from animedex.backends.nekos import BACKEND
from animedex.clock import shared_clock
from animedex.ratelimit.fallback_store import FallbackStore
from animedex.ratelimit.rate_limiter import Reservation
from animedex.ratelimit.redis_client import RedisClient
from animedex.ratelimit.redis_store import RedisStore
from animedex.testing import SampleServer

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from animedex.testing.request_log import LoggedRequest

SEARCHES, PROCESSES = 100, 24
TIMES, ROUNDS = 400, 10
ORIGIN = "https://shelf.example"


class Cost(NamedTuple):
    """What a reservation costs, in microseconds or as a ratio, and the most that it may."""

    what: str
    most: float
    found: float


def measure() -> tuple[list[Cost], list[BudgetRun]]:
    """Measure both; without a Redis server there is nothing to measure."""
    if shutil.which("redis-server") is None:
        return [], []
    with redis_server() as port:
        costs = reservations(port)
        best = WINDOW_SECONDS * (ceil(SEARCHES / WINDOW_CALLS) - 1)
        name = f"{SEARCHES} searches from {PROCESSES} hosts"
        arrivals = searches(f"redis://127.0.0.1:{port}/1", PROCESSES, SEARCHES)
        return costs, [judge_run(name, 1.10, best, arrivals)]


@contextmanager
def redis_server() -> Generator[int]:
    """Run a server on a free port, in a folder of its own; give the port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = int(listener.getsockname()[1])
    with tempfile.TemporaryDirectory() as folder:
        command = ["redis-server", "--port", str(port), "--save", "", "--dir", folder]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            while "eady to accept" not in process.stdout.readline():
                pass
            yield port
            process.kill()


def reservations(port: int) -> list[Cost]:
    """Time reservations by turns with the library's own PING on a connection that is kept."""
    library: Any = import_module("redis")
    limits = BACKEND.limits._replace(bucket=BACKEND.limits.bucket._replace(rate=1e6))
    reservation = Reservation("0123456789abcdef", "/api/v2/neko", "/neko", shared_clock() + 3600)
    redis = RedisClient(f"redis://127.0.0.1:{port}", shared_clock, sys.exit)
    remote = RedisStore(redis, shared_clock, sys.exit)
    with tempfile.TemporaryDirectory() as folder, library.Redis(port=port) as client:
        local = FallbackStore(f"{folder}/state.db", shared_clock, sys.exit)
        here, there, ping = by_turns(
            lambda: local.reserve(ORIGIN, limits, reservation),
            lambda: remote.reserve(ORIGIN, limits, reservation),
            client.ping,
        )
        local.close()
        remote.close()
    return [
        Cost("in a file, µs", 150.0, here),
        Cost("at Redis, over one PING", 1.3, there / ping),
        Cost("one PING, µs", float("inf"), ping),
    ]


def by_turns(*works: Callable[[], object]) -> list[float]:
    """Return the median time of each, in microseconds, after a round to warm up."""
    times: list[list[float]] = [[] for _ in works]
    for number in range(ROUNDS + 1):
        for work, taken in zip(works, times, strict=True):
            for _ in range(TIMES):
                began = time.perf_counter()
                work()
                if number:
                    taken.append(time.perf_counter() - began)
    return [median(taken) * 1e6 for taken in times]


def searches(state: str, processes: int, total: int) -> Sequence[LoggedRequest]:
    """Have so many hosts take one search after the other until all are done."""
    with SampleServer() as server, tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, path_of("caller.py"), server.url, state, "search"]
        numbers = count()
        threads = [
            threading.Thread(
                target=feed, args=(command, host(folder, number), number * 60.0, numbers, total)
            )
            for number in range(processes)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return server.arrivals[:]


def host(folder: str, number: int) -> dict[str, str]:
    """Return an environment that shares nothing with another's."""
    home = os.path.join(folder, f"host-{number}")
    os.mkdir(home)
    plain = {name: text for name, text in os.environ.items() if not name.startswith("ANIMEDEX_")}
    places = {f"ANIMEDEX_{kind}_DIR": f"{home}/{kind}" for kind in ("CONFIG", "CACHE", "DATA")}
    return {**plain, **places, "HOME": home}


def feed(
    command: list[str], surroundings: dict[str, str], ahead: float, numbers: count[int], total: int
) -> None:
    """Return one process its next call whenever it has done the last."""
    with subprocess.Popen(
        [*command, str(ahead)],
        env=surroundings,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()  # it has loaded what it needs
        while (number := next(numbers)) < total:
            process.stdin.write(f"{number}\n")
            process.stdin.flush()
            assert process.stdout.readline(), "a call failed"
        process.stdin.close()


if __name__ == "__main__":
    for row in [row for rows in measure() for row in rows]:
        print(row)
