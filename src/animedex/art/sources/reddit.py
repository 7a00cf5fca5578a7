"""Reddit: submissions, not the comments below them, and single pictures by file name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from animedex.art.source_url import SourceWork, build_work

if TYPE_CHECKING:
    from animedex.art.source_url import Reader, SourceUrl

_SUBMISSION = re.compile(r"0*([1-9a-z][0-9a-z]{0,8})")
# Of what may follow the host alone, these are pages of the site's own and as long as an id.
_OWN_PAGE = re.compile(
    "about|account|avatar|coins|explore|gallery|gilded|jobs|login|logout|media|message|myreddit"
    "|password|policies|popular|posts|prefs|premium|press|random|register|report|rising|rules"
    "|saved|search|settings|submit|subs|terms|topics|users?|vault|verify|videos?|wikis?"
)
_LEAST, _MOST = 5, 8
_FILE = re.compile(r"(?:.*-v0-)?([0-9a-z]{11,14})\.(?:gif|jpe?g|mp4|png|webp)")


def _submission(link: SourceUrl) -> SourceWork | None:
    match link.segments:
        case ["comments" | "gallery", found] | ["comments", found, _]:
            return _build_post(found)
        case ["r" | "u" | "user", _, "comments", found] | [
            "r" | "u" | "user",
            _,
            "comments",
            found,
            _,
        ]:
            return _build_post(found)
        case [found] if _LEAST <= len(found) <= _MOST and not _OWN_PAGE.fullmatch(found.lower()):
            return _build_post(found)
        case _:
            return None


def _build_post(post_id: str) -> SourceWork | None:
    submission = _SUBMISSION.fullmatch(post_id.lower())
    return build_work("reddit", submission and submission[1])


def _short(link: SourceUrl) -> SourceWork | None:
    match link.segments:
        case [found]:
            return _build_post(found)
        case _:
            return None


def _media(link: SourceUrl) -> SourceWork | None:
    match link.segments:
        case [name] if match := _FILE.fullmatch(name):
            return SourceWork("reddit-media", match[1], 0)
        case _:
            return None


_PAGES = ("reddit.com", "old.reddit.com", "new.reddit.com", "np.reddit.com", "sh.reddit.com")
_MOBILE = ("m.reddit.com", "i.reddit.com", "amp.reddit.com")
_EMBEDDERS = ("rxddit.com", "rxyddit.com", "vxreddit.com", "redditez.com")
READERS: dict[str, Reader] = {
    **dict.fromkeys((*_PAGES, *_MOBILE, *_EMBEDDERS), _submission),
    **dict.fromkeys((f"*.{host}" for host in _EMBEDDERS), _submission),
    "redd.it": _short,
    **dict.fromkeys(("i.redd.it", "preview.redd.it"), _media),
}
