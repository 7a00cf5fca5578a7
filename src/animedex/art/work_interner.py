"""The works that rows name and their pages, as numbers, and where each is first named."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from animedex.art.sources import parse_source_url
from animedex.art.union_find import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable

_NOBODY = -1


class WorkInterner:
    """Number works and pages from 1, a page's number being its own in all works.

    `ambiguous` holds the works that one service lists under different ids without telling pages, as
    it does a status of four pictures: whoever names such a work without a page may mean any.
    """

    def __init__(self) -> None:
        self.ambiguous: set[int] = set()
        self._works: dict[str, int] = {}
        self._names: list[str] = []
        self._lowest = array("I")
        self._unpaged = array("q")
        self._pages: dict[int, int] = {}
        self._values: list[int] = []
        self._page_rows = array("q")
        self._listings: dict[str, dict[int, int]] = {}

    def intern_row(self, row: int, links: Iterable[str]) -> tuple[int, int]:
        """Return numbers to the work and the page of a row, by the first link that names a work."""
        work = next(filter(None, map(parse_source_url, links)), None)
        if work is None:
            return UNKNOWN, UNKNOWN
        number = self._intern_work(work.key)
        if work.page is None:
            if self._unpaged[number - 1] == _NOBODY:
                self._unpaged[number - 1] = row
            return number, UNKNOWN
        return number, self._intern_page(number, work.page, row)

    def add_listing(self, work: int, service: str, name: int) -> None:
        """Note that a service lists a work without a page under an id, itself a number."""
        if self._listings.setdefault(service, {}).setdefault(work, name) != name:
            self.ambiguous.add(work)

    def drop_indexes(self) -> None:
        """Forget what only further rows would need."""
        self._works.clear()
        self._pages.clear()
        self._listings.clear()

    def work_name(self, work: int) -> str:
        """Return the name of a work."""
        return self._names[work - 1]

    def page_number(self, number: int) -> int | None:
        """Return a page as it is counted in its work, from 0; None for an unknown one."""
        return self._values[number - 1] if number else None

    def first_namesake(self, row: int, page: int) -> int:
        """Return the first row with the same page of the same work; else the row itself."""
        return self._page_rows[page - 1] if page else row

    def representative(self, work: int) -> int | None:
        """Return the row that rows without a page go to, where they are only the same work.

        That is the first row of the lowest known page, or the first row where no page is known;
        None where nothing is in doubt.
        """
        lowest = self._lowest[work - 1]
        if lowest:
            return self._page_rows[lowest - 1]
        return self._unpaged[work - 1] if work in self.ambiguous else None

    def _intern_work(self, key: str) -> int:
        number = self._works.get(key)
        if number is None:
            number = self._works[key] = len(self._names) + 1
            self._names.append(key)
            self._lowest.append(UNKNOWN)
            self._unpaged.append(_NOBODY)
        return number

    def _intern_page(self, work: int, value: int, row: int) -> int:
        # Works are fewer than 2**32, so that no two pages share a key.
        key = value << 32 | work
        number = self._pages.get(key)
        if number is None:
            number = self._pages[key] = len(self._values) + 1
            self._values.append(value)
            self._page_rows.append(row)
            lowest = self._lowest[work - 1]
            if not lowest or value < self._values[lowest - 1]:
                self._lowest[work - 1] = number
        return number
