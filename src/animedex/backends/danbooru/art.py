"""Danbooru's part in what is done across the services."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from animedex.backends.art import ArtPart, Evidence
from animedex.backends.danbooru import calls, parsing
from animedex.backends.danbooru.arguments import MOST_POSTS
from animedex.backends.danbooru.declared import BACKEND
from animedex.backends.danbooru.models import HOME, DanbooruPost
from animedex.backends.danbooru.works import by_work
from animedex.wire import Call, ask

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from animedex.backends.danbooru.models import DanbooruSuggestion
    from animedex.models import Rating
    from animedex.wire import JsonObject, JsonValue, Plan, Response, SourceTag

_OWN_KEYS = {"tag_string", "media_asset", "tag_string_general"}
_OWN_PAIR = {"file_ext", "uploader_id"}
_MD5 = re.compile(r"[0-9a-f]{32}", re.IGNORECASE)
_ID = re.compile(r"[1-9][0-9]{0,17}")
_PAGE = re.compile(r"https?://[a-z]+\.donmai\.us/posts/([1-9][0-9]{0,17})(?:\.json)?(?:[?#]\S*)?")


def owns(row: Mapping[str, JsonValue]) -> bool:
    """Tell whether a row is one of Danbooru's, by keys that no other service has.

    >>> owns({"id": 1, "tag_string": "solo"}), owns({"id": 1, "url": "https://x.example/1.png"})
    (True, False)
    """
    return not _OWN_KEYS.isdisjoint(row) or row.keys() >= _OWN_PAIR


def evidence(row: JsonObject) -> Evidence:
    """Read what tells whether a row shows the same picture as another, as far as it is there.

    The service tells no perceptual hash: `pixel_hash` differs as soon as one pixel does. The
    post's own page stands in where nothing else tells a source, as other services name it.

    >>> evidence({"id": 7, "pixiv_id": 15300, "image_width": 30, "image_height": 2})
    Evidence(id='danbooru:7', md5=None, links=('https://www.pixiv.net/artworks/15300',), \
perceptual_hash=None, pixels=60, byte_size=0, withheld=True)
    """
    number, md5 = _count(row.get("id")), row.get("md5")
    return Evidence(
        id=f"danbooru:{number or ''}",
        md5=md5.lower() if isinstance(md5, str) and _MD5.fullmatch(md5) else None,
        links=tuple(_links(row)) or ((f"{HOME}/posts/{number}",) if number else ()),
        pixels=_count(row.get("image_width")) * _count(row.get("image_height")),
        byte_size=_count(row.get("file_size")),
        withheld=not row.get("file_url"),
    )


def search(words: str, rating: Rating, limit: int) -> Call[list[DanbooruPost]]:
    """Search the tag that the words most likely mean; nothing where they mean none."""
    return _tagged(words, lambda tag: calls.search(tag, rating=rating, limit=_at_most(limit)))


def random(category: str | None, amount: int) -> Call[list[DanbooruPost]]:
    """Draw general posts, with the tag that a category most likely means."""
    if category is None:
        return _drawn(_at_most(amount))
    most = _at_most(amount)
    return _tagged(category, lambda tag: calls.search(tag, rating="g", order="random", limit=most))


def picture(text: str) -> Call[DanbooruPost] | None:
    """Find the post of its page's address, or of an id."""
    page = _PAGE.fullmatch(text)
    number = page[1] if page else text
    return calls.post(int(number)) if _ID.fullmatch(number) else None


def best_tag(words: str, found: Iterable[DanbooruSuggestion]) -> str | None:
    """Choose the tag that words mean: the one called so, else the first that the service suggests.

    Suggestions that are no tags, such as values of a metatag, are passed over.
    """
    names = [each.value for each in found if each.value and each.kind]
    wanted = "_".join(words.lower().split())
    return wanted if wanted in names else next(iter(names), None)


def _tagged(
    words: str, then: Callable[[str], Call[list[DanbooruPost]]]
) -> Call[list[DanbooruPost]]:
    """Ask which tag the words mean, and go on with it."""

    def read(response: Response, source: SourceTag) -> Plan[list[DanbooruPost]]:
        tag = best_tag(words, parsing.suggestions(response, source))
        return [] if tag is None else (yield from ask(then(tag)))

    request = calls.autocomplete(words).request
    return Call(BACKEND, request, read, lifetime=calls.HOUR)


def _drawn(amount: int) -> Call[list[DanbooruPost]]:
    """Draw posts one after the other, each once."""
    one = calls.random(rating="g")

    def read(response: Response, source: SourceTag) -> Plan[list[DanbooruPost]]:
        found = [parsing.post(response, source)]
        for _ in range(amount - 1):
            found += [(yield from ask(one))]
        return list({post.id: post for post in found}.values())

    return Call(BACKEND, one.request, read)


def _links(row: JsonObject) -> Iterable[str]:
    source, work = row.get("source"), _count(row.get("pixiv_id"))
    if isinstance(source, str) and source.lower().startswith(("http://", "https://")):
        yield source
    if work:
        yield f"https://www.pixiv.net/artworks/{work}"


def _count(value: JsonValue) -> int:
    return value if type(value) is int and value > 0 else 0


def _at_most(amount: int) -> int:
    return max(1, min(amount, MOST_POSTS))


ART = ArtPart(DanbooruPost, owns, evidence, search, random, picture, by_work)
