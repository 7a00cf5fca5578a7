from __future__ import annotations

import functools
import os
import sqlite3
import stat
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from animedex.transport.database import (
    Broken,
    Busy,
    Database,
    Unusable,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import TypeAlias

    Open: TypeAlias = Callable[..., Database]
    Work: TypeAlias = Callable[[sqlite3.Connection], None]

SCHEMA = "CREATE TABLE IF NOT EXISTS note (text TEXT NOT NULL);"
CHILD = f"""
import sys
from animedex.transport.database import Busy, Database

database = Database(sys.argv[1], {SCHEMA!r}, lambda message: print("warned", message))
print("ready", flush=True)
sys.stdin.readline()

def run(*statement):
    while True:
        try:
            return database.run(lambda db: db.execute(*statement).fetchall())
        except Busy:
            pass

for text in sys.argv[2:]:
    run("INSERT INTO note VALUES (?)", (text,))
for (text,) in run("SELECT text FROM note"):
    print("note", text)
database.close()
"""


# The parent is opening a file while it forks; the child must not wait for what it inherited.
FORKING = f"""
import os, signal, sys
from animedex.transport import database

def write(name):
    file = database.Database(f"{{sys.argv[1]}}/{{name}}/notes.db", {SCHEMA!r}, sys.exit)
    file.run(lambda db: db.execute("INSERT INTO note VALUES ('one')"))
    file.close()

read, go = os.pipe()
with database._alone(f"{{sys.argv[1]}}/parent"):
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
        """Give the notes it saw, and its warnings."""
        told, _ = self._process.communicate("go\n", timeout=60)
        assert self._process.returncode == 0
        lines = [line.partition(" ") for line in told.splitlines()]
        notes = [text for kind, _, text in lines if kind == "note"]
        return notes, [text for kind, _, text in lines if kind == "warned"]


def add(text: str) -> Work:
    def work(db: sqlite3.Connection) -> None:
        db.execute("INSERT INTO note VALUES (?)", (text,))

    return work


def notes(database: Database) -> list[str]:
    rows = database.run(lambda db: db.execute("SELECT text FROM note").fetchall(), write=False)
    return [text for (text,) in rows]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "inner" / "notes.db"


@pytest.fixture
def warnings() -> list[str]:
    return []


@pytest.fixture
def opened(path: Path, warnings: list[str]) -> Iterator[Open]:
    databases: list[Database] = []

    def make(place: Path = path) -> Database:
        databases.append(Database(str(place), SCHEMA, warnings.append))
        return databases[-1]

    yield make
    for database in databases:
        database.close()


def asides(path: Path) -> list[Path]:
    found = path.parent.glob(f"{path.name}.corrupt-*")
    return [each for each in found if not each.name.endswith(("-wal", "-shm"))]


def test_what_is_written_is_there_after_closing(opened: Open, warnings: list[str]) -> None:
    database = opened()
    database.run(add("one"))
    database.close()
    database.close()
    assert notes(database) == ["one"]
    assert notes(opened()) == ["one"]
    assert warnings == []


def test_a_bare_name_is_a_file_in_the_present_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    database = Database("bare.db", SCHEMA, pytest.fail)
    database.run(add("one"))
    assert (tmp_path / "bare.db").exists()
    database.close()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such rights")
def test_only_the_owner_can_read_any_of_it(opened: Open, path: Path) -> None:
    before = os.umask(0)
    try:
        opened().run(add("one"))
    finally:
        os.umask(before)
    rights = {each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}
    assert rights == {"notes.db": 0o600, "notes.db-wal": 0o600, "notes.db-shm": 0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_many_threads_may_use_one_database(opened: Open) -> None:
    database = opened()

    def write(name: int) -> None:
        for number in range(20):
            database.run(add(f"{name}.{number}"))

    threads = [threading.Thread(target=write, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(notes(database)) == sorted(f"{n}.{m}" for n in range(8) for m in range(20))


def test_work_that_fails_leaves_nothing(opened: Open) -> None:
    database = opened()

    def work(db: sqlite3.Connection) -> None:
        add("half")(db)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        database.run(work)
    database.run(add("whole"))
    assert notes(database) == ["whole"]


class Interrupted(sqlite3.Connection):
    """Meet Ctrl-C after a transaction has begun and, the worse for it, before it is undone."""

    at: tuple[str, ...] = ()

    def execute(self, sql: str, *rest: object) -> sqlite3.Cursor:
        if sql == "ROLLBACK" and sql in self.at:
            raise KeyboardInterrupt
        found = super().execute(sql, *rest)  # type: ignore[arg-type]  # whatever it is given
        if sql in self.at:
            raise KeyboardInterrupt
        return found


@pytest.mark.parametrize("at", [("BEGIN IMMEDIATE",), ("BEGIN IMMEDIATE", "ROLLBACK")])
def test_ctrl_c_leaves_no_transaction_open(
    at: tuple[str, ...],
    opened: Open,
    path: Path,
    warnings: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    connect = functools.partial(sqlite3.connect, factory=Interrupted)
    monkeypatch.setattr(sqlite3, "connect", connect)
    database = opened()
    database.run(add("before"))
    monkeypatch.setattr(Interrupted, "at", at)
    with pytest.raises(KeyboardInterrupt):
        database.run(add("lost"))
    monkeypatch.setattr(Interrupted, "at", ())
    database.run(add("after"))
    assert notes(database) == ["before", "after"]
    assert (asides(path), warnings) == ([], [])


def test_a_mistake_in_a_statement_sets_no_file_aside(
    opened: Open, path: Path, warnings: list[str]
) -> None:
    database = opened()
    database.run(add("one"))
    with pytest.raises(Unusable, match="within a transaction"):
        database.run(lambda db: db.execute("BEGIN"))
    with pytest.raises(Unusable, match="syntax"):
        database.run(lambda db: db.execute("no statement"))
    assert notes(database) == ["one"]
    assert (asides(path), warnings) == ([], [])


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
        database.run(add("old"))
    before = os.listdir("/dev/fd")
    other = os.open(path.parent, os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_EX)
    for _ in range(3):
        with pytest.raises(Busy):
            database.run(break_once())
    os.close(other)
    assert len(os.listdir("/dev/fd")) <= len(before)
    database.run(add("new"))
    assert notes(database) == [*(["old"] if known else []), "new"]
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
        timeout=60,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "parent wrote\nchild ended 0\n", "")


def test_a_file_that_another_writes_to_is_busy(
    opened: Open, path: Path, warnings: list[str]
) -> None:
    database = opened()
    database.run(add("before"))
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Busy):
        database.run(add("meanwhile"))
    assert notes(database) == ["before"]
    other.execute("ROLLBACK")
    other.close()
    database.run(add("after"))
    assert notes(database) == ["before", "after"]
    assert warnings == []


def test_a_new_file_that_another_is_just_making_is_busy(opened: Open, path: Path) -> None:
    path.parent.mkdir()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    database = opened()
    with pytest.raises(Busy):
        database.run(add("one"))
    other.execute("ROLLBACK")
    other.close()
    database.run(add("one"))
    assert notes(database) == ["one"]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (sqlite3.SQLITE_BUSY_SNAPSHOT, Busy),
        (sqlite3.SQLITE_LOCKED_SHAREDCACHE, Busy),
        (sqlite3.SQLITE_PROTOCOL, Busy),
        (sqlite3.SQLITE_IOERR_READ, Unusable),
        (sqlite3.SQLITE_READONLY_DBMOVED, Unusable),
        (None, Unusable),
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


def garbage(path: Path) -> None:
    path.write_bytes(b"{'not': 'a database'}\n" * 500)


def a_word(path: Path) -> None:
    path.write_bytes(b"hello")


def zeros(path: Path) -> None:
    path.write_bytes(bytes(8192))


def cut_short(path: Path) -> None:
    written(path, SCHEMA + "INSERT INTO note VALUES (hex(zeroblob(20000)));")
    os.truncate(path, 6000)


def blotted(path: Path) -> None:
    written(path, SCHEMA + "INSERT INTO note VALUES ('one');")
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
    spoil: Callable[[Path], None], opened: Open, path: Path, warnings: list[str]
) -> None:
    path.parent.mkdir()
    spoil(path)
    size = path.stat().st_size
    database = opened()
    database.run(add("new"))
    assert notes(database) == ["new"]
    (aside,) = asides(path)
    assert warnings == [f"{path} was corrupt: kept as {aside}, and begun anew"]
    assert aside.stat().st_size == size
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 or os.name == "nt"


def test_what_is_set_aside_is_kept_as_it_was(opened: Open, path: Path) -> None:
    path.parent.mkdir()
    garbage(path)
    before = path.read_bytes()
    opened().run(add("new"))
    assert asides(path)[0].read_bytes() == before


def test_an_empty_file_is_a_new_one(opened: Open, path: Path, warnings: list[str]) -> None:
    path.parent.mkdir()
    path.touch()
    opened().run(add("one"))
    assert (asides(path), warnings) == ([], [])


def test_contents_that_make_no_sense_are_set_aside_once(
    opened: Open, path: Path, warnings: list[str]
) -> None:
    database = opened()
    database.run(add("old"))

    def work(db: sqlite3.Connection) -> list[str]:
        found = [text for (text,) in db.execute("SELECT text FROM note")]
        if found:
            raise Broken
        return found

    assert database.run(work) == []
    assert notes(opened(asides(path)[0])) == ["old"]
    assert len(warnings) == 1


def test_what_makes_no_sense_even_when_new_is_unusable(
    opened: Open, path: Path, warnings: list[str]
) -> None:
    def work(db: sqlite3.Connection) -> None:
        message = "nothing but nonsense"
        raise Broken(message)

    database = opened()
    with pytest.raises(Unusable, match="nothing but nonsense"):
        database.run(work)
    assert len(warnings) == len(asides(path)) == 1


def test_a_system_without_such_locks_does_without(
    opened: Open, path: Path, warnings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "fcntl", None)
    path.parent.mkdir()
    garbage(path)
    database = opened()
    database.run(add("new"))
    assert notes(database) == ["new"]
    assert len(warnings) == len(asides(path)) == 1


def test_a_file_that_cannot_be_set_aside_is_unusable(
    opened: Open, path: Path, warnings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(source: str, target: str) -> None:
        raise PermissionError

    path.parent.mkdir()
    garbage(path)
    monkeypatch.setattr(os, "rename", refuse)
    with pytest.raises(Unusable, match="not a database"):
        opened().run(add("new"))
    assert warnings == []


def break_once() -> Work:
    """Give work that finds nonsense the first time."""
    tries = iter(range(9))

    def work(db: sqlite3.Connection) -> None:
        if next(tries) == 0:
            raise Broken

    return work


def test_whoever_has_the_old_file_open_goes_over_to_the_new_one(
    opened: Open, warnings: list[str]
) -> None:
    first, second = opened(), opened()
    first.run(add("old"))
    second.run(add("old"))
    first.run(break_once())
    second.run(add("second"))
    first.run(add("first"))
    assert notes(first) == notes(second) == ["second", "first"]
    assert len(warnings) == 1


def test_a_file_that_another_has_just_replaced_is_left_alone(
    opened: Open, path: Path, warnings: list[str]
) -> None:
    slow, quick = opened(), opened()
    slow.run(add("old"))
    quick.run(add("old"))
    tries = iter(range(9))

    def overtaken(db: sqlite3.Connection) -> None:
        if next(tries) == 0:
            db.execute("ROLLBACK")
            quick.run(break_once())
            quick.run(add("quick"))
            raise Broken
        add("slow")(db)

    slow.run(overtaken)
    quick.run(add("quick again"))
    assert notes(slow) == notes(quick) == ["quick", "slow", "quick again"]
    assert Child(path).finish() == (["quick", "slow", "quick again"], [])
    assert len(warnings) == len(asides(path)) == 1


def test_a_deleted_file_is_made_anew(opened: Open, path: Path, warnings: list[str]) -> None:
    database = opened()
    database.run(add("old"))
    path.unlink()
    database.run(add("new"))
    assert notes(database) == ["new"]
    assert notes(opened()) == ["new"]
    assert warnings == []


def test_a_second_database_in_a_process_does_not_undo_the_locks_of_the_first(
    opened: Open, path: Path
) -> None:
    """Closing any descriptor of a file drops all of a process's locks on it."""
    first, second = opened(), opened()
    first.run(add("one"))
    second.run(add("two"))
    assert Child(path, "three").finish() == (["one", "two", "three"], [])
    first.run(add("four"))
    second.run(add("five"))
    assert Child(path).finish() == (["one", "two", "three", "four", "five"], [])


def test_processes_that_notice_at_once_all_go_on_with_one_file(path: Path) -> None:
    path.parent.mkdir()
    garbage(path)
    before = path.read_bytes()
    children = [Child(path, f"{n}.a", f"{n}.b") for n in range(4)]
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
    assert [aside.read_bytes() for aside in asides(path)] == [before]
    found, _ = Child(path).finish()
    assert sorted(found) == [f"{n}.{letter}" for n in range(4) for letter in "ab"]


@pytest.mark.parametrize(
    "place", ["file/notes.db", "folder", "x" * 300 + "/notes.db", "folder/" + "x" * 300]
)
def test_a_place_that_cannot_be_used_is_unusable(
    place: str, opened: Open, tmp_path: Path, warnings: list[str]
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    with pytest.raises(Unusable, match=r"\w"):
        opened(tmp_path / place).run(add("one"))
    assert warnings == []


def test_a_full_disk_is_unusable_and_leaves_nothing(opened: Open) -> None:
    database = opened()

    def work(db: sqlite3.Connection) -> None:
        add("small")(db)
        add("x" * 100_000)(db)

    database.run(add("before"))
    database.run(lambda db: db.execute("PRAGMA max_page_count = 4"), write=False)
    with pytest.raises(Unusable, match="full"):
        database.run(work)
    assert notes(database) == ["before"]


def test_a_file_that_can_only_be_read_is_unusable(opened: Open) -> None:
    database = opened()
    database.run(add("before"))
    database.run(lambda db: db.execute("PRAGMA query_only = 1"), write=False)
    with pytest.raises(Unusable, match="readonly"):
        database.run(add("one"))
    assert notes(database) == ["before"]
