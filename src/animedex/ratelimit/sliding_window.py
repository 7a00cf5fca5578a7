"""A sliding window with a first-come, first-served queue: pure functions of state and time.

The window is a log with one entry for each request that counts. An entry is taken just before the
request is sent, and is free again `seconds` after its *answer*, as only then is it certain when the
service saw the request. A reservation that finds the window full waits in the queue.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from animedex.ratelimit.limits import SlidingWindow

# A queued reservation that is not repeated within this time of its `retry_at` is abandoned.
QUEUE_GRACE = 2.0


class Entry(NamedTuple):
    """A request that counts in a window until `free_at`.

    Until its answer has come, `free_at` is only a bound for the case that its process dies.
    """

    ticket: str
    free_at: float
    has_answer: bool


class Waiter(NamedTuple):
    """A queued reservation, and the moment at which it is to be repeated."""

    ticket: str
    retry_at: float


class WindowState(NamedTuple):
    """The requests that count in a window, and the queue before it."""

    entries: tuple[Entry, ...] = ()
    queue: tuple[Waiter, ...] = ()


def next_opening(state: WindowState, window: SlidingWindow, ticket: str, now: float) -> float:
    """Return the earliest moment at which a reservation can proceed: `now` if it can at once.

    A request without an answer frees its entry `seconds` from now at the earliest.

    >>> from animedex.ratelimit.limits import SlidingWindow
    >>> full = WindowState(entries=(Entry("a", 103.0, True), Entry("b", 130.0, False)))
    >>> next_opening(full, SlidingWindow(calls=3, seconds=5.0), "c", now=100.0)
    100.0
    >>> next_opening(full, SlidingWindow(calls=2, seconds=5.0), "c", now=100.0)
    103.0
    >>> queued = full._replace(queue=(Waiter("x", 103.0),))
    >>> next_opening(queued, SlidingWindow(calls=2, seconds=5.0), "c", now=100.0)
    105.0
    """
    frees = sorted(
        entry.free_at if entry.has_answer else min(entry.free_at, now + window.seconds)
        for entry in state.entries
    )
    openings = [*[now] * window.calls, *frees][-window.calls :]
    # Each reservation ahead in the queue takes an entry for a whole window.
    rounds, index = divmod(queue_position(state.queue, ticket), window.calls)
    return openings[index] + rounds * window.seconds


def queue_position(queue: tuple[Waiter, ...], ticket: str) -> int:
    """Return how many reservations are ahead of one: all of them if it is not queued yet."""
    return next((n for n, waiter in enumerate(queue) if waiter.ticket == ticket), len(queue))


def enter_window(state: WindowState, entry: Entry) -> WindowState:
    """Add an entry, in place of what the same reservation had."""
    others = (other for other in state.entries if other.ticket != entry.ticket)
    return state._replace(entries=(*others, entry))


def enter_queue(state: WindowState, waiter: Waiter) -> WindowState:
    """Add a reservation at the end of the queue, or set when it is to be repeated.

    >>> enter_queue(WindowState(queue=(Waiter("a", 1.0), Waiter("b", 2.0))), Waiter("a", 3.0)).queue
    (Waiter(ticket='a', retry_at=3.0), Waiter(ticket='b', retry_at=2.0))
    """
    n = queue_position(state.queue, waiter.ticket)
    return state._replace(queue=(*state.queue[:n], waiter, *state.queue[n + 1 :]))


def leave_window(state: WindowState, ticket: str) -> WindowState:
    """Remove a reservation from the window and from the queue."""
    return WindowState(
        tuple(entry for entry in state.entries if entry.ticket != ticket),
        tuple(waiter for waiter in state.queue if waiter.ticket != ticket),
    )


def prune_window(state: WindowState, now: float) -> WindowState:
    """Remove what does not count any more."""
    return WindowState(
        tuple(entry for entry in state.entries if entry.free_at > now),
        tuple(waiter for waiter in state.queue if waiter.retry_at + QUEUE_GRACE > now),
    )


def shift_window(state: WindowState, seconds: float) -> WindowState:
    """Move all moments by some seconds."""
    return WindowState(
        tuple(entry._replace(free_at=entry.free_at + seconds) for entry in state.entries),
        tuple(waiter._replace(retry_at=waiter.retry_at + seconds) for waiter in state.queue),
    )
