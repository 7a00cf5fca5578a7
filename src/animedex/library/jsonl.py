"""Convert entries to lines of JSON and back, with everything about them."""

from __future__ import annotations

import os
import re
from datetime import datetime
from typing import Annotated, NamedTuple, TypeAlias

import msgspec

from animedex.errors import BadArguments
from animedex.images.fingerprint import Fingerprint, is_old_format
from animedex.library.entry import LARGEST, Entry, is_moment, sanitize_record
from animedex.models import ArtPost, is_json

NOTHING = msgspec.Raw(b"")
_Number: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=LARGEST)]
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Line(msgspec.Struct, omit_defaults=True, frozen=True, kw_only=True):
    """One line.

    `path_bytes` stands beside a path that is no text, `row_bytes` in the place of a row that is
    no single line of JSON. These and the fingerprint are bytes in base 64.
    """

    path: str
    path_bytes: bytes | None = None
    sha256: str
    size: _Number
    format: str
    width: _Number | None = None
    height: _Number | None = None
    frames: _Number
    added_at: datetime
    category: str | None = None
    post: ArtPost | None = None
    row: msgspec.Raw = NOTHING
    row_bytes: bytes | None = None
    fingerprint: bytes | None = None


class ParsedEntry(NamedTuple):
    """A parsed line: an entry without an id, and its fingerprint.

    `is_outdated` where its fingerprint was made by another version.
    """

    entry: Entry
    fingerprint: Fingerprint | None
    is_outdated: bool = False


def write_line(entry: Entry, look: Fingerprint | None) -> bytes:
    """Write an entry as one line, without its number."""
    text = os.fsencode(entry.path).decode(errors="replace")
    fits = entry.row is None or _is_line(entry.row)
    line = Line(
        path=text,
        path_bytes=None if text == entry.path else os.fsencode(entry.path),
        sha256=entry.sha256,
        size=entry.size,
        format=entry.format,
        width=entry.width,
        height=entry.height,
        frames=entry.frames,
        added_at=entry.added_at,
        category=entry.category,
        post=entry.post,
        row=msgspec.Raw(entry.row) if entry.row and fits else NOTHING,
        row_bytes=None if fits else entry.row,
        fingerprint=look.to_bytes() if look else None,
    )
    return msgspec.json.encode(line) + b"\n"


def _is_line(row: bytes) -> bool:
    """Return whether a line of JSON can contain the bytes unescaped."""
    if b"\n" in row or b"\r" in row or row != row.strip():
        return False
    return is_json(row)


_decode = msgspec.json.Decoder(Line).decode


def read_line(text: bytes) -> ParsedEntry:
    """Read what `write_line` wrote; raise `BadArguments` for anything else."""
    try:
        line = _decode(text)
        look = None if line.fingerprint is None else _fingerprint(line.fingerprint)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise _unreadable_line(str(error)) from None
    path = line.path if line.path_bytes is None else os.fsdecode(line.path_bytes)
    if not _SHA256.fullmatch(line.sha256) or not is_moment(line.added_at):
        why = "its sha256 or its time is invalid"
        raise _unreadable_line(why)
    row = line.row_bytes if line.row_bytes is not None else bytes(line.row) or None
    entry = Entry(
        0,
        path,
        line.sha256,
        line.size,
        line.format,
        line.width,
        line.height,
        line.frames,
        line.added_at,
        line.category,
        sanitize_record(line.post),
        row,
    )
    return ParsedEntry(entry, look, is_outdated=look is None and line.fingerprint is not None)


def _fingerprint(data: bytes) -> Fingerprint | None:
    """Read a fingerprint; None for one that an older version made."""
    if is_old_format(data):
        return None
    try:
        fingerprint = Fingerprint.from_bytes(data)
    except IndexError:
        fingerprint = None
    if fingerprint is None or not fingerprint.hashes or fingerprint.to_bytes() != data:
        message = "its fingerprint is invalid"
        raise ValueError(message)
    return fingerprint


def _unreadable_line(why: str) -> BadArguments:
    message = f"it is not a line of an exported library: {why}"
    return BadArguments(message, hint="export it again, or leave the line out")
