"""JPEG: segments and scans, and whether a scan without an end is complete.

https://www.w3.org/Graphics/JPEG/itu-t81.pdf
"""

from __future__ import annotations

import io
import re
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, cast

from animedex.images.containers.file_reader import TRUNCATED, PartStream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from animedex.images.containers.file_reader import Parts, Range, SourceFile

APP0, APP1 = 0xE0, 0xE1
SCAN, END_OF_IMAGE = 0xDA, 0xD9
_SOI = b"\xff\xd8"
EOI = b"\xff\xd9"
_APP2, _APP14, _APP15, _COMMENT = 0xE2, 0xEE, 0xEF, 0xFE
_NEEDED_OPENINGS = {APP0: b"", APP1: b"Exif\0", _APP2: b"ICC_PROFILE\0", _APP14: b""}
FRAME_MARKERS = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_PROGRESSIVE = {0xC2, 0xC6, 0xCA, 0xCE}
_WITHOUT_LENGTH = {0x01, *range(0xD0, 0xD9)}
_MARKER = re.compile(rb"\xff([\x01-\xfe])")
# Within a scan, 0xFF before a zero is a byte of it, and D0 to D7 count its parts.
_SCAN_MARKER = re.compile(rb"\xff([\x01-\xcf\xd8-\xfe])")
_RESTART = re.compile(rb"\xff([\xd0-\xd7])")
_COEFFICIENTS = 64
# Bytes to put behind a scan, none of them 0xFF. Every bit of one differs from the other's, so that
# a decoder that needs any of them shows other pixels.
_TAIL = bytes((0x55 + 89 * at + at // 7) % 255 for at in range(2048))
_INVERTED_TAIL = bytes(0xFF - byte if byte else 0xAA for byte in _TAIL)
# As many bytes may follow a scan that has no end.
_MAX_TRAILING_BYTES = 64
# So many rows are copied at once.
_STRIP_ROWS = 256
_MIN_PIECE_BYTES, _MAX_PIECE_BYTES = 1024, 256 * 1024


class Segment(NamedTuple):
    """Represent a segment: its marker, the offset of that, and the range of its data."""

    marker: int
    start: int
    data: int
    end: int


def iter_segments(source: SourceFile) -> Iterator[Segment]:
    """Yield the segments up to and including the header of the first scan.

    Bytes between segments are skipped. Raises `Corrupt` if there is no scan.
    """
    source.seek(0)
    if source.read(2) != _SOI:
        source.raise_corrupt("it does not begin with its header")
    marker, at = 0, source.tell()
    while marker != SCAN:
        marker, at = _find_marker(source, _MARKER, at)
        if marker == END_OF_IMAGE:
            source.raise_corrupt("it ends before its picture")
        if not marker:
            source.raise_corrupt(TRUNCATED)
        segment = _read_segment(source, marker, at)
        if segment is None:
            source.raise_corrupt(TRUNCATED)
        yield segment
        at = segment.end


def select_parts(source: SourceFile) -> Parts:
    """Return the segments that a decoder needs, and the scans with an end.

    Where the end is missing, the scans must be complete.
    """
    header = [segment for segment in iter_segments(source) if _is_needed(source, segment)]
    parts: Parts = [_SOI, *((segment.start, segment.end) for segment in header)]
    start = header[-1].end
    end = _find_end(source, start)
    if end is None:
        scans = _find_scans(source, header[-1])
        if not _is_covered(source, header, scans):
            source.raise_corrupt(TRUNCATED)
        end = _find_data_end(source, scans[-1].end)
        _check_last_scan(source, [*parts, (start, scans[-1].end)], (scans[-1].end, end))
    return [*parts, (start, end), EOI]


def _is_needed(source: SourceFile, segment: Segment) -> bool:
    """Return whether a decoder needs a segment: all but comments and most of applications'."""
    opening = _NEEDED_OPENINGS.get(segment.marker)
    if opening is None:
        return segment.marker != _COMMENT and not APP0 <= segment.marker <= _APP15
    source.seek(segment.data)
    return source.read(min(len(opening), segment.end - segment.data)) == opening


def _read_segment(source: SourceFile, marker: int, at: int) -> Segment | None:
    """Return the segment that has its length at an offset; None if it is not in the file."""
    if marker in _WITHOUT_LENGTH:
        return Segment(marker, at - 2, at, at)
    source.seek(at)
    size = int.from_bytes(source.read(2), "big")
    if size < len(b"\0\0") or at + size > source.size:
        return None
    return Segment(marker, at - 2, at + 2, at + size)


def _find_marker(source: SourceFile, pattern: re.Pattern[bytes], at: int) -> tuple[int, int]:
    """Return the next marker and the offset behind it; 0 for the marker if there is none."""
    # Each reads a piece of the file, which takes as long as thirty parts of others do.
    source.count_parts(30)
    if source.data is not None:
        match = pattern.search(source.data, at)
        return (match[1][0], match.end()) if match else (0, source.size)
    length = _MIN_PIECE_BYTES
    while at < source.size:
        source.seek(at)
        piece = source.read(length)
        match = pattern.search(piece)
        if match:
            return match[1][0], at + match.end()
        # A marker may go on in the next piece.
        at += len(piece) - (piece.endswith(b"\xff") and len(piece) > 1)
        length = min(2 * length, _MAX_PIECE_BYTES)
    return 0, at


def _find_end(source: SourceFile, start: int) -> int | None:
    """Return the offset of the end marker, over any number of scans and segments between them."""
    marker, at = SCAN, start
    while marker != END_OF_IMAGE:
        marker, at = _find_marker(source, _SCAN_MARKER, at)
        if not marker:
            return None
        segment = _read_segment(source, marker, at) if marker != END_OF_IMAGE else None
        at = segment.end if segment else at
    return at - 2


def _find_scans(source: SourceFile, first: Segment) -> list[Segment]:
    """Return the headers of scans; none if there are bytes of no segment between them."""
    scans: list[Segment] = []
    segment: Segment | None = first
    while segment:
        if segment.marker == SCAN:
            scans.append(segment)
        marker, at = _find_marker(source, _SCAN_MARKER, segment.end)
        if not marker:
            return scans
        segment = _read_segment(source, marker, at)
    return []


def _is_covered(source: SourceFile, header: list[Segment], scans: list[Segment]) -> bool:
    """Return whether the scans cover every bit of every coefficient of every component."""
    frame = next((segment for segment in header if segment.marker in FRAME_MARKERS), None)
    if frame is None:
        return False
    missing = {
        (component, coefficient)
        for component in _read_data(source, frame)[6::3]
        for coefficient in range(_COEFFICIENTS)
    }
    for scan in scans:
        missing -= _completed_coefficients(
            _read_data(source, scan), is_progressive=frame.marker in _PROGRESSIVE
        )
    return not missing


def _completed_coefficients(scan: bytes, *, is_progressive: bool) -> set[tuple[int, int]]:
    """Return the coefficients of which a scan brings the last bit."""
    count = scan[0] if scan else 0
    components = scan[1 : 1 + 2 * count : 2]
    first, last, low = 0, _COEFFICIENTS - 1, 0
    if is_progressive and len(scan) >= 4 + 2 * count:
        first, last, bits = scan[1 + 2 * count : 4 + 2 * count]
        low = bits & 15
    return {(component, at) for component in components for at in range(first, last + 1) if not low}


def _read_data(source: SourceFile, segment: Segment) -> bytes:
    source.seek(segment.data)
    return source.read_exactly(segment.end - segment.data)


def _find_data_end(source: SourceFile, start: int) -> int:
    """Return the end of a scan that extends to the end of the file, without fill bytes."""
    end = _strip_fill(source, start, source.size, b"\0")
    source.seek(end - 1)
    if end < source.size and source.read(1) == b"\xff":
        # A zero belongs to the byte 0xFF before it.
        return end + 1
    return _strip_fill(source, start, end, b"\xff")


def _strip_fill(source: SourceFile, start: int, end: int, fill: bytes) -> int:
    while end > start:
        begin = max(start, end - _MAX_PIECE_BYTES)
        (piece,) = source.read_range(begin, end)
        end = begin + len(piece.rstrip(fill))
        if end > begin:
            break
    return end


def _check_last_scan(source: SourceFile, before: Parts, scan: Range) -> None:
    """Raise `Corrupt` if the last scan is not complete, or something else follows it.

    A decoder shows something in any case. If the scan is complete, it does not matter what follows;
    if it were complete without the last bytes, too, these would be something else.
    """
    start, end = scan
    restart = _next_restart_marker(source, start)
    tail, other = (data + restart + data + EOI for data in (_TAIL, _INVERTED_TAIL))
    checksum = _decode_checksum(source, [*before, scan, tail])
    if checksum != _decode_checksum(source, [*before, scan, other]):
        source.raise_corrupt(TRUNCATED)
    shortened = (start, end - _MAX_TRAILING_BYTES)
    # A decoder that cannot do without the last bytes may fail.
    with suppress(OSError):
        if end - start > _MAX_TRAILING_BYTES and checksum == _decode_checksum(
            source, [*before, shortened, tail]
        ):
            source.raise_corrupt("something else follows its pixels")


def _next_restart_marker(source: SourceFile, start: int) -> bytes:
    """Return the marker at which a scan would start anew, if it does that at all."""
    last, before = b"\xd7", b""
    for piece in source.read_range(start, source.size):
        for match in _RESTART.finditer(before + piece):
            last = match[1]
        before = piece[-1:]
    return bytes([0xFF, 0xD0 + (last[0] + 1) % 8])


def _decode_checksum(source: SourceFile, parts: Parts) -> int:
    """Return a checksum of the pixels; what a decoder raises is for the caller."""
    from animedex.images.decode_cost import estimate_cost
    from animedex.images.decoder import create_decoder
    from animedex.images.formats import JPEG

    stream = cast("BinaryIO", io.BufferedReader(PartStream(source, parts)))
    estimate_cost(stream, JPEG, source.path)
    with create_decoder(stream, JPEG, source.path) as image:
        # Colours as they are stored: nothing is lost by rounding.
        image.draft("YCbCr", image.size)
        image.load()
        width, height = image.size
        checksum = 0
        for top in range(0, height, _STRIP_ROWS):
            strip = image.crop((0, top, width, min(top + _STRIP_ROWS, height)))
            checksum = zlib.crc32(strip.tobytes(), checksum)
        return checksum
