"""Twitter, now X, and the hosts that embed its posts elsewhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from animedex.art.source_url import (
    SourceWork,
    build_work,
    parse_number,
    parse_one_based_page,
    split_path,
)

if TYPE_CHECKING:
    from animedex.art.source_url import Reader, SourceUrl

_FILE_ENDING = re.compile(r"\.(?:gif|jpe?g|mp4|png|webp)$")
_MEDIA = re.compile(r"([A-Za-z0-9_-]{10,24})(?:\.(?:gif|jpe?g|mp4|png|webp))?(?::[a-z0-9]+)?")


def _status(link: SourceUrl) -> SourceWork | None:
    match link.segments or _behind_hash(link.fragment):
        case (
            ["i", "web", "status", status, *rest]
            | [_, "status" | "statuses", status, *rest]
            | ["statuses", status, *rest]
        ):
            return build_work("twitter", parse_number(_FILE_ENDING.sub("", status)), _photo(rest))
        case _:
            return None


def _read_embed(link: SourceUrl) -> SourceWork | None:
    """Read a page of an embedder, which takes a status without its user, and a page behind it."""
    match link.segments:
        case ["status", status, *rest]:
            return _status(link._replace(segments=["i", "status", status, *rest]))
        case [*_, "status" | "statuses", _, photo] if parse_one_based_page(photo) is not None:
            match = _status(link._replace(segments=link.segments[:-1]))
            return match and match._replace(page=parse_one_based_page(photo))
        case _:
            return _status(link)


def _behind_hash(fragment: str) -> list[str] | None:
    # From 2010 to 2012 the whole path stood behind "#!".
    return split_path(fragment[1:]) if fragment.startswith("!/") else None


def _photo(rest: list[str]) -> int | None:
    match rest:
        case ["photo", photo, *_]:
            return parse_one_based_page(_FILE_ENDING.sub("", photo))
        case _:
            # What /video/1 counts depends on the post.
            return None


def _media(link: SourceUrl) -> SourceWork | None:
    match link.segments:
        case ["media" | "tweet_video" | "tweet_video_thumb", name] if match := _MEDIA.fullmatch(
            name
        ):
            return SourceWork("twitter-media", match[1], 0)
        case _:
            return None


# Below their names some of them have hosts such as `d.`, `g.`, `t.` and `api.`.
_EMBEDDERS = (
    *("fxtwitter.com", "fixupx.com", "twittpr.com", "vxtwitter.com", "fixvx.com"),
    *("girlcockx.com", "cunnyx.com", "stupidpenisx.com", "twitterez.com", "ayytwitter.com"),
)
_READERS = (
    *("nitter.net", "nitter.poast.org", "nitter.privacydev.net", "nitter.tiekoetter.com"),
    *("nitter.space", "lightbrd.com", "xcancel.com"),
)
READERS: dict[str, Reader] = {
    **dict.fromkeys(("twitter.com", "mobile.twitter.com", "m.twitter.com"), _status),
    **dict.fromkeys(("x.com", "mobile.x.com", "m.x.com"), _status),
    **dict.fromkeys(_READERS, _status),
    **dict.fromkeys(_EMBEDDERS, _read_embed),
    **dict.fromkeys((f"*.{host}" for host in _EMBEDDERS), _read_embed),
    **dict.fromkeys(("pbs.twimg.com", "video.twimg.com"), _media),
}
