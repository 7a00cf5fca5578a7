"""The rate limiter of one origin: state and reservation in, next state and decision out.

Nothing here waits, reads a clock or does I/O: a store keeps the state, and the caller sleeps. All
moments are seconds on one clock that all processes share. A slot is reserved before anyone sleeps
for it, so that nobody polls, and a window is given to the first who asked for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from animedex.ratelimit.sliding_window import (
    Entry,
    Waiter,
    WindowState,
    enter_queue,
    enter_window,
    leave_window,
    next_opening,
    prune_window,
    shift_window,
)
from animedex.ratelimit.token_bucket import (
    BucketState,
    count_tokens,
    next_slot,
    return_slot,
    shift_bucket,
    take_slot,
)

if TYPE_CHECKING:
    from collections.abc import Container

    from animedex.ratelimit.limits import Limits

NEVER = float("inf")
# How long a reservation without a deadline counts if it is never finished: its process was killed.
LEASE_TTL = 600.0
# The longest time for which a `Retry-After` can block a path.
MAX_BLOCK = 86_400.0


class LimiterState(NamedTuple):
    """All that counts against the limits of one origin, at the moment `clock`."""

    clock: float = 0.0
    bucket: BucketState = BucketState()
    windows: dict[str, WindowState] = {}
    blocked_until: dict[str, float] = {}


class Reservation(NamedTuple):
    """A request for room, for one HTTP request; the `ticket` is unique.

    `path` is what a `Retry-After` blocks, `route` names the window, if there is one.
    """

    ticket: str
    path: str
    route: str = ""
    deadline: float = NEVER


class Proceed(NamedTuple):
    """The request may be sent at this moment; `left` more could be sent at once after it."""

    at: float
    left: int


class RetryLater(NamedTuple):
    """The reservation is queued, and is to be repeated at this moment.

    Nothing becomes free before `ready_at`.
    """

    at: float
    ready_at: float


class Rejected(NamedTuple):
    """Nothing becomes free before this moment, which is past the deadline.

    `by_service` is whether the service itself asked for the pause.
    """

    at: float
    by_service: bool = False


Decision = Proceed | RetryLater | Rejected


def reserve(
    state: LimiterState, limits: Limits, reservation: Reservation, now: float
) -> tuple[LimiterState, Decision]:
    """Decide on a reservation; one that is rejected leaves nothing in the state.

    >>> from animedex.ratelimit.limits import Limits, TokenBucket
    >>> limits = Limits(TokenBucket(rate=4, burst=1), {})
    >>> state, decision = reserve(LimiterState(), limits, Reservation("a", "/neko"), now=100.0)
    >>> decision
    Proceed(at=100.0, left=0)
    >>> reserve(state, limits, Reservation("b", "/neko", deadline=100.1), now=100.0)[1]
    Rejected(at=100.25, by_service=False)
    """
    ticket, path, route, deadline = reservation
    state = _prune(state, now)
    window = limits.windows.get(route)
    blocked_until = state.blocked_until.get(path, now)
    ready_at = max(now, blocked_until)
    if window is not None:
        ready_at = max(ready_at, next_opening(_window(state, route), window, ticket, now))
    slot = next_slot(state.bucket, limits.bucket, now)
    at = max(ready_at, slot)
    if at > deadline:
        by_service = path in state.blocked_until and at == blocked_until
        return _leave(state, route, ticket), Rejected(at, by_service)
    if ready_at > now:
        # Somebody ahead may give up, so that nobody in a queue sleeps for longer than a window.
        retry_at = ready_at if window is None else min(ready_at, now + window.seconds)
        if window is not None:
            queue = enter_queue(_window(state, route), Waiter(ticket, retry_at))
            state = _with_window(state, route, queue)
        return state, RetryLater(retry_at, ready_at)
    bucket = take_slot(state.bucket, limits.bucket, slot, now)
    state = state._replace(bucket=bucket)
    if window is not None:
        state = _leave(state, route, ticket)
        lease_end = min(deadline, slot + LEASE_TTL)
        entry = Entry(ticket, lease_end + window.seconds, has_answer=False)
        state = _with_window(state, route, enter_window(_window(state, route), entry))
    return state, Proceed(slot, count_tokens(bucket, limits.bucket, now))


def finish(
    state: LimiterState, limits: Limits, reservation: Reservation, now: float
) -> LimiterState:
    """Record that the answer has arrived, or that the request failed after it was sent."""
    window = limits.windows.get(reservation.route)
    if window is None:
        return state
    state = _prune(state, now)
    entry = Entry(reservation.ticket, now + window.seconds, has_answer=True)
    entered = enter_window(_window(state, reservation.route), entry)
    return _with_window(state, reservation.route, entered)


def cancel(
    state: LimiterState, reservation: Reservation, slot: float | None, now: float
) -> LimiterState:
    """Release a reservation that is not used; `slot` is the moment that it was given."""
    state = _leave(_prune(state, now), reservation.route, reservation.ticket)
    if slot is None:
        return state
    return state._replace(bucket=return_slot(state.bucket, slot, now))


def block(state: LimiterState, path: str, until: float, now: float) -> LimiterState:
    """Block a path until a moment; this never shortens an earlier block.

    >>> block(LimiterState(), "/neko", until=160.0, now=100.0).blocked_until
    {'/neko': 160.0}
    """
    state = _prune(state, now)
    until = max(state.blocked_until.get(path, 0.0), min(until, now + MAX_BLOCK))
    return state._replace(blocked_until={**state.blocked_until, path: until})


def last_moment(state: LimiterState) -> float:
    """Return the last moment in a state; long after it, the state is as good as a new one.

    >>> last_moment(LimiterState(100.0, BucketState(101.5), blocked_until={"/neko": 160.0}))
    160.0
    """
    windows = state.windows.values()
    return max(
        state.clock,
        state.bucket.full_at,
        *state.blocked_until.values(),
        *(entry.free_at for window in windows for entry in window.entries),
        *(waiter.retry_at for window in windows for waiter in window.queue),
    )


def exhaust(limits: Limits, now: float) -> LimiterState:
    """Return a state in which all limits are used up at a moment.

    >>> from animedex.ratelimit.limits import Limits, TokenBucket
    >>> exhaust(Limits(TokenBucket(2, 4), {}), now=100.0).bucket.full_at
    102.0
    """
    windows = {
        route: WindowState((Entry("", now + window.seconds, has_answer=True),) * window.calls)
        for route, window in limits.windows.items()
    }
    full_at = now + max(1, limits.bucket.burst) / limits.bucket.rate
    return LimiterState(clock=now, bucket=BucketState(full_at), windows=windows)


def assume_exhausted(
    state: LimiterState, limits: Limits, unknown_at: float, now: float
) -> LimiterState:
    """Return a state in which whatever was free at `unknown_at` was used up then.

    Doing this twice is the same as doing it once.
    """
    exhausted = exhaust(limits, unknown_at)
    windows = dict(state.windows)
    for route, window in exhausted.windows.items():
        present = _window(state, route)
        entries = (entry for entry in present.entries if entry.ticket)
        added = (entry for entry in window.entries if entry.free_at > now)
        windows[route] = present._replace(entries=(*entries, *added))
    full_at = max(state.bucket.full_at, exhausted.bucket.full_at)
    slots = (slot for slot in state.bucket.returned_slots if slot >= exhausted.bucket.full_at)
    return state._replace(bucket=BucketState(full_at, tuple(slots)), windows=windows)


def carry_over(
    state: LimiterState, earlier: LimiterState, limits: Limits, own: Container[str], now: float
) -> LimiterState:
    """Return a state that counts what an earlier one counted as well.

    Unfinished requests of other processes (not `own`) count as finished now, as their processes
    report elsewhere.
    """
    windows = dict(state.windows)
    for route, window in limits.windows.items():
        present = _window(state, route)
        tickets = {"", *(entry.ticket for entry in present.entries)}
        added = (
            entry
            if entry.has_answer or entry.ticket in own
            else Entry(entry.ticket, min(entry.free_at, now + window.seconds), has_answer=True)
            for entry in _window(earlier, route).entries
            if entry.ticket not in tickets
        )
        windows[route] = present._replace(entries=(*present.entries, *added))
    blocked_until = {
        path: max(state.blocked_until.get(path, 0.0), earlier.blocked_until.get(path, 0.0))
        for path in (*state.blocked_until, *earlier.blocked_until)
    }
    full_at = max(state.bucket.full_at, earlier.bucket.full_at)
    bucket = state.bucket._replace(full_at=full_at)
    return state._replace(bucket=bucket, windows=windows, blocked_until=blocked_until)


def move_to(state: LimiterState, now: float) -> LimiterState:
    """Return a state of another clock in moments of this one, as if no time had passed.

    >>> move_to(LimiterState(clock=100.0, blocked_until={"/neko": 160.0}), now=7.0).blocked_until
    {'/neko': 67.0}
    """
    seconds = now - state.clock
    return LimiterState(
        now,
        shift_bucket(state.bucket, seconds),
        {route: shift_window(window, seconds) for route, window in state.windows.items()},
        {path: until + seconds for path, until in state.blocked_until.items()},
    )


def _prune(state: LimiterState, now: float) -> LimiterState:
    """Remove what does not count any more; if the clock stepped back, no time has passed."""
    if now < state.clock:
        state = move_to(state, now)
    return LimiterState(
        now,
        state.bucket,
        {route: prune_window(window, now) for route, window in state.windows.items()},
        {path: until for path, until in state.blocked_until.items() if until > now},
    )


def _leave(state: LimiterState, route: str, ticket: str) -> LimiterState:
    if route not in state.windows:
        return state
    return _with_window(state, route, leave_window(state.windows[route], ticket))


def _window(state: LimiterState, route: str) -> WindowState:
    return state.windows.get(route, WindowState())


def _with_window(state: LimiterState, route: str, window: WindowState) -> LimiterState:
    return state._replace(windows={**state.windows, route: window})
