"""A picture's frames, one after the other, turned the way they are looked at."""

from __future__ import annotations

import io
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, cast

from animedex.errors import BadArguments, Corrupt, NotFound
from animedex.pictures.decoding import HINT, damage_told, image_of
from animedex.pictures.formats import PNG, format_of
from animedex.pictures.turning import turn_of

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from PIL.Image import Image
    from PIL.ImageFile import ImageFile

    from animedex.pictures.formats import Format

# Files that say less were made for browsers, which take it for this.
_UNSAID = 0.1
_LEAST = 0.011
OPENING = 64


class Frame(NamedTuple):
    """Hold what is seen, and for how many seconds."""

    image: Image
    seconds: float


class Frames:
    """Give the frames of an open picture; raise `Corrupt` where they cannot be decoded."""

    def __init__(self, name: str, image: ImageFile, kind: Format) -> None:
        self._name = name
        self._image = image
        with damage_told(name):
            if kind == PNG:
                # It may tell behind its pixels which way it is held.
                image.load()
            self._turn = turn_of(cast("object", image.info.get("exif")))
            self.moves = bool(getattr(image, "is_animated", False))
        width, height = image.size
        self.size = (height, width) if self._turn.is_lying else (width, height)

    def first(self, size: tuple[int, int] | None = None) -> Frame:
        """Give the first frame; one that is much larger than `size` may come smaller than it is."""
        with damage_told(self._name):
            if size is not None and not self.moves:
                # Only JPEG can be decoded smaller, and it never gets smaller than this.
                self._image.draft("RGB", (max(size), max(size)))
            return self._frame()

    def rest(self) -> Iterator[Frame]:
        """Give the frames after the first, each decoded when it is asked for."""
        for number in range(1, self.count()):
            with damage_told(self._name):
                self._image.seek(number)
                frame = self._frame()
            yield frame

    def count(self) -> int:
        """Count the frames."""
        with damage_told(self._name):
            return int(getattr(self._image, "n_frames", 1))

    def _frame(self) -> Frame:
        self._image.load()
        seen = self._image if self.moves else self._turn.turned(self._image)
        told = cast("object", self._image.info.get("duration"))
        seconds = told / 1000 if isinstance(told, int | float) else 0.0
        return Frame(seen.copy(), seconds if seconds >= _LEAST else _UNSAID)


@contextmanager
def opened(path: str) -> Generator[Frames]:
    """Open a picture file.

    Raises `NotFound` where there is none, `BadArguments` for what is no picture or cannot be
    opened, and `Corrupt` for a picture that cannot be decoded, or claims to be enormous.
    """
    with file_of(path) as file, reading(file, path) as frames:
        yield frames


@contextmanager
def reading(file: BinaryIO, name: str) -> Generator[Frames]:
    """Do as `opened`, with a file that is open and can be read at any place."""
    found = known_format(file.read(OPENING), name)
    if not found.is_picture:
        message = f"{name} cannot be drawn: it is {found.media_type}"
        raise BadArguments(message, hint="open it with a player, such as mpv")
    file.seek(0)
    with damage_told(name):
        image = image_of(file, found, name)
    with image:
        yield Frames(name, image, found)


def known_format(opening: bytes, name: str) -> Format:
    """Tell what a file is that begins so; raise where it is empty, or nothing known."""
    if not opening:
        message = f"{name} is empty"
        raise Corrupt(message, hint=HINT)
    found = format_of(opening)
    if found is None:
        message = f"{name} is no picture"
        raise BadArguments(message, hint="pictures are png, jpeg, gif, webp and avif")
    return found


@contextmanager
def file_of(path: str) -> Generator[BinaryIO]:
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
