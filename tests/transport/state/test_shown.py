"""Pictures that were shown, which are noted for all and written down seldom."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from animedex.transport import state as states_module
from animedex.transport.database import Busy

if TYPE_CHECKING:
    from pathlib import Path

    from tests.transport.state.conftest import Clock, Open


def test_shown_pictures_are_remembered_by_all(opened: Open, path: Path) -> None:
    first, second = opened(path), opened(path)
    assert first.unseen("shelf", ("a", "b")) == {"a", "b"}
    assert second.unseen("shelf", ("b", "c")) == {"c"}
    assert first.shown() == 3
    assert second.forget() == 3
    assert first.shown() == 0


def test_noted_pictures_are_written_down_once_in_a_while(
    opened: Open, path: Path, clock: Clock
) -> None:
    noting, other = opened(path), opened(path)
    noting.note("shelf", ("a",))
    assert other.shown() == 1
    noting.note("shelf", ("b",))
    noting.note("attic", ("b",))
    assert other.shown() == 1
    clock.now += states_module.NOTING_SECONDS
    noting.note("shelf", ("c",))
    assert other.shown() == 4


def test_noted_pictures_are_counted_forgotten_and_not_unseen(opened: Open, path: Path) -> None:
    state = opened(path)
    state.note("shelf", ("a",))
    state.note("shelf", ("b",))
    assert state.unseen("shelf", ("b", "c")) == {"c"}
    state.note("shelf", ("d",))
    assert state.shown() == 4
    state.note("shelf", ("e",))
    assert state.forget() == 5


def test_noted_pictures_are_written_down_at_the_end(opened: Open, path: Path) -> None:
    state = opened(path)
    state.note("shelf", ("a",))
    state.note("shelf", ("b",))
    state.close()
    assert opened(path).shown() == 2


def test_noted_pictures_are_kept_while_the_file_is_locked(opened: Open, path: Path) -> None:
    state = opened(path)
    state.claim(1)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Busy):
        state.note("shelf", ("a",))
    state.note("shelf", ("b",))
    state.close()
    other.execute("ROLLBACK")
    other.close()
    assert state.shown() == 2
