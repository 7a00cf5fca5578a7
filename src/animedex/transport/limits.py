"""The arithmetic of a bucket and of a window: pure functions, told what time it is.

The bucket is a virtual schedule (also known as GCRA): `full_at` is when it would be full again, a
slot is the moment at which its next token is there. A window is a log with one entry for each call
that counts: taken just before sending, and free again `seconds` after the answer came, because
only then is it certain when the service saw the call. Who finds a window full is noted in a queue,
and is served in the order of first asking.
"""

from __future__ import annotations

from typing import NamedTuple

from animedex.backends.backend import Bucket, Limits, Window

_ROUNDING = 1e-6


class BucketState(NamedTuple):
    """Hold when a bucket is full again, and slots that were given back unused."""

    full_at: float = 0.0
    spare: tuple[float, ...] = ()


class Entry(NamedTuple):
    """Hold one call that counts in a window; it stops counting at `free_at`.

    An unanswered call's `free_at` is only a bound for the case that its process dies.
    """

    ticket: str
    free_at: float
    answered: bool


class Waiter(NamedTuple):
    """Hold one queued claim and the moment at which it was told to ask again."""

    ticket: str
    asks_at: float


class WindowState(NamedTuple):
    """Hold the calls that count in a window and the queue before it."""

    entries: tuple[Entry, ...] = ()
    queue: tuple[Waiter, ...] = ()


def slowed(limits: Limits, pace: float) -> Limits:
    """Give stricter limits: half of each with a pace of 0.5, and never less than one call.

    >>> slowed(Limits(Bucket(3, 10), {"search": Window(7, 5)}), 0.5)[:2]
    (Bucket(rate=1.5, burst=5), {'search': Window(calls=3, seconds=5)})
    """
    bucket = Bucket(limits.bucket.rate * pace, max(1, int(limits.bucket.burst * pace)))
    windows = {
        name: Window(max(1, int(rule.calls * pace)), rule.seconds)
        for name, rule in limits.windows.items()
    }
    return limits._replace(bucket=bucket, windows=windows)


def next_slot(state: BucketState, rule: Bucket, now: float) -> float:
    """Tell when the next token is there.

    >>> next_slot(BucketState(), Bucket(rate=2, burst=3), now=100.0)
    100.0
    >>> next_slot(BucketState(full_at=101.5), Bucket(rate=2, burst=3), now=100.0)
    100.5
    """
    fresh = max(now, state.full_at - (rule.burst - 1) / rule.rate)
    return min((slot for slot in state.spare if slot >= now), default=fresh)


def take_slot(state: BucketState, rule: Bucket, slot: float, now: float) -> BucketState:
    """Take the token that `next_slot` told of.

    >>> take_slot(BucketState(), Bucket(rate=2, burst=3), slot=100.0, now=100.0)
    BucketState(full_at=100.5, spare=())
    """
    spare = tuple(other for other in state.spare if other >= now)
    if slot in spare:
        cut = spare.index(slot)
        return BucketState(state.full_at, spare[:cut] + spare[cut + 1 :])
    return BucketState(max(now, state.full_at) + 1 / rule.rate, spare)


def give_back(state: BucketState, slot: float, now: float) -> BucketState:
    """Return a token that was taken and not used; one whose moment has passed is lost.

    So is one that this bucket never gave, as after its file was begun anew.

    >>> give_back(BucketState(full_at=102.0), slot=101.0, now=100.0)
    BucketState(full_at=102.0, spare=(101.0,))
    """
    if not now < slot < state.full_at:
        return state
    return state._replace(spare=(*state.spare, slot))


def tokens_left(state: BucketState, rule: Bucket, now: float) -> int:
    """Count the tokens that are there.

    >>> tokens_left(BucketState(full_at=101.0), Bucket(rate=2, burst=3), now=100.0)
    1
    """
    return max(0, int(rule.burst - max(0.0, state.full_at - now) * rule.rate + _ROUNDING))


def next_turn(state: WindowState, rule: Window, ticket: str, now: float) -> float:
    """Tell the earliest moment at which a claim's turn can come: `now` where it has come.

    A call whose answer is still out frees its place `seconds` from now at the earliest.

    >>> full = WindowState(entries=(Entry("a", 103.0, True), Entry("b", 130.0, False)))
    >>> next_turn(full, Window(calls=3, seconds=5.0), "c", now=100.0)
    100.0
    >>> next_turn(full, Window(calls=2, seconds=5.0), "c", now=100.0)
    103.0
    >>> queued = full._replace(queue=(Waiter("x", 103.0),))
    >>> next_turn(queued, Window(calls=2, seconds=5.0), "c", now=100.0)
    105.0
    """
    frees = sorted(_frees_at(entry, rule, now) for entry in state.entries)
    places = [*[now] * rule.calls, *frees][-rule.calls :]
    # Whoever is served from the queue takes a place for a whole window.
    rounds, index = divmod(place_of(state.queue, ticket), rule.calls)
    return places[index] + rounds * rule.seconds


def place_of(queue: tuple[Waiter, ...], ticket: str) -> int:
    """Tell how many are ahead of a ticket: all of them, where it is not queued yet."""
    return next((n for n, waiter in enumerate(queue) if waiter.ticket == ticket), len(queue))


def _frees_at(entry: Entry, rule: Window, now: float) -> float:
    return entry.free_at if entry.answered else min(entry.free_at, now + rule.seconds)
