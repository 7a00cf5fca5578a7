"""What `animedex art dedupe` takes for a million rows, and that it counts them right."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from typing import IO, NamedTuple

from servers import path_of

ROWS = 1_000_000
MOST_MICROSECONDS, MOST_MEBIBYTES = 30, 1024
PER_HUNDRED = {"duplicates": 20, "only the same work": 2}


class Run(NamedTuple):
    """What one run may take and took: microseconds per row, and mebibytes of memory."""

    command: str
    time: tuple[float, float]
    memory: tuple[int, int]
    counts: str


def measure() -> list[Run]:
    """Find groups, and keep one row of each: about two minutes."""
    return [run(), run("--keep", "best", "--jsonl")]


def run(*options: str) -> Run:
    """Pipe rows from one process into another, and see what the second one took."""
    rows = [sys.executable, path_of("many_rows.py"), str(ROWS)]
    command = [sys.executable, "-m", "animedex", "art", "dedupe", *options]
    with (
        tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as told,
        subprocess.Popen(rows, stdout=subprocess.PIPE) as source,
        subprocess.Popen(command, stdin=source.stdout, stdout=out, stderr=told) as process,
    ):
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0, "a run failed"
        seconds = used.ru_utime + used.ru_stime
        right = is_count_right(told) and (not options or has_expected_rows(out))
        name = " ".join(["art dedupe", *options])
        counts = "exact" if right else "WRONG"
        time = (MOST_MICROSECONDS, seconds / ROWS * 1e6)
        return Run(name, time, (MOST_MEBIBYTES, used.ru_maxrss // 1024), counts)


def is_count_right(told: IO[bytes]) -> bool:
    """Return whether the summary says what the rows were made to have."""
    told.seek(0)
    line = told.read().decode()
    parts = re.findall(r"(\d+) (duplicates|only the same work)", line)
    found = {name: int(number) for number, name in parts}
    return all(found.get(name) == ROWS // 100 * number for name, number in PER_HUNDRED.items())


def has_expected_rows(out: IO[bytes]) -> bool:
    """Return whether so many rows were kept, one a line."""
    out.seek(0)
    lines = sum(piece.count(b"\n") for piece in iter(lambda: out.read(1 << 20), b""))
    return lines == ROWS // 100 * (100 - PER_HUNDRED["duplicates"])
