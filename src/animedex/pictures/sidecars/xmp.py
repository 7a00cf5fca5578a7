"""A sidecar for photo programs: an XMP packet in a file of its own.

digiKam and darktable look for it under the picture's whole name with `.xmp` behind it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from animedex.pictures.metadata.credit import damaged
from animedex.pictures.metadata.layout import Packet
from animedex.pictures.metadata.merging import credit_in, merged
from animedex.pictures.metadata.parsing import NoXmp
from animedex.pictures.metadata.properties import OWN, properties_of

if TYPE_CHECKING:
    from animedex.models import ArtPost
    from animedex.pictures.metadata.credit import Credited


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
