"""Sites that name a work, or its page, in the query."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from animedex.art.source_url import (
    SourceWork,
    build_work,
    find_field,
    parse_number,
    parse_one_based_page,
)

if TYPE_CHECKING:
    from animedex.art.source_url import Reader, SourceUrl

_CODE = re.compile(r"[A-Za-z0-9_-]{5,40}")
# Sites that run Gelbooru's program; each counts its own posts.
_GELBOORUS = {
    "gelbooru.com": "gelbooru",
    "safebooru.org": "safebooru",
    "tbib.org": "tbib",
    "rule34.xxx": "rule34",
    "xbooru.com": "xbooru",
}


def _gelbooru(link: SourceUrl) -> SourceWork | None:
    request = (link.segments, find_field(link.query, "page"), find_field(link.query, "s"))
    if request != (["index.php"], "post", "view"):
        return None
    site = _GELBOORUS[link.host.removeprefix("www.")]
    return build_work(site, parse_number(find_field(link.query, "id")), 0)


def _instagram(link: SourceUrl) -> SourceWork | None:
    match link.segments:
        case ["p" | "reel" | "tv", code] | [_, "p" | "reel" | "tv", code] if _CODE.fullmatch(code):
            return SourceWork(
                "instagram", code, parse_one_based_page(find_field(link.query, "img_index"))
            )
        case _:
            return None


_EMBEDDERS = ("ddinstagram.com", "kkinstagram.com", "vxinstagram.com", "instagramez.com")
READERS: dict[str, Reader] = {
    **dict.fromkeys(_GELBOORUS, _gelbooru),
    **dict.fromkeys(("instagram.com", "instagr.am", *_EMBEDDERS), _instagram),
    **dict.fromkeys((f"*.{host}" for host in _EMBEDDERS), _instagram),
}
