"""A sidecar for photo programs: an XMP packet in a file of its own.

digiKam and darktable look for it under the picture's whole name with `.xmp` behind it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from animedex.images.xmp.credit_properties import OWN, properties_of
from animedex.images.xmp.credit_text import damaged
from animedex.images.xmp.property_merge import credit_in, merged
from animedex.images.xmp.xmp_parser import NoXmp
from animedex.images.xmp.xmp_scan import Packet

if TYPE_CHECKING:
    from animedex.images.xmp.credit_text import Credited
    from animedex.models import ArtPost


def written(post: ArtPost, row: bytes | None, previous: bytes = b"") -> bytes:
    """Return the packet; what other programs have added to the `previous` one stays in it."""
    properties = properties_of(post, row)
    try:
        merge = merged([Packet(previous, ())] if previous else [], properties)
    except NoXmp:
        merge = merged([], properties)
    return merge.main.filled(merge.properties)


def read(data: bytes, where: str) -> Credited | None:
    """Read a sidecar; None where it is somebody else's, `Corrupt` where it is damaged."""
    credit = credit_in([Packet(data, ())], where)
    if credit is None and OWN.encode() in data:
        raise damaged(where)
    return credit
