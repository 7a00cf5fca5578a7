"""Take a search apart (https://danbooru.donmai.us/wiki_pages/help:cheatsheet).

A search is terms with spaces between: ``tag``, ``-tag``, ``~tag``, ``wild*`` and metatags such as
``rating:g``. A word before a colon that names no metatag is the beginning of a tag.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_FREE = (
    "status rating limit id date age filesize filetype parent child md5 width height duration "
    "mpixels ratio score upvote downvotes favcount embedded tagcount pixiv_id pixiv"
)
_COUNTED = (
    "order source pool ordpool user approver commenter comm noter noteupdater artcomm "
    "commentaryupdater flagger appealer upvoter downvoter downvote fav ordfav favgroup ordfavgroup "
    "search commentary note comment disapproved locked is has random upvotes exif ai unaliased "
    "gentags arttags copytags chartags metatags"
)
FREE = frozenset(_FREE.split())
"""The metatags that a limit of terms does not count."""
_TERM = re.compile(
    rf"""(?P<sign>[-~]?)
    (?:(?P<metatag>{"|".join([*_FREE.split(), *_COUNTED.split()])}):
       (?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<plain>\S*))
     |(?P<tag>\S+))""",
    re.VERBOSE | re.IGNORECASE,
)


class Term(NamedTuple):
    """One term; without a metatag its value is a tag, perhaps with wildcards."""

    value: str
    metatag: str = ""
    sign: str = ""
    """``-`` excludes, ``~`` makes it one of several to choose from."""
    quoted: bool = False


def parse_query(query: str) -> tuple[Term, ...]:
    """Read the terms of a search; nothing is an error.

    >>> for term in parse_query("1girl -Solo rating:g"): print(term)
    Term(value='1girl', metatag='', sign='', quoted=False)
    Term(value='solo', metatag='', sign='-', quoted=False)
    Term(value='g', metatag='rating', sign='', quoted=False)
    >>> parse_query('source:"a sketchbook" re:zero')[0].value, parse_query("re:zero")[0].value
    ('a sketchbook', 're:zero')
    """
    return tuple(_term(match) for match in _TERM.finditer(query))


def count_terms(terms: tuple[Term, ...]) -> int:
    """Count the different terms that a limit counts.

    >>> count_terms(parse_query("1girl 1girl solo rating:g score:>5"))
    2
    >>> count_terms(parse_query("1girl order:score wild*"))
    3
    """
    return len({(t.metatag, t.value) for t in terms if t.metatag not in FREE})


def find_metatag(terms: tuple[Term, ...], name: str) -> str | None:
    """Return the value of the first metatag of that name."""
    return next((term.value for term in terms if term.metatag == name), None)


def wildcard(pattern: str, *, prefix: bool = False) -> re.Pattern[str]:
    """Compile a pattern in which ``*`` stands for anything, whatever the case of its letters.

    >>> bool(wildcard("*_HAIR").fullmatch("blue_hair")), bool(wildcard("a?").fullmatch("ab"))
    (True, False)
    >>> bool(wildcard("https://", prefix=True).fullmatch("https://example.org/1"))
    True
    """
    parts = [re.escape(part) for part in pattern.split("*")]
    return re.compile(".*".join(parts) + ".*" * prefix, re.IGNORECASE | re.DOTALL)


def _term(match: re.Match[str]) -> Term:
    if match["metatag"] is None:
        return Term(match["tag"].lower(), sign=match["sign"])
    quoted = match["double"] if match["double"] is not None else match["single"]
    value = match["plain"] if quoted is None else quoted
    return Term(value, match["metatag"].lower(), match["sign"], quoted is not None)
