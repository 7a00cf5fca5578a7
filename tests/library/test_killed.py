"""A process that adds pictures is killed at random moments, again and again."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from animedex.library import fts_index as words
from animedex.library import hash_blocks as hashes
from animedex.library import index_check as indexes
from animedex.library.picture_library import Library
from tests.kit.effort import count

if TYPE_CHECKING:
    from pathlib import Path

    from tests.library.conftest import Draw

KILLS = count(8, 50)
# It adds, changes and removes in a loop, and says when it begins with each.
CHURN = """
import sys
from animedex.library.entry import NewEntry
from animedex.library.picture_library import Library
from animedex.models import ArtPost, Rating
from animedex.images.image_inspection import inspect_image

library = Library(sys.argv[1])
looks = {path: inspect_image(path) for path in sys.argv[2:]}
number = 0
while True:
    for path, look in looks.items():
        number += 1
        print(number, flush=True)
        post = ArtPost(id=f"nekos:{number}", rating=Rating.GENERAL, artists=[f"artist {number}"])
        entry = library.add(NewEntry(path, post, b'{"url": "x"}', "neko", look))
        if number % 4:
            library.remove(entry.id)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no such signal")
def test_the_library_is_whole_whenever_it_is_killed(tmp_path: Path, draw: Draw) -> None:
    place = tmp_path / "library.db"
    pictures = [str(draw(f"{n}.png", n, (32, 24))) for n in range(5)]
    chance = random.Random(4)
    for _ in range(KILLS):
        killed(place, pictures, after=chance.randrange(1, 8), more=chance.random())
        check(place)


def killed(place: Path, pictures: list[str], after: int, more: float) -> None:
    """Kill the process somewhere in its work on a certain picture."""
    process = subprocess.Popen(
        [sys.executable, "-c", CHURN, str(place), *pictures], stdout=subprocess.PIPE
    )
    assert process.stdout
    with process.stdout:
        for _ in range(after):
            assert process.stdout.readline()
        # How far it comes meanwhile is chance; counting is not sleeping.
        sum(range(int(more * 200_000)))
        os.kill(process.pid, signal.SIGKILL)
    process.wait()


def check(place: Path) -> None:
    warnings: list[str] = []
    with Library(str(place), warnings.append) as library:
        assert all(entry.is_there() for entry in library.iter_entries())
        library.file.change(check_indexes)
    with contextlib.closing(sqlite3.connect(place)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert warnings == []
    assert not list(place.parent.glob("*.corrupt-*"))


def check_indexes(db: sqlite3.Connection) -> None:
    assert indexes.words_agree(db)
    assert indexes.hashes_agree(db)
    for table in ("credit", "fingerprint"):
        query = f"SELECT count(*) FROM {table} WHERE id NOT IN (SELECT id FROM entry)"
        assert db.execute(query).fetchone() == (0,)
    entries = db.execute("SELECT count(*) FROM entry").fetchone()
    assert db.execute("SELECT count(*) FROM credit").fetchone() == entries
    assert len(hashes.load_hashes(db)) == entries[0]
    # Each has one artist of its own.
    names = "SELECT count(*) FROM naming"
    assert db.execute(names).fetchone() == entries
    assert words.SCHEMA
