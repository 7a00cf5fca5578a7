"""Events of a call, sent to the client's listener and to the logger `animedex`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from logging import Logger


class Event(NamedTuple):
    """Something that just happened; `seconds` is how long it took or will take.

    `left` is how many more requests the limits would let through at once. `request_id` is the
    service's name of a request that failed. A wait with a message is for the server that keeps the
    limits, for `seconds` at most. URLs carry no secrets.
    """

    kind: Literal["request", "response", "failure", "wait", "retry", "warning"]
    backend: str
    method: str = ""
    url: str = ""
    status: int | None = None
    seconds: float | None = None
    left: int | None = None
    cached: bool = False
    message: str = ""
    request_id: str = ""


class EventSender:
    """Sends events to a listener, and to `logging` if the program uses it.

    Loading `logging` takes longer than a request on a fast network, so it is not loaded for a
    program that never did, except for a warning that nobody else would see.
    """

    def __init__(self, listener: Callable[[Event], None] | None) -> None:
        self._listener = listener
        self._logger: Logger | None = None

    def send(self, event: Event) -> None:
        """Send an event."""
        if self._listener is not None:
            self._listener(event)
        is_unheard = self._listener is None and event.kind == "warning"
        if self._logger is None and (is_unheard or "logging" in sys.modules):
            self._logger = _logger()
        # A program may have loaded `logging` and not configured it, which would print everything.
        if self._logger is not None and (is_unheard or self._logger.hasHandlers()):
            _log(self._logger, event)

    def warn(self, message: str) -> None:
        """Send a warning that concerns no service in particular."""
        self.send(Event("warning", "", message=message))


def format_event(event: Event) -> str:
    """Return an event as one line.

    >>> format_event(Event("response", "nekos", "GET", "https://x.example/neko", 200, 0.0312, 9))
    'nekos: GET https://x.example/neko: 200 in 31 ms, 9 left'
    """
    if event.kind == "warning":
        return event.message
    subject = " ".join(part for part in (event.method, event.url) if part)
    left = "" if event.left is None else f"{event.left} left"
    facts = [part for part in (_format_outcome(event), left) if part]
    return f"{event.backend}: {f'{subject}: ' if subject else ''}{', '.join(facts)}"


def _format_outcome(event: Event) -> str:
    seconds = event.seconds or 0.0
    if event.kind == "request":
        return "sent"
    if event.kind == "wait":
        budget = f"waiting {seconds:.1f} s for room in the budget"
        return f"waiting: {event.message}" if event.message else budget
    if event.kind == "retry":
        return f"trying again in {seconds:.1f} s"
    if event.kind == "failure":
        return f"{event.message} after {seconds * 1000:.0f} ms"
    if event.cached:
        return f"{event.status} from the cache"
    name = f", request id {event.request_id}" if event.request_id else ""
    return f"{event.status} in {seconds * 1000:.0f} ms{name}"


def _logger() -> Logger:
    import logging

    return logging.getLogger("animedex")


def _log(logger: Logger, event: Event) -> None:
    level = _WARNING if event.kind == "warning" else _DEBUG
    if logger.isEnabledFor(level):
        logger.log(level, "%s", format_event(event))


# The numbers that `logging` documents for its levels, as it may not be loaded.
_WARNING, _DEBUG = 30, 10
