"""A JPEG as one picture, without what Pillow would warn of."""

from __future__ import annotations

from PIL.JpegImagePlugin import JpegImageFile


class JpegDecoder(JpegImageFile):
    """Open a JPEG without looking at its EXIF, which may be damaged, nor for further pictures."""

    def _read_dpi_from_exif(self) -> None:
        """Leave it: how large a picture would be printed is of no interest."""

    def draft(
        self, mode: str | None, size: tuple[int, int] | None
    ) -> tuple[str, tuple[int, int, float, float]] | None:
        """Choose colours and a least size; a file that stores RGB cannot be decoded to YCbCr."""
        return super().draft("RGB" if mode == "YCbCr" and self._is_rgb() else mode, size)

    def _is_rgb(self) -> bool:
        """Return whether RGB is stored, by the decoder's rules."""
        if "jfif" in self.info:
            return False
        if "adobe_transform" in self.info:
            return not self.info["adobe_transform"]
        return bytes(layer[0] for layer in self.layer) == b"RGB"
