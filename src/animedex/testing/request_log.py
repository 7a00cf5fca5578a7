"""Log requests with their times and response statuses."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple, overload

from starlette.datastructures import Headers, QueryParams

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

# More than any test asks; a server that runs for weeks forgets the oldest.
REMEMBERED = 100_000


class LoggedRequest(NamedTuple):
    """Describe one request as it reached the server."""

    time: float
    """When its head was complete, on ``time.monotonic``."""
    method: str
    target: str
    """Path and query as they were on the wire, percent escapes and all."""
    path: str
    """Decoded path, without the API's base: ``/neko``."""
    query: QueryParams
    headers: Headers
    status: int | None = None
    """What was answered; None before the answer's head was sent."""


class RequestLog(Sequence[LoggedRequest]):
    """Arrivals in order; safe to read from any thread while the server runs."""

    def __init__(self, remembered: int = REMEMBERED) -> None:
        self._lock = threading.Lock()
        self._remembered = remembered
        self._numbered: dict[int, LoggedRequest] = {}
        self._next = 0

    @overload
    def __getitem__(self, index: int) -> LoggedRequest: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[LoggedRequest]: ...
    def __getitem__(self, index: int | slice) -> LoggedRequest | Sequence[LoggedRequest]:
        with self._lock:
            return list(self._numbered.values())[index]

    def __len__(self) -> int:
        return len(self._numbered)

    def on(self, pattern: str) -> list[LoggedRequest]:
        """List the arrivals on one path, or on all that a pattern such as ``/neko/*`` matches."""
        return [arrival for arrival in self[:] if fnmatchcase(arrival.path, pattern)]

    def clear(self) -> None:
        """Forget them all."""
        with self._lock:
            self._numbered.clear()

    def add(self, arrival: LoggedRequest) -> int:
        """Remember an arrival and return its number."""
        with self._lock:
            number = self._next
            self._next += 1
            self._numbered[number] = arrival
            self._numbered.pop(number - self._remembered, None)
            return number

    def answered(self, number: int, status: int) -> None:
        """Note an answer's status, unless its arrival was forgotten meanwhile."""
        with self._lock:
            if number in self._numbered:
                self._numbered[number] = self._numbered[number]._replace(status=status)


class RequestLogMiddleware:
    """Enter every request of an application, and its answer's status, in a record."""

    def __init__(self, app: ASGIApp, *, arrivals: RequestLog, base: str) -> None:
        self.app = app
        self.arrivals = arrivals
        self.base = base

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Record, and pass everything on as it is."""
        number = self.arrivals.add(_arrival(scope, self.base))

        async def send_noting_status(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.arrivals.answered(number, message["status"])
            await send(message)

        await self.app(scope, receive, send_noting_status)


def path_below(base: str, path: str) -> str:
    """Take the API's base off a path; one outside the base stays whole.

    >>> path_below("/api/v2", "/api/v2/neko"), path_below("/api/v2", "/favicon.ico")
    ('/neko', '/favicon.ico')
    >>> path_below("/api/v2", "/api/v2000")
    '/api/v2000'
    """
    return path.removeprefix(base) if path.startswith(f"{base}/") else path


def _arrival(scope: Scope, base: str) -> LoggedRequest:
    query = scope["query_string"].decode("latin-1")
    target = scope["raw_path"].decode("latin-1")
    return LoggedRequest(
        time=time.monotonic(),
        method=scope["method"],
        target=f"{target}?{query}" if query else target,
        path=path_below(base, scope["path"]),
        query=QueryParams(query),
        headers=Headers(scope=scope),
    )
