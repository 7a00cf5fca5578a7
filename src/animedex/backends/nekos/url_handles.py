"""Handles and ids in a profile's URL, without the words of the site itself."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, unquote, urlsplit

from animedex.text_normalization import normalize

_READ = 2000

_USER_IN_HOST = re.compile(
    r"(?:.*\.)?(?!(?:api|blog|en|m|www)\.)([^.]+)\.(?:(?:artstation|blogspot|deviantart|lofter"
    r"|newgrounds|tumblr|wordpress)\.com|booth\.pm|carrd\.co|fanbox\.cc|itch\.io)"
)
_USER_FIRST_IN_PATH = re.compile(
    r"(?:.*\.)?(?:(?:deviantart|instagram|patreon|tumblr|twitter|weibo|x)\.com|bsky\.app)"
)
# The words of sites, two letters (mostly languages), and nothing at all.
_PATH_WORD = re.compile(
    "|[a-z]{1,2}|[a-z]{2}-[a-z]{2}|about|albums?|art(?:ists?|works?)?|author|blog|channel"
    "|creators?|fanart|gallery|home|https?|illust(?:rations?)?|im(?:ages?|g)|index|intent|items?"
    "|media|members?|member_illust|photos?|pic(?:ture)?s?|posts?|profiles?|projects?|reel|show"
    "|status(?:es)?|tags?|thread|tweet|users?|videos?|view|watch|web|works?"
)
_SUFFIX = re.compile(r"\.(?:aspx?|bsky\.social|gif|html?|jpe?g|php|png|webp)$", re.IGNORECASE)


def find_handles(link: str) -> list[str]:
    """Return the user's handle and the ids in a URL, without its host and path words.

    >>> find_handles("https://twitter.com/yuzuriko_0417/status/15192550")
    ['yuzuriko_0417', '15192550']
    >>> find_handles("https://www.pixiv.net/en/users/40417"), find_handles("https://yuzuriko.tumblr.com/")
    (['40417'], ['yuzuriko'])
    """
    try:
        parts = urlsplit(link[:_READ] if "//" in link else f"//{link[:_READ]}")
        fields = parse_qsl(parts.query)
    except ValueError:
        return []
    host = normalize(parts.hostname or "")
    in_host = _USER_IN_HOST.fullmatch(host)
    segments = [segment for segment in map(_decode_segment, parts.path.split("/")) if segment]
    handles = [
        *([in_host[1]] if in_host else []),
        *(segments[:1] if _USER_FIRST_IN_PATH.fullmatch(host) else []),
        *(segment for segment in segments if segment.startswith("@")),
        *segments[-1:],
        *(value for key, value in fields if normalize(key).endswith(("id", "v"))),
    ]
    return list(dict.fromkeys(handles))


def _decode_segment(raw: str) -> str:
    """Read one segment of a path; empty when the site chose it and not the user.

    >>> _decode_segment("%40yuzuriko@example.org"), _decode_segment("40417.html")
    ('@yuzuriko', '40417')
    >>> _decode_segment("Artworks")
    ''
    """
    text = _SUFFIX.sub("", unquote(raw))
    if text.startswith("@"):
        return "@" + text[1:].partition("@")[0]
    return "" if _PATH_WORD.fullmatch(normalize(text)) else text
