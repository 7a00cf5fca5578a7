"""Noting what was shown: seldom in the file, and never forgotten by who asks."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from animedex.transport.database import Busy
from animedex.transport.state import NOTING_SECONDS, State

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


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
def state(path: Path, moment: Moment) -> Iterator[State]:
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
    moment.now += NOTING_SECONDS
    state.note("shelf", ("c",))
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
        moment.now += NOTING_SECONDS
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
