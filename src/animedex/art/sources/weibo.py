"""Weibo, whose posts have one number in two spellings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from animedex.art.source_url import build_work, parse_number

if TYPE_CHECKING:
    from animedex.art.source_url import Reader, SourceUrl, SourceWork

_DIGITS = {
    digit: value
    for value, digit in enumerate("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
}
# Nine characters, of more kinds than one: "favorites" is a page, and digits are a number.
_SHORT = re.compile(r"(?![a-z]+$|[0-9]+$)([0-9A-Za-z])([0-9A-Za-z]{4})([0-9A-Za-z]{4})")
_GROUP = 10**7


def post_number(text: str) -> str | None:
    """Parse a post's number, in digits or in nine characters of base 62.

    The short spelling divides the decimal digits into groups of seven, counted from the end, and
    writes each with up to four characters.

    >>> post_number("4900000010000000"), post_number("N00010000")
    ('4900000010000000', '4900000010000000')
    """
    short = _SHORT.fullmatch(text)
    if not short:
        return parse_number(text)
    groups = [_value(group) for group in short.groups()]
    if max(groups) >= _GROUP:
        return None
    return parse_number("{}{:07}{:07}".format(*groups))


def _value(group: str) -> int:
    value = 0
    for digit in group:
        value = value * 62 + _DIGITS[digit]
    return value


def _post(link: SourceUrl) -> SourceWork | None:
    match link.segments:
        case ["status" | "detail", post]:
            return build_work("weibo", post_number(post))
        case [user, post] if parse_number(user):
            return build_work("weibo", post_number(post))
        case _:
            return None


READERS: dict[str, Reader] = dict.fromkeys(
    ("weibo.com", "tw.weibo.com", "m.weibo.cn", "weibo.cn"), _post
)
