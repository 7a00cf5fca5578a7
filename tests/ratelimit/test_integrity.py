"""A ledger file that is not as it was left: told, and counted as used up; all else as before."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from animedex.clock import Boot
from animedex.database import temporary_folder_path
from animedex.ratelimit import integrity as continuity
from animedex.ratelimit.fallback_store import FallbackStore
from animedex.ratelimit.integrity import MARKER_SUFFIX, TURN_SECONDS
from animedex.ratelimit.limits import Limits, SlidingWindow, TokenBucket
from animedex.ratelimit.memory_store import MemoryStore
from animedex.ratelimit.rate_limiter import Proceed, Rejected, Reservation, RetryLater
from animedex.ratelimit.store import FILE_NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from animedex.ratelimit.rate_limiter import Decision

ORIGIN, LOOPBACK = "https://nekos.best", "http://127.0.0.1:8000"
LIMITS = Limits(TokenBucket(rate=3.0, burst=10), {"/search": SlidingWindow(7, 5.0)})
NOW = 1000.0
USED_UP = RetryLater(NOW + 5.0, NOW + 5.0)
HERE, THERE = Boot("here", 10.0), Boot("there", 10.0)
# What the first version wrote: seven searches, two of them unanswered, and a path that is spent.
OLD_BODY = bytes.fromhex(
    "94CB408F42000000000092CB408F52AAAAAAAAAD9081A72F736561726368929793B03030303030303030303030303030"
    "3035CB40902C0000000000C293B030303030303030303030303030303036CB40902C0000000000C293B0303030303030"
    "30303030303030303030CB408F6A0000000000C393B030303030303030303030303030303031CB408F6A0000000000C3"
    "93B030303030303030303030303030303032CB408F6A0000000000C393B030303030303030303030303030303033CB40"
    "8F6A0000000000C393B030303030303030303030303030303034CB408F6A0000000000C39081AC2F6170692F76322F6E"
    "656B6FCB4090910000000000"
)
OLD_TABLES = """
PRAGMA journal_mode = WAL;
CREATE TABLE ledger (origin TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE shown (
    number INTEGER PRIMARY KEY AUTOINCREMENT, backend TEXT, id TEXT, UNIQUE (backend, id)
);
INSERT INTO shown VALUES (1, 'nekos', 'a'), (2, 'nekos', 'b');
"""


class Machine:
    """Open states on a file, by a clock and a boot that are set by hand."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.marker = path.with_name(path.name + MARKER_SUFFIX)
        self.now = NOW
        self.boot = HERE
        self.warnings: list[str] = []
        self.states: list[FallbackStore] = []
        self.tickets = 0

    def open(self, path: Path | None = None) -> FallbackStore:
        state = FallbackStore(
            str(path or self.path),
            lambda: self.now,
            self.warnings.append,
            get_boot=lambda: self.boot,
        )
        self.states.append(state)
        return state

    def search(
        self, state: FallbackStore, origin: str = ORIGIN, latest: float = NOW + 100
    ) -> Decision:
        self.tickets += 1
        claim = Reservation(f"{self.tickets}", "/search", "/search", latest)
        return state.reserve(origin, LIMITS, claim)


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    machine = Machine(tmp_path / "data" / FILE_NAME)
    yield machine
    for state in machine.states:
        state.close()


def test_a_new_folder_starts_full_with_its_whole_burst(machine: Machine) -> None:
    state = machine.open()
    slots = [state.reserve(ORIGIN, LIMITS, Reservation(f"{n}", "/neko")).at for n in range(11)]
    assert slots == pytest.approx([NOW] * 10 + [NOW + 1 / 3])
    assert machine.warnings == []


def test_a_file_of_an_older_version_is_used_as_it_is(machine: Machine) -> None:
    machine.path.parent.mkdir()
    with closing(sqlite3.connect(machine.path)) as db, db:
        db.executescript(OLD_TABLES)
        db.execute("INSERT INTO ledger VALUES (?, ?)", (ORIGIN, OLD_BODY))
    machine.now = NOW + 0.25
    state = machine.open()
    assert state.count_seen() == 2
    assert machine.search(state) == RetryLater(NOW + 5.25, NOW + 5.25)
    blocked = state.reserve(ORIGIN, LIMITS, Reservation("n", "/api/v2/neko"))
    assert blocked == RetryLater(NOW + 60.25, NOW + 60.25)
    assert machine.warnings == []


@pytest.mark.parametrize("names", [("",), ("", "-wal", "-shm"), (MARKER_SUFFIX,)])
def test_what_is_deleted_counts_as_used_up(names: tuple[str, ...], machine: Machine) -> None:
    state = machine.open()
    for _ in range(3):
        machine.search(state)
    for name in names:
        machine.path.with_name(machine.path.name + name).unlink()
    for each in (state, machine.open()):
        assert machine.search(each).at >= NOW + 5.0
    assert len(machine.warnings) == 1
    assert machine.warnings[0].endswith("its budgets count as used up")


def test_an_older_copy_counts_as_used_up(machine: Machine) -> None:
    state = machine.open()
    machine.search(state)
    state.close()
    older = machine.path.read_bytes()
    machine.search(state)
    machine.search(state)
    state.close()
    machine.path.write_bytes(older)
    assert machine.search(machine.open()) == USED_UP
    assert len(machine.warnings) == 1


def test_loopback_starts_full_all_the_same(machine: Machine) -> None:
    assert isinstance(machine.search(machine.open()), Proceed)
    machine.path.unlink()
    fresh = machine.open()
    assert machine.search(fresh) == USED_UP
    assert isinstance(machine.search(fresh, LOOPBACK), Proceed)


def test_a_process_brings_along_what_it_saw_of_a_loopback_server(machine: Machine) -> None:
    state = machine.open()
    for _ in range(7):
        assert isinstance(machine.search(state, LOOPBACK), Proceed)
    machine.path.unlink()
    assert machine.search(state, LOOPBACK).at > NOW


def test_a_pause_that_a_service_asked_for_is_brought_along(machine: Machine) -> None:
    state = machine.open()
    state.reserve(ORIGIN, LIMITS, Reservation("a", "/neko"))
    state.block(ORIGIN, Reservation("a", "/neko"), 3600.0)
    machine.path.unlink()
    assert state.reserve(ORIGIN, LIMITS, Reservation("b", "/neko")).at == NOW + 3600


def test_a_folder_that_was_deleted_a_moment_ago_is_no_new_one(machine: Machine) -> None:
    state = machine.open()
    machine.search(state)
    state.close()
    for file in machine.path.parent.iterdir():
        file.unlink()
    machine.path.parent.rmdir()
    assert machine.search(machine.open()) == USED_UP


def test_a_folder_that_was_deleted_long_ago_is_a_new_one(machine: Machine) -> None:
    state = machine.open()
    machine.search(state)
    state.close()
    for file in machine.path.parent.iterdir():
        file.unlink()
    (trace,) = (each for each in _temporary().iterdir() if each.name.endswith("-trace"))
    os.utime(trace, (0, time.time() - 3600))
    assert isinstance(machine.search(machine.open()), Proceed)
    assert machine.warnings == []


def _temporary() -> Path:
    return Path(str(temporary_folder_path()))


def test_who_died_before_the_file_was_written_costs_no_warning(machine: Machine) -> None:
    state = machine.open()
    machine.search(state)
    name, sent = machine.marker.read_text().split()
    machine.marker.write_text(f"{name} {int(sent) + 1}".ljust(64))
    assert machine.search(state) == USED_UP
    assert machine.warnings == []


@pytest.mark.parametrize("age", [0, 3600])
def test_a_boot_that_is_not_known_finds_all_used_up(age: int, machine: Machine) -> None:
    machine.search(machine.open())
    machine.boot, machine.now = THERE, 50.0
    os.utime(machine.marker, (0, time.time() - age))
    states = machine.open(), machine.open()
    assert [machine.search(each).at for each in states] == [55.0, 55.0]
    # Who was here long ago is most likely this machine, before it was started anew.
    assert len(machine.warnings) == (1 if age == 0 else 0)


def test_setting_the_time_of_day_is_noticed_and_harms_nobody_who_runs(machine: Machine) -> None:
    old = machine.open()
    assert isinstance(machine.search(old), Proceed)
    machine.boot = HERE._replace(zero_at=5000.0)
    assert machine.search(machine.open()) == USED_UP
    machine.now += 5.0
    assert isinstance(machine.search(old), Proceed)


def test_two_machines_take_turns_at_one_file(machine: Machine) -> None:
    here = machine.open()
    machine.search(here)
    here.block(ORIGIN, Reservation("b", "/neko"), 60.0)
    machine.boot, machine.now = THERE, 50.0
    there = machine.open()
    assert machine.search(there, latest=100.0).at == 55.0
    machine.boot, machine.now = HERE, NOW + 1
    turn = NOW + 1 + TURN_SECONDS
    assert machine.search(here) == RetryLater(turn, turn)
    assert machine.search(here, latest=NOW + 2) == Rejected(turn)
    # What ends meanwhile stays as it is in the file.
    here.finish(ORIGIN, LIMITS, Reservation("1", "/search", "/search"))
    machine.now = NOW + 2
    assert machine.search(here) == RetryLater(turn, turn)
    machine.now = turn
    assert machine.search(here) == RetryLater(turn + 5.0, turn + 5.0)
    assert here.reserve(ORIGIN, LIMITS, Reservation("n", "/neko")).at >= turn + 50.0


def test_a_clock_that_went_back_does_not_keep_all_used_up(machine: Machine) -> None:
    state = machine.open()
    machine.search(state)
    machine.path.unlink()
    machine.search(state)
    machine.now = NOW - 900
    assert machine.search(state).at <= machine.now + 5.0
    machine.now += 6.0
    assert isinstance(machine.search(state), Proceed)


def test_only_the_last_boots_are_remembered(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(continuity, "_MAX_DISPLACED", 3)
    for number in range(6):
        machine.boot = Boot(f"{number}", 0.0)
        machine.search(machine.open())
    with closing(sqlite3.connect(machine.path)) as db:
        assert db.execute("SELECT boot FROM displaced").fetchall() == [("2",), ("3",), ("4",)]


def text(path: Path) -> None:
    path.write_text("Dear diary,\n" * 100)


def one_byte(path: Path) -> None:
    path.write_bytes(b"x")


def foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.executescript("CREATE TABLE bookmark (url TEXT); INSERT INTO bookmark VALUES ('a')")


@pytest.mark.parametrize("write", [text, one_byte, foreign])
def test_a_file_of_something_else_is_left_as_it_is(
    write: Callable[[Path], None], machine: Machine, tmp_path: Path
) -> None:
    path = tmp_path / "diary.txt"
    write(path)
    before = path.read_bytes()
    state = machine.open(path)
    assert machine.search(state) == USED_UP
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir() if each.name != "data"] == ["diary.txt"]
    assert len(machine.warnings) == 1
    assert "not changed" in machine.warnings[0]


def test_a_damaged_ledger_under_another_name_is_begun_anew(
    machine: Machine, tmp_path: Path
) -> None:
    path = tmp_path / "mine.db"
    state = machine.open(path)
    machine.search(state)
    state.close()
    path.write_bytes(b"damaged" * 100)
    assert machine.search(machine.open(path)) == USED_UP
    assert len(machine.warnings) == 1
    assert "begun anew" in machine.warnings[0]


def test_a_file_that_cannot_be_read_is_left_alone(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mine.db"
    one_byte(path)
    monkeypatch.setattr("builtins.open", _refuse)
    assert machine.search(machine.open(path)) == USED_UP
    assert path.read_bytes() == b"x"


def _refuse(*_: object, **__: object) -> None:
    raise PermissionError


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no such pipes")
def test_a_pipe_or_a_device_is_not_opened(machine: Machine, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (pipe, tmp_path.joinpath("/dev/null")):
        assert machine.search(machine.open(path)) == USED_UP
    assert len(machine.warnings) == 2
    assert all("it is not a regular file" in each for each in machine.warnings)
    assert not os.path.lexists("/dev/null-marker")


def test_where_no_marker_can_be_written_another_place_is_used(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.path.parent.mkdir()
    machine.marker.mkdir()
    state = machine.open()
    assert machine.search(state) == USED_UP
    assert state.path not in {str(machine.path), MemoryStore.path}
    assert len(machine.warnings) == 1


def test_a_marker_of_somebody_else_among_the_temporary_files_says_nothing(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.path.parent.mkdir()
    machine.path.mkdir()
    machine.search(machine.open())
    machine.path.rmdir()
    machine.marker.unlink(missing_ok=True)
    real = os.fstat

    def own_by_another(handle: int) -> os.stat_result:
        result = real(handle)
        return os.stat_result((*result[:4], result.st_uid + 1, *result[5:]))

    monkeypatch.setattr(os, "fstat", own_by_another)
    assert isinstance(machine.search(machine.open()), Proceed)


def test_memory_is_left_as_soon_as_a_file_works(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.path.mkdir(parents=True)
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    state = machine.open()
    assert state.count_seen() == 0
    (tmp_path / "temporary").rename(tmp_path / "aside")
    (tmp_path / "temporary").touch()
    assert machine.search(state) == USED_UP
    assert state.path == MemoryStore.path
    machine.now += 5.0
    assert isinstance(machine.search(state), Proceed)
    (tmp_path / "temporary").unlink()
    (tmp_path / "aside").rename(tmp_path / "temporary")
    assert machine.search(state).at == machine.now + 5.0
    assert str(tmp_path / "temporary") in state.path
    machine.path.rmdir()
    assert machine.search(state).at == machine.now + 5.0
    assert state.path == str(machine.path)
    assert machine.warnings[-1] == f"budgets are kept in {machine.path} again"


def test_requests_are_counted_where_no_trace_can_be_left(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    state = machine.open()
    machine.search(state, LOOPBACK)
    (tmp_path / "elsewhere").mkdir()
    _temporary().symlink_to(tmp_path / "elsewhere")
    assert isinstance(machine.search(state), Proceed)
    assert machine.warnings == []
