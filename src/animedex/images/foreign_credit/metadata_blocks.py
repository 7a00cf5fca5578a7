"""EXIF, IPTC and XMP as other programs fill them in.

https://www.cipa.jp/std/documents/download_e.html?DC-008-Translation-2023-E and
https://iptc.org/std/IIM/4.2/specification/IIMV4.2.pdf
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from animedex.images.foreign_credit.credit_fields import (
    CreditFields,
    clean_names,
    find_first_url,
    parse_holders,
)
from animedex.images.xmp.credit_properties import DUBLIN_CORE, PHOTOSHOP, PropertyName
from animedex.images.xmp.xmp_parser import InvalidXmp, parse_xmp

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_TIFF = "http://ns.adobe.com/tiff/1.0/"
_ARTIST, _COPYRIGHT, _XP_AUTHOR = 0x013B, 0x8298, 0x9C9D
_PHOTOSHOP = b"Photoshop 3.0\0"
_RESOURCE = b"8BIM"
_IPTC = 0x0404
_DATA_SET = struct.Struct(">BBBH")
_MARK, _CHARSET, _RECORD = 0x1C, (1, 90), 2
_UTF8 = b"\x1b%G"
_KEYWORD, _BYLINE, _CREDIT, _SOURCE, _RIGHTS = 25, 80, 110, 115, 116
_EXTENDED = 0x8000


def parse_exif(data: bytes) -> CreditFields:
    """Read the artist and the copyright of a TIFF directory; a damaged one says nothing."""
    tags = dict(_iter_tiff_tags(data))
    artists = _split_names([*_texts(tags, _ARTIST), *_wide_texts(tags, _XP_AUTHOR)])
    # What follows a NUL is the copyright of whoever edited the picture.
    rights = (text.partition("\0")[0] for text in _texts(tags, _COPYRIGHT))
    return CreditFields(artists=artists, holders=parse_holders(rights))


def parse_iptc(data: bytes) -> CreditFields:
    """Read who made a picture from the resources that Photoshop keeps in a JPEG."""
    sets = list(_iter_data_sets(_find_iptc_block(data)))
    is_utf8 = any(value == _UTF8 for number, value in sets if number == _CHARSET)

    def texts(number: int) -> list[str]:
        matches = (value for name, value in sets if name == (_RECORD, number))
        return [value.decode(errors="replace") if is_utf8 else _decode(value) for value in matches]

    return CreditFields(
        artists=clean_names(texts(_BYLINE)) or clean_names(texts(_CREDIT)),
        holders=parse_holders(texts(_RIGHTS)),
        tags=clean_names(texts(_KEYWORD)),
        source_url=find_first_url(texts(_SOURCE)),
    )


def parse_foreign_xmp(packet: bytes) -> CreditFields:
    """Read who made a picture from a packet of XMP; one that cannot be read says nothing."""
    try:
        document = parse_xmp(packet)
    except InvalidXmp:
        return CreditFields()
    values: dict[PropertyName, tuple[str, ...]] = {}
    for item in document.properties:
        values.setdefault(item.name, item.values)

    def texts(space: str, *local: str) -> list[str]:
        return [value for name in local for value in values.get(PropertyName(space, name), ())]

    credit = texts(PHOTOSHOP, "Credit")
    artists = clean_names(texts(DUBLIN_CORE, "creator")) or _split_names(texts(_TIFF, "Artist"))
    return CreditFields(
        artists=artists or clean_names(credit),
        holders=parse_holders(texts(DUBLIN_CORE, "rights")),
        tags=clean_names(texts(DUBLIN_CORE, "subject")),
        source_url=find_first_url([*texts(DUBLIN_CORE, "source"), *texts(PHOTOSHOP, "Source")]),
    )


def _split_names(values: Iterable[str]) -> tuple[str, ...]:
    """Return names of which several may stand in one text, as EXIF has it."""
    return clean_names(part for value in values for part in value.split(";"))


def _decode(value: bytes) -> str:
    """Decode a text that should be ASCII, and is what its program took for that."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("cp1252", "replace")


def _texts(tags: Mapping[int, bytes], tag: int) -> list[str]:
    return [_decode(tags[tag])] if tag in tags else []


def _wide_texts(tags: Mapping[int, bytes], tag: int) -> list[str]:
    return [tags[tag].decode("utf-16-le", "replace")] if tag in tags else []


def _iter_tiff_tags(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the tags of the first directory whose values are bytes or ASCII."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(data[:4])
    if order is None:
        return
    try:
        (start,) = struct.unpack_from(f"{order}I", data, 4)
        (count,) = struct.unpack_from(f"{order}H", data, start)
        for number in range(count):
            at = start + 2 + 12 * number
            tag, kind, size = struct.unpack_from(f"{order}HHI", data, at)
            (place,) = struct.unpack_from(f"{order}I", data, at + 8)
            place = at + 8 if size <= struct.calcsize("I") else place
            if kind in {1, 2, 7} and place + size <= len(data):
                yield tag, data[place : place + size]
    except struct.error:
        return


def _find_iptc_block(data: bytes) -> bytes:
    """Return the IPTC block among Photoshop's resources."""
    at = len(_PHOTOSHOP) if data.startswith(_PHOTOSHOP) else 0
    while data[at : at + 4] == _RESOURCE and at + 12 <= len(data):
        kind, name = struct.unpack_from(">HB", data, at + 4)
        # The name and the data are padded to an even length.
        at += 6 + (name + 2) // 2 * 2
        if at + 4 > len(data):
            return b""
        (size,) = struct.unpack_from(">I", data, at)
        at += 4
        if kind == _IPTC:
            return data[at : at + size]
        at += size + size % 2
    return b""


def _iter_data_sets(data: bytes) -> Iterator[tuple[tuple[int, int], bytes]]:
    at = 0
    while at + _DATA_SET.size <= len(data):
        mark, record, number, size = _DATA_SET.unpack_from(data, at)
        at += _DATA_SET.size
        if mark != _MARK or size & _EXTENDED:
            return
        yield (record, number), data[at : at + size]
        at += size
