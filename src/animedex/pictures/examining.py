"""A picture decoded once: whether it is whole, how large, and what it looks like."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from animedex.errors import TooLarge
from animedex.pictures.decode_cost import Cost, estimate_cost
from animedex.pictures.decoding import damage_told, decoder_slot, image_of
from animedex.pictures.frames import file_of, picture_format
from animedex.pictures.open_image import OpenImage

if TYPE_CHECKING:
    from PIL.Image import Image

    from animedex.pictures.fingerprint import Fingerprint

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
    """Decode a picture, and return its size as it is seen, and what it looks like.

    Of an animation the parts are checked, and some frames decoded. Raises `Corrupt` for what is
    cut short or damaged, `TooLarge` for what costs too much to decode, and `BadArguments` for what
    is no picture.
    """
    measured, seen = _decoded(path, fingerprint=True)
    assert seen is not None
    return Examined(*measured, seen)


def measure(path: str) -> Measured:
    """Decode a picture as `examine` does, and return its size alone."""
    return _decoded(path, fingerprint=False)[0]


def _decoded(path: str, *, fingerprint: bool) -> tuple[Measured, Fingerprint | None]:
    """Decode a picture here, or in a process of its own if that may cost much."""
    with file_of(path) as file:
        cost = _estimate(file, path)
        if not cost.is_high:
            with decoder_slot():
                return decode(file, path, fingerprint=fingerprint)
        from animedex.pictures.decode_process import decode_apart, source_of
        from animedex.pictures.fingerprint import Fingerprint

        answer, data = decode_apart(source_of(file, path, cost), fingerprint=fingerprint)
        measured = Measured(answer["format"], *answer["size"], answer["frames"])
        return measured, Fingerprint.from_bytes(data) if data else None


def _estimate(file: BinaryIO, path: str) -> Cost:
    """Estimate the cost; raise `TooLarge` above the limits, but `Corrupt` for what is cut short."""
    try:
        return estimate_cost(file, picture_format(file, path), path)
    except TooLarge:
        from animedex.pictures.decode_process import check_container, source_of

        check_container(source_of(file, path, Cost(is_high=True)))
        raise


def decode(file: BinaryIO, name: str, *, fingerprint: bool) -> tuple[Measured, Fingerprint | None]:
    """Decode a picture in this process, whatever that costs."""
    kind = picture_format(file, name)
    with damage_told(name):
        with image_of(file, kind, name) as image:
            measured, frames = _looks(OpenImage(name, image, kind))
        if not fingerprint:
            return measured, None
        from animedex.pictures import hashing

        return measured, hashing.fingerprint([hashing.coarse(frame) for frame in frames])


def _looks(picture: OpenImage) -> tuple[Measured, list[Image]]:
    """Decode some frames, in order, and reduce them."""
    count = picture.count()
    width, height = picture.size
    last = max(1, min(count, _FRAMES, _PIXELS // max(1, width * height)))
    numbers = sorted({last * part // _SEEN for part in range(_SEEN)})
    frames = [picture.coarse(number) for number in numbers]
    return Measured(picture.format, width, height, count), frames
