"""Decode a picture once: check it, measure it, and compute its fingerprint."""

from __future__ import annotations

import hashlib
import io
import os
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from animedex.errors import TooLarge
from animedex.images import formats
from animedex.images.decode_cost import CHEAP_PIXELS, Cost, estimate_cost
from animedex.images.decoder import convert_decoder_errors, create_decoder, decoder_slot
from animedex.images.open_image import OpenImage, open_in_process, open_seekable, read_format

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL.Image import Image

    from animedex.images.fingerprint import Fingerprint

# Of an animation four frames are sampled, none of them behind so many frames or pixels: to see
# one, all before it are decoded.
_SAMPLES, _MAX_FRAMES, _MAX_FRAME_PIXELS = 4, 40, 120_000_000
_PIECE_BYTES = 1024 * 1024
# A file of up to so many bytes is read into memory at once.
_MAX_CONTENT_BYTES = 16 * 1024 * 1024


class ImageSize(NamedTuple):
    """The size of an upright picture in pixels, and its number of frames."""

    format: str
    width: int
    height: int
    frames: int


class ImageFacts(NamedTuple):
    """What decoding all of a picture file shows."""

    format: str
    width: int
    height: int
    frames: int
    fingerprint: Fingerprint


def inspect_image(path: str) -> ImageFacts:
    """Decode a picture; return its upright size and its fingerprint.

    Of an animation the parts are checked, and some frames decoded. Raises `Corrupt` for what is
    cut short or damaged, `TooLarge` for what costs too much to decode, and `BadArguments` for what
    is no picture.
    """
    size, fingerprint = _decode_file(path, fingerprint=True)
    assert fingerprint is not None
    return ImageFacts(*size, fingerprint)


def measure_image(path: str) -> ImageSize:
    """Decode a picture as `inspect_image` does, and return its size alone."""
    return _decode_file(path, fingerprint=False)[0]


def _decode_file(path: str, *, fingerprint: bool) -> tuple[ImageSize, Fingerprint | None]:
    """Decode a picture here, or in a process of its own if that may cost much."""
    with open_seekable(path) as file:
        cost = _estimate(file, path)
        if not cost.is_high:
            with decoder_slot():
                return decode_image(_load(file), path, fingerprint=fingerprint)
        from animedex.images.decode_process import create_input, decode_in_subprocess
        from animedex.images.fingerprint import Fingerprint

        answer, data = decode_in_subprocess(create_input(file, path, cost), fingerprint=fingerprint)
        measured = ImageSize(answer["format"], *answer["size"], answer["frames"])
        return measured, Fingerprint.from_bytes(data) if data else None


def _load(file: BinaryIO) -> BinaryIO:
    """Read a file into memory, where its container is walked over faster, unless it is long."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    return io.BytesIO(file.read()) if size <= _MAX_CONTENT_BYTES else file


def _estimate(file: BinaryIO, path: str) -> Cost:
    """Estimate the cost; raise `TooLarge` above the limits, but `Corrupt` for what is cut short."""
    try:
        return estimate_cost(file, read_format(file, path), path)
    except TooLarge:
        from animedex.images.decode_process import check_in_subprocess, create_input

        check_in_subprocess(create_input(file, path, Cost(is_high=True)))
        raise


def decode_image(
    file: BinaryIO, name: str, *, fingerprint: bool
) -> tuple[ImageSize, Fingerprint | None]:
    """Decode a picture in this process, whatever that costs."""
    kind = read_format(file, name)
    with convert_decoder_errors(name), create_decoder(file, kind, name) as image:
        picture = OpenImage(name, image, kind)
        if not fingerprint:
            size = _measure(picture)
            deque(map(picture.reduce_frame, _sample_frames(size)), 0)
            return size, None
        from animedex.images import perceptual_hash

        size = _measure(picture)
        pixels = partial(_iter_pixels, picture, file, name)
        frames = [
            perceptual_hash.reduce_frame(picture.reduce_frame(number), pixels)
            for number in _sample_frames(size)
        ]
        return size, perceptual_hash.create_fingerprint(frames)


def _measure(picture: OpenImage) -> ImageSize:
    return ImageSize(picture.format, *picture.size, picture.count_frames())


def _sample_frames(measured: ImageSize) -> list[int]:
    """Return the numbers of the frames to sample, in order."""
    pixels = max(1, measured.width * measured.height)
    last = max(1, min(measured.frames, _MAX_FRAMES, _MAX_FRAME_PIXELS // pixels))
    return sorted({last * part // _SAMPLES for part in range(_SAMPLES)})


def _iter_pixels(picture: OpenImage, file: BinaryIO, name: str) -> Iterator[Image]:
    """Yield all pixels of the frame that was decoded last, in strips."""
    from PIL.Image import frombytes

    if picture.format != formats.JPEG.name:
        yield from picture.iter_strips()
        return
    # It was decoded smaller than it is.
    width, height = picture.size
    if width * height > CHEAP_PIXELS:
        # Its pixels take too much memory: only a copy of the file has the same.
        digest = hashlib.sha256()
        file.seek(0)
        for piece in iter(partial(file.read, _PIECE_BYTES), b""):
            digest.update(piece)
        yield frombytes("L", (digest.digest_size, 1), digest.digest())
        return
    with open_in_process(file, name) as whole:
        yield from whole.iter_strips()
