"""Opening a picture's file, and telling what it is by its first bytes."""

from __future__ import annotations

import io
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

from animedex.errors import BadArguments, Corrupt, NotFound
from animedex.images.containers.file_reader import HINT
from animedex.images.formats import HEAD_BYTES, identify_format

if TYPE_CHECKING:
    from collections.abc import Generator

    from animedex.images.formats import Format

_PICTURES = "pictures are png, jpeg, gif, webp and avif"


def read_format(file: BinaryIO, name: str) -> Format:
    """Return the format of an open picture; raise `BadArguments` for what is none."""
    file.seek(0)
    file_format = detect_format(file.read(HEAD_BYTES), name)
    if not file_format.is_picture:
        message = f"{name} is not a picture: it is {file_format.media_type}"
        is_video = file_format.media_type.startswith("video/")
        hint = "open it with a player, such as mpv" if is_video else _PICTURES
        raise BadArguments(message, hint=hint)
    return file_format


def detect_format(opening: bytes, name: str) -> Format:
    """Return what a file is that begins so; raise where it is empty, or nothing known."""
    if not opening:
        message = f"{name} is empty"
        raise Corrupt(message, hint=HINT)
    file_format = identify_format(opening)
    if file_format is None:
        message = f"{name} is no picture"
        raise BadArguments(message, hint=_PICTURES)
    return file_format


@contextmanager
def open_seekable(path: str) -> Generator[BinaryIO]:
    """Open a file, or read a pipe to its end; raise what tells why that cannot be done."""
    try:
        with open(path, "rb") as file:
            yield file if file.seekable() else io.BytesIO(file.read())
    except FileNotFoundError:
        message = f"there is no file {path}"
        raise NotFound(message, hint="check its name") from None
    except IsADirectoryError:
        message = f"{path} is a folder"
        raise BadArguments(message, hint="name the files in it") from None
    except (OSError, ValueError) as error:
        # A name with a null byte is a ValueError.
        message = f"{path} cannot be read: {getattr(error, 'strerror', None) or error}"
        raise BadArguments(message, hint="give another file") from None
