"""What other programs wrote into a picture's own file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from animedex.errors import AnimedexError
from animedex.images.containers import jpeg, png, webp
from animedex.images.foreign_credit.credit_fields import (
    CreditFields,
    clean_names,
    find_first_url,
    parse_holders,
)
from animedex.images.foreign_credit.metadata_blocks import parse_exif, parse_foreign_xmp, parse_iptc
from animedex.images.xmp import open_picture, read_packets
from animedex.images.xmp.png_xmp import TEXT_KINDS, decode_profile, decode_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from animedex.images.containers.file_reader import SourceFile

_EXIF = b"Exif\0\0"
_IPTC = b"Photoshop 3.0\0"
_APP13 = 0xED
_MAX_BLOCK_BYTES = 1024 * 1024
_MAX_KEYWORD_BYTES = 80


def read_embedded(path: str) -> Iterator[CreditFields]:
    """Yield what each block of metadata in a file says; nothing of one that is damaged."""
    try:
        with open_picture(path) as (source, kind):
            for packet in read_packets(source, kind):
                yield parse_foreign_xmp(packet.main)
                yield parse_foreign_xmp(packet.extension)
            yield from _READERS.get(kind or "", _read_nothing)(source)
    except AnimedexError:
        return


def _read_nothing(source: SourceFile) -> Iterator[CreditFields]:
    del source
    return iter(())


def _read_jpeg(source: SourceFile) -> Iterator[CreditFields]:
    for segment in jpeg.iter_segments(source):
        if segment.marker not in {jpeg.APP1, _APP13}:
            continue
        source.seek(segment.data)
        data = source.read_exactly(segment.end - segment.data)
        if data.startswith(_EXIF):
            yield parse_exif(data.removeprefix(_EXIF))
        elif data.startswith(_IPTC):
            yield parse_iptc(data)


def _read_webp(source: SourceFile) -> Iterator[CreditFields]:
    for chunk in webp.iter_chunks(source):
        if chunk.kind == b"EXIF" and chunk.size <= _MAX_BLOCK_BYTES:
            source.seek(chunk.start + 8)
            yield parse_exif(source.read_exactly(chunk.size).removeprefix(_EXIF))


def _read_png(source: SourceFile) -> Iterator[CreditFields]:
    texts: dict[str, str] = {}
    for chunk in png.iter_chunks(source):
        is_text = chunk.kind in TEXT_KINDS
        if (
            chunk.size > _MAX_BLOCK_BYTES
            or chunk.end > source.size
            or not (is_text or _is_exif(chunk.kind))
        ):
            continue
        source.seek(chunk.start + 8)
        data = source.read_exactly(chunk.size)
        if not is_text:
            yield parse_exif(data)
            continue
        name, _, rest = data.partition(b"\0")
        if len(name) < _MAX_KEYWORD_BYTES:
            text = decode_text(source, chunk.kind, rest)
            yield from _read_profile(name, text)
            encoding = "utf-8" if chunk.kind == b"iTXt" else _guess_encoding(text)
            texts.setdefault(name.decode("latin-1").lower(), text.decode(encoding, "replace"))
    yield _parse_texts(texts)


def _is_exif(kind: bytes) -> bool:
    return kind == b"eXIf"


def _guess_encoding(text: bytes) -> str:
    """Return the encoding of a text that should be Latin-1, and often is UTF-8."""
    try:
        text.decode()
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"


def _read_profile(name: bytes, text: bytes) -> Iterator[CreditFields]:
    """Yield what a profile says that ImageMagick keeps as text."""
    if name in {b"Raw profile type exif", b"Raw profile type APP1"}:
        yield parse_exif(decode_profile(text).removeprefix(_EXIF))
    elif name in {b"Raw profile type iptc", b"Raw profile type 8bim"}:
        yield parse_iptc(decode_profile(text))


def _parse_texts(texts: dict[str, str]) -> CreditFields:
    """Return what texts say under the names that the standard has, and a few that are usual."""
    artists = (texts.get(name) for name in ("artist", "author", "creator"))
    sources = (texts.get(name) for name in ("source", "url"))
    return CreditFields(
        artists=next(
            (artist_names for artist_names in map(_clean_name, artists) if artist_names), ()
        ),
        holders=parse_holders([texts.get("copyright")]),
        source_url=find_first_url(sources),
    )


def _clean_name(text: str | None) -> tuple[str, ...]:
    return clean_names([text])


_READERS = {"jpeg": _read_jpeg, "png": _read_png, "webp": _read_webp}
