"""Noting what was shown: seldom in the file, and never forgotten by who asks."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from animedex.transport import state as states
from animedex.transport.database import Busy
from animedex.transport.state import State

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
def state(path: Path, moment: Moment, monkeypatch: pytest.MonkeyPatch) -> Iterator[State]:
    monkeypatch.setattr(states, "NOTING_SECONDS", HOUR)
    state = State(str(path), moment, pytest.fail)
    yield state
    state.close()


def in_file(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as db:
        return {name for (name,) in db.execute("SELECT id FROM shown")}


def test_the_first_note_is_written_at_once(state: State, path: Path) -> None:
    state.note("shelf", ("a", "b", "a"))
    assert in_file(path) == {"a", "b"}


def test_further_notes_are_written_a_second_later(state: State, path: Path, moment: Moment) -> None:
    state.note("shelf", ("a",))
    state.note("shelf", ("b",))
    assert in_file(path) == {"a"}
    moment.now += HOUR
    state.note("shelf", ("c",))
    assert in_file(path) == {"a", "b", "c"}


def timers() -> list[threading.Timer]:
    """List the timers that run for notes; whatever runs tests may have some, too."""
    return [
        each
        for each in threading.enumerate()
        if isinstance(each, threading.Timer) and each.name == "animedex-notes"
    ]


def await_timer(state: State) -> None:
    """Wait until the timer that a state has started is done."""
    timer = vars(state)["_timer"]
    timer.join(timeout=60)
    assert not timer.is_alive()


def test_notes_are_written_where_nothing_is_asked_any_more(
    state: State, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state.note("shelf", ("a",))
    monkeypatch.setattr(states, "NOTING_SECONDS", 0.01)
    state.note("shelf", ("b",))
    await_timer(state)
    assert in_file(path) == {"a", "b"}


def test_one_timer_is_enough_and_closing_ends_it(state: State) -> None:
    before = set(timers())
    for name in "abcd":
        state.note("shelf", (name,))
    (timer,) = set(timers()) - before
    assert timer.daemon
    state.close()
    timer.join(timeout=60)
    assert not timer.is_alive()


def test_the_timer_tries_again_while_the_file_is_locked(
    state: State, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state.note("shelf", ("a",))
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        state.note("shelf", ("b",))
        state.close()
        tries = threading.Semaphore(0)
        clock = state.clock

        def counted() -> float:
            tries.release()
            return clock()

        monkeypatch.setattr(state, "clock", counted)
        monkeypatch.setattr(states, "NOTING_SECONDS", 0.01)
        with pytest.raises(Busy):
            state.shown()
        for _ in range(4):
            assert tries.acquire(timeout=60)
        other.execute("COMMIT")
    # The one that is at it ends only after it has started the next.
    for timer in iter(lambda: next(iter(timers()), None), None):
        timer.join(timeout=60)
    assert in_file(path) == {"a", "b"}


def test_where_no_thread_can_be_started_closing_writes(
    state: State, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(timer: threading.Timer) -> None:
        message = "can't start new thread"
        raise RuntimeError(message)

    monkeypatch.setattr(threading.Timer, "start", refuse)
    for name in "abc":
        state.note("shelf", (name,))
    assert in_file(path) == {"a"}
    state.close()
    assert in_file(path) == {"a", "b", "c"}


def test_who_asks_for_new_ones_meets_unwritten_notes(state: State) -> None:
    state.note("shelf", ("a",))
    state.note("shelf", ("b",))
    state.note("attic", ("c",))
    assert state.unseen("shelf", ("a", "b", "c")) == {"c"}


def test_unwritten_notes_count_and_are_forgotten(state: State) -> None:
    state.note("shelf", ("a",))
    state.note("shelf", ("b",))
    assert state.shown() == 2
    state.note("shelf", ("c",))
    assert state.forget() == 3
    assert state.unseen("shelf", ("c",)) == {"c"}


def test_closing_writes(state: State, path: Path) -> None:
    state.note("shelf", ("a",))
    state.note("shelf", ("b",))
    state.close()
    assert in_file(path) == {"a", "b"}


def test_notes_outlast_a_locked_file(state: State, path: Path, moment: Moment) -> None:
    state.note("shelf", ("a",))
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        moment.now += HOUR
        with pytest.raises(Busy):
            state.note("shelf", ("b",))
        state.note("shelf", ("c",))
        other.execute("COMMIT")
    assert state.unseen("shelf", ("a", "b", "c")) == frozenset()


def test_closing_passes_over_a_locked_file(state: State, path: Path) -> None:
    state.note("shelf", ("a",))
    state.note("shelf", ("b",))
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        state.close()
        other.execute("COMMIT")
    assert in_file(path) == {"a"}
