"""Refuse requests over a limit: the ASGI side of ``windows``."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send


class LimitDecision(NamedTuple):
    """What a limit has to tell about a request, and in ``retry_after`` that it is refused."""

    headers: Mapping[str, str]
    retry_after: str | None = None


class RateLimitMiddleware:
    """Ask ``admit`` about every request's path, and put what it tells on the answer."""

    def __init__(self, app: ASGIApp, *, admit: Callable[[str], LimitDecision]) -> None:
        self.app = app
        self.admit = admit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass an admitted request on; a refused one is an ``HTTPException`` 429."""
        verdict = self.admit(scope["path"])
        if verdict.retry_after is not None:
            raise HTTPException(
                HTTPStatus.TOO_MANY_REQUESTS,
                "Too many requests, please come back later.",
                {**verdict.headers, "Retry-After": verdict.retry_after},
            )

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(verdict.headers)
            await send(message)

        await self.app(scope, receive, send_with_headers)
