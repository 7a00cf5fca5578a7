from __future__ import annotations

import functools
import os
import sqlite3
import stat
import subprocess
import sys
import threading
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from animedex.database import StoreLocked
from animedex.transport.response_cache import Cache, CacheEntry, CacheReport
from tests.kit.clock import Clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import TypeAlias

    Open: TypeAlias = Callable[..., Cache]

START = 1_800_000_000.0
CHILD = """
import sys
from animedex.transport.response_cache import Cache

def stop(message):
    raise SystemExit(message)

cache = Cache(sys.argv[1], stop, cap=1000)
print("ready", flush=True)
sys.stdin.readline()
for number in range(50):
    cache.put(f"{sys.argv[2]}.{number}", "shelf", b"x" * 100, 3600)
    kept = cache.get(f"{sys.argv[2]}.{number}")
    assert kept is None or kept.body == b"x" * 100
cache.close()
"""


@pytest.fixture
def clock() -> Clock:
    return Clock(START)


@pytest.fixture
def warnings() -> list[str]:
    return []


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "answers.db"


@pytest.fixture
def opened(path: Path, clock: Clock, warnings: list[str]) -> Iterator[Open]:
    caches: list[Cache] = []

    def make(place: Path = path, cap: int = 1000) -> Cache:
        caches.append(Cache(str(place), warnings.append, cap=cap, clock=clock))
        return caches[-1]

    yield make
    for cache in caches:
        cache.close()


@pytest.fixture
def unusable(tmp_path: Path) -> Path:
    (tmp_path / "file").touch()
    return tmp_path / "file" / "answers.db"


def test_a_body_is_kept_with_the_time_it_came(opened: Open, clock: Clock) -> None:
    cache = opened()
    cache.put("key", "shelf", b"\x00body\xff", 60)
    clock.now += 59.5
    assert cache.get("key") == CacheEntry(b"\x00body\xff", START)
    assert cache.get("another") is None


def test_a_body_expires(opened: Open, clock: Clock) -> None:
    cache = opened()
    cache.put("key", "shelf", b"body", 60)
    clock.now += 60
    assert cache.get("key") is None


def test_a_body_from_the_future_is_not_given(opened: Open, clock: Clock) -> None:
    cache = opened()
    cache.put("key", "shelf", b"body", 60)
    clock.now -= 1
    assert cache.get("key") is None
    clock.now += 1
    assert cache.get("key") == CacheEntry(b"body", START)


def test_a_newer_body_replaces_an_older(opened: Open, clock: Clock) -> None:
    cache = opened()
    cache.put("key", "shelf", b"old", 60)
    clock.now += 50
    cache.put("key", "shelf", b"new", 60)
    clock.now += 50
    assert cache.get("key") == CacheEntry(b"new", START + 50)
    assert cache.report().answers == 1


def test_putting_drops_what_has_expired_or_is_from_the_future(opened: Open, clock: Clock) -> None:
    cache = opened()
    cache.put("short", "shelf", b"a", 10)
    cache.put("long", "shelf", b"b", 100)
    clock.now += 20
    cache.put("later", "shelf", b"c", 100)
    clock.now -= 5
    cache.put("now", "shelf", b"d", 100)
    assert cache.report().answers == 2
    clock.now += 6
    assert [cache.get(key) for key in ("short", "later")] == [None, None]
    assert [kept.body for key in ("long", "now") if (kept := cache.get(key))] == [b"b", b"d"]


def test_the_oldest_go_when_it_grows_too_large(opened: Open, clock: Clock) -> None:
    cache = opened(cap=1000)
    for number in range(12):
        clock.now += 1
        cache.put(f"{number}", "shelf", b"x" * 100, 3600)
    kept = [number for number in range(12) if cache.get(f"{number}")]
    assert kept == list(range(2, 12))
    assert cache.report().size == 1000
    clock.now += 1
    cache.put("large", "shelf", b"x" * 750, 3600)
    assert [number for number in range(12) if cache.get(f"{number}")] == [10, 11]
    assert cache.get("large") is not None


def test_a_body_beyond_the_bound_is_not_kept_and_drives_nothing_out(
    opened: Open, clock: Clock
) -> None:
    cache = opened(cap=1000)
    cache.put("small", "shelf", b"x", 3600)
    clock.now += 1
    cache.put("large", "shelf", b"x" * 1001, 3600)
    assert cache.get("large") is None
    assert cache.get("small") == CacheEntry(b"x", START)


def test_it_can_be_cleared_and_counted(opened: Open, path: Path) -> None:
    cache = opened()
    assert cache.report() == CacheReport(str(path), 0, 0, 1000)
    cache.put("a", "shelf", b"12345", 60)
    cache.put("b", "shelf", b"", 60)
    assert cache.report() == CacheReport(str(path), 2, 5, 1000)
    assert cache.clear() == 2
    assert cache.clear() == 0
    assert cache.report() == CacheReport(str(path), 0, 0, 1000)


def test_it_outlives_its_process(opened: Open) -> None:
    cache = opened()
    cache.put("key", "shelf", b"body", 60)
    cache.close()
    assert opened().get("key") == CacheEntry(b"body", START)
    assert cache.get("key") == CacheEntry(b"body", START)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such rights")
def test_only_the_owner_can_read_it(opened: Open, path: Path) -> None:
    opened().put("key", "shelf", b"body", 60)
    rights = {stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}
    assert rights == {0o600}


def test_a_corrupt_file_is_set_aside_with_one_warning(
    opened: Open, path: Path, warnings: list[str]
) -> None:
    path.parent.mkdir()
    path.write_bytes(b"<html>" * 999)
    cache = opened()
    assert cache.get("key") is None
    cache.put("key", "shelf", b"body", 60)
    assert cache.get("key") == CacheEntry(b"body", START)
    assert len(warnings) == len(list(path.parent.glob("*.corrupt-*"))) == 1


def test_an_unusable_place_is_warned_of_once_and_keeps_nothing(
    opened: Open, unusable: Path, warnings: list[str]
) -> None:
    cache = opened(unusable)
    cache.put("key", "shelf", b"body", 60)
    assert cache.get("key") is None
    assert cache.clear() == 0
    assert cache.report() == CacheReport(str(unusable), 0, 0, 1000)
    cache.close()
    assert len(warnings) == 1
    assert warnings[0].startswith(f"responses cannot be cached in {unusable} (")
    assert warnings[0].endswith("): going on without")


def test_it_is_given_up_for_good(opened: Open, unusable: Path) -> None:
    cache = opened(unusable)
    assert cache.get("key") is None
    unusable.parent.unlink()
    cache.put("key", "shelf", b"body", 60)
    assert cache.get("key") is None
    assert not unusable.parent.exists()


class Meeting:
    """Stand in a lock's place, and let nobody in before all have come."""

    def __init__(self, parties: int) -> None:
        self._barrier = threading.Barrier(parties)
        self._met = False

    def __enter__(self) -> None:
        if not self._met:
            self._barrier.wait(timeout=120)
            self._met = True

    def __exit__(self, *exc_info: object) -> None:
        """Do nothing: there is no lock."""


def test_threads_that_find_it_unusable_at_once_get_one_warning(
    opened: Open, unusable: Path, warnings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = opened(unusable)
    monkeypatch.setattr(vars(cache)["_database"], "_lock", Meeting(4))
    result: list[CacheEntry | None] = []
    threads = [threading.Thread(target=lambda: result.append(cache.get("key"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert result == [None] * 4
    assert len(warnings) == 1


def test_a_file_that_another_writes_to_is_a_miss(
    opened: Open, path: Path, warnings: list[str]
) -> None:
    cache = opened()
    cache.put("key", "shelf", b"body", 60)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    cache.put("meanwhile", "shelf", b"body", 60)
    with pytest.raises(StoreLocked):
        cache.clear()
    assert cache.get("key") == CacheEntry(b"body", START)
    other.execute("ROLLBACK")
    other.close()
    assert cache.get("meanwhile") is None
    cache.put("after", "shelf", b"body", 60)
    assert cache.get("after") == CacheEntry(b"body", START)
    assert warnings == []


def test_entries_are_counted_while_another_writes(opened: Open, path: Path) -> None:
    cache = opened()
    cache.put("key", "shelf", b"body", 60)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert cache.report().answers == 1
        other.execute("ROLLBACK")


def test_a_file_that_another_is_just_making_is_a_miss(
    opened: Open, path: Path, warnings: list[str]
) -> None:
    path.parent.mkdir()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    cache = opened()
    assert cache.get("key") is None
    with pytest.raises(StoreLocked):
        cache.report()
    other.execute("ROLLBACK")
    other.close()
    cache.put("key", "shelf", b"body", 60)
    assert cache.get("key") == CacheEntry(b"body", START)
    assert warnings == []


def test_processes_may_use_one_cache_at_once(path: Path) -> None:
    command = [sys.executable, "-c", CHILD, str(path)]
    children = [
        subprocess.Popen([*command, name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for name in "abc"
    ]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    for child in children:
        child.communicate(timeout=120)
        assert child.returncode == 0
    cache = Cache(str(path), pytest.fail, cap=1000)
    report = cache.report()
    cache.close()
    assert 0 < report.answers <= 10
    assert report.size == report.answers * 100


def test_one_body_can_be_dropped(opened: Open) -> None:
    cache = opened()
    for key in ("a", "b"):
        cache.put(key, "shelf", b"body", 60)
    cache.drop("a")
    cache.drop("never kept")
    assert [cache.get("a"), cache.get("b")] == [None, CacheEntry(b"body", START)]
    assert cache.report().size == 4


def count_store_steps(
    path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch, *, kept: int, cap: int
) -> int:
    """Count what SQLite's machine does to keep one answer more, in hundreds of instructions."""
    full = Cache(str(path), pytest.fail, cap=cap, clock=clock)
    full.put("first", "shelf", b"x" * 100, 3600)
    full.close()
    connection = sqlite3.connect(path)
    rows = ((f"{n}", "shelf", START, START + 3600, 100, b"x" * 100) for n in range(1, kept))
    connection.executemany("INSERT INTO answer VALUES (?, ?, ?, ?, ?, ?)", rows)
    connection.commit()
    connection.close()
    counted: list[None] = []

    class Counted(sqlite3.Connection):
        """Count instructions from the first transaction on."""

        def execute(self, *arguments: Any) -> sqlite3.Cursor:
            if arguments[0].startswith("BEGIN"):
                self.set_progress_handler(lambda: counted.append(None), 100)
            return super().execute(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(sqlite3, "connect", functools.partial(sqlite3.connect, factory=Counted))
        cache = Cache(str(path), pytest.fail, cap=cap, clock=clock)
        cache.put("another", "shelf", b"x" * 100, 3600)
    steps = len(counted)
    assert cache.report().size == min(cap, 100 * (kept + 1))
    cache.close()
    return steps


@pytest.mark.parametrize("cap", [1_000_000_000, 1_000_000])
def test_keeping_an_answer_costs_no_more_where_many_are_kept(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch, cap: int
) -> None:
    few = count_store_steps(tmp_path / "few.db", clock, monkeypatch, kept=2, cap=cap)
    many = count_store_steps(tmp_path / "many.db", clock, monkeypatch, kept=10_000, cap=cap)
    assert many <= few + 5


def test_expired_answers_are_deleted_some_at_a_time(opened: Open, clock: Clock) -> None:
    cache = opened(cap=100_000)
    for number in range(100):
        cache.put(f"{number}", "shelf", b"x", 10)
    clock.now += 20
    left: list[int] = []
    for number in range(4):
        cache.put(f"new {number}", "shelf", b"x", 10)
        left.append(cache.report().answers)
    assert left == [69, 38, 7, 4]


OLD_SCHEMA = """
CREATE TABLE answer (
    key TEXT PRIMARY KEY, backend TEXT NOT NULL, stored_at REAL NOT NULL,
    expires_at REAL NOT NULL, size INTEGER NOT NULL, body BLOB NOT NULL
);
CREATE INDEX answer_age ON answer (stored_at);
"""


def test_the_file_of_an_earlier_version_is_used_on(
    opened: Open, path: Path, warnings: list[str], clock: Clock
) -> None:
    path.parent.mkdir()
    old = sqlite3.connect(path)
    old.executescript(OLD_SCHEMA)
    rows = ((f"{n}", "shelf", START - 10 + n, START + 60, 100, b"x" * 100) for n in range(10))
    old.executemany("REPLACE INTO answer VALUES (?, ?, ?, ?, ?, ?)", rows)
    old.commit()
    cache = opened(cap=1000)
    assert cache.get("0") == CacheEntry(b"x" * 100, START - 10)
    cache.put("new", "shelf", b"x" * 100, 60)
    assert [cache.get("0"), cache.get("1")] == [None, CacheEntry(b"x" * 100, START - 9)]
    # An earlier version replaces answers meanwhile, which no trigger sees.
    for _ in range(30):
        row = ("new", "shelf", START, START + 60, 100, b"y" * 100)
        old.execute("REPLACE INTO answer VALUES (?, ?, ?, ?, ?, ?)", row)
    old.commit()
    old.close()
    clock.now += 1
    cache.put("newer", "shelf", b"x" * 100, 60)
    cache.put("newest", "shelf", b"x" * 100, 60)
    assert cache.get("newest") == CacheEntry(b"x" * 100, START + 1)
    assert (cache.report().size, warnings) == (100 * cache.report().answers, [])
