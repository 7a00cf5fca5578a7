"""One origin's budgets, and what becomes of them when somebody claims room.

A ledger is what the budgets look like at a moment; each function here gives the next ledger.
`reserve` answers a claim with a verdict: send at this moment, ask again at that one, or no room
before the deadline. Nothing here waits or reads a clock: a store keeps the ledger (see `state`),
and a driver sleeps. All moments are seconds on one clock that every process on the machine shares.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from animedex.transport.limits import (
    BucketState,
    Entry,
    Waiter,
    WindowState,
    give_back,
    next_slot,
    next_turn,
    place_of,
    take_slot,
    tokens_left,
)

if TYPE_CHECKING:
    from collections.abc import Container

    from animedex.backends.backend import Limits, Window

FOREVER = float("inf")
# A claim without a deadline that is never settled (its process was killed) counts for so long.
ORPHAN_SECONDS = 600.0
# A queued claim that does not ask again within so long of the time it was told is gone.
QUEUE_GRACE = 2.0
# No header may block a path for longer than this.
LONGEST_BLOCK = 86_400.0


class Ledger(NamedTuple):
    """Hold all budgets of one origin; `blocked` tells until when a path is spent."""

    clock: float = 0.0
    bucket: BucketState = BucketState()
    windows: dict[str, WindowState] = {}
    blocked: dict[str, float] = {}


class Claim(NamedTuple):
    """Ask for room for one request; `latest` is the deadline, `ticket` is unique to the claim."""

    ticket: str
    path: str
    route: str = ""
    latest: float = FOREVER


class Go(NamedTuple):
    """Tell to send at this moment, the bucket's slot; `left` more could be sent at once."""

    at: float
    left: int


class Again(NamedTuple):
    """Tell to ask again at this moment, with a place in the queue kept; no room before `ready`."""

    at: float
    ready: float


class Denied(NamedTuple):
    """Tell that nothing is free before this moment, which is past the deadline.

    `told` is whether the service itself said so, rather than its budget being used up.
    """

    at: float
    told: bool = False


Verdict = Go | Again | Denied


def reserve(ledger: Ledger, limits: Limits, claim: Claim, now: float) -> tuple[Ledger, Verdict]:
    """Answer a claim; where it is denied, the ledger holds nothing of it.

    >>> from animedex.backends.backend import Bucket, Limits
    >>> limits = Limits(Bucket(rate=3, burst=1), {})
    >>> ledger, verdict = reserve(Ledger(), limits, Claim("a", "/neko"), now=100.0)
    >>> verdict
    Go(at=100.0, left=0)
    >>> ledger, verdict = reserve(ledger, limits, Claim("b", "/neko", latest=100.1), now=100.0)
    >>> verdict
    Denied(at=100.33333333333333, told=False)
    """
    ledger = _tidy(ledger, now)
    ready = max(now, ledger.blocked.get(claim.path, now))
    rule = limits.windows.get(claim.route)
    state = ledger.windows.get(claim.route, WindowState())
    if rule is not None:
        ready = max(ready, next_turn(state, rule, claim.ticket, now))
    slot = next_slot(ledger.bucket, limits.bucket, now)
    if max(ready, slot) > claim.latest:
        at = max(ready, slot)
        told = at == ledger.blocked.get(claim.path)
        return _without(ledger, claim.route, claim.ticket), Denied(at, told)
    if ready > now:
        # Whoever is ahead may give up meanwhile, so nobody in a queue sleeps for very long.
        asks_at = ready if rule is None else min(ready, now + rule.seconds)
        return _queued(ledger, claim, rule, asks_at), Again(asks_at, ready)
    bucket = take_slot(ledger.bucket, limits.bucket, slot, now)
    ledger = _without(ledger, claim.route, claim.ticket)._replace(bucket=bucket)
    return _entered(ledger, claim, rule, slot), Go(slot, tokens_left(bucket, limits.bucket, now))


def settle(ledger: Ledger, limits: Limits, claim: Claim, now: float) -> Ledger:
    """Note that a claim's answer came, or that it failed after it was sent."""
    rule = limits.windows.get(claim.route)
    if rule is None:
        return ledger
    ledger = _tidy(ledger, now)
    state = ledger.windows.get(claim.route, WindowState())
    entries = tuple(entry for entry in state.entries if entry.ticket != claim.ticket)
    entry = Entry(claim.ticket, now + rule.seconds, answered=True)
    return _with_window(ledger, claim.route, state._replace(entries=(*entries, entry)))


def release(ledger: Ledger, claim: Claim, slot: float | None, now: float) -> Ledger:
    """Give back what a claim holds that will not be sent; `slot` is the bucket's, if any."""
    ledger = _without(_tidy(ledger, now), claim.route, claim.ticket)
    if slot is None:
        return ledger
    return ledger._replace(bucket=give_back(ledger.bucket, slot, now))


def block(ledger: Ledger, path: str, until: float, now: float) -> Ledger:
    """Note that a path is spent until a moment; this never shortens what is known.

    >>> block(Ledger(), "/neko", until=160.0, now=100.0).blocked
    {'/neko': 160.0}
    """
    ledger = _tidy(ledger, now)
    until = min(until, now + LONGEST_BLOCK)
    known = ledger.blocked.get(path, 0.0)
    return ledger._replace(blocked={**ledger.blocked, path: max(known, until)})


def last_moment(ledger: Ledger) -> float:
    """Tell the last moment that a ledger speaks of; long after it, it is as good as new.

    >>> last_moment(Ledger(clock=100.0, bucket=BucketState(101.5), blocked={"/neko": 160.0}))
    160.0
    """
    windows = ledger.windows.values()
    return max(
        ledger.clock,
        ledger.bucket.full_at,
        *ledger.blocked.values(),
        *(entry.free_at for state in windows for entry in state.entries),
        *(waiter.asks_at for state in windows for waiter in state.queue),
    )


def used_up(limits: Limits, now: float) -> Ledger:
    """Return a ledger in which nothing is free before all of it could have passed.

    >>> from animedex.backends.backend import Bucket, Limits
    >>> used_up(Limits(Bucket(2, 4), {}), now=100.0).bucket
    BucketState(full_at=102.0, spare=())
    """
    windows = {
        route: WindowState(
            tuple(Entry("", now + rule.seconds, answered=True) for _ in range(rule.calls))
        )
        for route, rule in limits.windows.items()
    }
    full_at = now + max(1, limits.bucket.burst) / limits.bucket.rate
    return Ledger(clock=now, bucket=BucketState(full_at), windows=windows)


def assume_used(ledger: Ledger, limits: Limits, unknown_at: float, now: float) -> Ledger:
    """Return a ledger in which everything that was free at a moment counts as used then.

    Doing this twice is the same as doing it once.
    """
    assumed = used_up(limits, unknown_at)
    windows = dict(ledger.windows)
    for route, state in assumed.windows.items():
        present = windows.get(route, WindowState())
        entries = (entry for entry in present.entries if entry.ticket)
        added = (entry for entry in state.entries if entry.free_at > now)
        windows[route] = present._replace(entries=(*entries, *added))
    full_at = max(ledger.bucket.full_at, assumed.bucket.full_at)
    spare = tuple(slot for slot in ledger.bucket.spare if slot >= assumed.bucket.full_at)
    return ledger._replace(bucket=BucketState(full_at, spare), windows=windows)


def carry_over(
    ledger: Ledger, earlier: Ledger, limits: Limits, own: Container[str], now: float
) -> Ledger:
    """Return a ledger that counts what an earlier one counted as well.

    Requests of other processes that were under way (not `own`) count as answered now: how they
    end is noted elsewhere.
    """
    windows = dict(ledger.windows)
    for route, rule in limits.windows.items():
        present = windows.get(route, WindowState())
        tickets = {"", *(entry.ticket for entry in present.entries)}
        added = (
            entry
            if entry.answered or entry.ticket in own
            else Entry(entry.ticket, min(entry.free_at, now + rule.seconds), answered=True)
            for entry in earlier.windows.get(route, WindowState()).entries
            if entry.ticket not in tickets
        )
        windows[route] = present._replace(entries=(*present.entries, *added))
    blocked = {
        path: max(ledger.blocked.get(path, 0.0), earlier.blocked.get(path, 0.0))
        for path in (*ledger.blocked, *earlier.blocked)
    }
    full_at = max(ledger.bucket.full_at, earlier.bucket.full_at)
    return ledger._replace(
        bucket=ledger.bucket._replace(full_at=full_at), windows=windows, blocked=blocked
    )


def move_to(ledger: Ledger, now: float) -> Ledger:
    """Return a ledger of another clock in moments of this one, as if no time had passed.

    >>> move_to(Ledger(clock=100.0, blocked={"/neko": 160.0}), now=7.0).blocked
    {'/neko': 67.0}
    """
    return _shifted(ledger, now - ledger.clock)


def _entered(ledger: Ledger, claim: Claim, rule: Window | None, slot: float) -> Ledger:
    if rule is None:
        return ledger
    state = ledger.windows.get(claim.route, WindowState())
    latest = min(claim.latest, slot + ORPHAN_SECONDS)
    entry = Entry(claim.ticket, latest + rule.seconds, answered=False)
    return _with_window(ledger, claim.route, state._replace(entries=(*state.entries, entry)))


def _queued(ledger: Ledger, claim: Claim, rule: Window | None, asks_at: float) -> Ledger:
    if rule is None:
        return ledger
    state = ledger.windows.get(claim.route, WindowState())
    place = place_of(state.queue, claim.ticket)
    waiter = Waiter(claim.ticket, asks_at)
    queue = (*state.queue[:place], waiter, *state.queue[place + 1 :])
    return _with_window(ledger, claim.route, state._replace(queue=queue))


def _without(ledger: Ledger, route: str, ticket: str) -> Ledger:
    state = ledger.windows.get(route)
    if state is None:
        return ledger
    entries = tuple(entry for entry in state.entries if entry.ticket != ticket)
    queue = tuple(waiter for waiter in state.queue if waiter.ticket != ticket)
    return _with_window(ledger, route, WindowState(entries, queue))


def _with_window(ledger: Ledger, route: str, state: WindowState) -> Ledger:
    return ledger._replace(windows={**ledger.windows, route: state})


def _tidy(ledger: Ledger, now: float) -> Ledger:
    """Drop what no longer counts, and take no time as passed where the clock went back."""
    if now < ledger.clock:
        ledger = _shifted(ledger, now - ledger.clock)
    return Ledger(
        clock=now,
        bucket=ledger.bucket,
        windows={name: _tidy_window(state, now) for name, state in ledger.windows.items()},
        blocked={path: until for path, until in ledger.blocked.items() if until > now},
    )


def _tidy_window(state: WindowState, now: float) -> WindowState:
    return WindowState(
        tuple(entry for entry in state.entries if entry.free_at > now),
        tuple(waiter for waiter in state.queue if waiter.asks_at + QUEUE_GRACE > now),
    )


def _shifted(ledger: Ledger, by: float) -> Ledger:
    bucket = BucketState(
        ledger.bucket.full_at + by, tuple(slot + by for slot in ledger.bucket.spare)
    )
    windows = {
        name: WindowState(
            tuple(entry._replace(free_at=entry.free_at + by) for entry in state.entries),
            tuple(waiter._replace(asks_at=waiter.asks_at + by) for waiter in state.queue),
        )
        for name, state in ledger.windows.items()
    }
    blocked = {path: until + by for path, until in ledger.blocked.items()}
    return Ledger(ledger.clock + by, bucket, windows, blocked)
