"""A picture decoded once: whether it is whole, how large, and what it looks like."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from animedex.errors import BadArguments, TooLarge
from animedex.pictures.containers import picture_stream
from animedex.pictures.decode_cost import estimate_cost
from animedex.pictures.decoding import damage_told, image_of
from animedex.pictures.frames import OPENING, file_of, known_format
from animedex.pictures.open_image import OpenImage

if TYPE_CHECKING:
    from collections.abc import Generator

    from PIL.Image import Image

    from animedex.pictures.fingerprint import Fingerprint
    from animedex.pictures.formats import Format

# Of an animation four frames are looked at, none of them behind so many frames or pixels: to see
# one, all before it are decoded.
_SEEN, _FRAMES, _PIXELS = 4, 40, 120_000_000


class Measured(NamedTuple):
    """Hold how large a picture is, in pixels as it is seen, and of how many frames."""

    format: str
    width: int
    height: int
    frames: int


class Examined(NamedTuple):
    """Hold what is known of a picture file after all of it was decoded."""

    format: str
    width: int
    height: int
    frames: int
    fingerprint: Fingerprint


def examine(path: str) -> Examined:
    """Decode a picture, and tell its size as it is seen, and what it looks like.

    Of an animation the parts are checked, and some frames decoded. Raises `Corrupt` for what is
    cut short, damaged or enormous, and `BadArguments` for what is no picture.
    """
    with _open(path) as picture:
        from animedex.pictures.hashing import coarse, fingerprint

        measured, frames = _looks(picture)
        return Examined(*measured, fingerprint([coarse(frame) for frame in frames]))


def measure(path: str) -> Measured:
    """Decode a picture as `examine` does, and tell its size alone."""
    with _open(path) as picture:
        return _looks(picture)[0]


@contextmanager
def _open(path: str) -> Generator[OpenImage]:
    with file_of(path) as file:
        kind = known_format(file.read(OPENING), path)
        if not kind.is_picture:
            message = f"{path} is no picture: it is {kind.media_type}"
            raise BadArguments(message, hint="pictures are png, jpeg, gif, webp and avif")
        _check_cost(file, kind, path)
        with damage_told(path), image_of(file, kind, path) as image:
            yield OpenImage(path, image, kind)


def _check_cost(file: BinaryIO, kind: Format, path: str) -> None:
    """Raise `TooLarge` for what is not decoded, but `Corrupt` if its container is damaged."""
    try:
        estimate_cost(file, kind, path)
    except TooLarge:
        with damage_told(path):
            picture_stream(file, kind, path)
        raise


def _looks(picture: OpenImage) -> tuple[Measured, list[Image]]:
    """Decode some frames, in order, and reduce them."""
    count = picture.count()
    width, height = picture.size
    last = max(1, min(count, _FRAMES, _PIXELS // max(1, width * height)))
    numbers = sorted({last * part // _SEEN for part in range(_SEEN)})
    frames = [picture.coarse(number) for number in numbers]
    return Measured(picture.format, width, height, count), frames
