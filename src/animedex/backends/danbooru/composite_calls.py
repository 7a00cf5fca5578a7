"""Paging by id, and errors that name what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from animedex.backends.danbooru.argument_checks import MOST_POSTS
from animedex.errors import AnimedexError, NotFound, UpstreamShape

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Never

    from animedex.backends.danbooru.models import DanbooruPost
    from animedex.call import Call, CallContext, Steps

    Pages = Callable[[str, int], Call[list[DanbooruPost]]]


def fetch_all_pages(
    context: CallContext, first: list[DanbooruPost], most: int, page: Pages, *, rising: bool
) -> Steps[list[DanbooruPost]]:
    """Fetch further pages by the id of the last post, up to `most` posts.

    `page` returns the call for so many posts of a page such as `b500`.
    """
    posts = _sort_posts(first, rising=rising)
    is_full = len(first) == min(most, MOST_POSTS)
    while is_full and len(posts) < most:
        last, limit = _last_id(posts), min(most - len(posts), MOST_POSTS)
        rows = yield from context.execute(page(f"{'a' if rising else 'b'}{last}", limit))
        rows = _sort_posts(rows, rising=rising)
        if rows and not _has_next_page(rows, last, rising=rising):
            message = f"the page after post {last} is not after it"
            raise _paging_error(message)
        posts += rows
        is_full = len(rows) == limit
    return posts[:most]


def _sort_posts(posts: Sequence[DanbooruPost], *, rising: bool) -> list[DanbooruPost]:
    """Sort a page by id: the service turns the pages `a<id>` around."""
    return sorted(posts, key=_id_of, reverse=not rising)


def _id_of(post: DanbooruPost) -> int:
    if post.id is None:
        message = "a post has no id to page by"
        raise _paging_error(message)
    return post.id


def _last_id(posts: Sequence[DanbooruPost]) -> int:
    return _id_of(posts[-1])


def _has_next_page(posts: Sequence[DanbooruPost], last: int, *, rising: bool) -> bool:
    return _id_of(posts[0]) > last if rising else _id_of(posts[0]) < last


def _paging_error(message: str) -> UpstreamShape:
    return UpstreamShape(message, backend="danbooru", hint="ask for single pages with --page")


def missing(
    what: str, hint: str | None = None
) -> Callable[[CallContext, AnimedexError], Steps[Never]]:
    """Return a recovery that names a missing thing in its error; other failures stay."""

    def recover(context: CallContext, error: AnimedexError) -> Steps[Never]:
        del context
        yield from ()
        if isinstance(error, NotFound):
            words = error.message.partition("): ")[2]
            raise missing_error(f"{what}: {words}" if words else what, hint) from None
        raise error

    return recover


def missing_error(what: str, hint: str | None = None) -> NotFound:
    """Return the error for what the service does not have."""
    return NotFound(f"danbooru has no {what}", hint=hint, backend="danbooru", status=404)
