"""A picture's credit, in the picture's own file: written beside its pixels, never into them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from animedex.errors import BadArguments, Corrupt
from animedex.images.containers import select_parts
from animedex.images.containers.file_reader import MAX_PACKET_BYTES, SourceFile
from animedex.images.decoder import convert_decoder_errors
from animedex.images.formats import identify_format
from animedex.images.regular_file import open_regular
from animedex.images.xmp import gif_xmp as gif
from animedex.images.xmp import jpeg_xmp as jpeg
from animedex.images.xmp import png_xmp as png
from animedex.images.xmp import webp_xmp as webp
from animedex.images.xmp.credit_properties import properties_of
from animedex.images.xmp.credit_text import Credited
from animedex.images.xmp.property_merge import credit_in, merged
from animedex.images.xmp.xmp_parser import NoXmp
from animedex.images.xmp.xmp_scan import TOO_LONG, Packet, Writable, pour
from animedex.images.xmp.xmp_writer import element

if TYPE_CHECKING:
    from collections.abc import Generator

    from animedex.images.xmp.credit_properties import Property
    from animedex.images.xmp.xmp_scan import Layout
    from animedex.models import ArtPost

__all__ = [
    "Credited",
    "Writable",
    "can_carry",
    "copy_with_credit",
    "open_picture",
    "packets_of",
    "read_credit",
    "write_credit",
]

_CONTAINERS = {"png": png, "jpeg": jpeg, "gif": gif, "webp": webp}
_OPENING = 64
# So many tags and attributes are read of all packets in a file, which takes a second; a list of
# all the files that a picture was made from, as Photoshop writes it, may have tens of thousands.
_MAX_MARKS = 200_000


def can_carry(format: str) -> bool:  # noqa: A002  the word that the field `Format` uses
    """Return whether files of a format can carry a credit.

    >>> can_carry("webp"), can_carry("mp4")
    (True, False)
    """
    return format in _CONTAINERS


def read_credit(path: str) -> Credited | None:
    """Read the credit that a picture carries; None where it carries none of ours.

    Raises `Corrupt` for a container that is damaged, or a credit, and `BadArguments` for a file
    that cannot be read. What the picture shows is not looked at.
    """
    with open_picture(path) as (source, kind):
        return credit_in(packets_of(source, kind), path)


def packets_of(source: SourceFile, kind: str | None) -> list[Packet]:
    """Return the packets of XMP in a file; none where its format has no place for one."""
    return _survey(source, kind).packets if kind in _CONTAINERS else []


def write_credit(source: str, target: Writable, post: ArtPost, row: bytes | None = None) -> None:
    """Copy a picture with its credit put in; all else in it stays as it is, byte for byte.

    A credit of ours that is there is replaced, so that writing twice is writing once.
    `property_merge` says how it goes together with what others have put there. A row over 2 MiB is
    left out.

    Raises `Corrupt` for a container that is damaged or has XMP that cannot be read, before anything
    is written, and `BadArguments` for a format that has no place for a credit.
    """
    with open_picture(source) as (file, kind):
        if kind is None:
            message = f"{source} is no picture of a known format"
            raise Corrupt(message, hint="fetch the picture again, or give another file")
        if kind not in _CONTAINERS:
            message = f"{kind} has no place for a credit"
            raise BadArguments(message, hint="put it beside the file: --sidecar json")
        with convert_decoder_errors(source):
            select_parts(file, kind)
        copy_with_credit(file, kind, target, post, row)


def copy_with_credit(
    source: SourceFile, kind: str, target: Writable, post: ArtPost, row: bytes | None
) -> None:
    """Do as `write_credit` does, for a picture of that format whose container was checked."""
    layout = _survey(source, kind)
    try:
        merge = merged(layout.packets, _told(post, row))
        parts = _CONTAINERS[kind].rewritten(source, layout, merge)
    except NoXmp:
        message = f"{source.path} has XMP metadata that cannot be read, so none is put beside it"
        raise Corrupt(message, hint="put the credit beside the file: --sidecar json") from None
    pour(source, parts, target)


def _survey(source: SourceFile, kind: str) -> Layout:
    """Return where a file's packets are, those beyond `_MAX_MARKS` as if they were too long."""
    layout: Layout = _CONTAINERS[kind].survey(source)
    marks = 0
    packets: list[Packet] = []
    for packet in layout.packets:
        marks += sum(
            data.count(mark) for data in (packet.main, packet.more) for mark in (b"<", b"=")
        )
        is_readable = marks <= _MAX_MARKS
        packets.append(packet if is_readable else Packet(TOO_LONG, packet.ranges))
    return layout._replace(packets=packets)


def _told(post: ArtPost, row: bytes | None) -> list[Property]:
    """Return what is to be told; too much of it would not be read again."""
    properties = properties_of(post, row)
    if sum(len(element(one)) for one in properties) > MAX_PACKET_BYTES // 2:
        message = f"the credit of {post.id[:80]} is too long for a picture to carry"
        raise BadArguments(message, hint="put it beside the file: --sidecar json")
    return properties


@contextmanager
def open_picture(path: str) -> Generator[tuple[SourceFile, str | None]]:
    """Open a picture; give its format, too."""
    try:
        with open_regular(_checked(path)) as file:
            kind = identify_format(file.read(_OPENING))
            name = kind.name if kind else None
            yield SourceFile(path, file), name
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror or error}"
        raise BadArguments(message, hint="give another file") from None


def _checked(path: str) -> str:
    if "\0" in path:
        message = f"{path!r} is no name of a file"
        raise BadArguments(message, hint="give another file")
    return path
