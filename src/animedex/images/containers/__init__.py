"""What a decoder needs of a picture file, without the rest: text, checksums of it, a lost end.

Two questions are kept apart. Are the pixels complete? They must be, or the file is `Corrupt`. Is
all around them in order? It need not be: what a decoder has no use for is left out of what it
reads, however odd that is, and a missing end is put in its place.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, BinaryIO, cast

from animedex.images.containers import gif, jpeg, png, webp
from animedex.images.containers.file_reader import SourceFile
from animedex.images.containers.joined_parts import PartStream

if TYPE_CHECKING:
    from collections.abc import Callable

    from animedex.images.containers.file_reader import Parts
    from animedex.images.formats import Format

_CONTAINERS: dict[str, Callable[[SourceFile], Parts | None]] = {
    "png": png.select_parts,
    "gif": gif.select_parts,
    "webp": webp.select_parts,
    "jpeg": jpeg.select_parts,
}


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
    """Return the parts of a file that a decoder needs; None stands for the file as it is.

    Raises `Corrupt` as `open_pixel_stream` does.
    """
    container = _CONTAINERS.get(kind)
    # A decoder of AVIF reads no more than it needs, and passes over what is behind it.
    return container(source) if container else None
