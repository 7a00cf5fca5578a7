"""Search a million hashes for near ones, in a process and from a cold start."""

from __future__ import annotations

import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from hashlib import shake_128
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from servers import path_of

from animedex.images.fingerprint import MAX_DISTANCE, VIEW_BYTES, Fingerprint
from animedex.library import hash_blocks as hashes
from animedex.library.migrations import migrate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

HASHES = 1_000_000
# A fifth of the pictures are another one once more, with few bits changed.
AGAIN, CHANGED = HASHES // 5, 4
QUERIES, RUNS = 50, 5
# What a command is asked for, which is there again.
ASKED = 1
MOST_MEBIBYTES = 1024


class Run(NamedTuple):
    """How long something may take and took, in milliseconds, and the most memory."""

    name: str
    most: float
    milliseconds: float
    mebibytes: int


def measure() -> list[Run]:
    """Ask for what is near one hash, and for all groups: about a minute."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "library.db")
        fill(path)
        return [
            best([run("query", 5, path) for _ in range(RUNS)]),
            cold(folder),
            run("groups", 40_000, path),
        ]


def best(runs: Sequence[Run]) -> Run:
    """Return the fastest."""
    return min(runs, key=lambda run: run.milliseconds)


def fill(path: str) -> None:
    """Write a library of a million pictures, with what two of them look like."""
    values = draw_hashes()
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        migrate(db)
        db.execute("BEGIN")
        for start in range(0, HASHES, hashes.BLOCK):
            ids = np.arange(start, min(HASHES, start + hashes.BLOCK), dtype=np.uint64)
            block = np.stack([ids, values[ids]], 1).astype("<u8").tobytes()
            db.execute("INSERT INTO hash_block VALUES (?, ?)", (start // hashes.BLOCK, block))
        rows = ((one, f"/pictures/{one}.jpg", f"{one:064x}") for one in range(HASHES))
        query = (
            "INSERT INTO entry (id, path, sha256, size, format, width, height, frames, added_at)"
            " VALUES (?, ?, ?, 1, 'jpeg', 1000, 1500, 1, 0)"
        )
        db.executemany(query, rows)
        for one in (ASKED, HASHES - AGAIN + ASKED):
            look = Fingerprint((int(values[one]),), thumbnail(ASKED))
            db.execute("INSERT INTO fingerprint VALUES (?, ?)", (one, look.to_bytes()))
        db.execute("COMMIT")


def draw_hashes() -> NDArray[np.uint64]:
    """Draw a million hashes; the last ones are the first again, with few bits changed."""
    rng = np.random.default_rng(1)
    values = rng.integers(0, 2**64, HASHES, np.uint64)
    flips = np.zeros(AGAIN, np.uint64)
    for _ in range(CHANGED):
        flips |= np.uint64(1) << rng.integers(0, 64, AGAIN, np.uint64)
    values[-AGAIN:] = values[:AGAIN] ^ flips
    return values


def run(what: str, most: float, path: str) -> Run:
    """Run this file for one thing."""
    command = [sys.executable, path_of("near_duplicates.py"), what, path]
    answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return Run(what, most, float(answer[0]), int(answer[1]))


def cold(folder: str) -> Run:
    """Time a whole command that asks once; the median."""
    command = [sys.executable, "-m", "animedex", "library", "similar", str(ASKED)]
    times: list[float] = []
    for _ in range(RUNS):
        began = time.perf_counter()
        done = subprocess.run(
            command,
            env={**os.environ, "ANIMEDEX_DATA_DIR": folder},
            capture_output=True,
            check=True,
        )
        times.append((time.perf_counter() - began) * 1e3)
        assert done.stdout.count(b'"_distance"') == 1, "what is there again was not found"
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    return Run("`library similar`, cold", 300, median(times), memory)


def query(path: str) -> float:
    """Ask many times in one process; give milliseconds each."""
    known = hashes.load_hashes(sqlite3.connect(path))
    wanted = np.random.default_rng(2).integers(0, 2**64, QUERIES, np.uint64).tolist()
    start = time.perf_counter()
    for value in wanted:
        known.search(value, MAX_DISTANCE)
    return (time.perf_counter() - start) * 1e3 / QUERIES


def groups(path: str) -> float:
    """Return all groups, of pictures that look as alike as their hashes are."""
    from animedex.images.duplicate_groups import group_duplicates as find

    start = time.process_time()
    near = hashes.load_hashes(sqlite3.connect(path)).find_pairs(MAX_DISTANCE)
    found = sum(1 for _ in find(near, looks, MAX_DISTANCE))
    assert found >= AGAIN, "groups are missing"
    return (time.process_time() - start) * 1e3


def looks(ids: Sequence[int]) -> dict[int, Fingerprint]:
    """Make up fingerprints: a picture that is there again has the same thumbnail."""
    # The hashes suspected them already.
    return {one: Fingerprint((0,), thumbnail(one % (HASHES - AGAIN))) for one in ids}


def thumbnail(number: int) -> bytes:
    """Make a look out of a number."""
    return shake_128(number.to_bytes(4, "little")).digest(VIEW_BYTES - 1) + b"\0"


def main(what: str, path: str) -> None:
    """Do one thing, and print its milliseconds and the most memory in mebibytes."""
    took = {"query": query, "groups": groups}[what](path)
    print(took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


if __name__ == "__main__":
    main(*sys.argv[1:])
