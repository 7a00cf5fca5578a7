"""Tumblr: posts, whose number is the same on every blog, and pictures by file name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from animedex.art.source_url import SourceWork, build_work, parse_number

if TYPE_CHECKING:
    from animedex.art.source_url import Reader, SourceUrl

_FILE = re.compile(
    r"(tumblr_(?:inline_)?[A-Za-z0-9]+(?:_r[0-9]+)?)_(?:[0-9]+(?:h|sq)?|raw)\.[a-z0-9]{3,4}"
)
_SIZED = re.compile(r"[0-9a-f]{32}/[0-9a-f]{16}-[0-9a-f]{2}")


def _post(link: SourceUrl) -> SourceWork | None:
    match link.segments:
        case ["post" | "image", post, *_] | ["blog", "view", _, post, *_]:
            return build_work("tumblr", parse_number(post))
        case ["dashboard", "blog", _, post]:
            return build_work("tumblr", parse_number(post))
        case [blog, post, *_] if link.host in _SHARED_HOSTS and blog not in _OWN_PAGES:
            return build_work("tumblr", parse_number(post))
        case _:
            return None


def _media(link: SourceUrl) -> SourceWork | None:
    match link.segments:
        case [name] | [_, name] if match := _FILE.fullmatch(name):
            return SourceWork("tumblr-media", match[1], 0)
        case [first, second, _, _] if _SIZED.fullmatch(f"{first}/{second}"):
            return SourceWork("tumblr-media", f"{first}/{second}", 0)
        case _:
            return None


# What may follow these is a number too, and no post.
_OWN_PAGES = {"communities", "explore", "likes", "page", "search", "tagged"}
_EMBEDDERS = ("tpmblr.com", "txtumblr.com")
_SHARED_HOSTS = {
    *("tumblr.com", "www.tumblr.com", "at.tumblr.com"),
    *(f"{label}{host}" for host in _EMBEDDERS for label in ("", "www.")),
}
READERS: dict[str, Reader] = {
    **dict.fromkeys(("tumblr.com", "*.tumblr.com", *_EMBEDDERS), _post),
    **dict.fromkeys((f"*.{host}" for host in _EMBEDDERS), _post),
    **dict.fromkeys(("media.tumblr.com", "*.media.tumblr.com", "data.tumblr.com"), _media),
}
