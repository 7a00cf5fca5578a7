"""Read ids and page numbers, each in one spelling."""

from __future__ import annotations

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
    known = len(text) <= _MOST_DIGITS_PAGE and text.isascii() and text.isdigit()
    return int(text) if known else None


def parse_one_based_page(text: str) -> int | None:
    """Read a page as sites number them for people, and count it from 0; None if it is none.

    >>> parse_one_based_page("2"), parse_one_based_page("0")
    (1, None)
    """
    page = parse_zero_based_page(text)
    return page - 1 if page else None
