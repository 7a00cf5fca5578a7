"""JPEG: segments and scans, and what tells that a scan without an end is complete.

https://www.w3.org/Graphics/JPEG/itu-t81.pdf
"""

from __future__ import annotations

import io
import re
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, cast

from animedex.images.containers.file_reader import CUT
from animedex.images.containers.joined_parts import PartStream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from animedex.images.containers.file_reader import Parts, Range, Source

APP0, APP1 = 0xE0, 0xE1
SCAN, END = 0xDA, 0xD9
_START = b"\xff\xd8"
_EOI = b"\xff\xd9"
_APP2, _APP14, _APP15, _COMMENT = 0xE2, 0xEE, 0xEF, 0xFE
_NEEDED = {APP0: b"", APP1: b"Exif\0", _APP2: b"ICC_PROFILE\0", _APP14: b""}
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_PROGRESSIVE = {0xC2, 0xC6, 0xCA, 0xCE}
_ALONE = {0x01, *range(0xD0, 0xD9)}
_MARKER = re.compile(rb"\xff([\x01-\xfe])")
# Within a scan, 0xFF before a zero is a byte of it, and D0 to D7 count its parts.
_SCAN_MARKER = re.compile(rb"\xff([\x01-\xcf\xd8-\xfe])")
_RESTART = re.compile(rb"\xff([\xd0-\xd7])")
_COEFFICIENTS = 64
# Bytes to put behind a scan, none of them 0xFF. Every bit of one differs from the other's, so that
# a decoder that needs any of them shows other pixels.
_BYTES = bytes((0x55 + 89 * at + at // 7) % 255 for at in range(2048))
_OTHER_BYTES = bytes(0xFF - byte if byte else 0xAA for byte in _BYTES)
# As many bytes may follow a scan that has no end.
_REST = 64
# So many rows are copied at once.
_STRIP = 256
_SHORT_PIECE, _PIECE = 1024, 256 * 1024


class Segment(NamedTuple):
    """Represent a segment: its marker, the offset of that, and the range of its data."""

    marker: int
    start: int
    data: int
    end: int


def segments(source: Source) -> Iterator[Segment]:
    """Yield the segments up to the first scan, whose header is the last of them.

    Bytes between segments are skipped. Raises `Corrupt` if there is no scan.
    """
    source.go(0)
    if source.read(2) != _START:
        source.fail("it does not begin with its header")
    marker, at = 0, source.at()
    while marker != SCAN:
        marker, at = _next(source, _MARKER, at)
        if marker == END:
            source.fail("it ends before its picture")
        if not marker:
            source.fail(CUT)
        segment = _segment(source, marker, at)
        if segment is None:
            source.fail(CUT)
        yield segment
        at = segment.end


def picture_parts(source: Source) -> Parts:
    """Return the segments that a decoder needs, and the scans with an end.

    Where the end is missing, the scans must be complete.
    """
    header = [segment for segment in segments(source) if _is_needed(source, segment)]
    parts: Parts = [_START, *((segment.start, segment.end) for segment in header)]
    start = header[-1].end
    end = _find_end(source, start)
    if end is None:
        scans = _scans(source, header[-1])
        if not _is_covered(source, header, scans):
            source.fail(CUT)
        end = _data_end(source, scans[-1].end)
        _check_last_scan(source, [*parts, (start, scans[-1].end)], (scans[-1].end, end))
    return [*parts, (start, end), _EOI]


def _is_needed(source: Source, segment: Segment) -> bool:
    """Return whether a decoder needs a segment: all but comments and most of applications'."""
    opening = _NEEDED.get(segment.marker)
    if opening is None:
        return segment.marker != _COMMENT and not APP0 <= segment.marker <= _APP15
    source.go(segment.data)
    return source.read(min(len(opening), segment.end - segment.data)) == opening


def _segment(source: Source, marker: int, at: int) -> Segment | None:
    """Return the segment that has its length at an offset; None if it is not in the file."""
    if marker in _ALONE:
        return Segment(marker, at - 2, at, at)
    source.go(at)
    size = int.from_bytes(source.read(2), "big")
    if size < len(b"\0\0") or at + size > source.size:
        return None
    return Segment(marker, at - 2, at + 2, at + size)


def _next(source: Source, pattern: re.Pattern[bytes], at: int) -> tuple[int, int]:
    """Return the next marker and the offset behind it; 0 for the marker if there is none."""
    # Each reads a piece of the file, which takes as long as thirty parts of others do.
    source.count(30)
    length = _SHORT_PIECE
    while at < source.size:
        source.go(at)
        piece = source.read(length)
        match = pattern.search(piece)
        if match:
            return match[1][0], at + match.end()
        # A marker may go on in the next piece.
        at += len(piece) - (piece.endswith(b"\xff") and len(piece) > 1)
        length = min(2 * length, _PIECE)
    return 0, at


def _find_end(source: Source, start: int) -> int | None:
    """Return the offset of the end marker, over any number of scans and segments between them."""
    marker, at = SCAN, start
    while marker != END:
        marker, at = _next(source, _SCAN_MARKER, at)
        if not marker:
            return None
        segment = _segment(source, marker, at) if marker != END else None
        at = segment.end if segment else at
    return at - 2


def _scans(source: Source, first: Segment) -> list[Segment]:
    """Return the headers of scans; none if something that is no segment lies between them."""
    scans: list[Segment] = []
    segment: Segment | None = first
    while segment:
        if segment.marker == SCAN:
            scans.append(segment)
        marker, at = _next(source, _SCAN_MARKER, segment.end)
        if not marker:
            return scans
        segment = _segment(source, marker, at)
    return []


def _is_covered(source: Source, header: list[Segment], scans: list[Segment]) -> bool:
    """Return whether there is a scan for every bit of every coefficient of every component."""
    frame = next((segment for segment in header if segment.marker in _FRAMES), None)
    if frame is None:
        return False
    missing = {
        (component, coefficient)
        for component in _data(source, frame)[6::3]
        for coefficient in range(_COEFFICIENTS)
    }
    for scan in scans:
        missing -= _covered(_data(source, scan), is_progressive=frame.marker in _PROGRESSIVE)
    return not missing


def _covered(scan: bytes, *, is_progressive: bool) -> set[tuple[int, int]]:
    """Return the coefficients of which a scan brings the last bit."""
    count = scan[0] if scan else 0
    components = scan[1 : 1 + 2 * count : 2]
    first, last, low = 0, _COEFFICIENTS - 1, 0
    if is_progressive and len(scan) >= 4 + 2 * count:
        first, last, bits = scan[1 + 2 * count : 4 + 2 * count]
        low = bits & 15
    return {(component, at) for component in components for at in range(first, last + 1) if not low}


def _data(source: Source, segment: Segment) -> bytes:
    source.go(segment.data)
    return source.take(segment.end - segment.data)


def _data_end(source: Source, start: int) -> int:
    """Return the end of a scan that goes on to the end of the file, without bytes that fill it."""
    end = _strip(source, start, source.size, b"\0")
    source.go(end - 1)
    if end < source.size and source.read(1) == b"\xff":
        # A zero belongs to the byte 0xFF before it.
        return end + 1
    return _strip(source, start, end, b"\xff")


def _strip(source: Source, start: int, end: int, fill: bytes) -> int:
    while end > start:
        begin = max(start, end - _PIECE)
        (piece,) = source.pieces(begin, end)
        end = begin + len(piece.rstrip(fill))
        if end > begin:
            break
    return end


def _check_last_scan(source: Source, before: Parts, scan: Range) -> None:
    """Raise `Corrupt` if the last scan is not complete, or something else follows it.

    A decoder shows something in any case. If the scan is complete, it does not matter what follows;
    if it were complete without the last bytes, too, these would be something else.
    """
    start, end = scan
    restart = _next_restart(source, start)
    tail, other = (data + restart + data + _EOI for data in (_BYTES, _OTHER_BYTES))
    shown = _decode(source, [*before, scan, tail])
    if shown != _decode(source, [*before, scan, other]):
        source.fail(CUT)
    shorter = (start, end - _REST)
    # A decoder that cannot do without the last bytes may fail.
    with suppress(OSError):
        if end - start > _REST and shown == _decode(source, [*before, shorter, tail]):
            source.fail("something else follows its pixels")


def _next_restart(source: Source, start: int) -> bytes:
    """Return the marker at which a scan would start anew, if it does that at all."""
    last, before = b"\xd7", b""
    for piece in source.pieces(start, source.size):
        for match in _RESTART.finditer(before + piece):
            last = match[1]
        before = piece[-1:]
    return bytes([0xFF, 0xD0 + (last[0] + 1) % 8])


def _decode(source: Source, parts: Parts) -> int:
    """Return a checksum of the pixels; what a decoder raises is for the caller."""
    from animedex.images.decode_cost import estimate_cost
    from animedex.images.decoder import image_of
    from animedex.images.formats import JPEG

    stream = cast("BinaryIO", io.BufferedReader(PartStream(source, parts)))
    estimate_cost(stream, JPEG, source.path)
    with image_of(stream, JPEG, source.path) as image:
        # Colours as they are stored: nothing is lost by rounding.
        image.draft("YCbCr", image.size)
        image.load()
        width, height = image.size
        checksum = 0
        for top in range(0, height, _STRIP):
            strip = image.crop((0, top, width, min(top + _STRIP, height)))
            checksum = zlib.crc32(strip.tobytes(), checksum)
        return checksum
