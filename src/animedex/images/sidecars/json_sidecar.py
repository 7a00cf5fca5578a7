"""A sidecar for programs: all that is known, and the service's row in its own bytes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from animedex.images.xmp.credit_text import Credited, damaged, parse_post, post_text

if TYPE_CHECKING:
    from animedex.models import ArtPost

_MARK = '{\n  "animedex": "credit"'
_BLANK = re.compile(r"[ \t\n\r]*")


def written(post: ArtPost, row: bytes | None) -> bytes:
    """Write all that is known; a row that is no JSON, as a text in base 64."""
    members = [
        _MARK.encode(),
        b'"post": ' + post_text(post, indent=2).replace("\n", "\n  ").encode(),
    ]
    if row is not None:
        members.append(_row(row))
    return b",\n  ".join(members) + b"\n}\n"


def read(data: bytes, where: str) -> Credited | None:
    """Read a sidecar; None where it is somebody else's, `Corrupt` where it is damaged."""
    try:
        members = _members(data.decode())
    except (ValueError, RecursionError):
        if data.startswith(_MARK.encode()):
            raise damaged(where) from None
        return None
    if members.get("animedex") != '"credit"':
        return None
    return Credited(parse_post(members.get("post", ""), where), _row_of(members, where))


def _row(row: bytes) -> bytes:
    from base64 import b64encode

    member = b'"row": ' + row
    try:
        if _members("{" + member.decode() + "}") == {"row": row.decode()}:
            return member
    except (ValueError, RecursionError):
        pass
    return b'"row_base64": "' + b64encode(row) + b'"'


def _row_of(members: dict[str, str], where: str) -> bytes | None:
    from base64 import b64decode

    if "row_base64" not in members:
        return members["row"].encode() if "row" in members else None
    try:
        return b64decode(members["row_base64"].strip('"').encode(), validate=True)
    except ValueError:
        raise damaged(where) from None


def _members(text: str) -> dict[str, str]:
    """Return the members of an object, each as it is written; raise ValueError for anything else.

    >>> _members('{"a": [1, 2.50], "b": {}}')
    {'a': '[1, 2.50]', 'b': '{}'}
    """
    from json import JSONDecoder

    # Numbers of any length are left as they are.
    scan = JSONDecoder(parse_int=str, parse_float=str).raw_decode
    members: dict[str, str] = {}
    at, divide = 0, "{"
    while divide != "}":
        at = _past(text, at, divide)
        name, at = scan(text, at)
        start = _past(text, at, ":")
        _, end = scan(text, start)
        members[str(name)] = text[start:end]
        at = _past(text, end, "")
        divide = "}" if text[at : at + 1] == "}" else ","
    if _past(text, at, "}") != len(text):
        message = "something follows the object"
        raise ValueError(message)
    return members


def _past(text: str, at: int, sign: str) -> int:
    """Go past blanks and a sign, and the blanks behind it."""
    at = _past_blank(text, at)
    if not text.startswith(sign, at):
        message = f"there is no {sign} at {at}"
        raise ValueError(message)
    return _past_blank(text, at + len(sign))


def _past_blank(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at
