"""Write rows, errors and files as Danbooru does."""

from __future__ import annotations

import hashlib
import json
from mimetypes import guess_type
from pathlib import Path
from typing import TYPE_CHECKING, cast

from starlette.responses import Response

from animedex.asgi.file_responses import is_not_modified, ranged_file_response
from animedex.testing.danbooru.error_responses import BY_STATUS, NO_SUCH_PAGE, RequestRefused
from animedex.testing.danbooru.partial_rows import Row, flag, nested, nested_rows
from animedex.testing.faults import JSON_TYPE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.exceptions import HTTPException
    from starlette.requests import Request

POST_URLS = ("file_url", "large_file_url", "preview_file_url")
WITHHELD = ("md5", *POST_URLS)
WITHHELD_ASSET = ("md5", "file_key", "variants")


def json_response(content: object, request: Request) -> Response:
    """Send JSON, or 304 if the client already has it."""
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    etag = f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'
    headers = {
        "etag": f"W/{etag}",
        "cache-control": "max-age=0, private, must-revalidate",
        "access-control-allow-origin": "*",
    }
    if is_not_modified(etag, request.headers.get("if-none-match")):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=JSON_TYPE)


async def error_response(request: Request, error: Exception) -> Response:
    """Answer an ``HTTPException`` as the service words its errors."""
    del request  # Starlette hands it to every such function
    exception = cast("HTTPException", error)  # what this function is registered for
    if isinstance(exception, RequestRefused):
        refusal = exception.refusal
    else:
        refusal = BY_STATUS.get(exception.status_code, NO_SUCH_PAGE)
    headers = {"cache-control": "no-cache", "access-control-allow-origin": "*"}
    return Response(refusal.body(), refusal.status, headers, JSON_TYPE)


def file_response(path: str, files: Mapping[str, Path | bytes], request: Request) -> Response:
    """Answer with the file that is served at a path; without one, ``RequestRefused``."""
    file = files.get(path)
    if file is None:
        raise RequestRefused(NO_SUCH_PAGE)
    if isinstance(file, Path):
        return ranged_file_response(file, {}, request.headers)
    return Response(file, media_type=guess_type(path)[0])


def is_withheld(row: Row) -> bool:
    """Return whether a post's files are withheld: it is banned, deleted, or has no hash to show.

    >>> is_withheld({"md5": "x"}), is_withheld({"md5": "x", "is_banned": True}), is_withheld({})
    (False, True, True)
    """
    return flag(row, "is_banned") or flag(row, "is_deleted") or "md5" not in row


def visible_post(row: Row, origin: str) -> Row:
    """Show a post: its URLs below ``origin``, or without files where they are withheld.

    >>> visible_post({"id": 1, "md5": "x", "file_url": "/original/x.png"}, "http://localhost")
    {'id': 1, 'md5': 'x', 'file_url': 'http://localhost/original/x.png'}
    >>> visible_post({"id": 1, "md5": "x", "is_deleted": True}, "http://localhost")
    {'id': 1, 'is_deleted': True}
    """
    withheld = is_withheld(row)
    visible = {key: value for key, value in row.items() if not (withheld and key in WITHHELD)}
    visible |= {key: _absolute(visible[key], origin) for key in POST_URLS if key in visible}
    if "media_asset" in visible:
        visible["media_asset"] = _visible_asset(
            nested(row, "media_asset"), origin, withheld=withheld
        )
    return visible


def _visible_asset(asset: Row, origin: str, *, withheld: bool) -> Row:
    visible = {
        key: value for key, value in asset.items() if not (withheld and key in WITHHELD_ASSET)
    }
    if "variants" in visible:
        visible["variants"] = [
            {**variant, "url": _absolute(variant.get("url"), origin)}
            for variant in nested_rows(asset, "variants")
        ]
    return visible


def _absolute(url: object, origin: str) -> object:
    return origin + url if isinstance(url, str) and url.startswith("/") else url
