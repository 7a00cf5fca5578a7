"""Which site a host belongs to, and who reads its URLs.

A site's module tells its hosts: a name alone is that host, `*.name` is any host one label below.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from animedex.art.sources import bluesky, deviantart, nijie, pixiv, reddit, tumblr, twitter, weibo
from animedex.art.sources import nico_seiga as seiga
from animedex.art.sources import path_patterns as shapes
from animedex.art.sources import query_sites as queries

if TYPE_CHECKING:
    from animedex.art.source_work import Reader

_SITES = (
    *(pixiv, twitter, deviantart, nijie, seiga, bluesky, tumblr, reddit),
    *(weibo, shapes, queries),
)
_BELOW = "*."


def _list_readers() -> dict[str, Reader]:
    return {host: read for site in _SITES for host, read in site.READERS.items()}


def _add_www(told: dict[str, Reader]) -> dict[str, Reader]:
    """Gather the hosts told by name, and `www.` before those that are a whole domain."""
    alone = {host: read for host, read in told.items() if not host.startswith(_BELOW)}
    return {f"www.{host}": read for host, read in alone.items() if host.count(".") == 1} | alone


HOSTS = _add_www(_list_readers())
DOMAINS = {
    host.removeprefix(_BELOW): read
    for host, read in _list_readers().items()
    if host.startswith(_BELOW)
}


def find_reader(host: str) -> Reader | None:
    """Find who reads the URLs of a host, which is in lower case.

    >>> find_reader("twitter.com") is find_reader("x.com"), find_reader("nottwitter.com")
    (True, None)
    """
    return HOSTS.get(host) or DOMAINS.get(host.partition(".")[2])
