"""Source URLs taken apart, the ids in them, and the works that they name.

A URL's host is the one that a browser would ask, or the URL is not read at all.

What browsers mend in silence (backslashes, line breaks within, dot segments) and what may stand
before or after a host (a user's name, a port) is refused here. Sources have none of it; it is how
one host is dressed as another.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

if TYPE_CHECKING:
    from typing import TypeAlias

    Reader: TypeAlias = "Callable[[SourceUrl], SourceWork | None]"

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
    """Split an http or https URL; None for any other text, and above 4096 characters.

    Without a scheme it is read as people type it, and `&amp;` as the sign it stands for. A
    port other than the scheme's own is another service, and a dot after the host another host.

    >>> split_url("www.Pixiv.net/artworks/15300#1")
    SourceUrl(host='www.pixiv.net', segments=['artworks', '15300'], query='', fragment='1')
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
    """Return a query's value for a name; empty if it is missing or repeated.

    >>> find_field("mode=medium&illust_id=15300", "illust_id"), find_field("id=1&id=2", "id")
    ('15300', '')
    """
    parts = [part.partition("=") for part in query.split("&")]
    values = [value for key, _, value in parts if key == name]
    return values[0] if len(values) == 1 else ""


_MOST_DIGITS = 20
# Enough for a thousand times what sites have counted in base 36 so far.
_MOST_DIGITS_36 = 8
_MOST_DIGITS_PAGE = 4


def parse_number(text: str) -> str | None:
    """Read a decimal id; None for anything else, for 0 and for more than 20 digits.

    >>> parse_number("0015300"), parse_number("0"), parse_number("١٢٣"), parse_number("")
    ('15300', None, None, None)
    """
    if len(text) > _MOST_DIGITS or not (text.isascii() and text.isdigit()):
        return None
    return text.lstrip("0") or None


def parse_base36(text: str) -> str | None:
    """Read an id in base 36 as a decimal one; None for anything else, and for 0.

    >>> parse_base36("3zuli4"), parse_base36("3ZULI4"), parse_base36("3_z")
    ('241612636', '241612636', None)
    """
    if len(text) > _MOST_DIGITS_36 or not (text.isascii() and text.isalnum()):
        return None
    return parse_number(str(int(text, 36)))


def parse_zero_based_page(text: str) -> int | None:
    """Read a page that is counted from 0; None if it is none.

    >>> parse_zero_based_page("0"), parse_zero_based_page("03"), parse_zero_based_page("x")
    (0, 3, None)
    """
    is_number = len(text) <= _MOST_DIGITS_PAGE and text.isascii() and text.isdigit()
    return int(text) if is_number else None


def parse_one_based_page(text: str) -> int | None:
    """Read a page as sites number them for people, and count it from 0; None if it is none.

    >>> parse_one_based_page("2"), parse_one_based_page("0")
    (1, None)
    """
    page = parse_zero_based_page(text)
    return page - 1 if page else None


class SourceWork(NamedTuple):
    """A work on the site that first published it.

    `page` counts from 0 and is None where the URL does not tell it. A work that is always one
    picture, such as a post of Danbooru, has page 0.

    >>> work = SourceWork("pixiv", "15300")
    >>> work.key, str(work), str(work._replace(page=3))
    ('pixiv:15300', 'pixiv:15300', 'pixiv:15300#3')
    """

    site: str
    id: str
    page: int | None = None

    @property
    def key(self) -> str:
        """Return the name of the work, without its page."""
        return f"{self.site}:{self.id}"

    def __str__(self) -> str:
        return self.key if self.page is None else f"{self.key}#{self.page}"


def build_work(site: str, work_id: str | None, page: int | None = None) -> SourceWork | None:
    """Return a work, if it has an id.

    >>> build_work("pixiv", None) is None
    True
    """
    return SourceWork(site, work_id, page) if work_id else None
