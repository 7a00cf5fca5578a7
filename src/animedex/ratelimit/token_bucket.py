"""A token bucket, as a virtual schedule (also known as GCRA): pure functions of state and time.

The state is the moment at which the bucket will be full again. A slot is the moment at which a
token is available; a request that takes a slot is sent at that moment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from animedex.ratelimit.limits import TokenBucket

_ROUNDING = 1e-6


class BucketState(NamedTuple):
    """The moment at which a bucket is full again, and the slots that were returned unused."""

    full_at: float = 0.0
    returned_slots: tuple[float, ...] = ()


def next_slot(state: BucketState, bucket: TokenBucket, now: float) -> float:
    """Return when the next token is available.

    >>> from animedex.ratelimit.limits import TokenBucket
    >>> next_slot(BucketState(), TokenBucket(rate=2, burst=3), now=100.0)
    100.0
    >>> next_slot(BucketState(full_at=101.5), TokenBucket(rate=2, burst=3), now=100.0)
    100.5
    """
    new_slot = max(now, state.full_at - (bucket.burst - 1) / bucket.rate)
    return min((slot for slot in state.returned_slots if slot >= now), default=new_slot)


def take_slot(state: BucketState, bucket: TokenBucket, slot: float, now: float) -> BucketState:
    """Take the token that `next_slot` returned.

    >>> from animedex.ratelimit.limits import TokenBucket
    >>> take_slot(BucketState(), TokenBucket(rate=2, burst=3), slot=100.0, now=100.0)
    BucketState(full_at=100.5, returned_slots=())
    """
    returned_slots = [other for other in state.returned_slots if other >= now]
    if slot in returned_slots:
        returned_slots.remove(slot)
        return BucketState(state.full_at, tuple(returned_slots))
    return BucketState(max(now, state.full_at) + 1 / bucket.rate, tuple(returned_slots))


def return_slot(state: BucketState, slot: float, now: float) -> BucketState:
    """Return a token that was taken and not used.

    A slot in the past is lost, and so is one that this bucket never gave, as after a reset.

    >>> return_slot(BucketState(full_at=102.0), slot=101.0, now=100.0)
    BucketState(full_at=102.0, returned_slots=(101.0,))
    """
    if not now < slot < state.full_at:
        return state
    return state._replace(returned_slots=(*state.returned_slots, slot))


def count_tokens(state: BucketState, bucket: TokenBucket, now: float) -> int:
    """Return the number of tokens that are available.

    >>> from animedex.ratelimit.limits import TokenBucket
    >>> count_tokens(BucketState(full_at=101.0), TokenBucket(rate=2, burst=3), now=100.0)
    1
    """
    missing = max(0.0, state.full_at - now) * bucket.rate
    return max(0, int(bucket.burst - missing + _ROUNDING))


def shift_bucket(state: BucketState, seconds: float) -> BucketState:
    """Move all moments by some seconds."""
    slots = tuple(slot + seconds for slot in state.returned_slots)
    return BucketState(state.full_at + seconds, slots)
