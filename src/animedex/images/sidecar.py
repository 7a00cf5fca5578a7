"""A picture's credit in a sidecar: `picture.png.json`, or `.xmp`, or `.txt`."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING

from animedex.body_writer import FileSink
from animedex.errors import BadArguments, Corrupt
from animedex.files import open_regular
from animedex.images.sidecars import hydrus_sidecar, json_sidecar, text_sidecar
from animedex.images.sidecars.text_sidecar import to_one_line
from animedex.images.xmp.credit_properties import OWN, build_properties
from animedex.images.xmp.credit_text import damaged_credit_error
from animedex.images.xmp.property_merge import find_credit, merge_packets
from animedex.images.xmp.xmp_parser import InvalidXmp
from animedex.images.xmp.xmp_scan import XmpPacket
from animedex.text_encoding import to_utf8

if TYPE_CHECKING:
    from animedex.images.xmp.credit_text import Credit
    from animedex.models import ArtPost


KINDS = ("json", "xmp", "txt", "hydrus")
_WRITERS = {
    "json": json_sidecar.format_sidecar,
    "txt": text_sidecar.format_sidecar,
    "hydrus": hydrus_sidecar.format_sidecar,
}
_ENDINGS = {"json": ".json", "xmp": ".xmp", "txt": ".txt", "hydrus": ".txt"}
_MAX_BYTES = 64 * 1024 * 1024


def sidecar_path(path: str, kind: str) -> str:
    """Return the name of the sidecar of a picture; raise `BadArguments` for an unknown kind.

    >>> sidecar_path("cat.png", "json"), sidecar_path("cat.png", "hydrus")
    ('cat.png.json', 'cat.png.txt')
    """
    if kind not in _ENDINGS:
        message = f"there is no sidecar of the kind {kind!r}"
        raise BadArguments(message, hint=f"choose one of {', '.join(KINDS)}")
    return path + _ENDINGS[kind]


def write_sidecar(path: str, kind: str, post: ArtPost, row: bytes | None = None) -> str:
    """Write the credit of a picture to a sidecar, in one step; return its name.

    `json` and `xmp` keep the row. A file of that name that is not a sidecar of ours, of this very
    picture, is somebody's work: it is left alone, as a link is, and `BadArguments` raised.
    """
    place = sidecar_path(path, kind)
    if os.path.lexists(place) and not _is_ours(place, post):
        message = f"{place} was not changed: animedex did not write it for {post.id[:80]}"
        raise BadArguments(message, hint="move it away, or choose another kind of sidecar")
    content = _format_content(place, kind, post, row)
    sink = FileSink(place, follow_links=False)
    try:
        sink.write(content)
    except BaseException:
        sink.discard()
        raise
    sink.finish()
    return place


def _format_content(place: str, kind: str, post: ArtPost, row: bytes | None) -> bytes:
    if kind == "xmp":
        return _format_xmp(post, row, read_small_file(place) or b"")
    return _WRITERS[kind](post, row)


def read_any_credit(path: str) -> Credit | None:
    """Read the credit of a picture from its file, or else from its sidecar.

    Raises `Corrupt` for a damaged one, be it the picture without a sidecar, or the sidecar.
    """
    from animedex.images.xmp import read_credit

    try:
        return read_credit(path) or read_sidecar(path)
    except Corrupt:
        credit = read_sidecar(path)
        if credit is None:
            raise
        return credit


def read_sidecar(path: str) -> Credit | None:
    """Read the credit in a sidecar; return None if there is no sidecar of ours.

    `path` is the picture's, or the sidecar's own. Of several, the one with most fields is used.
    Raises `Corrupt` for a sidecar of ours that is damaged.
    """
    endings = (".json", ".xmp", ".txt")
    own = path.lower().endswith(endings)
    for place in [path] if own else [path + ending for ending in endings]:
        data = read_small_file(place)
        credit = None if data is None else _parse(data, place)
        if credit:
            return credit
    return None


def _parse(data: bytes, place: str) -> Credit | None:
    if place.lower().endswith(".json"):
        return json_sidecar.parse_sidecar(data, place)
    if place.lower().endswith(".xmp"):
        return _parse_xmp(data, place)
    # Both kinds have one name: the one for people begins as no tag does.
    return text_sidecar.parse_sidecar(data, place) or hydrus_sidecar.parse_sidecar(data)


def _is_ours(place: str, post: ArtPost) -> bool:
    """Return whether a file is ours and of this picture; a link or a pipe is not."""
    if not stat.S_ISREG(os.lstat(place).st_mode):
        return False
    number = to_one_line(post.id)
    data = read_small_file(place) or b""
    try:
        credit = _parse(data, place)
    except Corrupt:
        # The rest of it shows which picture it belongs to.
        marks = (f'"{number}"', f"identifier>{number}<", f"Id: {number}\n")
        return any(mark.encode() in data for mark in marks)
    return credit is not None and to_one_line(credit.post.id) == number


def read_small_file(place: str) -> bytes | None:
    """Return the content of a file; None if it does not exist, or its name is too long."""
    try:
        with open_regular(place) as file:
            data = file.read(_MAX_BYTES + 1)
    except (FileNotFoundError, IsADirectoryError, BadArguments):
        return None
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
            return None
        # A name with a null byte is a ValueError.
        message = f"{place} cannot be read: {getattr(error, 'strerror', None) or error}"
        raise BadArguments(message, hint="give another file") from None
    if len(data) > _MAX_BYTES:
        message = f"{place} is too long to be a sidecar"
        raise Corrupt(message, hint="move it away")
    try:
        return to_utf8(data, place)
    except BadArguments:
        # It is not text, and so not ours.
        return data


def _format_xmp(post: ArtPost, row: bytes | None, previous: bytes = b"") -> bytes:
    """Return the packet, with what other programs added to the `previous` one."""
    properties = build_properties(post, row)
    try:
        merge = merge_packets([XmpPacket(previous, ())] if previous else [], properties)
    except InvalidXmp:
        merge = merge_packets([], properties)
    return merge.main.fill(merge.properties)


def _parse_xmp(data: bytes, where: str) -> Credit | None:
    """Parse a sidecar; return None if another program wrote it, raise `Corrupt` if damaged."""
    credit = find_credit([XmpPacket(data, ())], where)
    if credit is None and OWN.encode() in data:
        raise damaged_credit_error(where)
    return credit
