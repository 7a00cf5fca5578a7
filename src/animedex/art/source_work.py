"""One work, named as the site names it that first showed it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import TypeAlias

    from animedex.art.source_url import SourceUrl

    Reader: TypeAlias = Callable[[SourceUrl], "SourceWork | None"]


class SourceWork(NamedTuple):
    """Name one work on the site that first showed it.

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
        """Name the work without its page."""
        return f"{self.site}:{self.id}"

    def __str__(self) -> str:
        return self.key if self.page is None else f"{self.key}#{self.page}"


def build_work(site: str, found: str | None, page: int | None = None) -> SourceWork | None:
    """Name a work where an id was found.

    >>> build_work("pixiv", None) is None
    True
    """
    return SourceWork(site, found, page) if found else None
