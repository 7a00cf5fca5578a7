"""Measure everything, and write `RESULTS.md` beside this file."""

from __future__ import annotations

import os
import platform
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import agents
import answer_cache
import budgets
import compare_and_set
import dedupe
import downloads
import fingerprints
import gallery
import hostile
import library_search
import match_errors
import near_duplicates
import overhead
import redis_budgets
import startup
from servers import path_of

if TYPE_CHECKING:
    from collections.abc import Sequence

PAGE = """# Results

Written by `make bench`; `README.md` tells what each number is. All are ratios from one run on
{machine}.

## Starting

Wall time of a whole process over `python -c pass` in the same environment, {runs} runs each by
turns. Budgets are off (a loopback server allows that), unless said otherwise.

{startup}

## Overhead

Time per call over the bare HTTP library, twenty rows decoded and checked on our side only.

{overhead}

## Budgets

Time from the first request to the last, as the server saw them, over the best that the rules
allow; the most requests within any 5 seconds; answers that said "too often".

{budgets}

## Budgets at a server

What one reservation costs, and hosts that share a Redis server on this machine.

{reservations}

{hosts}

The limiter as a script at the server, and by compare-and-set: 24 processes that reserve in one
origin as fast as they can.

{compare_and_set}

## Keeping answers

Milliseconds of processor time to keep one answer more in a file with 10,000 of them; the median.

{caching}

## Agents

A tool called over standard streams, a thousand tasks on one client.

{agents}

## Finding duplicates

A million rows of three services, a fifth of them duplicates, piped in: processor time per row in
microseconds, and the most memory.

{dedupe}

## Downloading

Wall time of a whole command over that of curl and of gallery-dl, fetching the same files from the
same server on loopback, with budgets off.

{downloading}

## What pictures look like

Pictures of 1000x1500 a second, over those of the package `imagehash`, with both on so many threads;
and how a process had grown after a thousand.

{fingerprints}

## Telling pictures apart

Pictures that are easily taken for each other (transparent, faint, dark, flat, line art, text,
sketches, icons, pages), and variants of the same: counts, and shares.

{match_errors}

## Looking for what looks alike

Among a million hashes: milliseconds, and the most memory in MiB.

{near_duplicates}

## Hostile pictures

The most that any of them costs: seconds of processor time, also over a JPEG of 12 megapixels, and
MiB beyond the program.

{hostile}

## Searching the library

Among 100,000 pictures; medians.

{searching}

## The gallery

Over 100,000 pictures: milliseconds on the server, the median and the 95th percentile, and kB of the
page.

{gallery}
"""


def main() -> None:
    """Measure and write."""
    reservations, hosts = redis_budgets.measure()
    page = PAGE.format(
        machine=machine(),
        runs=startup.RUNS,
        startup=table(
            ("command", "at most", "medians", "fastest"),
            [(f"`{t.command}`", t.most, t.median, t.fastest) for t in startup.measure()],
        ),
        overhead=table(("calls", "at most", "medians", "fastest"), overhead.measure()),
        budgets=table(("run", "at most", "time", "in 5 s", "refused"), budgets.measure()),
        reservations=table(("reservation", "at most", "found"), reservations),
        hosts=table(("run", "at most", "time", "in 5 s", "refused"), hosts),
        compare_and_set=table(
            ("way", "per second", "median ms", "99 % ms", "retries each"),
            compare_and_set.measure(),
        ),
        caching=table(("the file is", "at most", "ms"), answer_cache.measure()),
        agents=table(("what", "at most", "found"), agents.measure()),
        dedupe=table(
            ("command", "at most", "µs", "at most", "MiB", "counts"),
            [(f"`{r.command}`", *r.time, *r.memory, r.counts) for r in dedupe.measure()],
        ),
        **of_pictures(),
    )
    with open(path_of("RESULTS.md"), "w", encoding="utf-8") as file:
        file.write(page)
    sys.stdout.write(page)


def of_pictures() -> dict[str, str]:
    """Measure what is done with pictures."""
    return {
        "downloading": table(("run", "at most", "medians", "fastest"), downloads.measure()),
        "fingerprints": table(
            ("pictures", "threads", "at least", "ratio", "ours", "theirs", "grown by"),
            fingerprints.measure(),
        ),
        "hostile": table(
            ("way", "at most", "s", "slowest", "ratio", "at most", "MiB", "largest"),
            hostile.measure(),
        ),
        "match_errors": table(("what", "bar", "found"), match_errors.measure()),
        "near_duplicates": table(("what", "at most", "ms", "MiB"), near_duplicates.measure()),
        "searching": table(("what", "unit", "at most", "taken"), library_search.measure()),
        "gallery": table(("page", "at most", "median", "95 %", "kB"), gallery.measure()),
    }


def machine() -> str:
    """Describe this machine and day."""
    day = datetime.now(UTC).strftime("%d %B %Y")
    return (
        f"{processor()} with {os.cpu_count()} cores, {system()},"
        f" {platform.python_implementation()} {platform.python_version()}, {day}"
    )


def processor() -> str:
    """Name the processor's model."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            models = [line.partition(":")[2].strip() for line in file if "model name" in line]
    except OSError:
        models = []
    return models[0] if models else platform.processor() or platform.machine()


def system() -> str:
    """Name the operating system."""
    try:
        name = platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        name = platform.system()
    return f"{name} ({platform.system()} {platform.release().split('-')[0]})"


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Lay rows out as Markdown.

    >>> print(table(("way", "time"), [("a", 1.234)]))
    | way | time |
    | --- | --- |
    | a | 1.23 |
    """
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(map(cell, line))} |" for line in lines)


def cell(value: object) -> str:
    """Write one cell."""
    return f"{value:.2f}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main()
