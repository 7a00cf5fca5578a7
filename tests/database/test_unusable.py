"""A place where no file can be, or be written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from animedex.database import UnusableFile

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from tests.database.conftest import Open


@pytest.mark.parametrize(
    "place", ["file/notes.db", "folder", "x" * 300 + "/notes.db", "folder/" + "x" * 300]
)
def test_a_place_that_cannot_be_used_is_unusable(
    place: str, opened: Open, tmp_path: Path, warnings: list[str]
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    with pytest.raises(UnusableFile, match=r"\w"):
        opened(tmp_path / place).add("one")
    assert warnings == []


def test_a_full_disk_is_unusable_and_leaves_nothing(opened: Open) -> None:
    database = opened()

    def work(db: sqlite3.Connection) -> None:
        database.insert(db, "small")
        database.insert(db, "x" * 100_000)

    database.add("before")
    database.run(lambda db: db.execute("PRAGMA max_page_count = 4"), write=False)
    with pytest.raises(UnusableFile, match="full"):
        database.run(work)
    assert database.notes() == ["before"]


def test_a_file_that_can_only_be_read_is_unusable(opened: Open) -> None:
    database = opened()
    database.add("before")
    database.run(lambda db: db.execute("PRAGMA query_only = 1"), write=False)
    with pytest.raises(UnusableFile, match="it cannot be written to"):
        database.add("one")
    assert database.notes() == ["before"]
