"""Estimate the cost of decoding a picture from its structure, before a decoder opens it.

Nothing here unpacks anything: only headers, and how many parts follow, are read.
"""

from __future__ import annotations

import os
import re
import struct
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from animedex.errors import TooLarge
from animedex.images.containers.gif import color_table_bytes
from animedex.images.containers.jpeg import FRAME_MARKERS, SCAN
from animedex.images.containers.webp import read_lossless_size, read_lossy_size
from animedex.images.formats import HEAD_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable

    from animedex.images.formats import Format

MEGAPIXEL = 1_000_000
# A little less than what Pillow itself warns of, by a warning or an error.
MAX_PIXELS = 89 * MEGAPIXEL
# Rows are decoded one at a time, and decoders hold several of them.
MAX_SIDE = 200_000
# Of these formats, decoders hold more than one copy of a picture: 9 bytes for each pixel of an
# AVIF, 12 of an animated GIF or PNG, 17 of a WebP; 6 of a progressive JPEG.
MAX_PIXELS_OF = {
    "WebP": 26 * MEGAPIXEL,
    "AVIF": 39 * MEGAPIXEL,
    "GIF": 36 * MEGAPIXEL,
    "animated PNG": 36 * MEGAPIXEL,
    "progressive JPEG": 60 * MEGAPIXEL,
}
# A picture has one scan, or ten where it is progressive; the most that optimizers make is 70.
MAX_SCANS = 500
# The smallest pieces that encoders use are 4 KiB, for PNG, and 64 KiB, for what JPEG carries.
MAX_CHUNKS, MAX_SEGMENTS = 50_000, 5_000
# What is within these limits takes less than half a second, and is decoded in this process.
CHEAP_BYTES, CHEAP_PIXELS, CHEAP_PARTS = 16 * 1024 * 1024, 16 * MEGAPIXEL, 50_000
EXPENSIVE = 1000 * CHEAP_PIXELS
# In a JPEG, each pixel is gone over once for each scan.
_CHEAP_SCAN_PIXELS = 10 * CHEAP_PIXELS
# Frames of an animation that are decoded at most.
_FRAMES = 40
SMALLER_HINT = "make it smaller with another program to look at it"
_PIECE_BYTES = 1024 * 1024
_MAX_FILL_BYTES = 64
_SEQUENTIAL = {0xC0, 0xC1, 0xC9}
_SIZES = re.compile(rb"ispe\0\0\0\0(.{4})(.{4})", re.DOTALL)


class Cost(NamedTuple):
    """Whether a picture is decoded in a separate process, and its size if that is known."""

    is_high: bool
    width: int = 0
    height: int = 0


class ImageLimits(NamedTuple):
    """A picture's name, for errors, its size, and how many bytes its file has."""

    name: str
    bytes: int
    width: int = 0
    height: int = 0

    def check_size(self, kind: str = "") -> None:
        """Raise `TooLarge` for more pixels than the memory limit allows."""
        most = MAX_PIXELS_OF.get(kind, MAX_PIXELS)
        if self.width * self.height > most:
            limit = f"{most // MEGAPIXEL} megapixels" + (f" for {kind}" if kind else "")
            self.raise_too_large(
                f"has {self.width} x {self.height} pixels, more than the limit of {limit}"
            )
        if max(self.width, self.height) > MAX_SIDE:
            size = f"{self.width} x {self.height} pixels"
            self.raise_too_large(f"has {size}, more than the limit of {MAX_SIDE} on a side")

    def check_count(self, count: int, limit: int, what: str) -> None:
        """Raise `TooLarge` for too many parts of a kind."""
        if count > limit:
            self.raise_too_large(f"has more than {limit} {what}")

    def raise_too_large(self, what: str) -> None:
        """Raise `TooLarge`."""
        error = TooLarge(f"{self.name} {what}: too large to decode", hint=SMALLER_HINT)
        error.width, error.height = self.width or None, self.height or None
        raise error

    def estimate(self, work: int, cheap: int = CHEAP_PIXELS) -> Cost:
        """Return the cost of a number of pixels, of which `limit` are cheap."""
        return Cost(work > cheap or self.bytes > CHEAP_BYTES, self.width, self.height)


def estimate_cost(file: BinaryIO, kind: Format, name: str) -> Cost:
    """Return what decoding costs; raise `TooLarge` where it costs more than is allowed.

    What is damaged is left to the decoder.
    """
    limits = ImageLimits(name, file.seek(0, os.SEEK_END))
    file.seek(0)
    try:
        return _ESTIMATES[kind.name](file, limits)
    except (struct.error, IndexError, ValueError, StopIteration):
        # It is cut short, or not decodable: the cost is unknown.
        return Cost(is_high=limits.bytes > _PIECE_BYTES)
    finally:
        file.seek(0)


def _png(file: BinaryIO, limits: ImageLimits) -> Cost:
    width, height = struct.unpack(">16x2I", file.read(24))
    limits = limits._replace(width=width, height=height)
    limits.check_size()
    file.seek(8)
    frames = 1
    for _ in range(MAX_CHUNKS):
        head = file.read(12)
        kind = head[4:8]
        if kind in {b"IEND", b""}:
            break
        if kind == b"acTL":
            frames = int.from_bytes(head[8:])
            limits.check_size("animated PNG")
        file.seek(int.from_bytes(head[:4]), os.SEEK_CUR)
    else:
        limits.check_count(MAX_CHUNKS + 1, MAX_CHUNKS, "chunks")
    return limits.estimate(width * height * max(1, min(frames, _FRAMES)))


def _jpeg(file: BinaryIO, limits: ImageLimits) -> Cost:
    file.seek(2)
    marker = frame = components = 0
    for _ in range(MAX_SEGMENTS):
        marker = _read_marker(file)
        (size,) = struct.unpack(">H", file.read(2))
        if marker == SCAN:
            break
        end = file.tell() + size - 2
        if marker in FRAME_MARKERS:
            frame = marker
            height, width, components = struct.unpack(">xHHB", file.read(6))
            limits = limits._replace(width=width, height=height)
        file.seek(end)
    limits.check_count(MAX_SEGMENTS + (marker != SCAN), MAX_SEGMENTS, "segments")
    limits.check_size("" if frame in _SEQUENTIAL else "progressive JPEG")
    is_single = frame in _SEQUENTIAL and file.read(1)[0] >= components
    return _count_scans(file, limits, is_single=is_single)


def _count_scans(file: BinaryIO, limits: ImageLimits, *, is_single: bool) -> Cost:
    """Return the cost of a JPEG's scans; no decoder continues after a `single` one."""
    scans = padding = 0
    # In a small file there cannot be much padding, and looking for it takes time.
    is_large = limits.bytes > _PIECE_BYTES
    for piece in iter(lambda: file.read(_PIECE_BYTES), b"") if is_large or not is_single else ():
        scans += 0 if is_single else piece.count(b"\xff\xda")
        padding += piece.count(b"\xff\xff") if is_large else 0
    # The first was counted already.
    limits.check_count(scans + 1, MAX_SCANS, "scans")
    work = limits.width * limits.height * (scans + 1)
    return limits.estimate(work if padding < CHEAP_PARTS else EXPENSIVE, _CHEAP_SCAN_PIXELS)


def _read_marker(file: BinaryIO) -> int:
    """Return the next marker; raise `StopIteration` if there is none."""
    if file.read(1) != b"\xff":
        raise StopIteration
    for _ in range(_MAX_FILL_BYTES):
        marker = file.read(1)
        if marker != b"\xff":
            return marker[0]
    raise StopIteration


def _gif(file: BinaryIO, limits: ImageLimits) -> Cost:
    width, height, flags = struct.unpack("<6xHHB2x", file.read(13))
    limits = limits._replace(width=width, height=height)
    limits.check_size("GIF")
    if limits.bytes > CHEAP_BYTES:
        return limits.estimate(EXPENSIVE)
    frames = _count_gif_frames(bytes(13) + file.read(), 13 + color_table_bytes(flags))
    work = width * height * min(frames, _FRAMES) if frames < CHEAP_PARTS else EXPENSIVE
    return limits.estimate(work, 2 * CHEAP_PIXELS)


def _count_gif_frames(data: bytes, at: int) -> int:
    """Count the frames; return `CHEAP_PARTS` for a file with more parts than that."""
    frames = 0
    inside = False
    for _ in range(CHEAP_PARTS):
        if inside:
            inside = data[at] != 0
            at += data[at] + 1
        elif data[at : at + 1] == b"!":
            at, inside = at + 2, True
        elif data[at : at + 1] == b",":
            frames += 1
            at, inside = at + 11 + color_table_bytes(data[at + 9]), True
        else:
            return frames
    return CHEAP_PARTS


def _webp(file: BinaryIO, limits: ImageLimits) -> Cost:
    head = file.read(30)
    kind = head[12:16]
    frames = 1
    if kind == b"VP8X":
        width = int.from_bytes(head[24:27], "little") + 1
        height = int.from_bytes(head[27:30], "little") + 1
        frames = _FRAMES if head[20] & 2 else 1
    elif kind == b"VP8L":
        width, height, _ = read_lossless_size(head[20:])
    else:
        width, height, _ = read_lossy_size(head[20:])
    limits = limits._replace(width=width, height=height)
    limits.check_size("WebP")
    return limits.estimate(width * height * max(4, frames), 2 * CHEAP_PIXELS)


def _avif(file: BinaryIO, limits: ImageLimits) -> Cost:
    """Use the largest size of any picture in the file."""
    sizes = [
        struct.unpack(">II", b"".join(match.groups()))
        for match in _SIZES.finditer(file.read(_PIECE_BYTES))
    ]
    width, height = max(sizes, key=lambda size: size[0] * size[1])
    limits = limits._replace(width=width, height=height)
    limits.check_size("AVIF")
    file.seek(0)
    is_sequence = b"avis" in file.read(HEAD_BYTES)
    return limits.estimate(EXPENSIVE if is_sequence else 2 * width * height)


_ESTIMATES: dict[str, Callable[[BinaryIO, ImageLimits], Cost]] = {
    "png": _png,
    "jpeg": _jpeg,
    "gif": _gif,
    "webp": _webp,
    "avif": _avif,
}
