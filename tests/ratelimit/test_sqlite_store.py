from __future__ import annotations

import sqlite3
import threading
from typing import TYPE_CHECKING

import pytest

from animedex.database import Database, FileReplaced
from animedex.ratelimit import memory_store, sqlite_store
from animedex.ratelimit.integrity import Integrity, ProcessStates
from animedex.ratelimit.limits import Limits, SlidingWindow, TokenBucket
from animedex.ratelimit.memory_store import MemoryStore
from animedex.ratelimit.rate_limiter import Decision, Proceed, Reservation, RetryLater, last_moment
from animedex.ratelimit.sqlite_store import SCHEMA, SqliteStore
from animedex.ratelimit.store import IDLE_SECONDS
from tests.kit.clock import Clock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

AnyStore = SqliteStore | MemoryStore
ORIGIN = "https://shelf.example"
LOOPBACK = "http://127.0.0.1:8000"
LIMITS = Limits(TokenBucket(rate=3.0, burst=10), {"/search": SlidingWindow(7, 5.0)})


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def warnings() -> list[str]:
    return []


@pytest.fixture
def file_store(tmp_path: Path, warnings: list[str], clock: Clock) -> Iterator[SqliteStore]:
    database = Database(str(tmp_path / "budgets.db"), SCHEMA, warnings.append)
    checks = Integrity(database, str(tmp_path / "other.db"))
    store = SqliteStore(database, checks, ProcessStates(), clock, warnings.append)
    yield store
    store.close()


@pytest.fixture(params=["file", "memory"])
def store(request: pytest.FixtureRequest, file_store: SqliteStore, clock: Clock) -> AnyStore:
    return file_store if request.param == "file" else MemoryStore(ProcessStates(), clock)


def ask_at(store: AnyStore, clock: Clock, now: float, reservation: Reservation) -> Decision:
    """Reserve at a moment."""
    clock.now = now
    return store.reserve(ORIGIN, LIMITS, reservation)


def fill(store: AnyStore, origin: str = LOOPBACK) -> None:
    """Send searches until none has room, answer one, give one back, and block a path."""
    for number in range(9):
        store.reserve(origin, LIMITS, Reservation(f"{number}", "/search", "/search"))
    store.finish(origin, LIMITS, Reservation("3", "/search", "/search"))
    store.cancel(origin, Reservation("5", "/search", "/search"), None)
    store.block(origin, Reservation("b", "/neko"), 60.0)


def test_a_ledger_is_kept_as_the_arithmetic_has_it(store: AnyStore) -> None:
    fill(store)
    store.block("http://127.0.0.1:8080", Reservation("b", "/neko"), 60.0)
    ledgers = store.states()
    assert ledgers.keys() == {LOOPBACK, "http://127.0.0.1:8080"}
    entries = ledgers[LOOPBACK].windows["/search"].entries
    assert [entry.ticket for entry in entries if not entry.has_answer] == ["0", "1", "2", "4", "6"]
    assert [(entry.ticket, entry.free_at) for entry in entries if entry.has_answer] == [
        ("3", 1005.0)
    ]
    assert [each.ticket for each in ledgers[LOOPBACK].windows["/search"].queue] == ["7", "8"]
    assert ledgers[LOOPBACK].blocked_until == {"/neko": 1060.0}


def test_a_claim_that_fails_changes_nothing(store: AnyStore, clock: Clock) -> None:
    fill(store)
    before = store.states()
    clock.is_broken = True
    with pytest.raises(RuntimeError):
        store.reserve(LOOPBACK, LIMITS, Reservation("a", "/neko"))
    assert store.states() == before


def test_threads_do_not_lose_each_others_changes(store: AnyStore) -> None:
    def work() -> None:
        for number in range(50):
            store.reserve(LOOPBACK, LIMITS, Reservation(f"{number}", "/neko"))

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.states()[LOOPBACK].bucket.full_at == pytest.approx(1100.0)


def test_pictures_are_unseen_once(store: AnyStore) -> None:
    assert store.add_seen("shelf", ("a", "b", "a")) == {"a", "b"}
    assert store.add_seen("shelf", ("b", "c")) == {"c"}
    assert store.add_seen("attic", ("a",)) == {"a"}
    assert store.add_seen("shelf", ()) == frozenset()
    assert store.count_seen() == 4


def test_what_was_shown_can_be_forgotten(store: AnyStore) -> None:
    store.add_seen("shelf", ("a", "b"))
    assert store.clear_seen() == 2
    assert store.clear_seen() == store.count_seen() == 0
    assert store.add_seen("shelf", ("a",)) == {"a"}


def test_the_oldest_pictures_are_forgotten(
    store: AnyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (memory_store, sqlite_store):
        monkeypatch.setattr(module, "MAX_SEEN", 3)
    for name in "abcde":
        store.add_seen("shelf", (name,))
    assert store.count_seen() == 3
    assert store.add_seen("shelf", tuple("abcde")) == {"a", "b"}


def test_the_ledger_of_an_origin_long_idle_goes_when_a_new_one_comes(
    file_store: SqliteStore, clock: Clock
) -> None:
    def ask(origin: str, now: float) -> None:
        clock.now = now
        file_store.reserve(origin, LIMITS, Reservation("a", "/neko"))

    fill(file_store)
    idle_at = last_moment(file_store.states()[LOOPBACK]) + IDLE_SECONDS
    ask("http://127.0.0.1:1", idle_at)
    assert file_store.states().keys() == {LOOPBACK, "http://127.0.0.1:1"}
    ask("http://127.0.0.1:1", idle_at + 1)
    assert LOOPBACK in file_store.states()
    ask("http://127.0.0.1:2", idle_at + 1)
    assert file_store.states().keys() == {"http://127.0.0.1:1", "http://127.0.0.1:2"}


def test_only_memory_allows_no_burst(store: AnyStore) -> None:
    slots = [store.reserve(LOOPBACK, LIMITS, Reservation(name, "/a")).at for name in "ab"]
    expected = 1000.0 if isinstance(store, SqliteStore) else 1000.0 + 1 / 3
    assert slots == [1000.0, pytest.approx(expected)]


def test_memory_begins_as_used_up_each_time(clock: Clock) -> None:
    store = MemoryStore(ProcessStates(), clock)
    search = Reservation("a", "/search", "/search")
    assert ask_at(store, clock, 1000.0, search) == RetryLater(1005.0, 1005.0)
    assert isinstance(ask_at(store, clock, 1005.0, search), Proceed)
    store.reset()
    other = search._replace(ticket="b")
    assert ask_at(store, clock, 1100.0, other) == RetryLater(1105.0, 1105.0)


def test_a_keeper_goes_on_after_closing(store: AnyStore) -> None:
    fill(store)
    before = store.states()
    store.close()
    assert store.states() == before


@pytest.mark.parametrize("body", [b"\xc1", b"", b"\x93\x01", b"\x94\x01\x02\x03\x04", "text", 17])
@pytest.mark.parametrize("reading", [True, False])
def test_a_body_that_makes_no_sense_is_set_aside_with_the_file(
    body: bytes | str | int,
    reading: bool,  # noqa: FBT001
    file_store: SqliteStore,
    tmp_path: Path,
    warnings: list[str],
) -> None:
    fill(file_store, ORIGIN)
    other = sqlite3.connect(tmp_path / "budgets.db")
    with other:
        other.execute("UPDATE ledger SET body = ?", (body,))
    other.close()
    if reading:
        assert file_store.states() == {}
    else:
        search = Reservation("a", "/search", "/search")
        with pytest.raises(FileReplaced):
            file_store.reserve(ORIGIN, LIMITS, search)
        assert file_store.reserve(ORIGIN, LIMITS, search) == RetryLater(1005.0, 1005.0)
    assert len(warnings) == 1
    (aside,) = tmp_path.glob("budgets.db.corrupt-*[0-9]")
    kept = sqlite3.connect(aside)
    assert kept.execute("SELECT body FROM ledger").fetchall() == [(body,)]
    kept.close()
