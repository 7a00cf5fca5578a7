"""Waifu.im's part in what is done across the services."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from animedex.backends.provider import ArtProvider, MatchKeys
from animedex.backends.waifu import calls
from animedex.backends.waifu import filter_params as filters
from animedex.backends.waifu.filter_params import parse_image_id
from animedex.backends.waifu.models import WaifuImage, common_id
from animedex.call import Call
from animedex.errors import BadArguments, NotFound
from animedex.models import positive_or_zero, url_or_none
from animedex.text_normalization import split_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from animedex.backends.waifu.filter_params import Nsfw
    from animedex.backends.waifu.models import WaifuTag
    from animedex.call import Call, CallContext, Steps
    from animedex.http_message import JsonObject, JsonValue
    from animedex.models import PictureRecord, Rating

_OWN_KEYS = {"isNsfw", "isAnimated", "perceptualHash", "dominantColor", "byteSize"}
_ENOUGH_KEYS = 2
_HASH = re.compile(r"[0-9a-fA-F]{16}")
_NSFW: dict[str, Nsfw] = {"g": "no", "e": "yes"}


def is_own_row(row: Mapping[str, JsonValue]) -> bool:
    """Return whether a row is one of Waifu.im's, by keys that only its rows have.

    >>> is_own_row({"id": 7, "isNsfw": False, "byteSize": 1}), is_own_row({"id": 7, "md5": "0"})
    (True, False)
    """
    return len(_OWN_KEYS & row.keys()) >= _ENOUGH_KEYS


def read_keys(row: JsonObject) -> MatchKeys:
    """Return the keys by which a row shows the same picture as another, as far as present.

    A perceptual hash of zeros is what stands beside a picture that was not looked at yet.

    >>> read_keys({"id": 7, "perceptualHash": "00000000000000ff", "source": "https://x.example/1"})
    MatchKeys(id='waifu:7', md5=None, links=('https://x.example/1',), perceptual_hash=255, \
pixels=0, byte_size=0, withheld=False)
    """
    source = url_or_none(_read_text(row.get("source")))
    return MatchKeys(
        id=common_id(row.get("id"), _read_text(row.get("url"))),
        links=(source,) if source else (),
        perceptual_hash=_read_hash(row.get("perceptualHash")),
        pixels=positive_or_zero(row.get("width")) * positive_or_zero(row.get("height")),
        byte_size=positive_or_zero(row.get("byteSize")),
    )


def search(words: str, rating: Rating, limit: int) -> Call[Sequence[PictureRecord]] | None:
    """Search for images by words: by tags with these names, or else by an artist.

    Raises `BadArguments` for words without a letter or digit, which are nothing to compare.
    """
    nsfw, words_in_query = _NSFW.get(rating), split_words(words)
    if nsfw is None:
        return None
    if not words_in_query:
        message = "waifu needs a word to search for"
        raise filters.bad_argument(message)
    most = min(limit, filters.MOST)

    def look(context: CallContext, catalogue: list[WaifuTag]) -> Steps[Sequence[PictureRecord]]:
        tags = match_tags(words_in_query, catalogue)
        artist = None if tags else (yield from _artist_id(context, words.strip()))
        if not tags and artist is None:
            return []
        artists = () if artist is None else artist
        call = calls.images(tags, artists=artists, nsfw=nsfw, order="favorites", limit=most)
        return (yield from context.execute(call))

    return calls.tags().then(look)


def random(category: str | None, amount: int) -> Call[Sequence[PictureRecord]] | None:
    """Draw safe images, with a tag where a category is named."""
    slug = None if category is None else filters.slugify(category)
    if slug == "":
        return None
    return calls.images(slug or (), nsfw="no", limit=min(amount, filters.MOST))


def picture(text: str) -> Call[PictureRecord] | None:
    """Find the row of an address of the service, or of an id."""
    number = parse_image_id(text)
    return None if number is None else calls.image(number)


def match_tags(query_words: Sequence[str], all_tags: Iterable[WaifuTag]) -> list[str]:
    """Return the slug of the tag with that name, or else of tags that contain all the words.

    Where tags leave a word over, none is given: half of what was asked for is something else.
    """
    spelled = {
        row.slug: (split_words(row.slug), split_words(row.name or ""))
        for row in all_tags
        if row.slug and filters.is_tag(row.slug)
    }
    for slug, names in spelled.items():
        if "".join(query_words) in map("".join, names):
            return [slug]
    left, chosen = set(query_words), list[str]()
    for slug, (words, _) in sorted(spelled.items(), key=lambda item: -len(item[1][0])):
        if set(words) <= set(query_words) and left & set(words):
            chosen.append(slug)
            left -= set(words)
    return [] if left else chosen


def _artist_id(context: CallContext, name: str) -> Steps[int | None]:
    """Look up the artist of a name; None if there is none, or the name is invalid."""
    try:
        filters.parse_artist(name)
        artist = yield from context.execute(calls.artist_by_name(name))
    except (BadArguments, NotFound):
        return None
    return artist.id


def _read_hash(value: JsonValue) -> int | None:
    if isinstance(value, str) and _HASH.fullmatch(value):
        return int(value, 16) or None
    return None


def _read_text(value: JsonValue) -> str | None:
    return value if isinstance(value, str) else None


ART = ArtProvider(
    record=WaifuImage,
    matches_row=is_own_row,
    read_keys=read_keys,
    search=search,
    random=random,
    picture=picture,
)
