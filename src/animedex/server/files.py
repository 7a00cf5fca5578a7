"""Answer with a file, or with as much of it as a client still lacks (RFC 9110)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from starlette.responses import FileResponse, Response
from starlette.staticfiles import NotModifiedResponse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.datastructures import Headers


def file_answer(path: os.PathLike[str], headers: Mapping[str, str], asked: Headers) -> Response:
    """Answer with a file, its type told by its name; ``asked`` are the request's headers.

    ``Range``, ``If-Range`` and ``If-None-Match`` are honoured. A file that is gone is an
    ``OSError``.
    """
    whole = FileResponse(path, headers=headers, stat_result=os.stat(path))
    if is_known(whole.headers["etag"], asked.get("if-none-match")):
        return NotModifiedResponse(whole.headers)
    return whole


def is_known(etag: str, if_none_match: str | None) -> bool:
    """Tell whether a client says that it has this version already.

    >>> is_known('"a"', '"b", W/"a"'), is_known('"a"', "*"), is_known('"a"', None)
    (True, True, False)
    """
    named = [tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")]
    return etag in named or "*" in named
