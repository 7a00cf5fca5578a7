"""One file of budgets, shared by all who open it."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from animedex.transport.database import Busy
from animedex.transport.ledger import Again, Claim, Denied, Go

if TYPE_CHECKING:
    from pathlib import Path

    from tests.transport.state.conftest import Clock, Open


@pytest.fixture
def search(clock: Clock) -> Claim:
    return Claim("a", "/search", "/search", clock.start + 30)


def test_two_states_on_one_file_share_a_budget(opened: Open, path: Path) -> None:
    first, second = opened(path), opened(path)
    assert first.claim(3) == [0, 0, 0]
    assert second.claim(3) == [0, 0.5, 1.0]
    assert first.claim(1) == [1.5]
    assert first.ledgers() == second.ledgers()


def test_each_origin_has_its_own_budget(
    opened: Open, path: Path, clock: Clock, search: Claim
) -> None:
    state = opened(path)
    assert state.claim(5) == [0, 0, 0, 0, 0.5]
    assert state.reserve("http://127.0.0.1:1", state.limits, search) == Go(clock.start, 3)
    assert state.ledgers().keys() == {state.origin, "http://127.0.0.1:1"}


def test_the_window_opens_as_answers_settle(
    opened: Open, path: Path, clock: Clock, search: Claim
) -> None:
    state = opened(path)
    for ticket in "ab":
        verdict = state.reserve(state.origin, state.limits, search._replace(ticket=ticket))
        assert isinstance(verdict, Go)
    clock.now += 1
    state.settle(state.origin, state.limits, search)
    third = search._replace(ticket="c")
    free = clock.start + 6
    assert state.reserve(state.origin, state.limits, third) == Again(free, free)
    impatient = search._replace(ticket="d", latest=clock.start + 5)
    assert state.reserve(state.origin, state.limits, impatient) == Denied(free)
    clock.now = free
    assert isinstance(state.reserve(state.origin, state.limits, third), Go)


def test_what_is_released_is_free_for_others(opened: Open, path: Path, clock: Clock) -> None:
    state = opened(path)
    assert state.claim(6) == [0, 0, 0, 0, 0.5, 1.0]
    state.release(state.origin, Claim("4", "/neko"), clock.start + 0.5)
    state.release(state.origin, Claim("queued", "/neko"), None)
    assert state.claim(2) == [0.5, 1.5]


def test_a_blocked_path_is_blocked_for_all(opened: Open, path: Path, clock: Clock) -> None:
    first, second = opened(path), opened(path)
    first.block(first.origin, Claim("b", "/neko"), 60.0)
    free = clock.start + 60
    assert second.reserve(second.origin, second.limits, Claim("a", "/neko")) == Again(free, free)


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
    with pytest.raises(Busy):
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
