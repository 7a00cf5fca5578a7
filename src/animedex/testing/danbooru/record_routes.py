"""List and show the rows of one kind: tags, artists, pools, wiki pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from animedex.testing.danbooru.error_responses import NOT_FOUND, RequestRefused
from animedex.testing.danbooru.login_check import level_of
from animedex.testing.danbooru.number_ranges import WHOLE, range_test
from animedex.testing.danbooru.partial_rows import Row, flag, number, row_id, text
from animedex.testing.danbooru.request_params import (
    MOST_ROWS,
    paginate,
    parse_page,
    parse_whole,
    search_arguments,
)
from animedex.testing.danbooru.search_query import wildcard
from animedex.testing.danbooru.search_request import names_only

if TYPE_CHECKING:
    from animedex.testing.danbooru.search_request import SearchRequest

Test = Callable[[Row], bool]
TRUE = frozenset({"true", "t", "yes", "y", "on", "1"})


class SearchFields(NamedTuple):
    """What ``search[…]`` may ask about rows of one kind; all else is overlooked.

    A text may be asked for as ``name`` or ``name_comma`` (one of a list) and
    ``name_matches`` (a pattern); a number as ``post_count=>10``; a flag as ``true`` or ``false``.
    """

    texts: Sequence[str] = ()
    numbers: Sequence[str] = ("id",)
    flags: Sequence[str] = ()
    special: Mapping[str, Callable[[str], Test]] = {}
    """Build the filters that only this kind has."""
    orders: Mapping[str, Callable[[Row], object]] = {}
    """Return the keys by which it may be sorted, as ``search[order]`` names them."""
    falling: Sequence[str] = ("post_count", "count", "updated_at", "created_at", "date", "")
    """The orders that begin with the highest; the empty one is what is used without any."""
    hidden: Sequence[str] = ()
    """The fields that are sent only if ``only`` names them."""


class RecordRoutes:
    """Answer requests for rows of one kind."""

    def __init__(
        self,
        rows: Sequence[Row],
        fields: SearchFields,
        find: Callable[[Sequence[Row], str], Row | None] | None = None,
    ) -> None:
        self._rows = rows
        self._fields = fields
        self._find = find or find_by_id

    def index(self, request: SearchRequest) -> list[Row]:
        """List a page of the rows that ``search[…]`` describes."""
        arguments = search_arguments(request.query)
        page = parse_page(request.query, MOST_ROWS, last=level_of(request.user).pages)
        rows = select_rows(self._rows, arguments, self._fields)
        return [self._visible_row(row, request) for row in paginate(rows, page, row_id)]

    def show(self, request: SearchRequest) -> Row:
        """Show the row that the path names."""
        row = self._find(self._rows, request.name)
        if row is None:
            raise RequestRefused(NOT_FOUND)
        return self._visible_row(row, request)

    def _visible_row(self, row: Row, request: SearchRequest) -> Row:
        only = request.query.get("only", "")
        hidden = {key for key in self._fields.hidden if not names_only(only, key)}
        return {key: value for key, value in row.items() if key not in hidden}


def find_by_id(rows: Sequence[Row], name: str) -> Row | None:
    """Find the row of an id, which may be followed by anything."""
    number = parse_whole(name)
    return next((row for row in rows if row_id(row) == number), None)


def find_page(rows: Sequence[Row], name: str) -> Row | None:
    """Find a wiki page by id or title; a title of digits only stands behind a ``~``.

    >>> pages = [{"id": 1, "title": "cat_girl"}, {"id": 2, "title": "1"}]
    >>> [find_page(pages, name)["id"] for name in ("Cat girl", "1", "~1")]
    [1, 1, 2]
    """
    if name.isdecimal():
        return find_by_id(rows, name)
    title = normalize(name.removeprefix("~"))
    return next((row for row in rows if text(row, "title") == title), None)


def select_rows(
    rows: Sequence[Row], arguments: Mapping[str, str], fields: SearchFields
) -> list[Row]:
    """Choose and sort rows.

    >>> rows = [{"id": 1, "name": "cat", "n": 5}, {"id": 2, "name": "cake", "n": 9}]
    >>> fields = SearchFields(texts=["name"], numbers=["n"], orders={"n": lambda row: row["n"]})
    >>> [row["id"] for row in select_rows(rows, {"name_matches": "CA*"}, fields)]
    [2, 1]
    >>> [row["id"] for row in select_rows(rows, {"n": ">4", "order": "n", "what": "x"}, fields)]
    [1, 2]
    """
    tests = [test for name, value in arguments.items() if (test := _test(name, value, fields))]
    selected = [row for row in rows if all(test(row) for test in tests)]
    order = arguments.get("order", "")
    key = fields.orders.get(order) or fields.orders.get("") or row_id
    falling = order in fields.falling or order not in fields.orders
    newest = sorted(selected, key=row_id, reverse=True)
    return sorted(newest, key=lambda row: _sortable(key(row)), reverse=falling)


def normalize(name: str) -> str:
    """Spell a name as the service keeps it.

    >>> normalize(" Cat Girl")
    'cat_girl'
    """
    return name.strip().lower().replace(" ", "_")


def _sortable(value: object) -> tuple[float, str]:
    return (value, "") if isinstance(value, int | float) else (0, str(value))


def _test(name: str, value: str, fields: SearchFields) -> Test | None:
    """Build a filter from one argument; None for an unknown one."""
    if name in fields.special:
        return fields.special[name](value)
    if name in fields.numbers:
        return _number_test(name, value)
    if name in fields.flags:
        return lambda row: flag(row, name) == (value.lower() in TRUE)
    attribute, _, manner = name.rpartition("_")
    if name in fields.texts:
        attribute, manner = name, "comma"
    return _text_test(attribute, manner, value) if attribute in fields.texts else None


def _number_test(name: str, value: str) -> Test:
    test = range_test(value, WHOLE)
    return lambda row: test(number(row, name))


def _text_test(attribute: str, manner: str, value: str) -> Test | None:
    if manner == "matches":
        pattern = wildcard(normalize(value))
        return lambda row: pattern.fullmatch(text(row, attribute)) is not None
    texts = {normalize(part) for part in value.split(",")}
    return (lambda row: text(row, attribute).lower() in texts) if manner == "comma" else None
