"""Write rows and errors as nekos.best v2 does."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast
from urllib.parse import quote

from starlette.responses import JSONResponse

from animedex.server.faults import JSON_TYPE
from animedex.server.nekos.collection import CREDITS, Picture

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.exceptions import HTTPException
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Json(JSONResponse):
    """Answer with JSON, labelled as the service labels it."""

    media_type = JSON_TYPE


def rows_answer(pictures: Sequence[Picture], base_url: str) -> Response:
    """Answer with rows in the service's envelope."""
    return Json({"results": [picture_row(picture, base_url) for picture in pictures]})


def picture_row(picture: Picture, base_url: str) -> dict[str, object]:
    """Describe a picture in a row, its URL below ``base_url``.

    >>> from pathlib import Path
    >>> from animedex.server.nekos.collection import Picture, Size
    >>> hug = Picture("hug", "1.gif", Path("1.gif"), {"anime_name": "Miko"}, Size(8, 6))
    >>> picture_row(hug, "http://localhost/api/v2")  # doctest: +NORMALIZE_WHITESPACE
    {'anime_name': 'Miko', 'url': 'http://localhost/api/v2/hug/1.gif',
     'dimensions': {'width': 8, 'height': 6}}
    """
    row: dict[str, object] = {
        key: picture.credits[key] for key in CREDITS if key in picture.credits
    }
    row["url"] = f"{base_url}/{picture.category}/{picture.filename}"
    if picture.size is not None:
        row["dimensions"] = picture.size._asdict()
    return row


def credit_headers(picture: Picture) -> dict[str, str]:
    """Put what is known of a picture's origin in headers, percent-encoded.

    >>> from pathlib import Path
    >>> from animedex.server.nekos.collection import Picture
    >>> credit_headers(Picture("hug", "1.gif", Path("1.gif"), {"anime_name": "巫女 & Co"}, None))
    {'anime_name': '%E5%B7%AB%E5%A5%B3%20%26%20Co'}
    """
    return {key: quote(value, safe="") for key, value in picture.credits.items() if key in CREDITS}


async def error_answer(request: Request, error: Exception) -> Response:
    """Answer an ``HTTPException`` with its status and message, in JSON."""
    del request  # Starlette hands it to every such function
    refusal = cast("HTTPException", error)  # the only kind that this function is registered for
    body = {"code": refusal.status_code, "message": refusal.detail}
    return Json(body, refusal.status_code, refusal.headers)


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
                if (b"content-type", JSON_TYPE.encode()) in headers:
                    message["headers"] = [pair for pair in headers if pair[0] != b"content-length"]
            await send(message)

        await self.app(scope, receive, send_without_length)
