"""A sidecar for photo programs: an XMP packet in a file of its own.

digiKam and darktable look for it under the picture's whole name with `.xmp` behind it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from animedex.images.xmp.credit_properties import OWN, build_properties
from animedex.images.xmp.credit_text import damaged_credit_error
from animedex.images.xmp.property_merge import find_credit, merge_packets
from animedex.images.xmp.xmp_parser import InvalidXmp
from animedex.images.xmp.xmp_scan import XmpPacket

if TYPE_CHECKING:
    from animedex.images.xmp.credit_text import Credit
    from animedex.models import ArtPost


def format_sidecar(post: ArtPost, row: bytes | None, previous: bytes = b"") -> bytes:
    """Return the packet; what other programs have added to the `previous` one stays in it."""
    properties = build_properties(post, row)
    try:
        merge = merge_packets([XmpPacket(previous, ())] if previous else [], properties)
    except InvalidXmp:
        merge = merge_packets([], properties)
    return merge.main.fill(merge.properties)


def parse_sidecar(data: bytes, where: str) -> Credit | None:
    """Read a sidecar; None where it is somebody else's, `Corrupt` where it is damaged."""
    credit = find_credit([XmpPacket(data, ())], where)
    if credit is None and OWN.encode() in data:
        raise damaged_credit_error(where)
    return credit
