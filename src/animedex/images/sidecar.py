"""A picture's credit in a file beside it: `picture.png.json`, or `.xmp`, or `.txt`."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING

from animedex.body_writer import FileSink
from animedex.errors import BadArguments, Corrupt
from animedex.images.regular_file import open_regular
from animedex.images.sidecars import hydrus_sidecar as hydrus
from animedex.images.sidecars import json_sidecar as json
from animedex.images.sidecars import text_sidecar as text
from animedex.images.sidecars import xmp_sidecar as xmp
from animedex.images.sidecars.text_sidecar import one_line
from animedex.text_encoding import to_utf8

if TYPE_CHECKING:
    from animedex.images.xmp.credit_text import Credited
    from animedex.models import ArtPost

KINDS = ("json", "xmp", "txt", "hydrus")
_FORMS = {"json": json, "xmp": xmp, "txt": text, "hydrus": hydrus}
_ENDINGS = {"json": ".json", "xmp": ".xmp", "txt": ".txt", "hydrus": ".txt"}
_LONGEST = 64 * 1024 * 1024


def sidecar_of(path: str, kind: str) -> str:
    """Name the file beside a picture; raise `BadArguments` for a kind that there is not.

    >>> sidecar_of("cat.png", "json"), sidecar_of("cat.png", "hydrus")
    ('cat.png.json', 'cat.png.txt')
    """
    if kind not in _ENDINGS:
        message = f"there is no sidecar of the kind {kind!r}"
        raise BadArguments(message, hint=f"choose one of {', '.join(KINDS)}")
    return path + _ENDINGS[kind]


def write_sidecar(path: str, kind: str, post: ArtPost, row: bytes | None = None) -> str:
    """Write what is known of a picture into a file beside it, at once, and give its name.

    `json` and `xmp` keep the row. A file of that name that is not a sidecar of ours, of this very
    picture, is somebody's work: it is left alone, as a link is, and `BadArguments` raised.
    """
    place = sidecar_of(path, kind)
    if os.path.lexists(place) and not _is_ours(place, post):
        message = f"{place} is left as it is: animedex did not write it for {post.id[:80]}"
        raise BadArguments(message, hint="move it away, or choose another kind of sidecar")
    content = _content_for(place, kind, post, row)
    sink = FileSink(place, follow_links=False)
    try:
        sink.write(content)
    except BaseException:
        sink.discard()
        raise
    sink.finish()
    return place


def _content_for(place: str, kind: str, post: ArtPost, row: bytes | None) -> bytes:
    if kind == "xmp":
        return xmp.written(post, row, read_beside(place) or b"")
    content: bytes = _FORMS[kind].written(post, row)
    return content


def credit_of(path: str) -> Credited | None:
    """Read whose picture a file is, from itself or else from what stands beside it.

    Raises `Corrupt` for a damaged one, be it the picture without a sidecar, or the sidecar.
    """
    from animedex.images.xmp import read_credit

    try:
        return read_credit(path) or read_sidecar(path)
    except Corrupt:
        found = read_sidecar(path)
        if found is None:
            raise
        return found


def read_sidecar(path: str) -> Credited | None:
    """Read what a file beside a picture tells of it; None where there is none of ours.

    `path` is the picture's, or the sidecar's own. Of several the one that tells most is taken.
    Raises `Corrupt` for a sidecar of ours that is damaged.
    """
    endings = (".json", ".xmp", ".txt")
    own = path.lower().endswith(endings)
    for place in [path] if own else [path + ending for ending in endings]:
        data = read_beside(place)
        credit = None if data is None else _read(data, place)
        if credit:
            return credit
    return None


def _read(data: bytes, place: str) -> Credited | None:
    if place.lower().endswith(".json"):
        return json.read(data, place)
    if place.lower().endswith(".xmp"):
        return xmp.read(data, place)
    # Both kinds have one name: the one for people begins as no tag does.
    return text.read(data, place) or hydrus.read(data)


def _is_ours(place: str, post: ArtPost) -> bool:
    """Return whether a file is ours and of this picture; a link or a pipe is not."""
    if not stat.S_ISREG(os.lstat(place).st_mode):
        return False
    number = one_line(post.id)
    data = read_beside(place) or b""
    try:
        credit = _read(data, place)
    except Corrupt:
        # What is left of it tells of which picture it was.
        marks = (f'"{number}"', f"identifier>{number}<", f"Id: {number}\n")
        return any(mark.encode() in data for mark in marks)
    return credit is not None and one_line(credit.post.id) == number


def read_beside(place: str) -> bytes | None:
    """Return what is in a file; None where there is none, as of a name too long for one."""
    try:
        with open_regular(place) as file:
            data = file.read(_LONGEST + 1)
    except (FileNotFoundError, IsADirectoryError, BadArguments):
        return None
    except (OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
            return None
        # A name with a null byte is a ValueError.
        message = f"{place} cannot be read: {getattr(error, 'strerror', None) or error}"
        raise BadArguments(message, hint="give another file") from None
    if len(data) > _LONGEST:
        message = f"{place} is too long to be a sidecar"
        raise Corrupt(message, hint="move it away")
    try:
        return to_utf8(data, place)
    except BadArguments:
        # It is no text, and so none of ours.
        return data
