"""Convert an XMP packet to UTF-8, whichever encoding it is in."""

from __future__ import annotations

import re

from animedex.images.xmp.xmp_writer import RDF

_WIDE = {"utf-32-be": 4, "utf-32-le": 4, "utf-16-be": 2, "utf-16-le": 2}
_DECLARATION = re.compile(r"<\?xml\s[^?]*\?>\s*")
# The encodings of one byte that programs declare; others are not tried.
_NARROW = re.compile(
    rb"""<\?xml\s[^?]*encoding=["'](iso-8859-\d+|windows-125\d|us-ascii)["']""", re.IGNORECASE
)


def to_utf8(data: bytes) -> bytes:
    r"""Return a packet in UTF-8; the same bytes if it is in UTF-8, or in no known encoding.

    >>> to_utf8(f"\ufeff<a b='{RDF}'>\u732b</a>".encode("utf-16")).decode()[-5:]
    '\u732b</a>'
    """
    encoding = _wide_encoding(data) or _narrow_encoding(data)
    if encoding is None:
        return data
    text = _decode(data, encoding).lstrip("\ufeff\0")
    return _DECLARATION.sub("", text, count=1).encode(errors="replace")


def _wide_encoding(data: bytes) -> str | None:
    """Return the encoding of UTF-16 or UTF-32 data, which names the namespace of RDF."""
    for encoding, width in _WIDE.items():
        # Shifted by a byte, each of them looks like its neighbour.
        at = data.find(RDF.encode(encoding))
        if at >= 0 and at % width == 0:
            return encoding
    return None


def _narrow_encoding(data: bytes) -> str | None:
    declaration = _NARROW.search(data[:200])
    if declaration is None:
        return None
    try:
        data.decode()
    except UnicodeDecodeError:
        return declaration[1].decode().lower()
    return None


def _decode(data: bytes, encoding: str) -> str:
    """Decode data up to the first bytes that cannot be, which are behind the XML or damage it."""
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        return data[: error.start].decode(encoding)
