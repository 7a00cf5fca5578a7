"""Telling what happens, to whoever listens and to the logger `animedex`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from animedex.transport.steps import Event

if TYPE_CHECKING:
    from collections.abc import Callable
    from logging import Logger


class Teller:
    """Tell events to a listener, and to `logging` where the program uses it.

    Loading `logging` takes longer than a request on a fast network, so that a program that never
    did is not made to, except for a warning that nobody else would hear.
    """

    def __init__(self, listener: Callable[[Event], None] | None) -> None:
        self._listener = listener
        self._logger: Logger | None = None

    def tell(self, event: Event) -> None:
        """Tell an event."""
        if self._listener is not None:
            self._listener(event)
        unheard = self._listener is None and event.kind == "warning"
        if self._logger is None and (unheard or "logging" in sys.modules):
            self._logger = _logger()
        # Who loaded it need not have set it up; it would then print what was heard already.
        if self._logger is not None and (unheard or self._logger.hasHandlers()):
            _log(self._logger, event)

    def warn(self, message: str) -> None:
        """Tell a warning that concerns no service in particular."""
        self.tell(Event("warning", "", message=message))


def described(event: Event) -> str:
    """Say an event in one line.

    >>> described(Event("response", "nekos", "GET", "https://x.example/neko", 200, 0.0312, 9))
    'nekos: GET https://x.example/neko: 200 in 31 ms, 9 left'
    """
    if event.kind == "warning":
        return event.message
    subject = " ".join(part for part in (event.method, event.url) if part)
    told = [part for part in (_happened(event), _left(event)) if part]
    return f"{event.backend}: {f'{subject}: ' if subject else ''}{', '.join(told)}"


def _happened(event: Event) -> str:
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
    named = f", request id {event.request_id}" if event.request_id else ""
    return f"{event.status} in {seconds * 1000:.0f} ms{named}"


def _left(event: Event) -> str:
    return "" if event.left is None else f"{event.left} left"


def _logger() -> Logger:
    import logging

    return logging.getLogger("animedex")


def _log(logger: Logger, event: Event) -> None:
    level = _WARNING if event.kind == "warning" else _DEBUG
    if logger.isEnabledFor(level):
        logger.log(level, "%s", described(event))


# The levels' numbers, which `logging` documents; it may not be loaded.
_WARNING, _DEBUG = 30, 10
