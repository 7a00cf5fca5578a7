"""GIF: blocks, and the end of a file without a trailer.

https://www.w3.org/Graphics/GIF/spec-gif89a.txt
"""

from __future__ import annotations

import io
import re
import struct
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, cast

from animedex.images.containers.file_reader import TRUNCATED, PartStream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from animedex.images.containers.file_reader import Parts, SourceFile

VERSIONS = {b"GIF87a", b"GIF89a"}
IMAGE, EXTENSION, TRAILER, PADDING = 0x2C, 0x21, 0x3B, 0
BLOCK_KINDS = {IMAGE, EXTENSION, PADDING}
APPLICATION, COMMENT = 0xFF, 0xFE
# XMP is no sub-blocks: wherever a reader of those comes out of it, it is led to the last zero.
XMP_HEADER = b"\x21\xff\x0bXMP DataXMP"
XMP_TRAILER = bytes([1, *range(255, -1, -1), 0])
# How much is searched for the end of a packet that has zeros in it.
_MAX_SEARCH_BYTES, _MAX_SEARCHES = 4 * 1024 * 1024, 8
# Sub-blocks are read so many bytes at a time, which holds sixteen long ones.
_SUB_BLOCK_BYTES = 4096
_CONTROL, _PLAIN_TEXT = 0xF9, 0x01
_SCREEN_BYTES = 7
_DESCRIPTOR_BYTES = 9
# The control extension of a frame and what follows it: where this is, there are more frames.
_FRAME = re.compile(rb"\x21\xf9\x04.{4}\x00[\x21\x2c]", re.DOTALL)
_FRAME_BYTES = 9


class Block(NamedTuple):
    """Represent a block: its kind, its label if it is an extension, and its range.

    Without `is_complete` it is cut short by the end of the file, which may lie before `end`.
    """

    kind: int
    label: int
    start: int
    end: int
    is_complete: bool
    is_xmp: bool = False


def find_header_end(source: SourceFile) -> int:
    """Return the offset behind the header, the screen and its colours."""
    source.seek(0)
    if source.read_exactly(6) not in VERSIONS:
        source.raise_corrupt("it does not begin with its header")
    screen = source.read_exactly(_SCREEN_BYTES)
    end = source.tell() + color_table_bytes(screen[4])
    if end > source.size:
        source.raise_corrupt(TRUNCATED)
    return end


def iter_blocks(source: SourceFile) -> Iterator[Block]:
    """Yield the blocks up to the trailer, the end of the file, or what cannot be a block.

    Raises `Corrupt` for what does not begin as a GIF, and `TooLarge` for very many blocks.
    """
    start = find_header_end(source)
    searches = _MAX_SEARCHES
    while start < source.size:
        source.count_parts()
        block = _read_block(source, start)
        if block.is_xmp and searches:
            searches -= 1
            block = block._replace(end=_find_xmp_end(source, block))
        yield block
        if block.kind not in BLOCK_KINDS or not block.is_complete:
            return
        start = block.end


def select_parts(source: SourceFile) -> Parts | None:
    """Return the blocks up to the trailer or its place, without XMP.

    Without a trailer, the last frame must be complete, and no other may follow.
    """
    parts: Parts = []
    start, end = 0, find_header_end(source)
    last: Block | None = None
    for block in iter_blocks(source):
        if block.kind == TRAILER and last is None:
            source.raise_corrupt(TRUNCATED)
        if block.kind == TRAILER:
            whole = not parts and block.end == source.size
            return None if whole else [*parts, (start, block.end)]
        if not _may_end_with(block):
            source.raise_corrupt(TRUNCATED)
        if block.is_xmp:
            parts.append((start, block.start))
            start = block.end
        if block.kind == IMAGE:
            last = block
        if block.kind == IMAGE or (block.kind in BLOCK_KINDS and block.is_complete):
            end = block.end
    _check_end(source, last, end)
    return [*parts, (start, max(start, end)), b"\0;"]


def _check_end(source: SourceFile, last: Block | None, end: int) -> None:
    """Raise `Corrupt` if the last frame is not complete, or another follows."""
    if last is None or last.end > source.size or _ends_in_zeros(source, last):
        source.raise_corrupt(TRUNCATED)
    _check_last_frame(source, last)
    if _has_frame(source, end):
        source.raise_corrupt("it has an invalid block")


def _may_end_with(block: Block) -> bool:
    """Return whether no pixels are missing if a file ends within this block.

    Of an image that is for its decoder to say.
    """
    return block.is_complete or block.kind == IMAGE or block.label not in {_CONTROL, _PLAIN_TEXT}


def _read_block(source: SourceFile, start: int) -> Block:
    source.seek(start)
    is_xmp = source.read(len(XMP_HEADER)) == XMP_HEADER
    source.seek(start)
    kind = source.read_exactly(1)[0]
    label = 0
    if kind == EXTENSION:
        label = (source.read(1) or bytes([_CONTROL]))[0]
    elif kind == IMAGE:
        descriptor = source.read(_DESCRIPTOR_BYTES)
        if len(descriptor) < _DESCRIPTOR_BYTES:
            return Block(kind, 0, start, source.size + 1, is_complete=False)
        source.seek(source.tell() + color_table_bytes(descriptor[8]) + 1)
    else:
        end = _find_padding_end(source, start) if kind == PADDING else start + 1
        return Block(kind, 0, start, end, is_complete=True)
    whole = _skip_sub_blocks(source)
    return Block(kind, label, start, source.tell(), whole, is_xmp)


def _find_padding_end(source: SourceFile, start: int) -> int:
    """Return the offset behind zeros."""
    for piece in source.read_range(start, source.size):
        size = len(piece) - len(piece.lstrip(b"\0"))
        start += size
        if size < len(piece):
            break
    return start


def _find_xmp_end(source: SourceFile, block: Block) -> int:
    """Return the end of a packet, also if zeros in it end its sub-blocks too soon, as in UTF-16."""
    begin = block.start + len(XMP_HEADER)
    source.seek(max(begin, block.end - len(XMP_TRAILER)))
    if source.read(len(XMP_TRAILER)) == XMP_TRAILER:
        return block.end
    source.seek(begin)
    text, trailer, _ = source.read(_MAX_SEARCH_BYTES).partition(XMP_TRAILER)
    if not trailer or b"\0" not in text or XMP_HEADER in text:
        return block.end
    if b"rdf:RDF" not in text.replace(b"\0", b""):
        return block.end
    return begin + len(text) + len(trailer)


def _skip_sub_blocks(source: SourceFile) -> bool:
    """Skip sub-blocks; return whether their end is in the file."""
    start = source.tell()
    while data := source.read(_SUB_BLOCK_BYTES):
        at = walked = 0
        while at < len(data):
            size = data[at]
            at += size + 1
            walked += 1
            if not size:
                source.seek(start + at)
                return True
        # A hundred of them take as long as another part does.
        source.count_parts(walked // 100)
        start += at
        source.seek(start)
    return False


def color_table_bytes(flags: int) -> int:
    """Return the size of a table of colours."""
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _ends_in_zeros(source: SourceFile, block: Block) -> bool:
    """Return whether the data of an image is filled up with zeros, as by an aborted copy."""
    source.seek(block.end - len(b"\0\0\0"))
    return source.read(3) == b"\0\0\0"


def _check_last_frame(source: SourceFile, block: Block) -> None:
    """Decode one frame alone; what a decoder raises is for the caller."""
    from animedex.images.decoder import create_decoder
    from animedex.images.formats import GIF

    source.seek(block.start + 1)
    size = source.read_exactly(_DESCRIPTOR_BYTES)[4:8]
    head = b"GIF89a" + size + b"\0\0\0" + b"\x2c" + struct.pack("<HH", 0, 0) + size
    parts: Parts = [head, (block.start + _DESCRIPTOR_BYTES, block.end), b"\0;"]
    alone = io.BufferedReader(PartStream(source, parts))
    with create_decoder(cast("BinaryIO", alone), GIF, source.path) as image:
        image.load()


def _has_frame(source: SourceFile, start: int) -> bool:
    """Return whether the rest of a file may contain the beginning of a frame."""
    before = b""
    for piece in source.read_range(start, source.size):
        before = before[-_FRAME_BYTES:] + piece
        if _FRAME.search(before):
            return True
    return False
