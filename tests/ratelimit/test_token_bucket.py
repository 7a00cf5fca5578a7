from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from animedex.ratelimit.limits import Limits, SlidingWindow, TokenBucket, scale_limits
from animedex.ratelimit.sliding_window import (
    Entry,
    Waiter,
    WindowState,
    next_opening,
    queue_position,
)
from animedex.ratelimit.token_bucket import (
    BucketState,
    count_tokens,
    next_slot,
    return_slot,
    take_slot,
)

EPSILON = 1e-6
START = 1000.0

buckets = st.builds(TokenBucket, rate=st.floats(0.05, 50), burst=st.integers(1, 20))
windows = st.builds(SlidingWindow, calls=st.integers(1, 10), seconds=st.floats(0.5, 60))
paces = st.floats(0.05, 1)
gaps = st.one_of(st.just(0.0), st.floats(0, 1), st.floats(0, 30))


class Act(NamedTuple):
    """Let time pass, then claim a token, or give back one of those that are held."""

    gap: float
    returned: int | None = None


claims_only = st.lists(gaps.map(Act), max_size=40)
acts = st.lists(
    st.builds(Act, gap=gaps, returned=st.one_of(st.none(), st.none(), st.integers(0, 40))),
    max_size=60,
)


class Played(NamedTuple):
    """The claims' times with the slots they got, and which slots were kept to the end."""

    granted: list[tuple[float, float]]
    kept: list[float]


def play(rules: list[TokenBucket], acts: list[Act]) -> Played:
    """Claim under each rule in turn, as claimants in different manners on one bucket do."""
    now, state = START, BucketState()
    granted: list[tuple[float, float]] = []
    kept: list[float] = []
    for act in acts:
        now += act.gap
        pending = [slot for slot in kept if slot > now]
        if act.returned is None:
            rule = rules[len(granted) % len(rules)]
            slot = next_slot(state, rule, now)
            state = take_slot(state, rule, slot, now)
            granted.append((now, slot))
            kept.append(slot)
        elif pending:
            slot = pending[act.returned % len(pending)]
            state = return_slot(state, slot, now)
            kept.remove(slot)
    return Played(granted, kept)


def excess(slots: list[float], rule: TokenBucket) -> float:
    """Return by how much the fullest stretch, whichever it is, holds more than the rule allows."""
    slots = sorted(slots)
    return max(
        (
            end - begin + 1 - rule.burst - rule.rate * (slots[end] - slots[begin])
            for begin in range(len(slots))
            for end in range(begin, len(slots))
        ),
        default=0.0,
    )


@given(buckets, acts)
def test_no_stretch_of_time_holds_more_than_burst_and_rate_allow(
    rule: TokenBucket, acts: list[Act]
) -> None:
    assert excess(play([rule], acts).kept, rule) <= EPSILON


@given(buckets, acts)
def test_a_slot_is_never_in_the_past(rule: TokenBucket, acts: list[Act]) -> None:
    assert all(slot >= now for now, slot in play([rule], acts).granted)


@given(buckets, claims_only)
def test_who_claims_first_is_served_first(rule: TokenBucket, acts: list[Act]) -> None:
    slots = [slot for _, slot in play([rule], acts).granted]
    assert slots == sorted(slots)


@given(buckets, claims_only)
def test_nobody_waits_longer_than_the_rule_makes_them(rule: TokenBucket, acts: list[Act]) -> None:
    granted = play([rule], acts).granted
    for place, (now, slot) in enumerate(granted):
        busy = (
            earlier + (place - n - rule.burst + 1) / rule.rate
            for n, (earlier, _) in enumerate(granted[:place])
        )
        assert slot <= max([now, *busy]) + EPSILON


@given(buckets, st.integers(0, 30))
def test_a_returned_slot_is_the_next_to_be_given(rule: TokenBucket, more: int) -> None:
    state = BucketState()
    for _ in range(rule.burst):
        state = take_slot(state, rule, START, START)
    slot = next_slot(state, rule, START)
    state = take_slot(state, rule, slot, START)
    returned = return_slot(state, slot, START)
    for _ in range(more):
        later = BucketState(returned.full_at)
        returned = take_slot(returned, rule, next_slot(later, rule, START), START)
    assert next_slot(returned, rule, START) == slot
    again = take_slot(returned, rule, slot, START)
    assert again == returned._replace(returned_slots=())


def test_a_slot_whose_moment_has_come_is_lost() -> None:
    state = BucketState(full_at=102.0)
    assert return_slot(state, slot=101.0, now=101.0) == state


def test_a_slot_that_the_bucket_never_gave_is_not_taken_back() -> None:
    """The file was begun anew since: taking it back would allow one call too many."""
    assert return_slot(BucketState(), slot=101.0, now=100.0) == BucketState()


def test_a_returned_slot_is_forgotten_when_its_moment_has_passed() -> None:
    state = BucketState(full_at=102.0, returned_slots=(101.0,))
    rule = TokenBucket(rate=2, burst=3)
    assert next_slot(state, rule, now=101.5) == 101.5
    assert take_slot(state, rule, 101.5, now=101.5) == BucketState(full_at=102.5)


@given(buckets, claims_only, st.floats(0, 100))
def test_tokens_left_can_all_be_taken_at_once_and_no_more(
    rule: TokenBucket, acts: list[Act], gap: float
) -> None:
    now, state = START, BucketState()
    for act in acts:
        now += act.gap
        state = take_slot(state, rule, next_slot(state, rule, now), now)
    now += gap
    left = count_tokens(state, rule, now)
    assert 0 <= left <= rule.burst
    for _ in range(left):
        slot = next_slot(state, rule, now)
        assert slot <= now + EPSILON / rule.rate
        state = take_slot(state, rule, slot, now)
    assert next_slot(state, rule, now) > now


@given(buckets, st.dictionaries(st.sampled_from(["/search", "/neko"]), windows), paces)
def test_slowed_limits_are_nowhere_looser(
    bucket: TokenBucket, rules: dict[str, SlidingWindow], pace: float
) -> None:
    slow = scale_limits(Limits(bucket, rules), pace)
    assert slow.bucket.rate <= bucket.rate
    assert 1 <= slow.bucket.burst <= bucket.burst
    assert slow.windows.keys() == rules.keys()
    assert all(1 <= slow.windows[name].calls <= rules[name].calls for name in rules)
    assert all(slow.windows[name].seconds == rules[name].seconds for name in rules)


@given(buckets, paces, acts)
def test_claimants_in_a_slow_manner_fit_in_the_slowed_limits(
    rule: TokenBucket, pace: float, acts: list[Act]
) -> None:
    slow = scale_limits(Limits(rule, {}), pace).bucket
    assert excess(play([slow], acts).kept, slow) <= EPSILON
    mixed = BucketState(full_at=START + 7.0)
    assert next_slot(mixed, slow, START) >= next_slot(mixed, rule, START)


@given(buckets, paces, acts)
def test_slow_and_normal_claimants_together_stay_within_the_normal_limits(
    rule: TokenBucket, pace: float, acts: list[Act]
) -> None:
    slow = scale_limits(Limits(rule, {}), pace).bucket
    assert excess(play([rule, slow, slow], acts).kept, rule) <= EPSILON


@st.composite
def window_states(draw: st.DrawFn) -> tuple[WindowState, SlidingWindow]:
    rule = draw(windows)
    answered = draw(st.lists(st.floats(0.001, rule.seconds), max_size=rule.calls + 3))
    out = draw(st.integers(0, 3))
    entries = [Entry(f"a{n}", START + free, has_answer=True) for n, free in enumerate(answered)]
    entries += [Entry(f"o{n}", START + 300, has_answer=False) for n in range(out)]
    queue = [Waiter(f"q{n}", START) for n in range(draw(st.integers(0, 25)))]
    return WindowState(tuple(entries), tuple(queue)), rule


def drained(state: WindowState, rule: SlidingWindow) -> float:
    """Return when a newcomer's turn is, by serving everybody before it as early as can be."""
    moments = [
        entry.free_at if entry.has_answer else START + rule.seconds for entry in state.entries
    ]
    turn = START
    for _ in range(len(state.queue) + 1):
        counting = sorted(moment for moment in moments if moment > turn)
        if len(counting) >= rule.calls:
            turn = counting[len(counting) - rule.calls]
        moments.append(turn + rule.seconds)
    return turn


@given(window_states())
def test_a_turn_is_told_as_if_everybody_before_were_served_at_once(
    drawn: tuple[WindowState, SlidingWindow],
) -> None:
    state, rule = drawn
    told = next_opening(state, rule, "newcomer", START)
    assert abs(told - drained(state, rule)) < EPSILON


def test_places_that_are_free_already_shorten_the_wait_of_all_who_queue() -> None:
    queue = tuple(Waiter(f"q{n}", START) for n in range(20))
    assert (
        next_opening(WindowState(queue=queue), SlidingWindow(7, 5.0), "new", START) == START + 10.0
    )


@given(window_states())
def test_turns_come_in_the_order_of_the_queue(drawn: tuple[WindowState, SlidingWindow]) -> None:
    state, rule = drawn
    tickets = [waiter.ticket for waiter in state.queue]
    turns = [next_opening(state, rule, ticket, START) for ticket in [*tickets, "newcomer"]]
    assert all(earlier <= later + EPSILON for earlier, later in pairwise(turns))


@given(window_states(), paces)
def test_a_slowed_window_never_lets_anyone_in_earlier(
    drawn: tuple[WindowState, SlidingWindow], pace: float
) -> None:
    state, rule = drawn
    slow = scale_limits(Limits(TokenBucket(1, 1), {"/search": rule}), pace).windows["/search"]
    assert (
        next_opening(state, slow, "new", START) >= next_opening(state, rule, "new", START) - EPSILON
    )


def test_a_ticket_that_is_not_queued_has_everybody_ahead() -> None:
    queue = (Waiter("a", START), Waiter("b", START))
    assert [queue_position(queue, ticket) for ticket in ("a", "b", "c")] == [0, 1, 2]
