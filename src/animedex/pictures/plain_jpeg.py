"""A JPEG as one picture, without what Pillow would warn of."""

from __future__ import annotations

from PIL.JpegImagePlugin import JpegImageFile


class PlainJpeg(JpegImageFile):
    """Open a JPEG without looking at its EXIF, which may be damaged, nor for further pictures."""

    def _read_dpi_from_exif(self) -> None:
        """Leave it: how large a picture would be printed is of no interest."""
