"""Take a URL apart so that its host is the one that a browser would ask, or not at all.

What browsers mend in silence (backslashes, line breaks within, dot segments) and what may stand
before or after a host (a user's name, a port) is refused here. Sources have none of it; it is how
one host is dressed as another.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote

_LONGEST = 4096
_SPACE = " \t\r\n\f\v"
# ASCII alone, so that neither another script's letters nor its digits pass for these.
_URL = re.compile(
    r"(?:(?:(https?):)?//)?([a-z0-9-]+(?:\.[a-z0-9-]+)+)(?::([0-9]+))?"
    r"(/[^?#\\\x00-\x20\x7f]*)?(?:\?([^#\\\x00-\x20\x7f]*))?(?:#([^\\\x00-\x20\x7f]*))?",
    re.ASCII | re.IGNORECASE,
)
# As a URL is copied out of HTML, perhaps more than once.
_AMPERSAND = re.compile(r"&(?:(?:amp|#0*38|#x0*26);)+", re.IGNORECASE)
_PORTS = {"http": "80", "https": "443"}
_DIVIDES = re.compile(r"[/\\\x00-\x20\x7f]")
_DOTS = {".", ".."}


class SourceUrl(NamedTuple):
    """The parts of a URL: the host in lower case, the path's segments decoded."""

    host: str
    segments: list[str]
    query: str
    fragment: str


def split_url(url: str) -> SourceUrl | None:
    """Split an http or https URL; None for any other text, and over 4096 characters.

    Without a scheme it is read as people type it, and `&amp;` as the sign it stands for. A
    port other than the scheme's own is another service, and a dot after the host another host.

    >>> split_url("www.Pixiv.net/artworks/15300#1")
    Link(host='www.pixiv.net', segments=['artworks', '15300'], query='', fragment='1')
    >>> split_url("https://pixiv.net/?a=1&amp;b=2").query
    'a=1&b=2'
    >>> split_url("https://pixiv.net@art.example/"), split_url("https://pixiv.net:8443/")
    (None, None)
    """
    parts = _URL.fullmatch(_AMPERSAND.sub("&", url.strip(_SPACE))) if len(url) <= _LONGEST else None
    if parts is None:
        return None
    scheme, host, port, path, query, fragment = parts.groups("")
    segments = split_path(path)
    if segments is None or (port and port != _PORTS.get(scheme.lower())):
        return None
    return SourceUrl(host.lower(), segments, query, fragment)


def split_path(path: str) -> list[str] | None:
    """Split a path into its segments, each decoded once; None where it might be read otherwise.

    An empty segment is none. An encoded slash does not divide, and what holds one is refused.

    >>> split_path("/%40yuzu//works/3/"), split_path("/a%2Fb"), split_path("/a/../b")
    (['@yuzu', 'works', '3'], None, None)
    """
    segments = [segment for segment in path.split("/") if segment]
    if "%" in path:
        segments = [unquote(segment) for segment in segments]
        if any(map(_DIVIDES.search, segments)):
            return None
    return segments if _DOTS.isdisjoint(segments) else None


def find_field(query: str, name: str) -> str:
    """Return a query's value for a name; empty where it is missing or told twice.

    >>> find_field("mode=medium&illust_id=15300", "illust_id"), find_field("id=1&id=2", "id")
    ('15300', '')
    """
    parts = [part.partition("=") for part in query.split("&")]
    values = [value for key, _, value in parts if key == name]
    return values[0] if len(values) == 1 else ""
