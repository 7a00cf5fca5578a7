"""Cross-origin requests from web pages of any site (CORS)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders
from starlette.responses import Response

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

ALLOW_ORIGIN = "Access-Control-Allow-Origin"
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Max-Age": "86400",
}


class AllowAnyOrigin:
    """Answer a browser's question beforehand (OPTIONS), and allow every origin."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Put the header on every answer."""

        async def send_allowing(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[ALLOW_ORIGIN] = "*"
            await send(message)

        asks_before = scope["type"] == "http" and scope["method"] == "OPTIONS"
        app = Response(status_code=204, headers=_PREFLIGHT) if asks_before else self.app
        await app(scope, receive, send_allowing)
