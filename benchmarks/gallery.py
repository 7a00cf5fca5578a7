"""How long the gallery's pages take a server, over a library of 100,000 pictures."""

from __future__ import annotations

import http.client
import statistics
import tempfile
import time
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from named_pictures import pictures

from animedex.gallery.gallery_server import gallery_server
from animedex.library.entry import Entry
from animedex.library.picture_library import Library
from animedex.library.repository import upsert_entry
from animedex.models import ArtPost, Rating

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from animedex.asgi.loopback_server import LoopbackServer

COUNT, BATCH, RUNS, CATEGORIES = 100_000, 5_000, 60, 63
MOST_MILLISECONDS, MOST_KILOBYTES = 50, 150
PAGES = {
    "first page": "/",
    "first page after a change": "/",
    "a filter": "/?rating=g&animated=no",
    "an artist": "/?artist={artist}",
    "words": "/?q=long+hair",
    "words with a typo": "/?q=lnog_hair",
    "a picture": "/picture/50000",
    "rows of a category": "/api/v2/danbooru-general?amount=20",
}


class Page(NamedTuple):
    """What a page may take and takes: milliseconds, the median and the slowest but few."""

    page: str
    most: int
    median: float
    slow: float
    kilobytes: float


def measure() -> list[Page]:
    """Fill a library, which takes most of the time, and ask for each page over one connection."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Library(f"{folder}/library.db") as library,
    ):
        artist = fill_library(library)
        with gallery_server(library, cache=folder) as server:
            return [
                page(server, library, name, path.format(artist=artist))
                for name, path in PAGES.items()
            ]


def fill_library(library: Library) -> str:
    """Add entries of files that there are not; name an artist."""
    made = entries()
    while batch := list(islice(made, BATCH)):
        library.file.change(partial(add, batch))
    assert library.count() == COUNT
    artist = next(entry.post.artist for entry in library.entries(limit=100) if entry.post)
    return artist or ""


def add(some: list[Entry], db: sqlite3.Connection) -> None:
    """Store some entries."""
    for entry in some:
        upsert_entry(db, entry, None)


def entries() -> Iterator[Entry]:
    """Make entries as various as real ones."""
    ratings, start = [*Rating], datetime(2026, 1, 1, tzinfo=UTC).timestamp()
    for number, texts in enumerate(pictures(COUNT), 1):
        post = ArtPost(
            id=f"danbooru:{number}",
            rating=ratings[number % len(ratings)],
            tags=list(texts.tags),
            artists=list(texts.artists),
            characters=list(texts.characters),
            copyrights=list(texts.copyrights),
        )
        width, height = 600 + number % 700, 800 + number % 500
        category = f"category-{number % CATEGORIES}" if number % 2 else None
        added = datetime.fromtimestamp(start + 60 * number, UTC)
        kind = ("png", "jpeg", "gif")[number % 3]
        frames = 12 if kind == "gif" else 1
        path, size = f"/nowhere/{number}.{kind}", 1000 * number
        yield Entry(
            *(0, path, f"{number:064x}", size, kind, width, height, frames),
            *(added, category, post, None),
        )


def page(server: LoopbackServer, library: Library, name: str, path: str) -> Page:
    """Ask for a page again and again."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    times: list[float] = []
    size = 0
    for run in range(RUNS + 3):
        if "change" in name:
            library.remove(run + 1)
        begin = time.perf_counter()
        connection.request("GET", path)
        answer = connection.getresponse()
        size = len(answer.read())
        times.append(1000 * (time.perf_counter() - begin))
        assert answer.status == http.client.OK, (name, answer.status)
    connection.close()
    warm = sorted(times[3:])
    slow = warm[int(0.95 * len(warm))]
    return Page(name, MOST_MILLISECONDS, statistics.median(warm), slow, size / 1000)


if __name__ == "__main__":
    for each in measure():
        print(f"{each.page:28} {each.median:8.1f} ms {each.slow:8.1f} ms {each.kilobytes:8.1f} kB")
