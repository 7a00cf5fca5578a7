"""The part of nekos.best in what is done across services.

https://docs.nekos.best/getting-started/api-endpoints.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from animedex.backends.nekos import calls
from animedex.backends.nekos.asset_parser import CREDITS, read_credit_headers
from animedex.backends.nekos.models import NekosImage
from animedex.backends.provider import ArtProvider, MatchKeys
from animedex.call import Call
from animedex.errors import BadArguments, UpstreamDecode
from animedex.models import Rating, parse_record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from animedex.call import CallContext, SourceTag, Steps
    from animedex.errors import AnimedexError
    from animedex.http_message import JsonObject, JsonValue, Response

# The service's search never says that it found nothing; a row below this did not answer.
ENOUGH = 0.8
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_OWN_URL = re.compile(r"https?://nekos\.best/api/v2/[\w-]+/[\w-]+\.\w+(?:[?#]\S*)?", re.ASCII)
# A base URL may be configured to be anywhere.
_URL = re.compile(rf"https?://[^/?#@\s]+/(?:\S*/)?[\w-]+/{_UUID}\.\w+(?:[?#]\S*)?", re.ASCII)
_NAME = re.compile(r"[\w-]+/[\w-]+\.\w+", re.ASCII)
_FILE = re.compile(r"[\w-]+\.\w+", re.ASCII)
_NO_HEAD = {405, 501}
_KEYS = {"dimensions", "artist_name", "anime_name"}


def is_own_row(row: Mapping[str, JsonValue]) -> bool:
    """Return whether a row is one of nekos.best.

    >>> is_own_row({"url": "https://nekos.best/api/v2/neko/1.png"}), is_own_row({"url": None})
    (True, False)
    """
    url = row.get("url")
    if not isinstance(url, str):
        return False
    return bool(_OWN_URL.fullmatch(url) or (_URL.fullmatch(url) and not _KEYS.isdisjoint(row)))


def read_keys(row: JsonObject) -> MatchKeys:
    """Return the file name, the source and the size; the service has neither MD5 nor hash.

    >>> read_keys({"url": "https://nekos.best/api/v2/hug/1.gif", "dimensions": None})
    MatchKeys(id='nekos:1.gif', md5=None, links=(), perceptual_hash=None, pixels=0, byte_size=0, \
withheld=False)
    """
    url, source = row.get("url"), row.get("source_url")
    image = NekosImage(url=url if isinstance(url, str) else "")
    links = (source,) if isinstance(source, str) and source else ()
    return MatchKeys(
        f"nekos:{image.filename}", links=links, pixels=_count_pixels(row.get("dimensions"))
    )


def search(words: str, rating: Rating, limit: int) -> Call[list[NekosImage]] | None:
    """Search images and animations, 20 of each at most, the best match first."""
    if rating != Rating.GENERAL:
        return None
    amount = min(limit, calls.MOST)
    images = calls.search(words, "image", amount=amount, min_match=ENOUGH)
    animations = calls.search(words, "gif", amount=amount, min_match=ENOUGH)

    def add_animations(context: CallContext, rows: list[NekosImage]) -> Steps[list[NekosImage]]:
        rows = [*rows, *(yield from context.execute(animations))]
        return sorted(rows, key=lambda row: -(row.match or 0.0))[:limit]

    return images.then(add_animations)


def random(category: str | None, amount: int) -> Call[list[NekosImage]]:
    """Draw up to 20 pictures from a category, or from a drawn one."""
    return calls.image(category, min(amount, calls.MOST))


def picture(text: str) -> Call[NekosImage] | None:
    """Request one picture's credit by its URL, or by CATEGORY/FILE.

    There is no such endpoint: the credit is read from the headers that come with the picture, of
    which no more is fetched. So the row has the credit and the URL, and no dimensions. That HEAD
    is answered is not documented; where it is not, the picture's first byte is asked for. Raises
    `BadArguments` for the name of a file alone, as which art posts have their ids.
    """
    if _FILE.fullmatch(text):
        message = "nekos finds no picture by its file name alone"
        raise BadArguments(message, backend="nekos", hint="give its URL, or the row as JSON")
    if not (_OWN_URL.fullmatch(text) or _NAME.fullmatch(text)):
        return None
    asset = calls.asset(text)
    head = Call(asset.backend, asset.request._replace(method="HEAD"), _parse_credit, gzip=False)
    begin = asset.request._replace(headers=(("range", "bytes=0-0"),))

    def recover(context: CallContext, error: AnimedexError) -> Steps[NekosImage]:
        if error.status not in _NO_HEAD:
            raise error
        return (
            yield from context.execute(head._replace(request=begin, open_writer=_open_null_writer))
        )

    return head._replace(recover=recover)


class _NullWriter:
    """A writer that drops a picture, of which only the headers are needed."""

    def write(self, chunk: bytes | memoryview, /) -> None:
        """Drop the next piece."""

    def discard(self) -> None:
        """Do nothing, as nothing was stored."""


def _open_null_writer(head: Response) -> _NullWriter:
    """Accept any answer."""
    del head
    return _NullWriter()


def _parse_credit(response: Response, source: SourceTag) -> NekosImage:
    """Build a row from a picture's headers."""
    if not (response.header("content-type") or "").lower().startswith("image/"):
        message = "the response is not for a picture"
        raise UpstreamDecode(message, backend="nekos")
    credits_sent = {name: read_credit_headers(response, name) for name in CREDITS}
    credit = {name: value for name, value in credits_sent.items() if value}
    raw = msgspec.json.encode({"url": response.url, **credit})
    return parse_record(NekosImage, raw, "", source)


def _count_pixels(size: JsonValue) -> int:
    if not isinstance(size, dict):
        return 0
    width, height = size.get("width"), size.get("height")
    if type(width) is not int or type(height) is not int:
        return 0
    return max(0, width) * max(0, height)


ART = ArtProvider(NekosImage, is_own_row, read_keys, search, random, picture)
