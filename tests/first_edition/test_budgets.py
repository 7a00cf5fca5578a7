"""Budgets that the first edition wrote, and the version after it: they count, and none doubles.

The fixtures were written by those versions' own code, at 1010 s on a clock that starts at 1000 s:
ten pictures at once, ten seconds later seven searches of which five have their answers, one search
in the queue, `/api/v2/waifu` blocked for a minute, and three pictures shown.
"""

from __future__ import annotations

import gzip
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from animedex.backends.nekos.backend import BACKEND
from animedex.clock import Boot
from animedex.ratelimit.fallback_store import FallbackStore
from animedex.ratelimit.rate_limiter import LimiterState, Proceed, Reservation, RetryLater
from animedex.ratelimit.seen_store import SeenStore
from animedex.ratelimit.store import FILE_NAME
from tests.kit.clock import Clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    Open: TypeAlias = Callable[[str], FallbackStore]

DATA = Path(__file__).parent / "data"
ORIGIN = "https://nekos.best"
NOW = 1010.0
BOOT = Boot("fixture", 1_000_000_000.0)
SEARCH = Reservation("new", "/api/v2/search", "/search", NOW + 60)


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def warnings() -> list[str]:
    return []


@pytest.fixture
def open_fixture(tmp_path: Path, clock: Clock, warnings: list[str]) -> Iterator[Open]:
    """Return a function that opens a copy of a fixture; all that it opens share one copy."""
    path = tmp_path / FILE_NAME
    stores: list[FallbackStore] = []

    def open_fixture(name: str) -> FallbackStore:
        if not path.exists():
            path.write_bytes(gzip.decompress((DATA / f"{name}.db.gz").read_bytes()))
            marker = DATA / f"{name}.db-marker"
            if marker.exists():
                shutil.copy(marker, f"{path}-marker")
        stores.append(FallbackStore(str(path), clock, warnings.append, get_boot=lambda: BOOT))
        return stores[-1]

    yield open_fixture
    for store in stores:
        store.close()


def test_the_budgets_of_the_version_before_count_and_allow_the_rest(
    open_fixture: Open, clock: Clock, warnings: list[str]
) -> None:
    store = open_fixture("budgets-1-marked")
    limiter = store.states()[ORIGIN]
    assert [len(part) for part in limiter.windows["/search"]] == [7, 1]
    assert limiter.blocked_until == {"/api/v2/waifu": NOW + 60}
    assert store.reserve(ORIGIN, BACKEND.limits, SEARCH) == RetryLater(NOW + 5, NOW + 5)
    blocked = Reservation("blocked", "/api/v2/waifu", "/waifu", NOW + 120)
    assert store.reserve(ORIGIN, BACKEND.limits, blocked) == RetryLater(NOW + 60, NOW + 60)
    # Ten tokens, of which seven are gone.
    for left in (2, 1, 0):
        picture = Reservation(f"picture {left}", "/api/v2/neko", "/neko", NOW + 60)
        decision = store.reserve(ORIGIN, BACKEND.limits, picture)
        assert isinstance(decision, Proceed)
        assert abs(decision.at - NOW) < 1e-6
        assert decision.left == left
    # Five have their answers, so that five have room after a window; the queue's first goes first.
    clock.now = NOW + 5
    decisions = [
        store.reserve(ORIGIN, BACKEND.limits, SEARCH._replace(ticket=ticket))
        for ticket in ("s7", "new", "b", "c", "d", "e", "f")
    ]
    assert [isinstance(decision, Proceed) for decision in decisions] == [True] * 5 + [False] * 2
    assert warnings == []


def test_the_budgets_of_the_first_edition_count_and_the_rest_counts_as_used_up(
    open_fixture: Open, clock: Clock, warnings: list[str]
) -> None:
    store = open_fixture("budgets-1")
    clock.now = NOW + 1
    # It had no marker, so that nobody knows what else was sent.
    decision = store.reserve(ORIGIN, BACKEND.limits, SEARCH)
    assert isinstance(decision, RetryLater)
    assert decision.ready_at >= clock.now + 5
    limiter = store.states()[ORIGIN]
    assert limiter.blocked_until == {"/api/v2/waifu": NOW + 60}
    assert {"s0", "s1", "s2", "s3", "s4", "s5", "s6"} <= {
        entry.ticket for entry in limiter.windows["/search"].entries
    }
    assert warnings == []


@pytest.mark.parametrize("name", ["budgets-1", "budgets-1-marked"])
def test_the_pictures_that_were_shown_are_still_known(
    name: str, open_fixture: Open, clock: Clock
) -> None:
    seen = SeenStore(open_fixture(name), clock)
    assert seen.count() == 3
    assert seen.select_unseen("nekos", ("b8a1c2", "b8a1c4", "new")) == {"new"}
    seen.close()


def test_a_first_edition_beside_this_one_shares_its_budget(
    open_fixture: Open, clock: Clock, tmp_path: Path, warnings: list[str]
) -> None:
    store = open_fixture("budgets-1-marked")
    clock.now = NOW + 30
    for number in range(4):
        ticket = f"here {number}"
        reservation = SEARCH._replace(ticket=ticket)
        assert isinstance(store.reserve(ORIGIN, BACKEND.limits, reservation), Proceed)
    # The first edition knows the tables `ledger` and `shown` alone: it reads the state and writes
    # the next one, with three more searches under way and three more tokens taken.
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as db, db:
        ((body,),) = db.execute("SELECT body FROM ledger").fetchall()
        now, bucket, windows, blocked = msgspec.msgpack.decode(body)
        entries, queue = windows["/search"]
        entries += [[f"there {number}", clock.now + 65, False] for number in range(3)]
        full_at, spare = bucket
        next_body = [now, [full_at + 1, spare], {"/search": [entries, queue]}, blocked]
        db.execute("REPLACE INTO ledger VALUES (?, ?)", (ORIGIN, msgspec.msgpack.encode(next_body)))
        db.execute("INSERT INTO shown (backend, id) VALUES ('nekos', 'there')")
    assert isinstance(store.reserve(ORIGIN, BACKEND.limits, SEARCH), RetryLater)
    left = [
        store.reserve(ORIGIN, BACKEND.limits, Reservation(f"{number}", "/api/v2/neko")).at
        for number in range(4)
    ]
    assert left == [clock.now] * 3 + [pytest.approx(clock.now + 1 / 3)]
    assert store.add_seen("nekos", ("there",)) == frozenset()
    assert warnings == []


def test_a_state_is_written_as_the_first_edition_reads_it(
    open_fixture: Open, tmp_path: Path
) -> None:
    """Both write arrays by position, so that names of fields may change and their order may not."""
    before: LimiterState = open_fixture("budgets-1").states()[ORIGIN]
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as db:
        ((body,),) = db.execute("SELECT body FROM ledger").fetchall()
    assert msgspec.msgpack.encode(before) == body
