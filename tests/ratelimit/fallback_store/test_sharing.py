"""One file of budgets, shared by all who open it."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from animedex.database import StoreLocked
from animedex.ratelimit.rate_limiter import Proceed, Rejected, Reservation, RetryLater

if TYPE_CHECKING:
    from pathlib import Path

    from tests.kit.clock import Clock
    from tests.ratelimit.fallback_store.conftest import Open


@pytest.fixture
def search(clock: Clock) -> Reservation:
    return Reservation("a", "/search", "/search", clock.start + 30)


def test_two_states_on_one_file_share_a_budget(opened: Open, path: Path) -> None:
    first, second = opened(path), opened(path)
    assert first.claim(3) == [0, 0, 0]
    assert second.claim(3) == [0, 0.5, 1.0]
    assert first.claim(1) == [1.5]
    assert first.states() == second.states()


def test_each_origin_has_its_own_budget(
    opened: Open, path: Path, clock: Clock, search: Reservation
) -> None:
    state = opened(path)
    assert state.claim(5) == [0, 0, 0, 0, 0.5]
    assert state.reserve("http://127.0.0.1:1", state.limits, search) == Proceed(clock.start, 3)
    assert state.states().keys() == {state.origin, "http://127.0.0.1:1"}


def test_the_window_opens_as_answers_settle(
    opened: Open, path: Path, clock: Clock, search: Reservation
) -> None:
    state = opened(path)
    for ticket in "ab":
        verdict = state.reserve(state.origin, state.limits, search._replace(ticket=ticket))
        assert isinstance(verdict, Proceed)
    clock.now += 1
    state.finish(state.origin, state.limits, search)
    third = search._replace(ticket="c")
    free = clock.start + 6
    assert state.reserve(state.origin, state.limits, third) == RetryLater(free, free)
    impatient = search._replace(ticket="d", deadline=clock.start + 5)
    assert state.reserve(state.origin, state.limits, impatient) == Rejected(free)
    clock.now = free
    assert isinstance(state.reserve(state.origin, state.limits, third), Proceed)


def test_what_is_released_is_free_for_others(opened: Open, path: Path, clock: Clock) -> None:
    state = opened(path)
    assert state.claim(6) == [0, 0, 0, 0, 0.5, 1.0]
    state.cancel(state.origin, Reservation("4", "/neko"), clock.start + 0.5)
    state.cancel(state.origin, Reservation("queued", "/neko"), None)
    assert state.claim(2) == [0.5, 1.5]


def test_a_blocked_path_is_blocked_for_all(opened: Open, path: Path, clock: Clock) -> None:
    first, second = opened(path), opened(path)
    first.block(first.origin, Reservation("b", "/neko"), 60.0)
    free = clock.start + 60
    assert second.reserve(second.origin, second.limits, Reservation("a", "/neko")) == RetryLater(
        free, free
    )


def test_nothing_is_opened_before_the_first_claim(opened: Open, path: Path) -> None:
    state = opened(path)
    state.close()
    assert state.path == str(path)
    assert not path.parent.exists()


def test_a_closed_state_opens_again(opened: Open, path: Path) -> None:
    state = opened(path)
    state.claim(4)
    state.close()
    assert state.claim(1) == [0.5]


def test_a_locked_file_is_busy_and_nothing_is_taken(
    opened: Open, path: Path, warnings: list[str]
) -> None:
    state = opened(path)
    state.claim(1)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreLocked):
        state.claim(1)
    other.execute("ROLLBACK")
    other.close()
    assert state.claim(4) == [0, 0, 0, 0.5]
    assert (state.path, warnings) == (str(path), [])


def test_a_corrupt_file_is_begun_anew_as_used_up_with_one_warning(
    opened: Open, path: Path, warnings: list[str]
) -> None:
    path.parent.mkdir()
    path.write_bytes(b"no database at all" * 99)
    first, second = opened(path), opened(path)
    assert first.claim(2) == [0.5, 1.0]
    assert second.claim(1) == [1.5]
    assert len(warnings) == 1
    assert (first.path, second.path) == (str(path), str(path))
