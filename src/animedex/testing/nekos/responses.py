"""Write rows and errors as nekos.best v2 does."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast
from urllib.parse import quote

from animedex.testing.json_responses import CompactJson
from animedex.testing.nekos.image_store import CREDITS, Picture

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.exceptions import HTTPException
    from starlette.requests import Request
    from starlette.responses import Response


def rows_response(pictures: Sequence[Picture], base_url: str) -> Response:
    """Answer with rows in the service's envelope."""
    return CompactJson({"results": [picture_row(picture, base_url) for picture in pictures]})


def picture_row(picture: Picture, base_url: str) -> dict[str, object]:
    """Describe a picture in a row, its URL below ``base_url``.

    >>> from pathlib import Path
    >>> from animedex.testing.nekos.image_store import Picture, Size
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
    >>> from animedex.testing.nekos.image_store import Picture
    >>> credit_headers(Picture("hug", "1.gif", Path("1.gif"), {"anime_name": "巫女 & Co"}, None))
    {'anime_name': '%E5%B7%AB%E5%A5%B3%20%26%20Co'}
    """
    return {key: quote(value, safe="") for key, value in picture.credits.items() if key in CREDITS}


async def error_response(request: Request, error: Exception) -> Response:
    """Answer an ``HTTPException`` with its status and message, in JSON."""
    del request  # Starlette hands it to every such function
    refusal = cast("HTTPException", error)  # the only kind that this function is registered for
    body = {"code": refusal.status_code, "message": refusal.detail}
    return CompactJson(body, refusal.status_code, refusal.headers)
