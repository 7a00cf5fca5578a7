"""Select the parts of a picture file that a decoder needs, and add an end that is missing.

Two questions are kept apart. Are the pixels complete? They must be, or the file is `Corrupt`. Is
all around them in order? It need not be: what a decoder has no use for is left out of what it
reads, however odd that is, and a missing end is put in its place.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, BinaryIO, cast

from animedex.errors import Corrupt
from animedex.images.containers import gif, jpeg, png, webp
from animedex.images.containers.file_reader import PartStream, SourceFile

if TYPE_CHECKING:
    from collections.abc import Callable

    from animedex.images.containers.file_reader import Parts
    from animedex.images.formats import Format

# What complete files end with, but for WebP, which begins with its length.
_ENDS = {"jpeg": jpeg.EOI, "png": png.END, "gif": b"\0;"}
_CONTAINERS: dict[str, Callable[[SourceFile], Parts | None]] = {
    "png": png.select_parts,
    "gif": gif.select_parts,
    "webp": webp.select_parts,
    "jpeg": jpeg.select_parts,
}


def is_intact(source: SourceFile, kind: str) -> bool:
    """Return whether a container has all its parts and its end; False if undecided.

    The walk reads the file once and decodes nothing, which takes about a tenth of the time. Where
    it finds a fault, decoding must decide: a JPEG that lacks only its end marker is complete.
    Raises `TooLarge` for a file of very many parts.
    """
    if kind not in _CONTAINERS:
        return False
    from animedex.images.decoder import convert_decoder_errors

    end = _ENDS.get(kind, b"")
    source.seek(max(0, source.size - len(end)))
    if source.read() != end:
        return False
    try:
        # The last frame of a GIF may be decoded.
        with convert_decoder_errors(source.path):
            parts = select_parts(source, kind)
    except Corrupt:
        return False
    return kind != "webp" or parts is None


def open_pixel_stream(file: BinaryIO, kind: Format, name: str) -> BinaryIO:
    """Return what a decoder is to read of a picture file.

    Raises `Corrupt` if the container shows that pixels are missing, or have a wrong checksum.
    """
    source = SourceFile(name, file)
    parts = select_parts(source, kind.name)
    if parts is None:
        file.seek(0)
        return file
    return cast("BinaryIO", io.BufferedReader(PartStream(source, parts)))


def select_parts(source: SourceFile, kind: str) -> Parts | None:
    """Return the parts of a file that a decoder needs; None for the whole file.

    Raises `Corrupt` as `open_pixel_stream` does.
    """
    container = _CONTAINERS.get(kind)
    # A decoder of AVIF reads no more than it needs, and passes over what is behind it.
    return container(source) if container else None
