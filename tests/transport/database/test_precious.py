"""A file that nothing may be lost from, with tables that a function prepares."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from animedex.transport.database import Broken, Database, Unusable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def prepare(db: sqlite3.Connection) -> None:
    db.execute("CREATE TABLE IF NOT EXISTS note (text)")


@pytest.fixture
def precious(tmp_path: Path, warnings: list[str]) -> Iterator[Database]:
    database = Database(str(tmp_path / "notes.db"), prepare, warnings.append, precious=True)
    yield database
    database.close()


def raising(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("something happened")
    error.sqlite_errorcode = code
    return error


def test_each_commit_is_on_the_disk(precious: Database) -> None:
    full, wal = precious.run(
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

    database = Database(str(tmp_path / "notes.db"), look, warnings.append, precious=True)
    for _ in range(2):
        database.run(lambda db: db.execute("SELECT 1").fetchone())
        database.close()
    assert modes == ["delete", "wal"]


@pytest.mark.parametrize("code", [sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT_VTAB])
def test_what_is_no_fault_of_the_file_does_not_set_it_aside(
    code: int, precious: Database, warnings: list[str], tmp_path: Path
) -> None:
    def work(db: sqlite3.Connection) -> None:
        if code != sqlite3.SQLITE_ERROR:
            raise raising(code)
        db.execute("SELECT * FROM nowhere")

    with pytest.raises(Unusable) as caught:
        precious.run(work)
    assert (caught.value.code, warnings) == (code, [])
    assert not list(tmp_path.glob("*corrupt*"))


def test_a_corrupt_file_is_set_aside(precious: Database, warnings: list[str]) -> None:
    tries = iter(range(9))

    def work(db: sqlite3.Connection) -> None:
        if next(tries) == 0:
            raise raising(sqlite3.SQLITE_CORRUPT)

    precious.run(work)
    assert ["kept as" in line for line in warnings] == [True]
    with pytest.raises(Unusable, match="again"):
        precious.run(lambda _: (_ for _ in ()).throw(Broken("again")))
