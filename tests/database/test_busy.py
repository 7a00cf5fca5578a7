"""A file that somebody else keeps locked: busy, which passes."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from animedex.database import StoreLocked, UnusableFile

if TYPE_CHECKING:
    from pathlib import Path

    from tests.database.conftest import Open

# The parent is opening a file while it forks; the child must not wait for what it inherited.
FORKING = """
import os, signal, sys
from animedex import database

TABLE = "CREATE TABLE IF NOT EXISTS note (text TEXT NOT NULL);"

def write(name):
    file = database.Database(f"{sys.argv[1]}/{name}/notes.db", TABLE, sys.exit)
    file.run(lambda db: db.execute("INSERT INTO note VALUES ('one')"))
    file.close()

read, go = os.pipe()
with database._exclusive(f"{sys.argv[1]}/parent"):
    child = os.fork()
    if child == 0:
        signal.alarm(30)
        os.read(read, 1)
        write("child")
        os._exit(0)
try:
    write("parent")
    print("parent wrote", flush=True)
finally:
    os.write(go, b"!")
    print("child ended", os.waitpid(child, 0)[1])
"""
needs_locks = pytest.mark.skipif(os.name == "nt", reason="Windows has no such locks")


@needs_locks
@pytest.mark.parametrize("known", [True, False])
def test_a_folder_that_another_keeps_locked_is_busy(
    known: bool,  # noqa: FBT001
    opened: Open,
    path: Path,
    warnings: list[str],
) -> None:
    import fcntl

    path.parent.mkdir()
    database = opened()
    if known:
        database.add("old")
    before = os.listdir("/dev/fd")
    other = os.open(path.parent, os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_EX)
    for _ in range(3):
        with pytest.raises(StoreLocked):
            database.break_once()
    os.close(other)
    assert len(os.listdir("/dev/fd")) <= len(before)
    database.add("new")
    assert database.notes() == [*(["old"] if known else []), "new"]
    assert warnings == []


@needs_locks
def test_a_fork_while_a_file_is_opened_stops_neither_process(tmp_path: Path) -> None:
    for name in ("parent", "child"):
        (tmp_path / name).mkdir()
    done = subprocess.run(
        [sys.executable, "-c", FORKING, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "parent wrote\nchild ended 0\n", "")


def test_a_file_that_another_writes_to_is_busy(
    opened: Open, path: Path, warnings: list[str]
) -> None:
    database = opened()
    database.add("before")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreLocked):
        database.add("meanwhile")
    assert database.notes() == ["before"]
    other.execute("ROLLBACK")
    other.close()
    database.add("after")
    assert database.notes() == ["before", "after"]
    assert warnings == []


def test_a_new_file_that_another_is_just_making_is_busy(opened: Open, path: Path) -> None:
    path.parent.mkdir()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    database = opened()
    with pytest.raises(StoreLocked):
        database.add("one")
    other.execute("ROLLBACK")
    other.close()
    database.add("one")
    assert database.notes() == ["one"]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (sqlite3.SQLITE_BUSY_SNAPSHOT, StoreLocked),
        (sqlite3.SQLITE_LOCKED_SHAREDCACHE, StoreLocked),
        (sqlite3.SQLITE_PROTOCOL, StoreLocked),
        (sqlite3.SQLITE_IOERR_READ, UnusableFile),
        (sqlite3.SQLITE_READONLY_DBMOVED, UnusableFile),
        (None, UnusableFile),
    ],
)
def test_errors_that_pass_are_told_from_those_that_stay(
    code: int | None, kind: type[Exception], opened: Open, warnings: list[str]
) -> None:
    def work(db: sqlite3.Connection) -> None:
        error = sqlite3.OperationalError("something happened")
        if code is not None:
            error.sqlite_errorcode = code
        raise error

    with pytest.raises(kind):
        opened().run(work)
    assert warnings == []
