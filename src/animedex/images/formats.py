"""File formats, identified by a file's first bytes and never by its name."""

from __future__ import annotations

from typing import NamedTuple


class Format(NamedTuple):
    """A format of files that services have; videos and archives are not pictures."""

    name: str
    extension: str
    media_type: str
    is_picture: bool


PNG = Format("png", "png", "image/png", is_picture=True)
JPEG = Format("jpeg", "jpg", "image/jpeg", is_picture=True)
GIF = Format("gif", "gif", "image/gif", is_picture=True)
WEBP = Format("webp", "webp", "image/webp", is_picture=True)
AVIF = Format("avif", "avif", "image/avif", is_picture=True)
MP4 = Format("mp4", "mp4", "video/mp4", is_picture=False)
WEBM = Format("webm", "webm", "video/webm", is_picture=False)
ZIP = Format("zip", "zip", "application/zip", is_picture=False)
FORMATS = (PNG, JPEG, GIF, WEBP, AVIF, MP4, WEBM, ZIP)

# As many bytes of a file are enough for `identify_format`.
HEAD_BYTES = 64
_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"PK\x03\x04", ZIP),
    (b"PK\x05\x06", ZIP),
)
_MATROSKA_SIGNATURE = b"\x1aE\xdf\xa3"
_AVIF_BRANDS = {b"avif", b"avis"}
_HEIF_BRANDS = {
    *(b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"),
}
# Other members of the same family: HEIF, QuickTime, sound, and what was never finished.
_NOT_VIDEO_BRANDS = {
    *_HEIF_BRANDS,
    *(b"qt  ", b"M4A ", b"M4B ", b"M4P ", b"crx ", b"jp2 ", b"jpx ", b"jxl "),
}


# Pictures that other programs know, and that are not decoded here.
_UNSUPPORTED_SIGNATURES = (
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", "JXL"),
    (b"\xff\x0a", "JXL"),
    *((mark, "TIFF") for mark in (b"II*\0", b"MM\0*", b"II+\0\x08\0", b"MM\0+\0\x08")),
)
# How long the header after the first 14 bytes of a BMP can be.
_BMP_HEADER_BYTES = {12, 16, 40, 52, 56, 64, 108, 124}


def identify_unsupported(opening: bytes) -> str | None:
    r"""Return the name of a picture format that is not supported; None for anything else.

    >>> identify_unsupported(b"II*\0\x08"), identify_unsupported(b"BMW and others")
    ('TIFF', None)
    """
    for mark, name in _UNSUPPORTED_SIGNATURES:
        if opening.startswith(mark):
            return name
    is_heif = opening[4:8] == b"ftyp" and opening[8:12] in _HEIF_BRANDS
    if is_heif and identify_format(opening) is None:
        return "HEIC"
    header = int.from_bytes(opening[14:18], "little")
    return "BMP" if opening.startswith(b"BM") and header in _BMP_HEADER_BYTES else None


def identify_format(opening: bytes) -> Format | None:
    r"""Return the format of a file by its first 64 bytes; None for any other than the known ones.

    >>> identify_format(b"GIF89a\x01\x00").name, identify_format(b"<!DOCTYPE html>")
    ('gif', None)
    """
    for mark, kind in _SIGNATURES:
        if opening.startswith(mark):
            return kind
    if opening[:4] == b"RIFF" and opening[8:12] == b"WEBP":
        return WEBP
    if opening[:4] == _MATROSKA_SIGNATURE:
        return WEBM if b"webm" in opening[:HEAD_BYTES] else None
    return _identify_by_brand(opening) if opening[4:8] == b"ftyp" else None


def find_format(extension: str) -> Format | None:
    """Return the format that an extension stands for; None where it stands for none of the known.

    >>> find_format(".JPEG").name, find_format("exe")
    ('jpeg', None)
    """
    name = extension.strip().lstrip(".").lower()
    return next((one for one in FORMATS if name in {one.name, one.extension}), None)


def _identify_by_brand(opening: bytes) -> Format | None:
    """Distinguish AVIF from a video by the brands in the head of the file."""
    end = min(int.from_bytes(opening[:4], "big"), HEAD_BYTES, len(opening))
    brands = [opening[8:12], *(opening[at : at + 4] for at in range(16, end - 3, 4))]
    if not _AVIF_BRANDS.isdisjoint(brands):
        return AVIF
    return None if brands[0] in _NOT_VIDEO_BRANDS else MP4
