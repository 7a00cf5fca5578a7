"""The work that a source URL names, in any of its spellings.

| site | what is read of it | id |
|---|---|---|
| `pixiv` | artworks, `member_illust.php`, files on pximg.net, phixiv, pixiv.cat | number |
| `pixiv-sketch` | items | number |
| `fanbox` | posts under any creator, files of a post | number |
| `twitter` | statuses on twitter.com, x.com and their embedders | number |
| `twitter-media` | files on pbs.twimg.com, which do not tell their status | key, cased |
| `deviantart` | deviations, fav.me, files that end in the id | number in base 10 |
| `artstation` | artworks, projects | hash, cased |
| `nijie` | `view.php`, files that begin with the id | number |
| `seiga` | pictures, nico.ms, files on lohas.nicoseiga.jp | number |
| `bluesky` | posts under handle or DID | record key |
| `bluesky-media` | files on cdn.bsky.app, blobs | hash of the content |
| `tumblr` | posts on a blog's host or in the dashboard | number |
| `tumblr-media` | files of any size | file's name without size |
| `reddit` | submissions, galleries, redd.it; no comments | base 36, lower case |
| `reddit-media` | files on i.redd.it and preview.redd.it | file's name |
| `weibo` | posts, in either spelling | number |
| `instagram` | posts | code, cased |
| `danbooru`, `yandere`, `konachan`, `e621`, `gelbooru`, `safebooru` | posts | number |
| `tbib`, `rule34`, `xbooru`, `zerochan`, `e-shuushuu`, `anime-pictures` | posts | number |
| `behance`, `booth`, `furaffinity`, `itaku`, `poipiku`, `tinami`, `xfolio` | works | number |
| `bilibili`, `fantia`, `patreon`, `pawoo`, `baraag` | posts | number |
| `misskey`, `misskey-design`, `piapro` | notes; works | code, cased |
| `lofter`, `newgrounds`, `skeb` | posts; works of a user | lower case |

Only what is surely a work is read: no profiles, no searches, no shortened links. Pages that the
site itself does not number in its URLs stay unknown.

A site's module lists its hosts: a name alone is that host, `*.name` is any host one label below.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from animedex.art.source_url import SourceWork, split_url
from animedex.art.sources import (
    bluesky,
    deviantart,
    nico_seiga,
    nijie,
    path_patterns,
    pixiv,
    query_sites,
    reddit,
    tumblr,
    twitter,
    weibo,
)

if TYPE_CHECKING:
    from animedex.art.source_url import Reader

_SITES = (
    *(pixiv, twitter, deviantart, nijie, nico_seiga, bluesky, tumblr, reddit),
    *(weibo, path_patterns, query_sites),
)
_BELOW = "*."


def _list_readers() -> dict[str, Reader]:
    return {host: read for site in _SITES for host, read in site.READERS.items()}


def _add_www(readers: dict[str, Reader]) -> dict[str, Reader]:
    """Add `www.` to the hosts that are whole domains."""
    alone = {host: read for host, read in readers.items() if not host.startswith(_BELOW)}
    return {f"www.{host}": read for host, read in alone.items() if host.count(".") == 1} | alone


HOSTS = _add_www(_list_readers())
DOMAINS = {
    host.removeprefix(_BELOW): read
    for host, read in _list_readers().items()
    if host.startswith(_BELOW)
}


def find_reader(host: str) -> Reader | None:
    """Return what reads the URLs of a host, which is in lower case; None for an unknown host.

    >>> find_reader("twitter.com") is find_reader("x.com"), find_reader("nottwitter.com")
    (True, None)
    """
    return HOSTS.get(host) or DOMAINS.get(host.partition(".")[2])


__all__ = ["SourceWork", "parse_source_url"]


def parse_source_url(url: str) -> SourceWork | None:
    """Return the work that a URL names; None for other text, and for an ambiguous URL.

    >>> parse_source_url("https://i.pximg.net/img-original/img/2020/01/31/09/00/00/15300_p3.jpg")
    SourceWork(site='pixiv', id='15300', page=3)
    >>> str(parse_source_url("x.com/yuzuriko/status/1519/photo/2"))
    'twitter:1519#1'
    >>> parse_source_url("https://pixiv.net@art.example/artworks/15300") is None
    True
    """
    link = split_url(url)
    read = find_reader(link.host) if link else None
    return read(link) if link and read else None
