"""Sites whose addresses are told by one pattern each, without the query."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from animedex.art.source_ids import number
from animedex.art.source_work import name_work

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from animedex.art.source_url import Link
    from animedex.art.source_work import Reader, Work


class Shape(NamedTuple):
    """Describe the paths of a site's works: the groups that match, joined by "/", are the id.

    `page` is 0 where a work is always one picture.
    """

    site: str
    hosts: str
    path: str
    spell: Callable[[str], str | None] = number
    page: int | None = None


# Sites that keep each picture apart and number it.
_BOORUS = (
    Shape(
        "danbooru",
        "danbooru.donmai.us safebooru.donmai.us betabooru.donmai.us hijiribe.donmai.us"
        " sonohara.donmai.us kagamihara.donmai.us shima.donmai.us",
        r"(?:posts/([0-9]+)(?:\.json)?|post/show/([0-9]+)(?:/[^/]*)?)",
        page=0,
    ),
    Shape("yandere", "yande.re", r"post/show/([0-9]+)(?:/[^/]*)?", page=0),
    Shape("konachan", "konachan.com konachan.net", r"post/show/([0-9]+)(?:/[^/]*)?", page=0),
    Shape("e621", "e621.net e926.net", r"(?:posts|post/show)/([0-9]+)(?:/[^/]*)?", page=0),
    Shape("zerochan", "zerochan.net", r"(?:full/)?([0-9]+)", page=0),
    Shape("zerochan", "*.zerochan.net", r"[^/]+\.(?:full|[0-9]+)\.([0-9]+)\.[a-z]{3,4}", page=0),
    Shape("e-shuushuu", "e-shuushuu.net", r"images?/([0-9]+)", page=0),
    Shape("anime-pictures", "anime-pictures.net", r"(?:posts|pictures/view_post)/([0-9]+)", page=0),
)
# Sites on which artists show what they made.
_GALLERIES = (
    Shape(
        "artstation",
        "artstation.com *.artstation.com",
        r"(?:artwork|projects)/([A-Za-z0-9]{3,8})",
        str,
    ),
    Shape("behance", "behance.net", r"gallery/([0-9]+)(?:/[^/]*)?"),
    Shape(
        "furaffinity",
        "furaffinity.net sfw.furaffinity.net fxfuraffinity.net *.fxfuraffinity.net"
        " xfuraffinity.net *.xfuraffinity.net fxraffinity.net *.fxraffinity.net",
        r"(?:view|full)/([0-9]+)",
        page=0,
    ),
    Shape("itaku", "itaku.ee", r"images/([0-9]+)", page=0),
    Shape("newgrounds", "newgrounds.com", r"art/view/([A-Za-z0-9-]+)/([A-Za-z0-9_-]+)", str.lower),
    Shape(
        "piapro",
        "piapro.jp",
        r"(?:t/([A-Za-z0-9_-]{4})(?:/[0-9]{14})?|content/([a-z0-9]{16}))",
        str,
    ),
    Shape("poipiku", "poipiku.com", r"[0-9]+/([0-9]+)\.html"),
    Shape("tinami", "tinami.com", r"view/([0-9]+)"),
    Shape("xfolio", "xfolio.jp", r"(?:[a-z]{2}/)?portfolio/[^/]+/works/([0-9]+)"),
)
# Sites on which they are paid for it.
_SHOPS = (
    Shape("booth", "booth.pm *.booth.pm", r"(?:[a-z]{2}(?:-[a-z]{2})?/)?items/([0-9]+)"),
    Shape("booth", "booth.pximg.net", r"(?:c/[^/]+/)?[0-9a-f-]{36}/i/([0-9]+)/[^/]+"),
    Shape("fantia", "fantia.jp", r"posts/([0-9]+)(?:/.*)?"),
    Shape("patreon", "patreon.com", r"(?:m/)?posts/(?:[^/]*-)?([0-9]+)"),
    Shape("skeb", "skeb.jp", r"@([A-Za-z0-9_]{1,20})/works/0*([1-9][0-9]{0,8})", str.lower),
)
_MASTODON = r"(?:@[^/]+|web/@[^/]+|web/statuses|users/[^/]+/statuses)/([0-9]+)(?:/[a-z]+)?"
# Sites on which people talk.
_NETWORKS = (
    Shape("bilibili", "bilibili.com m.bilibili.com", r"(?:opus|dynamic)/([0-9]+)"),
    Shape("bilibili", "t.bilibili.com", "([0-9]+)"),
    Shape("lofter", "*.lofter.com", r"post/([0-9A-Fa-f]{1,12}_[0-9A-Fa-f]{1,12})", str.lower),
    Shape("pawoo", "pawoo.net", _MASTODON),
    Shape("baraag", "baraag.net", _MASTODON),
    Shape("misskey", "misskey.io", "notes/([A-Za-z0-9]{10,26})", str),
    Shape("misskey-design", "misskey.design", "notes/([A-Za-z0-9]{10,26})", str),
)


def _reader(shape: Shape) -> Reader:
    pattern = re.compile(shape.path, re.ASCII)

    def read(link: Link) -> Work | None:
        found = pattern.fullmatch("/".join(link.segments))
        if not found:
            return None
        name = "/".join(filter(None, found.groups()))
        return name_work(shape.site, shape.spell(name), shape.page)

    return read


def _readers() -> Iterator[tuple[str, Reader]]:
    for shape in (*_BOORUS, *_GALLERIES, *_SHOPS, *_NETWORKS):
        read = _reader(shape)
        yield from ((host, read) for host in shape.hosts.split())


READERS: dict[str, Reader] = dict(_readers())
