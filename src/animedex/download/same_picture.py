"""Is this file the picture that is asked for? Told by the credit in it, or by its bytes."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from animedex.download.file_check import check_pixels, same_bytes
from animedex.errors import AnimedexError, Corrupt, TooLarge
from animedex.images.formats import identify_format
from animedex.images.sidecar import credit_of
from animedex.images.xmp import read_credit
from animedex.library.file_facts import hash_file_md5, matches_announced_size

if TYPE_CHECKING:
    from animedex.download.targets import Target
    from animedex.images.xmp.credit_text import Credited

_OPENING = 64


def is_same(
    target: Target, path: str, fetched: str | None = None, *, untouched: bool = False
) -> bool:
    """Tell whether a file is a picture, and whole; `fetched` is the one that was fetched, if any.

    An `untouched` one has the service's own bytes. A link is not followed, as it may lead anywhere.
    """
    try:
        status = os.lstat(path)
        if not stat.S_ISREG(status.st_mode) or not status.st_size:
            return False
        if untouched and (fetched or target.file.md5 or read_credit(path)):
            return _same_content(target, path, status.st_size, fetched)
        credited = credit_of(path)
        if credited is not None and credited.post.id == target.post.id:
            return _same_version(target, credited) and _is_whole(target, path, status.st_size)
        return _same_content(target, path, status.st_size, fetched)
    except (AnimedexError, OSError):
        # What cannot be read is certainly not it.
        return False


def is_credited(path: str) -> bool:
    """Tell whether a credit is in a file or beside it; one that is damaged is there, too."""
    try:
        return credit_of(path) is not None
    except AnimedexError:
        return True


def _same_version(target: Target, credited: Credited) -> bool:
    """Tell whether the service has not put another file in the place of the one that is here."""
    here, there = credited.post.md5, target.post.md5
    return here is None or there is None or here == there


def _is_whole(target: Target, path: str, size: int) -> bool:
    with open(path, "rb") as file:
        kind = identify_format(file.read(_OPENING))
        if kind is None:
            return False
        if not kind.is_picture:
            return target.file.byte_size in {None, size}
        try:
            check_pixels(path, file, kind)
        except TooLarge:
            return True
        except Corrupt:
            # It was kept because its row announces these very bytes.
            return matches_announced_size(path, target.file.md5, target.file.byte_size)
    return True


def _same_content(target: Target, path: str, size: int, fetched: str | None) -> bool:
    if fetched is not None:
        return same_bytes(fetched, path)
    if target.file.md5 is None or target.file.byte_size not in {None, size}:
        return False
    return hash_file_md5(path) == target.file.md5.lower()
