"""The EXIF orientation of a picture, read without the rest of its EXIF."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from PIL.Image import Image

_ORIENTATION, _SHORT = 0x0112, 3
_ORDERS = {b"II*\0": "<", b"MM\0*": ">"}


class Orientation(NamedTuple):
    """An orientation as EXIF numbers them, from 1 to 8."""

    orientation: int = 1

    @property
    def swaps_sides(self) -> bool:
        """Return whether width and height change places."""
        return self.orientation > 4  # noqa: PLR2004  the numbers are EXIF's

    def apply(self, image: Image) -> Image:
        """Return a picture turned upright."""
        from PIL.Image import Transpose

        ways = (
            Transpose.FLIP_LEFT_RIGHT,
            Transpose.ROTATE_180,
            Transpose.FLIP_TOP_BOTTOM,
            Transpose.TRANSPOSE,
            Transpose.ROTATE_270,
            Transpose.TRANSVERSE,
            Transpose.ROTATE_90,
        )
        return image if self.orientation == 1 else image.transpose(ways[self.orientation - 2])


def parse_orientation(exif: object) -> Orientation:
    r"""Read the orientation; return 1 for invalid data.

    >>> tag = b"\x01\x12\0\3\0\0\0\1\0\6\0\0"
    >>> parse_orientation(b"Exif\0\0MM\0*\0\0\0\x08\0\1" + tag).orientation
    6
    >>> parse_orientation(b"nonsense").orientation
    1
    """
    if not isinstance(exif, bytes):
        return Orientation()
    data = exif.removeprefix(b"Exif\0\0")
    order = _ORDERS.get(data[:4])
    try:
        return Orientation(_read_tag(data, order)) if order else Orientation()
    except struct.error:
        return Orientation()


def _read_tag(data: bytes, order: str) -> int:
    (start,) = struct.unpack_from(f"{order}I", data, 4)
    (count,) = struct.unpack_from(f"{order}H", data, start)
    for at in range(start + 2, start + 2 + 12 * count, 12):
        tag, kind, _, value = struct.unpack_from(f"{order}HHIH", data, at)
        if tag == _ORIENTATION and kind == _SHORT:
            return value if 1 <= value <= 8 else 1  # noqa: PLR2004  the numbers are EXIF's
    return 1
