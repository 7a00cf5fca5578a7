"""Danbooru's part in what is done across the services."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from animedex.backends.danbooru import calls, composite_calls, parsers, tag_lookup
from animedex.backends.danbooru.argument_checks import MOST_POSTS, check_name
from animedex.backends.danbooru.backend import BACKEND
from animedex.backends.danbooru.models import HOME, DanbooruPost, DanbooruSuggestion
from animedex.backends.danbooru.source_search import posts_by_source
from animedex.backends.provider import ArtProvider, MatchKeys
from animedex.call import Call
from animedex.http_message import Request
from animedex.models import positive_or_zero, url_or_none

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from animedex.call import CallContext, Steps
    from animedex.http_message import JsonObject, JsonValue
    from animedex.models import Rating

_OWN_KEYS = {"tag_string", "media_asset", "tag_string_general"}
_OWN_PAIR = {"file_ext", "uploader_id"}
_MD5 = re.compile(r"[0-9a-f]{32}", re.IGNORECASE)
_ID = re.compile(r"[1-9][0-9]{0,17}")
# The original, a sample or a thumbnail; in front of the checksum its tags may stand.
_FILE = re.compile(
    r"https?://[a-z]+\.donmai\.us/[a-z0-9]+/[0-9a-f]{2}/[0-9a-f]{2}/"
    r"(?:[^/?#\s]*__)?(?:sample-)?([0-9a-f]{32})\.[a-z0-9]{1,8}(?:[?#]\S*)?",
    re.IGNORECASE,
)
_PAGE = re.compile(r"https?://[a-z]+\.donmai\.us/posts/([1-9][0-9]{0,17})(?:\.json)?(?:[?#]\S*)?")


def is_own_row(row: Mapping[str, JsonValue]) -> bool:
    """Return whether a row is one of Danbooru's, by keys that only its rows have.

    >>> is_own_row({"id": 1, "tag_string": "solo"}), is_own_row({"id": 1, "url": "https://x.example/1.png"})
    (True, False)
    """
    return not _OWN_KEYS.isdisjoint(row) or row.keys() >= _OWN_PAIR


def read_keys(row: JsonObject) -> MatchKeys:
    """Return the keys by which a row shows the same picture as another, as far as present.

    The service tells no perceptual hash: `pixel_hash` differs as soon as one pixel does. The
    post's own page stands in where nothing else tells a source, as other services name it.

    >>> read_keys({"id": 7, "pixiv_id": 15300, "image_width": 30, "image_height": 2})
    MatchKeys(id='danbooru:7', md5=None, links=('https://www.pixiv.net/artworks/15300',), \
perceptual_hash=None, pixels=60, byte_size=0, withheld=True)
    """
    number, md5 = positive_or_zero(row.get("id")), row.get("md5")
    return MatchKeys(
        id=f"danbooru:{number or ''}",
        md5=md5.lower() if isinstance(md5, str) and _MD5.fullmatch(md5) else None,
        links=tuple(_source_links(row)) or ((f"{HOME}/posts/{number}",) if number else ()),
        pixels=positive_or_zero(row.get("image_width")) * positive_or_zero(row.get("image_height")),
        byte_size=positive_or_zero(row.get("file_size")),
        withheld=_read_url(row.get("file_url")) is None,
    )


def search(words: str, rating: Rating, limit: int) -> Call[list[DanbooruPost]]:
    """Search for the tag that the words mean; no rows if they mean none."""
    return _tag_call(
        words, lambda tag: calls.search(tag, rating=rating, limit=_clamp_amount(limit))
    )


def random(category: str | None, amount: int) -> Call[list[DanbooruPost]]:
    """Draw general posts, with the tag that a category means."""

    def draw_posts(*tags: str) -> Call[list[DanbooruPost]]:
        return calls.search(*tags, rating="g", order="random", limit=_clamp_amount(amount))

    return draw_posts() if category is None else _tag_call(category, draw_posts)


def picture(text: str) -> Call[DanbooruPost] | None:
    """Find the post of its page's address, of its file's, or of an id."""
    file = _FILE.fullmatch(text)
    if file:
        return _file_call(file[1].lower())
    page = _PAGE.fullmatch(text)
    number = page[1] if page else text
    return calls.post(int(number)) if _ID.fullmatch(number) else None


def _file_call(md5: str) -> Call[DanbooruPost]:
    """Return a call for the post whose original file has this checksum."""
    request = Request("GET", "/posts.json", (("md5", md5),))
    missing = composite_calls.missing("post with that file")
    return Call(BACKEND, request, parsers.parse_post, missing, ttl=calls.TEN_MINUTES)


def _tag_call(
    words: str, then: Callable[[str], Call[list[DanbooruPost]]]
) -> Call[list[DanbooruPost]]:
    """Look up the tag that the words mean, and search for it; else suggest the nearest."""
    name = check_name("a tag", words).lower()

    def go_on(
        context: CallContext, suggestions: list[DanbooruSuggestion]
    ) -> Steps[list[DanbooruPost]]:
        tags = tag_lookup.list_tags(suggestions)
        tag = tag_lookup.find_best_tag(name, tags)
        if tag is not None:
            return (yield from context.execute(then(tag)))
        if tags:
            message = f"danbooru has no tag {name!r:.80}; did you mean {tags[0].value!r:.80}?"
            context.warn("danbooru", message)
        return []

    return calls.autocomplete(name).then(go_on)


def _source_links(row: JsonObject) -> Iterable[str]:
    source, work = _read_url(row.get("source")), positive_or_zero(row.get("pixiv_id"))
    if source:
        yield source
    if work:
        yield f"https://www.pixiv.net/artworks/{work}"


def _read_url(value: JsonValue) -> str | None:
    return url_or_none(value) if isinstance(value, str) else None


def _clamp_amount(amount: int) -> int:
    return max(1, min(amount, MOST_POSTS))


ART = ArtProvider(DanbooruPost, is_own_row, read_keys, search, random, picture, posts_by_source)
