"""A picture decoded once: whether it is whole, how large, and what it looks like."""

from __future__ import annotations

from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, cast

from animedex.errors import BadArguments
from animedex.pictures import formats
from animedex.pictures.decoding import damage_told, image_of
from animedex.pictures.frames import OPENING, file_of, known_format
from animedex.pictures.turning import turn_of

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from PIL.Image import Image
    from PIL.ImageFile import ImageFile

    from animedex.pictures.fingerprint import Fingerprint
    from animedex.pictures.formats import Format
    from animedex.pictures.turning import Turn

# Of an animation four frames are looked at, none of them behind so many frames or pixels: to see
# one, all before it are decoded.
_SEEN, _FRAMES, _PIXELS = 4, 40, 120_000_000
# What is asked of a decoder that can make less of a JPEG while it reads all of it.
_DRAFT = 96


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
    with _open(path) as (image, kind):
        from animedex.pictures.hashing import coarse, fingerprint

        measured, turn = _begun(image, kind)
        seen = [turn.turned(coarse(frame)) for frame in _decoded(image, measured.frames)]
        return Examined(*measured, fingerprint(seen))


def measure(path: str) -> Measured:
    """Decode a picture as `examine` does, and tell its size alone."""
    with _open(path) as (image, kind):
        measured, _ = _begun(image, kind)
        deque(_decoded(image, measured.frames), 0)
        return measured


@contextmanager
def _open(path: str) -> Generator[tuple[ImageFile, Format]]:
    with file_of(path) as file:
        kind = known_format(file.read(OPENING), path)
        if not kind.is_picture:
            message = f"{path} is no picture: it is {kind.media_type}"
            raise BadArguments(message, hint="pictures are png, jpeg, gif, webp and avif")
        with damage_told(path):
            _check_parts(path, file, kind)
            file.seek(0)
            with image_of(file, kind, path) as image:
                yield image, kind


def _check_parts(path: str, file: BinaryIO, kind: Format) -> None:
    """Walk through a file to its end: all parts are there, and checksums are right."""
    if kind in {formats.JPEG, formats.AVIF}:
        # All of a JPEG is read when it is decoded, and it has no checksums.
        return
    from animedex.pictures.metadata import gif, png, webp
    from animedex.pictures.metadata.layout import Source

    walkers = {"gif": gif.survey, "png": png.survey, "webp": webp.survey}
    walkers[kind.name](Source(path, file, kind.name.upper()), thorough=True)


def _begun(image: ImageFile, kind: Format) -> tuple[Measured, Turn]:
    """Decode the first frame; tell what is known by then, and which way it is held."""
    width, height = image.size
    count = int(getattr(image, "n_frames", 1))
    if kind == formats.JPEG:
        # It is read to its end all the same.
        image.draft("YCbCr", (_DRAFT, _DRAFT))
    image.load()
    # A PNG may tell it behind its pixels.
    turn = turn_of(cast("object", image.info.get("exif")))
    size = (height, width) if turn.is_lying else (width, height)
    return Measured(kind.name, *size, count), turn


def _decoded(image: ImageFile, count: int) -> Iterator[Image]:
    """Decode some frames, in order: each is gone with the next."""
    width, height = image.size
    last = max(1, min(count, _FRAMES, _PIXELS // max(1, width * height)))
    wanted = sorted({last * part // _SEEN for part in range(_SEEN)})
    for number in wanted:
        for step in range(image.tell() + 1, number + 1):
            image.seek(step)
            image.load()
        yield image
