"""Parses a fetched picture: its format, and its credit."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote_plus, urlsplit

from animedex.body_writer import FileSink
from animedex.errors import UpstreamDecode
from animedex.plurals import format_count

if TYPE_CHECKING:
    from animedex.backends.nekos.models import NekosAsset
    from animedex.call import SourceTag
    from animedex.http_message import Response

CREDITS = ("anime_name", "artist_name", "artist_href", "source_url")
_CHECKED_EXTENSIONS = {"png", "gif"}


def parse_asset(response: Response, source: SourceTag) -> NekosAsset:
    """Check a picture's type and length, put its file in place, and read the credit sent with it.

    Raises `UpstreamDecode` for anything but the image that the URL promises; no file is left.
    """
    from animedex.backends.nekos.models import NekosAsset

    sink = response.writer if isinstance(response.writer, FileSink) else None
    size, opening = (sink.size, sink.opening) if sink else (len(response.body), response.body[:64])
    try:
        _check_asset(response, size, opening)
    except UpstreamDecode:
        if sink:
            sink.discard()
        raise
    if sink:
        sink.finish()
    return NekosAsset(
        url=response.url,
        content_type=(response.header("content-type") or "").partition(";")[0].strip().lower(),
        size=size,
        body=None if sink else response.body,
        path=sink.path if sink else None,
        **{name: read_credit_headers(response, name) for name in CREDITS},
        source_tag=source,
    )


def read_credit_headers(response: Response, name: str) -> str | None:
    """Decode one metadata header, percent escapes and plus signs in one pass; None without it.

    >>> from animedex.http_message import Response
    >>> response = Response(200, (("artist_name", "a%2Bb+%E7%8C%AB"),), b"", "")
    >>> read_credit_headers(response, "artist_name")
    'a+b 猫'
    """
    value = response.header(name)
    return unquote_plus(value) if value else None


def _check_asset(response: Response, size: int, opening: bytes) -> None:
    from animedex.images.formats import identify_format

    extension = urlsplit(response.url).path.rpartition(".")[2].lower()
    kind = (response.header("content-type") or "").partition(";")[0].strip().lower()
    if kind and not kind.startswith("image/") and kind != "application/octet-stream":
        announced = kind[:60] if kind.isprintable() else "something else"
        message = f"the response is {announced}, not a picture"
        raise UpstreamDecode(message, backend="nekos")
    actual = identify_format(opening)
    if extension in _CHECKED_EXTENSIONS and (not actual or actual.extension != extension):
        message = f"the content is not a {extension.upper()} picture"
        raise UpstreamDecode(message, backend="nekos")
    length = response.header("content-length") or ""
    packed = response.header("content-encoding") not in {None, "", "identity"}
    if length.isdecimal() and int(length) != size and not packed:
        message = f"the service announced {format_count(int(length), 'byte')}, but sent {size}"
        raise UpstreamDecode(message, backend="nekos")
