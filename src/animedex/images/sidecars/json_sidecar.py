"""A sidecar for programs: all fields, and the service's row in its own bytes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from animedex.images.xmp.credit_text import Credit, damaged_credit_error, format_post, parse_post

if TYPE_CHECKING:
    from animedex.models import ArtPost

_MARK = '{\n  "animedex": "credit"'
_BLANK = re.compile(r"[ \t\n\r]*")


def format_sidecar(post: ArtPost, row: bytes | None) -> bytes:
    """Return all fields; a row that is not JSON is written in Base64."""
    members = [
        _MARK.encode(),
        b'"post": ' + format_post(post, indent=2).replace("\n", "\n  ").encode(),
    ]
    if row is not None:
        members.append(_format_row(row))
    return b",\n  ".join(members) + b"\n}\n"


def parse_sidecar(data: bytes, where: str) -> Credit | None:
    """Parse a sidecar; return None if another program wrote it, raise `Corrupt` if damaged."""
    try:
        members = _split_members(data.decode())
    except (ValueError, RecursionError):
        if data.startswith(_MARK.encode()):
            raise damaged_credit_error(where) from None
        return None
    if members.get("animedex") != '"credit"':
        return None
    return Credit(parse_post(members.get("post", ""), where), _parse_row(members, where))


def _format_row(row: bytes) -> bytes:
    from base64 import b64encode

    member = b'"row": ' + row
    try:
        if _split_members("{" + member.decode() + "}") == {"row": row.decode()}:
            return member
    except (ValueError, RecursionError):
        pass
    return b'"row_base64": "' + b64encode(row) + b'"'


def _parse_row(members: dict[str, str], where: str) -> bytes | None:
    from base64 import b64decode

    if "row_base64" not in members:
        return members["row"].encode() if "row" in members else None
    try:
        return b64decode(members["row_base64"].strip('"').encode(), validate=True)
    except ValueError:
        raise damaged_credit_error(where) from None


def _split_members(text: str) -> dict[str, str]:
    """Return the members of an object, each as it is written; raise ValueError for anything else.

    >>> _split_members('{"a": [1, 2.50], "b": {}}')
    {'a': '[1, 2.50]', 'b': '{}'}
    """
    from json import JSONDecoder

    # Numbers of any length are left as they are.
    scan = JSONDecoder(parse_int=str, parse_float=str).raw_decode
    members: dict[str, str] = {}
    at, divide = 0, "{"
    while divide != "}":
        at = _skip_sign(text, at, divide)
        name, at = scan(text, at)
        start = _skip_sign(text, at, ":")
        _, end = scan(text, start)
        members[str(name)] = text[start:end]
        at = _skip_sign(text, end, "")
        divide = "}" if text[at : at + 1] == "}" else ","
    if _skip_sign(text, at, "}") != len(text):
        message = "something follows the object"
        raise ValueError(message)
    return members


def _skip_sign(text: str, at: int, sign: str) -> int:
    """Go past blanks and a sign, and the blanks behind it."""
    at = _skip_whitespace(text, at)
    if not text.startswith(sign, at):
        message = f"there is no {sign} at {at}"
        raise ValueError(message)
    return _skip_whitespace(text, at + len(sign))


def _skip_whitespace(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    return match.end() if match else at
