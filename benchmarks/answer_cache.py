"""What keeping one answer costs where many are kept already."""

from __future__ import annotations

import os
import sqlite3
import sys
import tempfile
import time
from statistics import median
from typing import NamedTuple

from animedex.transport.response_cache import CACHE_CAP, Cache

ANSWERS, RUNS, MOST_MILLISECONDS = 10_000, 500, 1.0
BODY = b"x" * (CACHE_CAP // ANSWERS)


class Taken(NamedTuple):
    """Processor time of one `Cache.put`, in milliseconds."""

    what: str
    most: float
    taken: float


def measure() -> list[Taken]:
    """Put answers into a file with 10,000 of them, with room left and full."""
    return [
        Taken("with room for more", MOST_MILLISECONDS, store_time(2 * CACHE_CAP)),
        Taken("full", MOST_MILLISECONDS, store_time(CACHE_CAP)),
    ]


def store_time(cap: int) -> float:
    """Return the median of many puts, in milliseconds."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "answers.db")
        cache = Cache(path, print, cap=cap)
        cache.put("first", "nekos", BODY, 3600)
        fill(path)
        times: list[float] = []
        for number in range(RUNS):
            began = time.process_time()
            cache.put(f"new {number}", "nekos", BODY, 3600)
            times.append((time.process_time() - began) * 1000)
        cache.close()
    return median(times)


def fill(path: str) -> None:
    """Add answers that came before all others and have not expired."""
    now = time.time()
    rows = (
        (f"{number}", "nekos", now - 60, now + 3600, len(BODY), BODY)
        for number in range(1, ANSWERS)
    )
    db = sqlite3.connect(path)
    db.executemany("INSERT INTO answer VALUES (?, ?, ?, ?, ?, ?)", rows)
    db.commit()
    db.close()


if __name__ == "__main__":
    for found in measure():
        sys.stdout.write(f"{found.what:20} {found.taken:6.3f} ms, at most {found.most}\n")
