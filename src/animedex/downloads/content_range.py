"""The head of an answer: the part of a file that follows, its version, and its length.

A validator tells whether the rest of a file still is the rest of the same file: a strong ETag, or
else the time of the last change (RFC 9110, 8.8.2.2 and 13.1.5).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from animedex.http_message import Response

# Some servers write the unit otherwise, or an equals sign behind it.
_RANGE = re.compile(r"bytes[ =]+([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18}|\*)", re.IGNORECASE)
_LONGEST_ETAG = 4096
_PARTIAL = 206


class ContentRange(NamedTuple):
    """Represent the bytes of a file that an answer brings, from `begin` up to and with `end`.

    `total` is the length of the whole file, None where the server does not know it.
    """

    begin: int
    end: int
    total: int | None


def parse_content_range(head: Response) -> ContentRange | None:
    """Return the part of a file that an answer contains; None if it does not say so.

    >>> from animedex.http_message import Response
    >>> parse_content_range(Response(206, (("content-range", "bytes 4-8/9"),), b"", ""))
    ContentRange(begin=4, end=8, total=9)
    """
    match = _RANGE.fullmatch((head.header("content-range") or "").strip())
    if match is None or int(match[1]) > int(match[2]):
        return None
    total = int(match[3]) if match[3].isdigit() else None
    if total is not None and int(match[2]) >= total:
        return None
    return ContentRange(int(match[1]), int(match[2]), total)


def is_part(head: Response, span: ContentRange | None) -> bool:
    """Return whether an answer contains a part of a file, whatever its status is.

    A 200 with a range is told by its length from one that brings all of the file.
    """
    if head.status == _PARTIAL or span is None:
        return head.status == _PARTIAL
    return content_length(head) in {None, span.end - span.begin + 1}


def find_validator(head: Response) -> str | None:
    """Return the strong validator of a file's version; None if there is none."""
    etag = (head.header("etag") or "").strip()
    if etag.startswith('"') and etag.isascii() and etag.isprintable() and len(etag) < _LONGEST_ETAG:
        return etag
    changed, date = head.header("last-modified"), head.header("date")
    if etag or not changed or not date:
        return None
    from email.utils import parsedate_to_datetime

    try:
        apart = parsedate_to_datetime(date) - parsedate_to_datetime(changed)
    except (ValueError, TypeError):
        return None
    # Within one second a file may have had two versions.
    return changed.strip() if apart.total_seconds() >= 1 else None


def is_of_version(head: Response, validator: str | None) -> bool:
    """Return whether a part is of the version of a validator, and says so."""
    name = "etag" if validator and validator.startswith('"') else "last-modified"
    return validator is not None and (head.header(name) or "").strip() == validator


def content_length(head: Response) -> int | None:
    """Return the announced length of a body, in bytes."""
    return parse_byte_count((head.header("content-length") or "").strip())


def parse_byte_count(text: str) -> int | None:
    """Read a number of bytes; None for anything else.

    >>> parse_byte_count("12"), parse_byte_count("-1")
    (12, None)
    """
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None  # noqa: PLR2004  more digits than any file has bytes
