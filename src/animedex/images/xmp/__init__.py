"""Read and write the credit in a picture file, as XMP; its pixels stay as they are."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from animedex.errors import AnimedexError, BadArguments, Corrupt
from animedex.files import open_regular
from animedex.images.containers import select_parts
from animedex.images.containers.file_reader import MAX_PACKET_BYTES, SourceFile
from animedex.images.decoder import convert_decoder_errors
from animedex.images.formats import HEAD_BYTES, identify_format
from animedex.images.xmp import gif_xmp, jpeg_xmp, png_xmp, webp_xmp
from animedex.images.xmp.credit_properties import build_properties
from animedex.images.xmp.credit_text import Credit
from animedex.images.xmp.property_merge import find_credit, merge_packets
from animedex.images.xmp.xmp_parser import InvalidXmp
from animedex.images.xmp.xmp_scan import TOO_LONG, Writable, XmpPacket, write_parts
from animedex.images.xmp.xmp_writer import format_element

if TYPE_CHECKING:
    from collections.abc import Generator

    from animedex.images.xmp.credit_properties import Property
    from animedex.images.xmp.xmp_scan import PacketLayout
    from animedex.models import ArtPost

__all__ = [
    "Credit",
    "Writable",
    "can_embed",
    "copy_with_credit",
    "open_picture",
    "read_credit",
    "read_packets",
    "write_credit",
]

_FINDERS = {
    "png": png_xmp.find_packets,
    "jpeg": jpeg_xmp.find_packets,
    "gif": gif_xmp.find_packets,
    "webp": webp_xmp.find_packets,
}
_BUILDERS = {
    "png": png_xmp.build_parts,
    "jpeg": jpeg_xmp.build_parts,
    "gif": gif_xmp.build_parts,
    "webp": webp_xmp.build_parts,
}
# So many tags and attributes are read of all packets in a file, which takes a second; a list of
# all the files that a picture was made from, as Photoshop writes it, may have tens of thousands.
_MAX_MARKUP = 200_000


def can_embed(format: str) -> bool:  # noqa: A002  the word that the field `Format` uses
    """Return whether files of a format can carry a credit.

    >>> can_embed("webp"), can_embed("mp4")
    (True, False)
    """
    return format in _FINDERS


def read_credit(path: str) -> Credit | None:
    """Read the credit in a picture file; return None if it has none of ours.

    Raises `Corrupt` for a container that is damaged, or a credit, and `BadArguments` for a file
    that cannot be read. The picture is not decoded.
    """
    with open_picture(path) as (source, kind):
        return find_credit(read_packets(source, kind), path)


def read_packets(source: SourceFile, kind: str | None) -> list[XmpPacket]:
    """Return the packets of XMP in a file; none where its format has no place for one."""
    return _find_packets(source, kind).packets if kind in _FINDERS else []


def write_credit(source: str, target: Writable, post: ArtPost, row: bytes | None = None) -> None:
    """Copy a picture with its credit put in; all else in it stays as it is, byte for byte.

    A credit of ours that is there is replaced, so that writing twice is writing once.
    `property_merge` says how it goes together with what others have put there. A row over 2 MiB is
    left out.

    Raises `Corrupt` for a container that is damaged or has XMP that cannot be read, before anything
    is written, and `BadArguments` for a format that files cannot contain a credit.
    """
    with open_picture(source) as (file, kind):
        if kind is None:
            message = f"{source} is not a picture of a known format"
            raise Corrupt(message, hint="fetch the picture again, or give another file")
        if kind not in _FINDERS:
            message = f"{kind} files cannot contain a credit"
            raise BadArguments(message, hint="put it beside the file: --sidecar=json")
        with convert_decoder_errors(source):
            select_parts(file, kind)
        copy_with_credit(file, kind, target, post, row)


def copy_with_credit(
    source: SourceFile, kind: str, target: Writable, post: ArtPost, row: bytes | None
) -> None:
    """Do as `write_credit` does, for a checked picture of that format."""
    layout = _find_packets(source, kind)
    try:
        merge = merge_packets(layout.packets, _credit_properties(post, row))
        parts = _BUILDERS[kind](source, layout, merge)
    except InvalidXmp:
        message = f"{source.path} has XMP metadata that cannot be read, so none is put beside it"
        raise Corrupt(message, hint="put the credit beside the file: --sidecar=json") from None
    write_parts(source, parts, target)


def _find_packets(source: SourceFile, kind: str) -> PacketLayout:
    """Return where a file's packets are, those beyond `_MAX_MARKUP` as if they were too long."""
    layout = _FINDERS[kind](source)
    marks = 0
    packets: list[XmpPacket] = []
    for packet in layout.packets:
        marks += sum(
            data.count(mark) for data in (packet.main, packet.extension) for mark in (b"<", b"=")
        )
        is_readable = marks <= _MAX_MARKUP
        packets.append(packet if is_readable else XmpPacket(TOO_LONG, packet.ranges))
    return layout._replace(packets=packets)


def _credit_properties(post: ArtPost, row: bytes | None) -> list[Property]:
    """Return the properties to write; raise `BadArguments` if they would be too long to read."""
    properties = build_properties(post, row)
    if sum(len(format_element(one)) for one in properties) > MAX_PACKET_BYTES // 2:
        message = f"the credit of {post.id[:80]} is too long for a picture to carry"
        raise BadArguments(message, hint="put it beside the file: --sidecar=json")
    return properties


@contextmanager
def open_picture(path: str) -> Generator[tuple[SourceFile, str | None]]:
    """Open a picture file; yield it with the name of its format, None if unknown."""
    try:
        with open_regular(_check_name(path)) as file:
            kind = identify_format(file.read(HEAD_BYTES))
            name = kind.name if kind else None
            yield SourceFile(path, file), name
    except AnimedexError:
        raise
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror or error}"
        raise BadArguments(message, hint="give another file") from None


def _check_name(path: str) -> str:
    if "\0" in path:
        message = f"{path!r} is not a file name"
        raise BadArguments(message, hint="give another file")
    return path
