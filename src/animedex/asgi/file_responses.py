"""Answer with a file, or with as much of it as a client still lacks (RFC 9110)."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from starlette.responses import FileResponse, Response
from starlette.staticfiles import NotModifiedResponse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.datastructures import Headers
    from starlette.types import Receive, Scope, Send

# Numbers are as long as those of any file; longer ones are no positions.
_RANGE = r"[ \t]*(?:[0-9]{1,18}-[0-9]{0,18}|-[0-9]{1,18})[ \t]*"
_RANGES = re.compile(rf"bytes={_RANGE}(?:,{_RANGE})*", re.IGNORECASE)


def ranged_file_response(
    path: os.PathLike[str], headers: Mapping[str, str], request_headers: Headers
) -> Response:
    """Answer with a file, of a type by its name.

    ``Range``, ``If-Range`` and ``If-None-Match`` are honoured, as RFC 9110 wants it: a range for
    GET alone, and one in other units or that makes no sense is ignored. A file that is gone is an
    ``OSError``.
    """
    whole = _File(path, headers=headers, stat_result=os.stat(path))
    if is_not_modified(whole.headers["etag"], request_headers.get("if-none-match")):
        return NotModifiedResponse(whole.headers)
    return whole


class _File(FileResponse):
    """Answer with all of a file where no range of it can be meant."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = scope["headers"]
        byte_range = b",".join(value for name, value in headers if name == b"range")
        if scope["method"] != "GET" or not is_byte_range(byte_range.decode("latin-1")):
            scope = {**scope, "headers": [each for each in headers if each[0] != b"range"]}
        await super().__call__(scope, receive, send)


def is_byte_range(text: str) -> bool:
    """Return whether a Range header names ranges of bytes.

    >>> is_byte_range("bytes=0-9, -5"), is_byte_range("lines=0-9"), is_byte_range("bytes=9-0")
    (True, False, False)
    """
    if _RANGES.fullmatch(text) is None:
        return False
    pairs = (part.strip().partition("-") for part in text.partition("=")[2].split(","))
    return all(int(first or 0) <= int(last) for first, _, last in pairs if first and last)


def is_not_modified(etag: str, if_none_match: str | None) -> bool:
    """Return whether a client has this version already.

    >>> [is_not_modified('"a"', header) for header in ('"b", W/"a"', "*", None)]
    [True, True, False]
    """
    named = [tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")]
    return etag in named or "*" in named
