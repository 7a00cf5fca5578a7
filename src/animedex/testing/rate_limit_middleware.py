"""Refuse requests over a limit: the ASGI side of ``rate_limits``."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException

from animedex.testing.rate_limits import round_up

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from animedex.testing.rate_limits import Bucket, SlidingLog


class LimitDecision(NamedTuple):
    """The headers of a limit; ``retry_after`` is set if the request is refused."""

    headers: Mapping[str, str]
    retry_after: str | None = None


class UnannouncedLimit:
    """A limit over all paths together that no header mentions before a request is refused.

    >>> from animedex.testing.rate_limits import Bucket, SlidingLog
    >>> limit = UnannouncedLimit(Bucket(rate=20.0, burst=30), clock=lambda: 1_778_231_283.0)
    >>> {limit.admit("/images").retry_after for _ in range(30)}, limit.admit("/tags")
    ({None}, LimitDecision(headers={}, retry_after='0.050'))
    >>> limit = UnannouncedLimit(SlidingLog(limit=10, seconds=1.0), clock=lambda: 5.0)
    >>> [limit.admit("/posts.json").retry_after for _ in range(11)].count(None)
    10
    """

    def __init__(
        self, counter: Bucket | SlidingLog, *, clock: Callable[[], float], enforced: bool = True
    ) -> None:
        self._counter = counter
        self._clock = clock
        self._enforced = enforced

    def admit(self, path: str) -> LimitDecision:
        """Decide about a request that arrives now; a refused one does not count."""
        del path  # all are counted together
        now = self._clock()
        if not self._enforced or self._counter.take(now):
            return LimitDecision({})
        return LimitDecision({}, round_up(self._counter.wait(now), 3))


class RateLimitMiddleware:
    """Apply ``admit`` to every request's path, and add its headers to the response."""

    def __init__(self, app: ASGIApp, *, admit: Callable[[str], LimitDecision]) -> None:
        self.app = app
        self.admit = admit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass an admitted request on; a refused one is an ``HTTPException`` 429."""
        decision = self.admit(scope["path"])
        if decision.retry_after is not None:
            raise HTTPException(
                HTTPStatus.TOO_MANY_REQUESTS,
                "Too many requests, please come back later.",
                {**decision.headers, "Retry-After": decision.retry_after},
            )

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(decision.headers)
            await send(message)

        await self.app(scope, receive, send_with_headers)
