"""Pictures that were shown, which are noted for all and written down seldom."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from animedex.database import StoreLocked
from animedex.ratelimit import seen_store

if TYPE_CHECKING:
    from pathlib import Path

    from tests.kit.clock import Clock
    from tests.ratelimit.fallback_store.conftest import Open


def test_shown_pictures_are_remembered_by_all(opened: Open, path: Path) -> None:
    first, second = opened(path), opened(path)
    assert first.seen.select_unseen("shelf", ("a", "b")) == {"a", "b"}
    assert second.seen.select_unseen("shelf", ("b", "c")) == {"c"}
    assert first.seen.count() == 3
    assert second.seen.clear() == 3
    assert first.seen.count() == 0


def test_noted_pictures_are_written_down_once_in_a_while(
    opened: Open, path: Path, clock: Clock
) -> None:
    noting, other = opened(path), opened(path)
    noting.seen.record("shelf", ("a",))
    assert other.seen.count() == 1
    noting.seen.record("shelf", ("b",))
    noting.seen.record("attic", ("b",))
    assert other.seen.count() == 1
    clock.now += seen_store.WRITE_INTERVAL
    noting.seen.record("shelf", ("c",))
    assert other.seen.count() == 4


def test_noted_pictures_are_counted_forgotten_and_not_unseen(opened: Open, path: Path) -> None:
    state = opened(path)
    state.seen.record("shelf", ("a",))
    state.seen.record("shelf", ("b",))
    assert state.seen.select_unseen("shelf", ("b", "c")) == {"c"}
    state.seen.record("shelf", ("d",))
    assert state.seen.count() == 4
    state.seen.record("shelf", ("e",))
    assert state.seen.clear() == 5


def test_noted_pictures_are_written_down_at_the_end(opened: Open, path: Path) -> None:
    state = opened(path)
    state.seen.record("shelf", ("a",))
    state.seen.record("shelf", ("b",))
    state.close()
    assert opened(path).seen.count() == 2


def test_noted_pictures_are_kept_while_the_file_is_locked(opened: Open, path: Path) -> None:
    state = opened(path)
    state.claim(1)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreLocked):
        state.seen.record("shelf", ("a",))
    state.seen.record("shelf", ("b",))
    state.close()
    other.execute("ROLLBACK")
    other.close()
    assert state.seen.count() == 2
