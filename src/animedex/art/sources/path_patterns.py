"""Sites whose URLs match one pattern each, without the query."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from animedex.art.source_url import build_work, parse_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from animedex.art.source_url import Reader, SourceUrl, SourceWork


class PathPattern(NamedTuple):
    """Describe the paths of a site's works: the groups that match, joined by "/", are the id.

    `page` is 0 where a work is always one picture.
    """

    site: str
    hosts: str
    path: str
    normalize_id: Callable[[str], str | None] = parse_number
    page: int | None = None


# Sites that keep each picture apart and number it.
_BOORUS = (
    PathPattern(
        "danbooru",
        "danbooru.donmai.us safebooru.donmai.us betabooru.donmai.us hijiribe.donmai.us"
        " sonohara.donmai.us kagamihara.donmai.us shima.donmai.us",
        r"(?:posts/([0-9]+)(?:\.json)?|post/show/([0-9]+)(?:/[^/]*)?)",
        page=0,
    ),
    PathPattern("yandere", "yande.re", r"post/show/([0-9]+)(?:/[^/]*)?", page=0),
    PathPattern("konachan", "konachan.com konachan.net", r"post/show/([0-9]+)(?:/[^/]*)?", page=0),
    PathPattern("e621", "e621.net e926.net", r"(?:posts|post/show)/([0-9]+)(?:/[^/]*)?", page=0),
    PathPattern("zerochan", "zerochan.net", r"(?:full/)?([0-9]+)", page=0),
    PathPattern(
        "zerochan", "*.zerochan.net", r"[^/]+\.(?:full|[0-9]+)\.([0-9]+)\.[a-z]{3,4}", page=0
    ),
    PathPattern("e-shuushuu", "e-shuushuu.net", r"images?/([0-9]+)", page=0),
    PathPattern(
        "anime-pictures", "anime-pictures.net", r"(?:posts|pictures/view_post)/([0-9]+)", page=0
    ),
)
# Sites on which artists show what they made.
_GALLERIES = (
    PathPattern(
        "artstation",
        "artstation.com *.artstation.com",
        r"(?:artwork|projects)/([A-Za-z0-9]{3,8})",
        str,
    ),
    PathPattern("behance", "behance.net", r"gallery/([0-9]+)(?:/[^/]*)?"),
    PathPattern(
        "furaffinity",
        "furaffinity.net sfw.furaffinity.net fxfuraffinity.net *.fxfuraffinity.net"
        " xfuraffinity.net *.xfuraffinity.net fxraffinity.net *.fxraffinity.net",
        r"(?:view|full)/([0-9]+)",
        page=0,
    ),
    PathPattern("itaku", "itaku.ee", r"images/([0-9]+)", page=0),
    PathPattern(
        "newgrounds", "newgrounds.com", r"art/view/([A-Za-z0-9-]+)/([A-Za-z0-9_-]+)", str.lower
    ),
    PathPattern(
        "piapro",
        "piapro.jp",
        r"(?:t/([A-Za-z0-9_-]{4})(?:/[0-9]{14})?|content/([a-z0-9]{16}))",
        str,
    ),
    PathPattern("poipiku", "poipiku.com", r"[0-9]+/([0-9]+)\.html"),
    PathPattern("tinami", "tinami.com", r"view/([0-9]+)"),
    PathPattern("xfolio", "xfolio.jp", r"(?:[a-z]{2}/)?portfolio/[^/]+/works/([0-9]+)"),
)
# Sites on which they are paid for it.
_SHOPS = (
    PathPattern("booth", "booth.pm *.booth.pm", r"(?:[a-z]{2}(?:-[a-z]{2})?/)?items/([0-9]+)"),
    PathPattern("booth", "booth.pximg.net", r"(?:c/[^/]+/)?[0-9a-f-]{36}/i/([0-9]+)/[^/]+"),
    PathPattern("fantia", "fantia.jp", r"posts/([0-9]+)(?:/.*)?"),
    PathPattern("patreon", "patreon.com", r"(?:m/)?posts/(?:[^/]*-)?([0-9]+)"),
    PathPattern("skeb", "skeb.jp", r"@([A-Za-z0-9_]{1,20})/works/0*([1-9][0-9]{0,8})", str.lower),
)
_MASTODON = r"(?:@[^/]+|web/@[^/]+|web/statuses|users/[^/]+/statuses)/([0-9]+)(?:/[a-z]+)?"
# Sites on which people talk.
_NETWORKS = (
    PathPattern("bilibili", "bilibili.com m.bilibili.com", r"(?:opus|dynamic)/([0-9]+)"),
    PathPattern("bilibili", "t.bilibili.com", "([0-9]+)"),
    PathPattern("lofter", "*.lofter.com", r"post/([0-9A-Fa-f]{1,12}_[0-9A-Fa-f]{1,12})", str.lower),
    PathPattern("pawoo", "pawoo.net", _MASTODON),
    PathPattern("baraag", "baraag.net", _MASTODON),
    PathPattern("misskey", "misskey.io", "notes/([A-Za-z0-9]{10,26})", str),
    PathPattern("misskey-design", "misskey.design", "notes/([A-Za-z0-9]{10,26})", str),
)


def _reader(shape: PathPattern) -> Reader:
    pattern = re.compile(shape.path, re.ASCII)

    def read(link: SourceUrl) -> SourceWork | None:
        match = pattern.fullmatch("/".join(link.segments))
        if not match:
            return None
        name = "/".join(filter(None, match.groups()))
        return build_work(shape.site, shape.normalize_id(name), shape.page)

    return read


def _readers() -> Iterator[tuple[str, Reader]]:
    for shape in (*_BOORUS, *_GALLERIES, *_SHOPS, *_NETWORKS):
        read = _reader(shape)
        yield from ((host, read) for host in shape.hosts.split())


READERS: dict[str, Reader] = dict(_readers())
