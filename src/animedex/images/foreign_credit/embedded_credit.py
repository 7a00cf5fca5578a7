"""What other programs wrote into a picture's own file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from animedex.errors import AnimedexError
from animedex.images.containers import jpeg, png, webp
from animedex.images.foreign_credit.credit_fields import Fields, first_url, holders, names
from animedex.images.foreign_credit.metadata_blocks import exif_fields, iptc_fields, xmp_fields
from animedex.images.xmp import open_picture, packets_of
from animedex.images.xmp.png_xmp import TEXTS, chunk_text, decode_profile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from animedex.images.containers.file_reader import SourceFile

_EXIF = b"Exif\0\0"
_IPTC = b"Photoshop 3.0\0"
_APP13 = 0xED
_LONGEST = 1024 * 1024
_LONGEST_KEYWORD = 80


def read_embedded(path: str) -> Iterator[Fields]:
    """Yield what each block of metadata in a file says; nothing of one that is damaged."""
    try:
        with open_picture(path) as (source, kind):
            for packet in packets_of(source, kind):
                yield xmp_fields(packet.main)
                yield xmp_fields(packet.more)
            yield from _READERS.get(kind or "", _nothing)(source)
    except AnimedexError:
        return


def _nothing(source: SourceFile) -> Iterator[Fields]:
    del source
    return iter(())


def _jpeg(source: SourceFile) -> Iterator[Fields]:
    for segment in jpeg.iter_segments(source):
        if segment.marker not in {jpeg.APP1, _APP13}:
            continue
        source.seek(segment.data)
        data = source.read_exactly(segment.end - segment.data)
        if data.startswith(_EXIF):
            yield exif_fields(data.removeprefix(_EXIF))
        elif data.startswith(_IPTC):
            yield iptc_fields(data)


def _webp(source: SourceFile) -> Iterator[Fields]:
    for chunk in webp.iter_chunks(source):
        if chunk.kind == b"EXIF" and chunk.size <= _LONGEST:
            source.seek(chunk.start + 8)
            yield exif_fields(source.read_exactly(chunk.size).removeprefix(_EXIF))


def _png(source: SourceFile) -> Iterator[Fields]:
    texts: dict[str, str] = {}
    for chunk in png.iter_chunks(source):
        is_text = chunk.kind in TEXTS
        if (
            chunk.size > _LONGEST
            or chunk.end > source.size
            or not (is_text or _is_exif(chunk.kind))
        ):
            continue
        source.seek(chunk.start + 8)
        data = source.read_exactly(chunk.size)
        if not is_text:
            yield exif_fields(data)
            continue
        name, _, rest = data.partition(b"\0")
        if len(name) < _LONGEST_KEYWORD:
            text = chunk_text(source, chunk.kind, rest)
            yield from _profile(name, text)
            encoding = "utf-8" if chunk.kind == b"iTXt" else _encoding(text)
            texts.setdefault(name.decode("latin-1").lower(), text.decode(encoding, "replace"))
    yield _text_fields(texts)


def _is_exif(kind: bytes) -> bool:
    return kind == b"eXIf"


def _encoding(text: bytes) -> str:
    """Return the encoding of a text that should be Latin-1, and often is UTF-8."""
    try:
        text.decode()
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"


def _profile(name: bytes, text: bytes) -> Iterator[Fields]:
    """Yield what a profile says that ImageMagick keeps as text."""
    if name in {b"Raw profile type exif", b"Raw profile type APP1"}:
        yield exif_fields(decode_profile(text).removeprefix(_EXIF))
    elif name in {b"Raw profile type iptc", b"Raw profile type 8bim"}:
        yield iptc_fields(decode_profile(text))


def _text_fields(texts: dict[str, str]) -> Fields:
    """Return what texts say under the names that the standard has, and a few that are usual."""
    artists = (texts.get(name) for name in ("artist", "author", "creator"))
    sources = (texts.get(name) for name in ("source", "url"))
    return Fields(
        artists=next((found for found in map(_one, artists) if found), ()),
        holders=holders([texts.get("copyright")]),
        source_url=first_url(sources),
    )


def _one(text: str | None) -> tuple[str, ...]:
    return names([text])


_READERS = {"jpeg": _jpeg, "png": _png, "webp": _webp}
