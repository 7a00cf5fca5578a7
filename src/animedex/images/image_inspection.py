"""A picture decoded once: whether it is whole, how large, and what it looks like."""

from __future__ import annotations

import hashlib
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from animedex.errors import TooLarge
from animedex.images import formats
from animedex.images.decode_cost import CHEAP_PIXELS, Cost, estimate_cost
from animedex.images.decoder import damage_told, decoder_slot, image_of
from animedex.images.frames import file_of, picture_format
from animedex.images.open_image import OpenImage, open_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL.Image import Image

    from animedex.images.fingerprint import Fingerprint

# Of an animation four frames are looked at, none of them behind so many frames or pixels: to see
# one, all before it are decoded.
_SEEN, _FRAMES, _PIXELS = 4, 40, 120_000_000
_PIECE = 1024 * 1024


class Measured(NamedTuple):
    """How large a picture is, in pixels as it is seen, and of how many frames."""

    format: str
    width: int
    height: int
    frames: int


class Examined(NamedTuple):
    """What is known of a picture file after all of it was decoded."""

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
        from animedex.images.decode_process import decode_apart, source_of
        from animedex.images.fingerprint import Fingerprint

        answer, data = decode_apart(source_of(file, path, cost), fingerprint=fingerprint)
        measured = Measured(answer["format"], *answer["size"], answer["frames"])
        return measured, Fingerprint.from_bytes(data) if data else None


def _estimate(file: BinaryIO, path: str) -> Cost:
    """Estimate the cost; raise `TooLarge` above the limits, but `Corrupt` for what is cut short."""
    try:
        return estimate_cost(file, picture_format(file, path), path)
    except TooLarge:
        from animedex.images.decode_process import check_container, source_of

        check_container(source_of(file, path, Cost(is_high=True)))
        raise


def decode(file: BinaryIO, name: str, *, fingerprint: bool) -> tuple[Measured, Fingerprint | None]:
    """Decode a picture in this process, whatever that costs."""
    kind = picture_format(file, name)
    with damage_told(name), image_of(file, kind, name) as image:
        picture = OpenImage(name, image, kind)
        if not fingerprint:
            measured = _measure(picture)
            deque(map(picture.coarse, _numbers(measured)), 0)
            return measured, None
        from animedex.images import perceptual_hash as hashing

        measured = _measure(picture)
        pixels = partial(_pixels, picture, file, name)
        seen = [hashing.coarse(picture.coarse(one), pixels) for one in _numbers(measured)]
        return measured, hashing.fingerprint(seen)


def _measure(picture: OpenImage) -> Measured:
    return Measured(picture.format, *picture.size, picture.count())


def _numbers(measured: Measured) -> list[int]:
    """Return which frames are looked at, in order."""
    pixels = max(1, measured.width * measured.height)
    last = max(1, min(measured.frames, _FRAMES, _PIXELS // pixels))
    return sorted({last * part // _SEEN for part in range(_SEEN)})


def _pixels(picture: OpenImage, file: BinaryIO, name: str) -> Iterator[Image]:
    """Yield all pixels of the frame that was decoded last, in strips."""
    from PIL.Image import frombytes

    if picture.format != formats.JPEG.name:
        yield from picture.strips()
        return
    # It was decoded smaller than it is.
    width, height = picture.size
    if width * height > CHEAP_PIXELS:
        # Its pixels take too much memory: only a copy of the file has the same.
        digest = hashlib.sha256()
        file.seek(0)
        for piece in iter(partial(file.read, _PIECE), b""):
            digest.update(piece)
        yield frombytes("L", (digest.digest_size, 1), digest.digest())
        return
    with open_file(file, name) as whole:
        yield from whole.strips()
