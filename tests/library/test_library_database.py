"""The library's file where something is wrong with it."""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from animedex.database import Database, UnusableFile
from animedex.errors import AnimedexError, BadArguments, Corrupt, NoSpace, TimedOut
from animedex.library import library_database as file
from animedex.library.entry import NewEntry
from animedex.library.library_database import library_error
from animedex.library.migrations import MIGRATIONS, VERSION, statements
from animedex.library.picture_library import Library

if TYPE_CHECKING:
    from collections.abc import Iterator

    from animedex.models import ArtPost
    from tests.library.conftest import Draw

# It does the same somewhere else first: what it has yet to import may be out of reach later.
ADD_AND_LIST = """
import os, sys
from animedex.errors import AnimedexError
from animedex.library.entry import NewEntry
from animedex.library.picture_library import Library

def attempt(path):
    with Library(path, print) as library:
        for work in (lambda: len(library.entries()), lambda: library.add(NewEntry(sys.argv[3])).id):
            try:
                yield work()
            except AnimedexError as error:
                yield f"{type(error).__name__} {error}"

list(attempt(sys.argv[2]))
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
for told in attempt(sys.argv[1]):
    print(told)
"""


def test_it_is_made_for_its_owner_alone(library: Library, draw: Draw) -> None:
    library.add(NewEntry(str(draw("1.png"))))
    path = Path(library.path)
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


def test_one_from_a_newer_version_is_refused_and_left_alone(
    library: Library, draw: Draw, warnings: list[str]
) -> None:
    library.add(NewEntry(str(draw("1.png"))))
    library.close()
    path = Path(library.path)
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {VERSION + 6}")
    before = path.read_bytes()
    for work in (library.entries, lambda: library.add(NewEntry(str(draw("2.png"))))):
        with pytest.raises(BadArguments, match=f"newer animedex.* {VERSION + 6}, not") as caught:
            work()
        assert "install -U" in str(caught.value.hint)
    library.close()
    assert (path.read_bytes(), warnings) == (before, [])


@pytest.mark.parametrize("content", [b"", b"x"])
def test_one_that_lost_its_content_is_told_and_left_alone(content: bytes, library: Library) -> None:
    path = Path(library.path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    for _ in range(2):
        with pytest.raises(BadArguments, match="it has lost its content") as caught:
            library.entries()
        assert "put a copy of it back" in str(caught.value.hint)
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("PRAGMA user_version = -5", "its version is -5"),
        ("CREATE TABLE bookmark (url); PRAGMA user_version = -1", "its version is -1"),
        ("CREATE TABLE bookmark (url)", "it is a database of another program"),
    ],
)
def test_a_database_of_something_else_is_told_and_left_alone(
    script: str, why: str, library: Library
) -> None:
    path = Path(library.path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.executescript(script)
    before = path.read_bytes()
    for _ in range(2):
        with pytest.raises(BadArguments, match=why):
            library.entries()
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.glob("library*")] == [path.name]


def test_a_newer_one_in_another_journal_mode_is_left_alone_too(library: Library) -> None:
    path = Path(library.path)
    path.parent.mkdir()
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {VERSION + 1}")
    before = path.read_bytes()
    with pytest.raises(BadArguments):
        library.count()
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"this is no database at all" * 100, b"short"])
def test_a_corrupt_one_is_kept_aside_and_a_new_one_begun(
    content: bytes, library: Library, draw: Draw, warnings: list[str]
) -> None:
    path = Path(library.path)
    path.parent.mkdir()
    path.write_bytes(content)
    library.add(NewEntry(str(draw("1.png"))))
    assert library.count() == 1
    (aside,) = path.parent.glob("library.db.corrupt-*")
    assert aside.read_bytes() == content
    assert warnings == [f"{path} was corrupt: kept as {aside}, and begun anew"]


FORK = """
import os, sys
from animedex.library.entry import NewEntry
from animedex.library.picture_library import Library

library = Library(sys.argv[1])
library.add(NewEntry(sys.argv[2]))
child = os.fork()
if child == 0:
    library.add(NewEntry(sys.argv[3]))
    library.close()
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
library.add(NewEntry(sys.argv[4]))
print(library.count())
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes do not fork there")
def test_a_forked_process_opens_it_anew(library: Library, draw: Draw) -> None:
    paths = [str(draw(f"{n}.png", n)) for n in range(3)]
    done = subprocess.run(
        [sys.executable, "-c", FORK, library.path, *paths],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "3\n"
    with contextlib.closing(sqlite3.connect(library.path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_one_with_other_tables_is_not_taken_for_corrupt(
    library: Library, warnings: list[str]
) -> None:
    path = Path(library.path)
    path.parent.mkdir()
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version = {VERSION}")
        db.execute("CREATE TABLE note (text)")
    with pytest.raises(BadArguments, match="its tables are not the expected ones"):
        library.count()
    assert (list(path.parent.glob("*corrupt*")), warnings) == ([], [])


def test_one_that_is_locked_for_too_long_is_a_timeout(library: Library, draw: Draw) -> None:
    first = library.add(NewEntry(str(draw("1.png", 1))))
    with (
        Library(library.path, patience=0.0) as other,
        contextlib.closing(sqlite3.connect(library.path, isolation_level=None)) as db,
    ):
        db.execute("BEGIN IMMEDIATE")
        with pytest.raises(TimedOut, match=r"keeps .* locked"):
            other.add(NewEntry(str(draw("2.png", 2))))
        assert other.entries() == [first]
        db.execute("COMMIT")
        other.add(NewEntry(str(draw("2.png", 2))))
    assert library.count() == 2


def test_one_that_is_locked_for_a_moment_is_waited_for(library: Library, draw: Draw) -> None:
    import threading

    library.count()
    path = str(draw("1.png"))
    thread = threading.Thread(target=lambda: library.add(NewEntry(path)))
    with contextlib.closing(sqlite3.connect(library.path, isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        thread.start()
        db.execute("CREATE TABLE other (a)")
        db.execute("COMMIT")
    thread.join()
    assert library.count() == 1


def test_a_full_disk_says_so_and_loses_nothing(library: Library, draw: Draw) -> None:
    first = library.add(NewEntry(str(draw("1.png", 1))))
    pages = library.file.read(lambda db: db.execute("PRAGMA page_count").fetchone())[0]
    library.file.read(lambda db: db.execute(f"PRAGMA max_page_count = {pages}"))
    row = b'"' + b"x" * 100_000 + b'"'
    with pytest.raises(NoSpace, match="full") as caught:
        library.add(NewEntry(str(draw("2.png", 2)), row=row))
    assert "nothing is lost" in str(caught.value.hint)
    assert library.entries() == [first]
    library.file.read(lambda db: db.execute("PRAGMA max_page_count = 100000"))
    assert library.add(NewEntry(str(draw("2.png", 2)), row=row)).row == row


def test_a_disk_without_room_for_what_sqlite_needs_is_full() -> None:
    error = library_error(
        "library.db", UnusableFile("disk I/O error", sqlite3.SQLITE_IOERR_SHMSIZE)
    )
    assert (type(error), error.message) == (
        NoSpace,
        "the library library.db cannot be used: the disk is full",
    )


@pytest.mark.parametrize("content", [b"", b"no library", b"SQLite format 3\0cut"])
def test_what_is_no_library_and_cannot_be_written_to_is_told(
    content: bytes, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = Path(library.path)
    path.parent.mkdir()
    path.write_bytes(content)
    monkeypatch.setattr(file, "_is_writable", _never)
    monkeypatch.setattr(Database, "run", _unusable)
    with pytest.raises(AnimedexError, match=re.escape(library.path)) as caught:
        library.count()
    assert caught.value.hint
    assert path.read_bytes() == content


def test_what_was_written_last_may_be_out_of_reach(
    library: Library, draw: Draw, warnings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    library.add(NewEntry(str(draw("1.png", 1))))
    library.close()
    library.add(NewEntry(str(draw("2.png", 2))))
    monkeypatch.setattr(file, "_is_writable", _never)
    monkeypatch.setattr(Database, "run", _unusable)
    assert library.count() == 1
    assert warnings == [f"the latest changes to {library.path} cannot be read here"]
    with pytest.raises(BadArguments, match="cannot be written to here"):
        library.remove(1)


def test_an_older_library_that_cannot_be_written_to_is_read(
    library: Library, post: ArtPost, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path(library.path).parent.mkdir()
    with contextlib.closing(sqlite3.connect(library.path)) as db:
        for statement in statements(MIGRATIONS[0]):
            db.execute(statement)
        db.execute("PRAGMA user_version = 1")
        db.execute(
            "INSERT INTO entry (path, sha256, size, format, frames, added_at)"
            " VALUES ('/a.png', '', 1, 'png', 1, 1)"
        )
        body = msgspec.json.encode(post)
        db.execute("INSERT INTO credit VALUES (1, ?, NULL)", (body,))
        db.commit()
    monkeypatch.setattr(file, "_is_writable", _never)
    monkeypatch.setattr(Database, "run", _unusable)
    before = Path(library.path).read_bytes()
    entry = library.addressed(post.url or "")
    assert entry
    assert (entry.id, entry.post) == (1, post)
    assert Path(library.path).read_bytes() == before


def _never(path: str) -> bool:
    return False


def _unusable(*_: object, **__: object) -> None:
    message = "unable to open database file"
    raise UnusableFile(message, sqlite3.SQLITE_CANTOPEN)


@pytest.fixture
def public() -> Iterator[Path]:
    """Return a folder that other users can get at."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name)
        path.chmod(0o755)
        yield path


def as_nobody(path: Path, picture: Path, elsewhere: Path) -> list[str]:
    """List and add as a user who is not the owner of anything."""
    done = subprocess.run(
        [sys.executable, "-c", ADD_AND_LIST, str(path), str(elsewhere), str(picture)],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="rights are another matter there")
def test_rights_that_lack_are_told(public: Path, draw: Draw, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.db"
    picture = public / "1.png"
    picture.write_bytes(draw("1.png").read_bytes())
    picture.chmod(0o644)
    folder = public / "data"
    folder.mkdir()
    path = folder / "library.db"
    with Library(str(path)) as library:
        library.add(NewEntry(str(picture)))
    path.chmod(0o444)
    folder.chmod(0o777)
    listed, added = as_nobody(path, picture, elsewhere)
    assert (listed, "cannot be written to here (free it" in added) == ("1", True)
    for left in folder.glob("library.db-*"):
        left.unlink()
    folder.chmod(0o555)
    listed, added = as_nobody(path, picture, elsewhere)
    assert (listed, "cannot be written to here (free it" in added) == ("1", True)
    path.unlink()
    for told in as_nobody(path, picture, elsewhere):
        assert "Permission denied (free it, or put the library elsewhere" in told


def test_a_broken_index_of_words_leaves_the_rest_as_it_is(
    library: Library, draw: Draw, warnings: list[str]
) -> None:
    library.add(NewEntry(str(draw("miku.png"))))
    library.file.change(
        lambda db: db.execute("UPDATE wording_data SET block = x'00ff' WHERE id > 10")
    )
    library.close()
    with pytest.raises(Corrupt, match="it is damaged") as caught:
        library.search("miku")
    assert "library verify" in str(caught.value.hint)
    assert (library.count(), warnings) == (1, [])
