"""A file that nothing may be lost from, with tables that a function prepares."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from animedex.database import CorruptFile, Database, UnusableFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def prepare(db: sqlite3.Connection) -> None:
    db.execute("CREATE TABLE IF NOT EXISTS note (text)")


@pytest.fixture
def durable(tmp_path: Path, warnings: list[str]) -> Iterator[Database]:
    database = Database(str(tmp_path / "notes.db"), prepare, warnings.append, durable=True)
    yield database
    database.close()


def raising(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("something happened")
    error.sqlite_errorcode = code
    return error


def test_each_commit_is_on_the_disk(durable: Database) -> None:
    full, wal = durable.run(
        lambda db: (
            db.execute("PRAGMA synchronous").fetchone(),
            db.execute("PRAGMA journal_mode").fetchone(),
        )
    )
    assert (full, wal) == ((2,), ("wal",))


def test_a_function_sees_each_connection_before_anything_is_changed(
    tmp_path: Path, warnings: list[str]
) -> None:
    modes: list[str] = []

    def look(db: sqlite3.Connection) -> None:
        modes.extend(db.execute("PRAGMA journal_mode").fetchone())

    database = Database(str(tmp_path / "notes.db"), look, warnings.append, durable=True)
    for _ in range(2):
        database.run(lambda db: db.execute("SELECT 1").fetchone())
        database.close()
    # A new file gets its tables before its name.
    assert modes == ["delete", "wal", "wal"]


@pytest.mark.parametrize("code", [sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT_VTAB])
def test_what_is_no_fault_of_the_file_does_not_set_it_aside(
    code: int, durable: Database, warnings: list[str], tmp_path: Path
) -> None:
    def work(db: sqlite3.Connection) -> None:
        if code != sqlite3.SQLITE_ERROR:
            raise raising(code)
        db.execute("SELECT * FROM nowhere")

    with pytest.raises(UnusableFile) as caught:
        durable.run(work)
    assert (caught.value.code, warnings) == (code, [])
    assert not list(tmp_path.glob("*corrupt*"))


def test_a_corrupt_file_is_set_aside(durable: Database, warnings: list[str]) -> None:
    tries = iter(range(9))

    def work(db: sqlite3.Connection) -> None:
        if next(tries) == 0:
            raise raising(sqlite3.SQLITE_CORRUPT)

    durable.run(work)
    assert ["kept as" in line for line in warnings] == [True]
    with pytest.raises(UnusableFile, match="again"):
        durable.run(lambda _: (_ for _ in ()).throw(CorruptFile("again")))


@pytest.mark.parametrize("content", [b"", b"x"])
def test_a_file_that_lost_its_content_is_left_as_it_is(
    content: bytes, durable: Database, warnings: list[str], tmp_path: Path
) -> None:
    (tmp_path / "notes.db").write_bytes(content)
    for _ in range(2):
        with pytest.raises(UnusableFile, match="it has lost its content") as caught:
            durable.run(lambda db: db.execute("SELECT 1").fetchone())
        assert caught.value.code == sqlite3.SQLITE_NOTADB
    assert (tmp_path / "notes.db").read_bytes() == content
    assert [each.name for each in tmp_path.iterdir()] == ["notes.db"]
    assert warnings == []


def test_a_new_file_leaves_nothing_beside_it(durable: Database, tmp_path: Path) -> None:
    durable.run(lambda db: db.execute("INSERT INTO note VALUES ('a')"))
    durable.close()
    assert [each.name for each in tmp_path.iterdir()] == ["notes.db"]


def test_a_file_is_made_where_there_are_no_hard_links(
    durable: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(source: str, target: str) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", refuse)
    durable.run(lambda db: db.execute("INSERT INTO note VALUES ('a')"))
    assert durable.run(lambda db: db.execute("SELECT * FROM note").fetchall()) == [("a",)]


def test_a_file_that_another_process_makes_meanwhile_is_used(
    durable: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.link

    def overtake(source: str, target: str) -> None:
        with closing(sqlite3.connect(target)) as other:
            other.executescript("CREATE TABLE note (text); INSERT INTO note VALUES ('theirs')")
        real(source, target)

    monkeypatch.setattr(os, "link", overtake)
    assert durable.run(lambda db: db.execute("SELECT * FROM note").fetchall()) == [("theirs",)]


def test_a_link_to_where_the_file_is_to_be_is_followed(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "link.db").symlink_to(tmp_path / "disk" / "notes.db")
    database = Database(str(tmp_path / "link.db"), prepare, pytest.fail, durable=True)
    database.run(lambda db: db.execute("INSERT INTO note VALUES ('a')"))
    database.close()
    assert [each.name for each in (tmp_path / "disk").iterdir()] == ["notes.db"]
