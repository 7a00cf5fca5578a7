"""Paging by id, and telling what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from animedex.backends.danbooru.argument_checks import MOST_POSTS
from animedex.call import ask
from animedex.errors import AnimedexError, NotFound, UpstreamShape

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Never

    from animedex.backends.danbooru.models import DanbooruPost
    from animedex.call import Call, Plan

    Pages = Callable[[str, int], Call[list[DanbooruPost]]]


def all_pages(
    first: list[DanbooruPost], most: int, page: Pages, *, rising: bool
) -> Plan[list[DanbooruPost]]:
    """Go on behind the first page by the id of the last post, until there are enough or no more.

    `page` makes the call for so many posts of a page such as `b500`.
    """
    found = _in_order(first, rising=rising)
    full = len(first) == min(most, MOST_POSTS)
    while full and len(found) < most:
        last, wanted = _last_id(found), min(most - len(found), MOST_POSTS)
        more = yield from ask(page(f"{'a' if rising else 'b'}{last}", wanted))
        more = _in_order(more, rising=rising)
        if more and not _goes_on(more, last, rising=rising):
            message = f"the page behind post {last} does not lie behind it"
            raise _stuck(message)
        found += more
        full = len(more) == wanted
    return found[:most]


def _in_order(posts: Sequence[DanbooruPost], *, rising: bool) -> list[DanbooruPost]:
    """Sort a page by id: the service turns the pages `a<id>` around."""
    return sorted(posts, key=_id_of, reverse=not rising)


def _id_of(post: DanbooruPost) -> int:
    if post.id is None:
        message = "a post has no id to page by"
        raise _stuck(message)
    return post.id


def _last_id(posts: Sequence[DanbooruPost]) -> int:
    return _id_of(posts[-1])


def _goes_on(posts: Sequence[DanbooruPost], last: int, *, rising: bool) -> bool:
    return _id_of(posts[0]) > last if rising else _id_of(posts[0]) < last


def _stuck(message: str) -> UpstreamShape:
    return UpstreamShape(message, backend="danbooru", hint="ask for single pages with --page")


def missing(what: str, hint: str | None = None) -> Callable[[AnimedexError], Plan[Never]]:
    """Make what tells a missing thing by its name; other failures stay what they are."""

    def tell(error: AnimedexError) -> Plan[Never]:
        if isinstance(error, NotFound):
            words = error.message.partition("): ")[2]
            raise not_found(f"{what}: {words}" if words else what, hint) from None
        raise error

    return tell


def not_found(what: str, hint: str | None = None) -> NotFound:
    """Make the error for what the service does not have."""
    return NotFound(f"danbooru has no {what}", hint=hint, backend="danbooru", status=404)
