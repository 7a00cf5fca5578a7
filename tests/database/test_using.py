"""Writing and reading, from many threads, by two databases, and what stays when work fails."""

from __future__ import annotations

import functools
import os
import sqlite3
import stat
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from animedex.database import UnusableFile

if TYPE_CHECKING:
    from tests.database.conftest import Asides, Open, StartChild


def test_what_is_written_is_there_after_closing(opened: Open, warnings: list[str]) -> None:
    database = opened()
    database.add("one")
    database.close()
    database.close()
    assert database.notes() == ["one"]
    assert opened().notes() == ["one"]
    assert warnings == []


def test_a_bare_name_is_a_file_in_the_present_folder(
    opened: Open, tmp_path: Path, warnings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    database = opened(Path("bare.db"))
    database.add("one")
    assert (tmp_path / "bare.db").exists()
    database.close()
    assert warnings == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such rights")
def test_only_the_owner_can_read_any_of_it(opened: Open, path: Path) -> None:
    before = os.umask(0)
    try:
        opened().add("one")
    finally:
        os.umask(before)
    rights = {each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}
    assert rights == {"notes.db": 0o600, "notes.db-wal": 0o600, "notes.db-shm": 0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_many_threads_may_use_one_database(opened: Open) -> None:
    database = opened()

    def write(name: int) -> None:
        for number in range(20):
            database.add(f"{name}.{number}")

    threads = [threading.Thread(target=write, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(database.notes()) == sorted(f"{n}.{m}" for n in range(8) for m in range(20))


def test_a_second_database_in_a_process_does_not_undo_the_locks_of_the_first(
    opened: Open, start_child: StartChild
) -> None:
    """Closing any descriptor of a file drops all of a process's locks on it."""
    first, second = opened(), opened()
    first.add("one")
    second.add("two")
    assert start_child("three").finish() == (["one", "two", "three"], [])
    first.add("four")
    second.add("five")
    assert start_child().finish() == (["one", "two", "three", "four", "five"], [])


def test_work_that_fails_leaves_nothing(opened: Open) -> None:
    database = opened()

    def work(db: sqlite3.Connection) -> None:
        database.insert(db, "half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        database.run(work)
    database.add("whole")
    assert database.notes() == ["whole"]


class Interrupted(sqlite3.Connection):
    """Meet Ctrl-C after a transaction has begun and, the worse for it, before it is undone."""

    at: tuple[str, ...] = ()

    def execute(self, sql: str, *rest: object) -> sqlite3.Cursor:
        if sql == "ROLLBACK" and sql in self.at:
            raise KeyboardInterrupt
        result = super().execute(sql, *rest)  # type: ignore[arg-type]  # whatever it is given
        if sql in self.at:
            raise KeyboardInterrupt
        return result


@pytest.mark.parametrize("at", [("BEGIN IMMEDIATE",), ("BEGIN IMMEDIATE", "ROLLBACK")])
def test_ctrl_c_leaves_no_transaction_open(
    at: tuple[str, ...],
    opened: Open,
    asides: Asides,
    warnings: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    connect = functools.partial(sqlite3.connect, factory=Interrupted)
    monkeypatch.setattr(sqlite3, "connect", connect)
    database = opened()
    database.add("before")
    monkeypatch.setattr(Interrupted, "at", at)
    with pytest.raises(KeyboardInterrupt):
        database.add("lost")
    monkeypatch.setattr(Interrupted, "at", ())
    database.add("after")
    assert database.notes() == ["before", "after"]
    assert (asides(), warnings) == ([], [])


def test_a_mistake_in_a_statement_sets_no_file_aside(
    opened: Open, asides: Asides, warnings: list[str]
) -> None:
    database = opened()
    database.add("one")
    with pytest.raises(UnusableFile, match="within a transaction"):
        database.run(lambda db: db.execute("BEGIN"))
    with pytest.raises(UnusableFile, match="syntax"):
        database.run(lambda db: db.execute("no statement"))
    assert database.notes() == ["one"]
    assert (asides(), warnings) == ([], [])
