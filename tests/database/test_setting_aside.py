"""A file that makes no sense: kept aside as it was, and begun anew."""

from __future__ import annotations

import os
import sqlite3
import stat
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from animedex.database import CorruptFile, UnusableFile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.database.conftest import Asides, Child, Open, StartChild

TABLE = "CREATE TABLE note (text TEXT NOT NULL);"


def garbage(path: Path) -> None:
    path.write_bytes(b"{'not': 'a database'}\n" * 500)


def a_word(path: Path) -> None:
    path.write_bytes(b"hello")


def zeros(path: Path) -> None:
    path.write_bytes(bytes(8192))


def cut_short(path: Path) -> None:
    written(path, TABLE + "INSERT INTO note VALUES (hex(zeroblob(20000)));")
    os.truncate(path, 6000)


def blotted(path: Path) -> None:
    written(path, TABLE + "INSERT INTO note VALUES ('one');")
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 4096)


def other_columns(path: Path) -> None:
    written(path, "CREATE TABLE note (title TEXT, body TEXT); INSERT INTO note VALUES ('a', 'b');")


def a_view(path: Path) -> None:
    written(path, "CREATE VIEW note AS SELECT 'a' AS text;")


def written(path: Path, script: str) -> None:
    connection = sqlite3.connect(path)
    connection.executescript(script)
    connection.close()


@pytest.mark.parametrize(
    "spoil", [garbage, a_word, zeros, cut_short, blotted, other_columns, a_view]
)
def test_a_file_that_makes_no_sense_is_kept_aside_and_begun_anew(
    spoil: Callable[[Path], None], opened: Open, path: Path, asides: Asides, warnings: list[str]
) -> None:
    path.parent.mkdir()
    spoil(path)
    size = path.stat().st_size
    database = opened()
    database.add("new")
    assert database.notes() == ["new"]
    (aside,) = asides()
    assert warnings == [f"{path} was corrupt: kept as {aside}, and begun anew"]
    assert aside.stat().st_size == size
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 or os.name == "nt"


def test_what_is_set_aside_is_kept_as_it_was(opened: Open, path: Path, asides: Asides) -> None:
    path.parent.mkdir()
    garbage(path)
    before = path.read_bytes()
    opened().add("new")
    assert asides()[0].read_bytes() == before


def test_an_empty_file_is_a_new_one(
    opened: Open, path: Path, asides: Asides, warnings: list[str]
) -> None:
    path.parent.mkdir()
    path.touch()
    opened().add("one")
    assert (asides(), warnings) == ([], [])


def test_contents_that_make_no_sense_are_set_aside_once(
    opened: Open, asides: Asides, warnings: list[str]
) -> None:
    database = opened()
    database.add("old")

    def work(db: sqlite3.Connection) -> list[str]:
        result = [text for (text,) in db.execute("SELECT text FROM note")]
        if result:
            raise CorruptFile
        return result

    assert database.run(work) == []
    assert opened(asides()[0]).notes() == ["old"]
    assert len(warnings) == 1


def test_what_makes_no_sense_even_when_new_is_unusable(
    opened: Open, asides: Asides, warnings: list[str]
) -> None:
    def work(db: sqlite3.Connection) -> None:
        message = "nothing but nonsense"
        raise CorruptFile(message)

    database = opened()
    with pytest.raises(UnusableFile, match="nothing but nonsense"):
        database.run(work)
    assert len(warnings) == len(asides()) == 1


def test_a_system_without_such_locks_does_without(
    opened: Open, path: Path, asides: Asides, warnings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "fcntl", None)
    path.parent.mkdir()
    garbage(path)
    database = opened()
    database.add("new")
    assert database.notes() == ["new"]
    assert len(warnings) == len(asides()) == 1


def test_a_file_that_cannot_be_set_aside_is_unusable(
    opened: Open, path: Path, warnings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(source: str, target: str) -> None:
        raise PermissionError

    path.parent.mkdir()
    garbage(path)
    monkeypatch.setattr(os, "rename", refuse)
    with pytest.raises(UnusableFile, match="not a database"):
        opened().add("new")
    assert warnings == []


def test_processes_that_notice_at_once_all_go_on_with_one_file(
    path: Path, start_child: StartChild, asides: Asides
) -> None:
    path.parent.mkdir()
    garbage(path)
    before = path.read_bytes()
    children = [start_child(f"{n}.a", f"{n}.b") for n in range(4)]
    told: list[tuple[list[str], list[str]]] = []

    def finish(child: Child) -> None:
        told.append(child.finish())

    threads = [threading.Thread(target=finish, args=(child,)) for child in children]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 4
    assert len([warning for _, warnings in told for warning in warnings]) == 1
    assert [aside.read_bytes() for aside in asides()] == [before]
    result, _ = start_child().finish()
    assert sorted(result) == [f"{n}.{letter}" for n in range(4) for letter in "ab"]
