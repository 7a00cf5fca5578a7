"""Thumbnails: made once from the first frame, and stored by the hash of the file."""

from __future__ import annotations

import contextlib
import os
import re
from io import BytesIO
from typing import TYPE_CHECKING

from animedex.errors import AnimedexError
from animedex.files import replace_file

if TYPE_CHECKING:
    from pathlib import Path

    from PIL.Image import Image

SIDE = 480
MEDIA_TYPE = "image/webp"
_FOLDER = "thumbnails"
_PLACE = re.compile(r"[0-9a-f]{2}/[0-9a-f]{62}-[0-9]+\.webp")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_QUALITY = 82


class Thumbnails:
    """Keep small pictures in a folder, which several processes may share.

    Where it cannot be written to, they are made each time.
    """

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def get(self, sha256: str) -> bytes | None:
        """Return what was made of a file with this hash, if it was."""
        try:
            with open(self._path(sha256), "rb") as file:
                return file.read() or None
        except OSError:
            return None

    def make(self, sha256: str, path: str) -> bytes | None:
        """Make and keep one; None for a file of which none can be made."""
        image = thumbnail(path)
        if image is not None:
            with contextlib.suppress(OSError):
                replace_file(self._path(sha256), image, is_durable=False)
        return image

    def _path(self, sha256: str) -> str:
        if not _SHA256.fullmatch(sha256):
            message = "a hash has 64 digits"
            raise ValueError(message)
        return os.path.join(self._folder, sha256[:2], f"{sha256[2:]}-{SIDE}.webp")


def folder_in(cache: str) -> str:
    """Return the folder of the thumbnails inside the cache folder."""
    return os.path.join(cache, _FOLDER)


def delete_thumbnails(folder: str) -> int:
    """Delete the thumbnails in a folder, and return their number."""
    from pathlib import Path

    paths = [each for each in Path(folder).glob("*/*.webp") if _is_small(each, folder)]
    return sum(map(_try_delete, paths))


def _is_small(file: Path, folder: str) -> bool:
    return _PLACE.fullmatch(file.relative_to(folder).as_posix()) is not None


def _try_delete(file: Path) -> bool:
    try:
        file.unlink()
    except OSError:
        return False
    return True


def thumbnail(path: str) -> bytes | None:
    """Draw the first frame of a picture within `SIDE` pixels; None for what cannot be decoded.

    What claims to have more pixels than any picture has is not decoded.
    """
    from animedex.images.decoder import decoder_slot
    from animedex.images.open_image import open_image

    try:
        with decoder_slot(), open_image(path) as picture:
            return _encode(picture.first_frame((SIDE, SIDE)).image)
    except AnimedexError:
        return None


def _encode(picture: Image) -> bytes:
    picture.thumbnail((SIDE, SIDE))
    into = BytesIO()
    picture.save(into, "WEBP", quality=_QUALITY, method=4)
    return into.getvalue()
