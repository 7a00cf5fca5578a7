from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.ratelimit.limits import Limits, SlidingWindow, TokenBucket
from animedex.ratelimit.rate_limiter import (
    LEASE_TTL,
    MAX_BLOCK,
    LimiterState,
    Proceed,
    Rejected,
    Reservation,
    RetryLater,
    block,
    cancel,
    finish,
    reserve,
)
from animedex.ratelimit.sliding_window import (
    QUEUE_GRACE,
    Entry,
    Waiter,
    WindowState,
    queue_position,
)
from animedex.ratelimit.token_bucket import BucketState

START = 1000.0
LIMITS = Limits(TokenBucket(rate=3.0, burst=10), {"/search": SlidingWindow(calls=2, seconds=5.0)})
SEARCH = Reservation("a", "/search", "/search")

routes = st.sampled_from(["", "/search"])
paths = st.sampled_from(["/neko", "/search", "/hug"])
tickets = st.integers(0, 25).map("past{}".format)
moments = st.floats(START - 20, START + 60)


def tidied(ledger: LimiterState, now: float) -> LimiterState:
    """Return the ledger without what no longer counts, as releasing nothing does."""
    return cancel(ledger, Reservation("nobody", ""), None, now)


def search_window(ledger: LimiterState) -> WindowState:
    return ledger.windows.get("/search", WindowState())


@st.composite
def ledgers(draw: st.DrawFn) -> LimiterState:
    """Draw what a history of claims by mixed company leaves behind."""
    ledger, now = LimiterState(), START - 60
    for number in range(draw(st.integers(0, 25))):
        now += draw(st.floats(0, 2))
        claim = Reservation(
            f"past{number}", draw(paths), draw(routes), now + draw(st.floats(0, 30))
        )
        ledger, verdict = reserve(ledger, LIMITS, claim, now)
        fate = draw(st.sampled_from(["settled", "released", "dead", "blocked"]))
        if fate == "settled" and isinstance(verdict, Proceed):
            ledger = finish(ledger, LIMITS, claim, verdict.at)
        elif fate == "released":
            slot = verdict.at if isinstance(verdict, Proceed) else None
            ledger = cancel(ledger, claim, slot, now)
        elif fate == "blocked":
            ledger = block(ledger, claim.path, now + draw(st.floats(0, 100)), now)
    return ledger


@given(ledgers(), paths, routes, moments, st.floats(-1, 20))
def test_a_denied_claim_takes_nothing(
    before: LimiterState, path: str, route: str, now: float, patience: float
) -> None:
    claim = Reservation("new", path, route, now + patience)
    after, verdict = reserve(before, LIMITS, claim, now)
    if isinstance(verdict, Rejected):
        assert verdict.at > claim.deadline
        assert after == tidied(before, now)
    else:
        assert verdict.at <= claim.deadline


@given(ledgers(), paths, moments, st.floats(0, 20))
def test_a_queued_claim_that_is_denied_leaves_the_queue(
    before: LimiterState, path: str, now: float, patience: float
) -> None:
    claim = Reservation("new", path, "/search", now + patience)
    ledger, verdict = reserve(before, LIMITS, claim, now)
    if isinstance(verdict, RetryLater):
        assert search_window(ledger) != search_window(tidied(before, now))
        ledger, verdict = reserve(ledger, LIMITS, claim._replace(deadline=now - 1), now)
        assert isinstance(verdict, Rejected)
        assert search_window(ledger) == search_window(tidied(before, now))
        assert ledger.bucket == tidied(before, now).bucket


@given(ledgers(), paths, tickets, moments)
def test_whoever_is_let_in_leaves_room_for_all_who_asked_before(
    before: LimiterState, path: str, ticket: str, now: float
) -> None:
    queue = search_window(tidied(before, now)).queue
    ahead = queue_position(queue, ticket)
    ledger, verdict = reserve(before, LIMITS, Reservation(ticket, path, "/search"), now)
    if isinstance(verdict, Proceed):
        assert len(search_window(ledger).entries) + ahead <= LIMITS.windows["/search"].calls


@given(ledgers(), paths, moments)
def test_a_released_claim_leaves_the_window_as_it_was(
    before: LimiterState, path: str, now: float
) -> None:
    claim = Reservation("new", path, "/search")
    taken, verdict = reserve(before, LIMITS, claim, now)
    after = cancel(taken, claim, verdict.at if isinstance(verdict, Proceed) else None, now)
    assert search_window(after) == search_window(tidied(before, now))


@given(ledgers(), paths, routes, moments)
def test_who_is_told_to_ask_again_and_does_is_not_told_an_earlier_moment(
    before: LimiterState, path: str, route: str, now: float
) -> None:
    claim = Reservation("new", path, route)
    ledger, verdict = reserve(before, LIMITS, claim, now)
    while isinstance(verdict, RetryLater):
        assert verdict.at > now
        now = verdict.at
        ledger, verdict = reserve(ledger, LIMITS, claim, now)
    assert verdict.at >= now


@given(ledgers(), paths, moments, st.floats(allow_nan=True, allow_infinity=True))
def test_a_block_never_shortens_what_is_known_and_has_an_end(
    before: LimiterState, path: str, now: float, until: float
) -> None:
    after = block(before, path, until, now)
    known = tidied(before, now).blocked_until
    assert after.blocked_until[path] >= known.get(path, 0.0)
    assert after.blocked_until[path] <= max(known.get(path, 0.0), now + MAX_BLOCK)
    assert {**after.blocked_until, path: 0.0} == {**known, path: 0.0}


@given(st.floats(1, 100), st.lists(st.floats(0.01, 20), min_size=1, max_size=5))
def test_a_blocked_path_waits_and_no_other_does(seconds: float, gaps: list[float]) -> None:
    ledger = block(LimiterState(), "/neko", START + seconds, START)
    now = START
    for gap in gaps:
        ledger, verdict = reserve(ledger, LIMITS, Reservation("n", "/neko"), now)
        expected = Proceed if now >= START + seconds else RetryLater
        assert isinstance(verdict, expected)
        assert verdict.at == max(now, START + seconds)
        ledger, verdict = reserve(ledger, LIMITS, Reservation("h", "/hug"), now)
        assert isinstance(verdict, Proceed)
        now += gap


def test_a_block_beyond_the_deadline_denies_at_once() -> None:
    ledger = block(LimiterState(), "/neko", START + 3600, START)
    claim = Reservation("a", "/neko", deadline=START + 30)
    assert reserve(ledger, LIMITS, claim, START)[1] == Rejected(START + 3600, by_service=True)


def test_a_block_that_has_ended_is_forgotten() -> None:
    ledger = block(LimiterState(), "/neko", START + 10, START)
    assert reserve(ledger, LIMITS, Reservation("a", "/hug"), START + 10)[0].blocked_until == {}


def test_a_full_window_queues_and_serves_in_the_order_of_asking() -> None:
    ledger = LimiterState()
    for ticket in "ab":
        claim = SEARCH._replace(ticket=ticket)
        ledger, verdict = reserve(ledger, LIMITS, claim, START)
        assert isinstance(verdict, Proceed)
    for ticket in "ab":
        ledger = finish(ledger, LIMITS, SEARCH._replace(ticket=ticket), START + 1)
    told: list[float] = []
    for ticket in "cdefg":
        ledger, verdict = reserve(ledger, LIMITS, SEARCH._replace(ticket=ticket), START + 2)
        assert isinstance(verdict, RetryLater)
        told.append(verdict.ready_at - START)
        assert verdict.at == min(verdict.ready_at, START + 7), "nobody sleeps longer than a window"
    assert told == [6, 6, 11, 11, 16]
    assert [waiter.ticket for waiter in ledger.windows["/search"].queue] == [*"cdefg"]
    ledger, verdict = reserve(ledger, LIMITS, SEARCH._replace(ticket="late"), START + 6)
    assert verdict == RetryLater(START + 11, START + 16)
    ledger, verdict = reserve(ledger, LIMITS, SEARCH._replace(ticket="d"), START + 6)
    assert isinstance(verdict, Proceed)
    assert [waiter.ticket for waiter in ledger.windows["/search"].queue] == [*"cefg", "late"]


def test_a_queued_claim_that_does_not_come_back_loses_its_place() -> None:
    queue = (Waiter("gone", START), Waiter("here", START + 1))
    ledger = LimiterState(START, windows={"/search": WindowState(queue=queue)})
    ledger, _ = reserve(ledger, LIMITS, Reservation("x", "/neko"), START + QUEUE_GRACE)
    assert ledger.windows["/search"].queue == queue[1:]


def test_an_answer_frees_its_place_a_window_later() -> None:
    ledger, _ = reserve(LimiterState(), LIMITS, SEARCH._replace(deadline=START + 30), START)
    assert ledger.windows["/search"].entries == (Entry("a", START + 35, has_answer=False),)
    ledger = finish(ledger, LIMITS, SEARCH, START + 3)
    assert ledger.windows["/search"].entries == (Entry("a", START + 8, has_answer=True),)


def test_an_answer_counts_though_its_claim_was_lost_with_the_file() -> None:
    ledger = finish(LimiterState(), LIMITS, SEARCH, START)
    assert ledger.windows["/search"].entries == (Entry("a", START + 5, has_answer=True),)


def test_without_a_deadline_an_unsettled_claim_counts_for_a_bounded_time() -> None:
    ledger, _ = reserve(LimiterState(), LIMITS, SEARCH, START)
    (entry,) = ledger.windows["/search"].entries
    assert entry.free_at == START + LEASE_TTL + 5


def test_what_has_no_window_is_counted_in_the_bucket_alone() -> None:
    claim = Reservation("a", "/neko", "/neko")
    ledger, verdict = reserve(LimiterState(), LIMITS, claim, START)
    assert verdict == Proceed(START, 9)
    assert finish(ledger, LIMITS, claim, START + 1) == ledger
    assert ledger.windows == {}


def test_a_claim_is_answered_with_what_else_could_be_sent_at_once() -> None:
    ledger, left = LimiterState(), list[int]()
    for number in range(12):
        ledger, verdict = reserve(ledger, LIMITS, Reservation(f"{number}", "/neko"), START)
        assert isinstance(verdict, Proceed)
        left.append(verdict.left)
    assert left == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0, 0]


@given(ledgers(), paths, routes, st.floats(0, 1e6))
def test_after_a_step_back_a_claim_waits_as_if_no_time_had_passed(
    before: LimiterState, path: str, route: str, back: float
) -> None:
    claim = Reservation("new", path, route)
    now = before.clock
    _, still = reserve(before, LIMITS, claim, now)
    _, stepped = reserve(before, LIMITS, claim, now - back)
    assert type(stepped) is type(still)
    assert stepped.at - (now - back) == pytest.approx(still.at - now, abs=1e-6)


def test_an_answer_after_a_step_back_counts_for_a_whole_window() -> None:
    ledger, _ = reserve(LimiterState(), LIMITS, SEARCH, START)
    ledger = finish(ledger, LIMITS, SEARCH, 10.0)
    ledger, _ = reserve(ledger, LIMITS, Reservation("x", "/neko"), 11.0)
    assert ledger.windows["/search"].entries == (Entry("a", 15.0, has_answer=True),)


def test_a_block_after_a_step_back_lasts_as_long_as_it_says() -> None:
    ledger, _ = reserve(LimiterState(), LIMITS, Reservation("x", "/neko"), START)
    ledger = block(ledger, "/neko", 40.0, 10.0)
    _, verdict = reserve(ledger, LIMITS, Reservation("y", "/neko"), 11.0)
    assert verdict == RetryLater(40.0, 40.0)


def test_a_slot_from_before_a_step_back_is_not_taken_back() -> None:
    limits = Limits(TokenBucket(rate=1.0, burst=1), {})
    ledger, _ = reserve(LimiterState(), limits, Reservation("x", "/neko"), START)
    ledger, verdict = reserve(ledger, limits, Reservation("y", "/neko"), START)
    ledger = cancel(ledger, Reservation("y", "/neko"), verdict.at, 10.0)
    assert ledger.bucket == BucketState(full_at=12.0)


def test_returned_slots_waiters_and_blocks_move_with_the_clock() -> None:
    before = LimiterState(
        START,
        BucketState(START + 4, (START + 1,)),
        {"/search": WindowState((), (Waiter("q", START + 2),))},
        {"/neko": START + 3},
    )
    after = LimiterState(
        10.0,
        BucketState(14.0, (11.0,)),
        {"/search": WindowState((), (Waiter("q", 12.0),))},
        {"/neko": 13.0},
    )
    assert tidied(before, 10.0) == after
