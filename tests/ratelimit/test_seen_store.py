"""Noting what was shown: seldom in the file, and never forgotten by who asks."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from math import inf
from typing import TYPE_CHECKING

import pytest

from animedex.database import StoreLocked
from animedex.ratelimit import seen_store
from animedex.ratelimit.fallback_store import FallbackStore
from animedex.ratelimit.seen_store import SeenStore
from animedex.ratelimit.store import CLEANUP_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


HOUR = 3600.0


class Moment:
    """Be a clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def moment() -> Moment:
    return Moment()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.db"


@pytest.fixture
def seen(path: Path, moment: Moment, monkeypatch: pytest.MonkeyPatch) -> Iterator[SeenStore]:
    monkeypatch.setattr(seen_store, "WRITE_INTERVAL", HOUR)
    store = FallbackStore(str(path), moment, pytest.fail)
    seen = SeenStore(store, moment)
    yield seen
    seen.close()
    store.close()


def in_file(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as db:
        return {name for (name,) in db.execute("SELECT id FROM shown")}


def test_the_first_note_is_written_at_once(seen: SeenStore, path: Path) -> None:
    seen.record("shelf", ("a", "b", "a"))
    assert in_file(path) == {"a", "b"}


def test_further_notes_are_written_a_second_later(
    seen: SeenStore, path: Path, moment: Moment
) -> None:
    seen.record("shelf", ("a",))
    seen.record("shelf", ("b",))
    assert in_file(path) == {"a"}
    moment.now += HOUR
    seen.record("shelf", ("c",))
    assert in_file(path) == {"a", "b", "c"}


def timers() -> list[threading.Timer]:
    """List the timers that run for notes; whatever runs tests may have some, too."""
    return [
        each
        for each in threading.enumerate()
        if isinstance(each, threading.Timer) and each.name == "animedex-seen"
    ]


def await_timer(seen: SeenStore) -> None:
    """Wait until the timer that a state has started is done."""
    timer = vars(seen)["_timer"]
    timer.join(timeout=120)
    assert not timer.is_alive()


def test_notes_are_written_where_nothing_is_asked_any_more(
    seen: SeenStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen.record("shelf", ("a",))
    monkeypatch.setattr(seen_store, "WRITE_INTERVAL", 0.01)
    seen.record("shelf", ("b",))
    await_timer(seen)
    assert in_file(path) == {"a", "b"}


def test_one_timer_is_enough_and_closing_ends_it(seen: SeenStore) -> None:
    before = set(timers())
    for name in "abcd":
        seen.record("shelf", (name,))
    (timer,) = set(timers()) - before
    assert timer.daemon
    seen.close()
    timer.join(timeout=120)
    assert not timer.is_alive()


def test_the_timer_tries_again_while_the_file_is_locked(
    seen: SeenStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen.record("shelf", ("a",))
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        seen.record("shelf", ("b",))
        seen.close()
        tries = threading.Semaphore(0)
        clock: Moment = vars(seen)["_clock"]

        def counted() -> float:
            tries.release()
            return clock()

        monkeypatch.setattr(seen, "_clock", counted)
        monkeypatch.setattr(seen_store, "WRITE_INTERVAL", 0.01)
        with pytest.raises(StoreLocked):
            seen.count()
        for _ in range(4):
            assert tries.acquire(timeout=120)
        other.execute("COMMIT")
    # The one that is at it ends only after it has started the next.
    for timer in iter(lambda: next(iter(timers()), None), None):
        timer.join(timeout=120)
    assert in_file(path) == {"a", "b"}


def test_where_no_thread_can_be_started_closing_writes(
    seen: SeenStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(timer: threading.Timer) -> None:
        message = "can't start new thread"
        raise RuntimeError(message)

    monkeypatch.setattr(threading.Timer, "start", refuse)
    for name in "abc":
        seen.record("shelf", (name,))
    assert in_file(path) == {"a"}
    seen.close()
    assert in_file(path) == {"a", "b", "c"}


def test_who_asks_for_new_ones_meets_unwritten_notes(seen: SeenStore) -> None:
    seen.record("shelf", ("a",))
    seen.record("shelf", ("b",))
    seen.record("attic", ("c",))
    assert seen.select_unseen("shelf", ("a", "b", "c")) == {"c"}


def test_unwritten_notes_count_and_are_forgotten(seen: SeenStore) -> None:
    seen.record("shelf", ("a",))
    seen.record("shelf", ("b",))
    assert seen.count() == 2
    seen.record("shelf", ("c",))
    assert seen.clear() == 3
    assert seen.select_unseen("shelf", ("c",)) == {"c"}


def test_closing_writes(seen: SeenStore, path: Path) -> None:
    seen.record("shelf", ("a",))
    seen.record("shelf", ("b",))
    seen.close()
    assert in_file(path) == {"a", "b"}


def test_notes_outlast_a_locked_file(seen: SeenStore, path: Path, moment: Moment) -> None:
    seen.record("shelf", ("a",))
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        moment.now += HOUR
        with pytest.raises(StoreLocked):
            seen.record("shelf", ("b",))
        seen.record("shelf", ("c",))
        other.execute("COMMIT")
    assert seen.select_unseen("shelf", ("a", "b", "c")) == frozenset()


def test_closing_passes_over_a_locked_file(seen: SeenStore, path: Path) -> None:
    seen.record("shelf", ("a",))
    seen.record("shelf", ("b",))
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        seen.close()
        other.execute("COMMIT")
    assert in_file(path) == {"a"}


def test_closing_waits_for_a_locked_file_only_briefly(moment: Moment) -> None:
    deadlines: list[float] = []

    class Table:
        """Represent a table that notes until when it may wait."""

        def add_seen(
            self, backend: str, ids: tuple[str, ...], deadline: float = inf
        ) -> frozenset[str]:
            deadlines.append(deadline)
            return frozenset(ids)

        def count_seen(self) -> int:
            return 0

        def clear_seen(self) -> int:
            return 0

    seen = SeenStore(Table(), moment)
    seen.record("shelf", ("a",))
    seen.record("shelf", ("b",))
    seen.close()
    assert deadlines == [inf, moment() + CLEANUP_SECONDS]
