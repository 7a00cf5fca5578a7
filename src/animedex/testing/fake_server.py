"""A fake server: an API on loopback with a request log and injected faults."""

from __future__ import annotations

import time
from email.utils import formatdate
from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders

from animedex.asgi.loopback_server import LoopbackServer
from animedex.testing.fault_middleware import FaultMiddleware
from animedex.testing.faults import Faults, make_reply
from animedex.testing.request_log import RequestLog, RequestLogMiddleware

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

SERVER_NAME = "animedex"


class FakeServer(LoopbackServer):
    """Serve an application whose API begins at ``base``, recording arrivals and obeying faults.

    ``clock`` gives the ``Date`` of every answer, in seconds since the epoch. ``faults`` are
    written as ``animedex.testing.faults`` describes; one that cannot be read is a ``ValueError``.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        base: str,
        port: int = 0,
        faults: Iterable[str] = (),
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.arrivals = RequestLog()
        self.faults = Faults(faults)
        self.base = base
        app = FaultMiddleware(app, faults=self.faults, base=base)
        app = _Sign(app, clock)
        super().__init__(RequestLogMiddleware(app, arrivals=self.arrivals, base=base), port=port)

    @property
    def url(self) -> str:
        """Return the base URL of the API."""
        return self.origin + self.base

    def answer(
        self,
        path: str,
        *,
        status: int = 200,
        headers: Mapping[str, str | bytes] | None = None,
        body: bytes = b"",
        times: int | None = 1,
    ) -> None:
        """Answer the next requests on a path with exactly this, or all with ``times=None``.

        The path is below the API's base and may be a pattern, as a fault's. ``Content-Type`` is
        JSON's and ``Content-Length`` true unless given; header text is sent as UTF-8. Answers for
        one path are given in the order of these calls, and before any fault.
        """
        if times is not None and times < 1:
            message = f"times must be at least 1, or None for always: {times}"
            raise ValueError(message)
        self.faults.answer(path, make_reply(status, headers or {}, body), times)


class _Sign:
    """Put ``Date`` and ``Server`` on every answer that does not bring its own."""

    def __init__(self, app: ASGIApp, clock: Callable[[], float]) -> None:
        self.app = app
        self.clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_signed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("date", formatdate(self.clock(), usegmt=True))
                headers.setdefault("server", SERVER_NAME)
            await send(message)

        await self.app(scope, receive, send_signed)
