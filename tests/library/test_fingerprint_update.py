"""A library of the version before: its fingerprints are not used, and are made again."""

from __future__ import annotations

import gzip
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from animedex.errors import BadArguments
from animedex.library import migrations
from animedex.library.picture_library import Library

if TYPE_CHECKING:
    from collections.abc import Iterator

DATA = Path(__file__).parent / "data"


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Library]:
    """Return what version 1 kept: two drawings in white ink, and one picture as PNG and JPEG."""
    path = tmp_path / "library.db"
    path.write_bytes(gzip.decompress((DATA / "library-1.db.gz").read_bytes()))
    shutil.copytree(DATA / "pictures", tmp_path / "pictures")
    with closing(sqlite3.connect(path)) as db, db:
        assert db.execute("PRAGMA user_version").fetchone() == (1,)
        db.execute("UPDATE entry SET path = replace(path, '/home/user', ?)", (str(tmp_path),))
    with Library(str(path)) as library:
        yield library


def groups(library: Library) -> list[list[int]]:
    return [[entry.id for entry in group] for group in library.dupes()]


def test_old_fingerprints_are_not_used(old: Library) -> None:
    assert [entry.is_there() for entry in old.entries()] == [True] * 4
    assert groups(old) == []
    assert (old.fingerprint(1), old.count_outdated()) == (None, 4)


def test_pictures_are_looked_at_again_once(old: Library) -> None:
    assert [one.error for one in old.renew_outdated()] == [None] * 4
    assert (old.count_outdated(), list(old.renew_outdated())) == (0, [])
    assert groups(old) == [[3, 4]]
    look = old.fingerprint(1)
    assert look
    assert [one.entry.id for one in old.similar(look)] == [1]


def test_what_cannot_be_read_or_is_another_file_stays_outdated(
    old: Library, tmp_path: Path
) -> None:
    pictures = tmp_path / "pictures"
    (pictures / "patches.jpg").unlink()
    shutil.copy(pictures / "ink-1.png", pictures / "ink-2.png")
    errors = {one.entry.id: one.error for one in old.renew_outdated()}
    assert {number for number, error in errors.items() if error} == {2, 4}
    assert (old.count_outdated(), groups(old)) == (2, [])
    old.remove(4)
    assert old.count_outdated() == 1


def test_an_older_program_leaves_the_library_alone(
    old: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    old.count()
    monkeypatch.setattr(migrations, "VERSION", 1)
    with Library(old.path) as older, pytest.raises(BadArguments, match="newer animedex"):
        older.count()
