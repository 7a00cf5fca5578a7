"""A database of notes, open in this process and in others."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Protocol

import pytest

from animedex.database import CorruptFile, Database

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import TypeAlias

    Asides: TypeAlias = Callable[[], list[Path]]

SCHEMA = "CREATE TABLE IF NOT EXISTS note (text TEXT NOT NULL);"
CHILD = f"""
import sys
from animedex.database import Database, StoreLocked

database = Database(sys.argv[1], {SCHEMA!r}, lambda message: print("warned", message))
print("ready", flush=True)
sys.stdin.readline()

def run(*statement):
    while True:
        try:
            return database.run(lambda db: db.execute(*statement).fetchall())
        except StoreLocked:
            pass

for text in sys.argv[2:]:
    run("INSERT INTO note VALUES (?)", (text,))
for (text,) in run("SELECT text FROM note"):
    print("note", text)
database.close()
"""


class Notebook(Database):
    """Write notes to a database, and read them."""

    @staticmethod
    def insert(db: sqlite3.Connection, text: str) -> None:
        """Write a note within a transaction."""
        db.execute("INSERT INTO note VALUES (?)", (text,))

    def add(self, text: str) -> None:
        """Write a note in a transaction of its own."""
        self.run(lambda db: self.insert(db, text))

    def notes(self) -> list[str]:
        rows = self.run(lambda db: db.execute("SELECT text FROM note").fetchall(), write=False)
        return [text for (text,) in rows]

    def break_once(self) -> None:
        """Do work that finds nonsense the first time."""
        tries = iter(range(9))

        def work(db: sqlite3.Connection) -> None:
            if next(tries) == 0:
                raise CorruptFile

        self.run(work)


class Child:
    """Open the file in another process, which writes some notes and reads all when told to."""

    def __init__(self, path: Path, *texts: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(path), *texts],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"

    def finish(self) -> tuple[list[str], list[str]]:
        """Return the notes it saw, and its warnings."""
        told, _ = self._process.communicate("go\n", timeout=120)
        assert self._process.returncode == 0
        lines = [line.partition(" ") for line in told.splitlines()]
        notes = [text for kind, _, text in lines if kind == "note"]
        return notes, [text for kind, _, text in lines if kind == "warned"]


class Open(Protocol):
    """Open the test's file, or another one."""

    def __call__(self, place: Path = ...) -> Notebook: ...


class StartChild(Protocol):
    """Open the test's file in another process, which will write these notes."""

    def __call__(self, *texts: str) -> Child: ...


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "inner" / "notes.db"


@pytest.fixture
def warnings() -> list[str]:
    return []


@pytest.fixture
def opened(path: Path, warnings: list[str]) -> Iterator[Open]:
    databases: list[Database] = []

    def make(place: Path = path) -> Notebook:
        database = Notebook(str(place), SCHEMA, warnings.append)
        databases.append(database)
        return database

    yield make
    for database in databases:
        database.close()


@pytest.fixture
def start_child(path: Path) -> StartChild:
    def start(*texts: str) -> Child:
        return Child(path, *texts)

    return start


@pytest.fixture
def asides(path: Path) -> Asides:
    """List the files that were set aside by now."""

    def find() -> list[Path]:
        result = path.parent.glob(f"{path.name}.corrupt-*")
        return [each for each in result if not each.name.endswith(("-wal", "-shm"))]

    return find
