"""Answer requests for posts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from animedex.testing.danbooru.error_responses import (
    NOT_FOUND,
    RequestRefused,
    too_many_tags,
    wrong_search,
)
from animedex.testing.danbooru.login_check import level_of
from animedex.testing.danbooru.partial_rows import PartialPost, Row, row_id, text
from animedex.testing.danbooru.post_order import sort_posts
from animedex.testing.danbooru.request_params import MOST_POSTS, paginate, parse_page, parse_whole
from animedex.testing.danbooru.responses import visible_post
from animedex.testing.danbooru.search_query import Term, count_terms, find_metatag, parse_query

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from animedex.testing.danbooru.image_store import DanbooruCollection
    from animedex.testing.danbooru.search_request import SearchRequest


class PostRoutes:
    """Search, look up, draw and count the posts of a collection."""

    def __init__(
        self, collection: DanbooruCollection, random: Random, clock: Callable[[], float]
    ) -> None:
        self._collection = collection
        self._random = random
        self._clock = clock

    def index(self, request: SearchRequest) -> object:
        """List a page of a search, or show the one post that has an ``md5``."""
        if request.query.get("md5"):
            return visible_post(self._with_md5(request.query["md5"].lower()).row, request.origin)
        terms = parse_search(request, request.query.get("tags", ""))
        last = level_of(request.user).pages
        page = parse_page(request.query, MOST_POSTS, find_metatag(terms, "limit"), last=last)
        posts = sort_posts(self._collection.matching(terms, self._clock()), terms, self._random)
        return [
            visible_post(post.row, request.origin)
            for post in paginate(posts, page, lambda post: row_id(post.row))
        ]

    def show(self, request: SearchRequest) -> Row:
        """Show the post of an id."""
        post = self._collection.find_post(parse_whole(request.name))
        return visible_post(_require_post(post).row, request.origin)

    def random(self, request: SearchRequest) -> Row:
        """Show any post that answers a search."""
        terms = parse_search(request, request.query.get("tags", ""))
        posts = self._collection.matching(terms, self._clock())
        post = _require_post(self._random.choice(posts) if posts else None)
        return visible_post(post.row, request.origin)

    def count(self, request: SearchRequest) -> object:
        """Count the posts that answer a search."""
        search = request.query.get("tags", "")
        terms = parse_search(request, search)
        if " ".join(search.split()) in self._collection.uncountable:
            return {"counts": {"posts": None}}
        return {"counts": {"posts": len(self._collection.matching(terms, self._clock()))}}

    def _with_md5(self, md5: str) -> PartialPost:
        posts = self._collection.posts
        return _require_post(next((post for post in posts if text(post.row, "md5") == md5), None))


def parse_search(request: SearchRequest, search: str) -> tuple[Term, ...]:
    """Read a search; one of too many terms, or that contradicts itself, is ``RequestRefused``."""
    terms = parse_query(search)
    allowed = level_of(request.user).terms
    if allowed is not None and count_terms(terms) > allowed:
        raise RequestRefused(too_many_tags(allowed))
    for name in ("order", "ordfav", "ordpool", "limit", "random"):
        _check_single(name, [term for term in terms if term.metatag == name])
    return terms


def _check_single(name: str, terms: list[Term]) -> None:
    """Reject a metatag that is repeated or negated."""
    if len({term.value.lower() for term in terms}) > 1:
        raise RequestRefused(wrong_search(f"'{name}:' can't be used more than once."))
    if any(term.sign == "-" for term in terms):
        raise RequestRefused(wrong_search(f"'{name}:{terms[0].value}' can't be negated."))


def _require_post(post: PartialPost | None) -> PartialPost:
    if post is None:
        raise RequestRefused(NOT_FOUND)
    return post
