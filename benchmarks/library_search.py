"""What a search takes in a library of 100,000 pictures, and what being found takes."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

from named_pictures import POPULAR, names, pictures

from animedex.library.entry_search import search_entries
from animedex.library.filter_sql import EVERYTHING, Filters
from animedex.library.fts_index import index_entry
from animedex.library.migrations import migrate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

PICTURES, AT_ONCE, OF_A_KIND, RUNS = 100_000, 100, 40, 5
MOST_MILLISECONDS, MOST_OF_COMMAND = 10, 300
MOST_SECONDS, MOST_BYTES = 120, 2_000
SOURCES = ("nekos", "danbooru", "waifu", None)


class Taken(NamedTuple):
    """What was measured, its unit, how much there may be and how much there was."""

    what: str
    unit: str
    most: int
    taken: float


def measure() -> list[Taken]:
    """Make a library and search it: about two minutes."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "library.db")
        with closing(sqlite3.connect(path, isolation_level=None)) as db:
            seconds = fill_library(db)
            found = [*searches(db), *sizes(db)]
        commands = [
            Taken(f"`library search {words}`, cold", "ms", MOST_OF_COMMAND, cold(folder, words))
            for words in ("solo", "smlie")
        ]
    indexed = Taken("indexing all pictures", "s", MOST_SECONDS, seconds)
    return [*found, *commands, indexed]


def fill_library(db: sqlite3.Connection) -> float:
    """Add pictures, so many in a transaction; give the seconds that indexing took."""
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = NORMAL")
    migrate(db)
    seconds = 0.0
    query = (
        "INSERT INTO entry (id, path, sha256, size, format, width, height, frames, added_at,"
        " backend, rating) VALUES (?, ?, ?, 1, 'png', 1000, ?, 1, ?, ?, ?)"
    )
    for number, texts in enumerate(pictures(PICTURES), 1):
        if number % AT_ONCE == 1:
            db.execute("BEGIN IMMEDIATE")
        source, rating = SOURCES[number % len(SOURCES)], "gggsq"[number % 5]
        row = (number, f"{number}{texts.file}", f"{number:064}", number % 2000, number * 60.0)
        db.execute(query, (*row, source, rating))
        began = perf_counter()
        index_entry(db, number, texts)
        if number % AT_ONCE == 0:
            db.execute("COMMIT")
        seconds += perf_counter() - began
    return seconds


def searches(db: sqlite3.Connection) -> Iterator[Taken]:
    """Search for words of every kind, and for all kinds mixed."""
    every: list[float] = []
    for kind, words in search_words().items():
        # A very common word costs no more with a filter that most pictures pass.
        filters = Filters(source="nekos", rating="g") if "filter" in kind else EVERYTHING
        times = [time_search(db, one, filters) for one in words]
        every += times
        yield Taken(f"a search: {kind}", "ms", MOST_MILLISECONDS, median(times))
    yield Taken("a search: all of these, mixed", "ms", MOST_MILLISECONDS, median(every))


def time_search(db: sqlite3.Connection, words: str, filters: Filters) -> float:
    """Return the milliseconds that a search takes, of a few times."""
    times: list[float] = []
    for _ in range(RUNS):
        began = perf_counter()
        found = search_entries(db, words, filters)
        times.append((perf_counter() - began) * 1000)
        assert bool(found) != words.startswith("xq"), f"{words!r} found {len(found)}"
    return median(times)


def search_words() -> Mapping[str, Sequence[str]]:
    """Return words to look for, of each kind, from names that many pictures or few have."""
    draw, every = random.Random(3), names()
    latin = [
        name for name in every.artists[:5000] if name.isascii() and name.isalpha() and len(name) > 5
    ]
    dense = [name for name in every.shows[:2000] if not name.isascii() and len(name) > 4]
    return {
        "a whole name": draw.sample(latin, OF_A_KIND),
        "the beginning of a name": [name[:4] for name in draw.sample(latin, OF_A_KIND)],
        "three letters": [name[:3] for name in draw.sample(latin, OF_A_KIND)],
        "a slip": [swap_letters(draw, name) for name in draw.sample(latin, OF_A_KIND)],
        "a name and a common tag": [
            f"{one} solo" for one in draw.sample(every.shows[:400], OF_A_KIND)
        ],
        "a part of a Japanese or Korean name": [one[1:3] for one in draw.sample(dense, OF_A_KIND)],
        "nothing there": ["xq" + "".join(draw.choices("vwxzq", k=6)) for _ in range(OF_A_KIND)],
        "a very common tag": list(POPULAR),
        "a very common tag, with a filter": list(POPULAR),
    }


def swap_letters(draw: random.Random, name: str) -> str:
    """Swap two letters that are neighbours, and differ."""
    at = draw.choice([at for at in range(1, 5) if name[at] != name[at + 1]])
    return name[:at] + name[at + 1] + name[at] + name[at + 2 :]


def sizes(db: sqlite3.Connection) -> Iterator[Taken]:
    """Return the size of all that searching adds to the file, for each picture."""
    query = "SELECT sum(pgsize) FROM dbstat WHERE name NOT LIKE '%entry%'"
    try:
        size = db.execute(query).fetchone()[0]
    except sqlite3.OperationalError:
        return  # Some builds of SQLite do not count their pages.
    yield Taken("the index, for each picture", "bytes", MOST_BYTES, size / PICTURES)


def cold(folder: str, words: str) -> float:
    """Return the milliseconds that a command takes, from start to end."""
    command = [sys.executable, "-m", "animedex", "library", "search", words, "--limit", "5"]
    times: list[float] = []
    for _ in range(RUNS):
        began = perf_counter()
        done = subprocess.run(
            command,
            env={**os.environ, "ANIMEDEX_DATA_DIR": folder},
            capture_output=True,
            check=True,
        )
        times.append((perf_counter() - began) * 1000)
        assert done.stdout.count(b'"_match"') > 0, f"nothing was found for {words!r}"
    return median(times)


if __name__ == "__main__":
    for taken in measure():
        print(f"{taken.what:50} {taken.taken:8.2f} {taken.unit:5} at most {taken.most}")
