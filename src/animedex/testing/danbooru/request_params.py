"""Read what a request asks for besides its search; as in Rails, nonsense is overlooked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from animedex.testing.danbooru.error_responses import RequestRefused, page_too_far

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

T = TypeVar("T")

DEFAULT_LIMIT = 20
MOST_POSTS = 200
MOST_ROWS = 1_000
LAST_PAGE = 1_000
_PAGE = re.compile(r"(?P<side>[ab])(?P<id>[0-9]{1,18})", re.IGNORECASE)
_LEADING = re.compile(r"\s*[-+]?[0-9]{1,18}")


class Page(NamedTuple):
    """Which of many rows to show: a page by number, or those before or after an id."""

    side: str
    """``b`` for before ``number``, ``a`` for after it, or empty for the page of that number."""
    number: int
    limit: int


def parse_page(
    query: Mapping[str, str], most: int, limit: str | None = None, *, last: int = LAST_PAGE
) -> Page:
    """Read ``page`` and ``limit``, unless ``limit`` is an argument.

    A page past the last raises ``RequestRefused``.

    >>> parse_page({}, 200), parse_page({"page": "b77", "limit": "500"}, 200)
    (Page(side='', number=1, limit=20), Page(side='b', number=77, limit=200))
    >>> parse_page({"page": "-3", "limit": "0"}, 200), parse_page({"page": "first"}, 200).number
    (Page(side='', number=1, limit=1), 1)
    """
    page_size = query.get("limit") or limit
    amount = min(max(parse_whole(page_size), 1), most) if page_size else DEFAULT_LIMIT
    match = _PAGE.fullmatch(query.get("page", ""))
    if match:
        return Page(match["side"].lower(), int(match["id"]), amount)
    number = max(parse_whole(query.get("page", "")), 1)
    if number > last:
        raise RequestRefused(page_too_far(last))
    return Page("", number, amount)


def paginate(rows: Sequence[T], page: Page, id_of: Callable[[T], int]) -> Sequence[T]:
    """Cut a page out of rows; on a side of an id they are sorted by id, the highest first.

    >>> rows = [3, 1, 2, 5, 4]
    >>> [list(paginate(rows, Page(side, n, 2), int)) for side, n in (("", 2), ("b", 4), ("a", 2))]
    [[2, 5], [3, 2], [4, 3]]
    """
    if not page.side:
        return rows[(page.number - 1) * page.limit : page.number * page.limit]
    falling = sorted(rows, key=id_of, reverse=True)
    if page.side == "b":
        return [row for row in falling if id_of(row) < page.number][: page.limit]
    return [row for row in falling if id_of(row) > page.number][-page.limit :]


def parse_amount(query: Mapping[str, str], usual: int) -> int:
    """Read ``limit`` where there are no pages.

    >>> parse_amount({"limit": "3"}, 10), parse_amount({}, 10), parse_amount({"limit": "-1"}, 10)
    (3, 10, 1)
    """
    return max(parse_whole(query.get("limit", "")) or usual, 1)


def parse_whole(value: str) -> int:
    """Parse the integer at the beginning of a text, as Ruby does; 0 without one.

    >>> parse_whole("12abc"), parse_whole("abc"), parse_whole(" -4")
    (12, 0, -4)
    """
    match = _LEADING.match(value)
    return int(match[0]) if match else 0


def search_arguments(query: Mapping[str, str]) -> dict[str, str]:
    """Take ``search[name]=value`` out of a query; a blank value is none.

    >>> search_arguments({"search[name]": "miko", "limit": "3", "search[order]": ""})
    {'name': 'miko'}
    """
    return {
        key[7:-1]: value
        for key, value in query.items()
        if key.startswith("search[") and key.endswith("]") and value
    }
