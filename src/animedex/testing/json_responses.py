"""Send JSON in chunks, compressed if the request accepts it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import JSONResponse

from animedex.testing.faults import JSON_TYPE

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

PROBLEM_TYPE = "application/problem+json; charset=utf-8"


class CompactJson(JSONResponse):
    """Answer with JSON, labelled as services label it."""

    media_type = JSON_TYPE


class OmitLength:
    """Leave out the length of JSON, as a network that compresses on the way does."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the server send such answers in chunks, which HTTP/1.0 does not know."""
        if scope["http_version"] == "1.0":
            await self.app(scope, receive, send)
            return

        async def send_without_length(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message["headers"]
                if any((b"content-type", kind.encode()) in headers for kind in _KINDS):
                    message["headers"] = [pair for pair in headers if pair[0] != b"content-length"]
            await send(message)

        await self.app(scope, receive, send_without_length)


_KINDS = (JSON_TYPE, PROBLEM_TYPE)
_AS_THEY_ARE = ("image/*", "video/*", "text/*", "application/zip")
COMPRESSED = (
    Middleware(OmitLength),
    Middleware(GZipMiddleware, minimum_size=0, exclude_content_types=_AS_THEY_ARE),
)
"""What an application needs for its JSON to be sent so."""
