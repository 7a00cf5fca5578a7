"""The endpoints of Danbooru as calls: arguments are checked here, nothing is sent.

https://danbooru.donmai.us/wiki_pages/help:api
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote

from animedex.backends.danbooru import composite_calls, parsers, tag_query
from animedex.backends.danbooru.argument_checks import (
    MOST_POSTS,
    check_id,
    check_limit,
    check_max,
    check_name,
    check_page,
    check_row_limit,
    check_text,
)
from animedex.backends.danbooru.backend import BACKEND
from animedex.call import Call
from animedex.errors import BadArguments
from animedex.http_message import Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from animedex.backends.danbooru.models import (
        DanbooruArtist,
        DanbooruPool,
        DanbooruPost,
        DanbooruRelatedTag,
        DanbooruSuggestion,
        DanbooruTag,
        DanbooruWikiPage,
    )
    from animedex.backends.danbooru.tag_query import RatingWord
    from animedex.call import SourceTag
    from animedex.errors import AnimedexError
    from animedex.http_message import Response
    from animedex.models import Rating

MINUTE = 60.0
TEN_MINUTES = 600.0
HOUR = 3600.0


def search(
    *tags: str,
    rating: RatingWord | Rating | None = None,
    order: str | None = None,
    limit: int = 20,
    page: int | str | None = None,
) -> Call[list[DanbooruPost]]:
    """Search posts by tags, 1 to 200 per page; without a tag, list the newest.

    A tag is `name`, `-name`, `~name`, `wild*`, or a metatag such as `score:>100`; a text may hold
    several with blanks between them. `page` is a number, or `b<id>` or `a<id>` for what comes
    before or after a post. Without a sign-in a search may have 2 terms, of which `order` is one
    and `rating` is none; raises `BadArguments` past that, before anything is sent. The answer is
    cached for a minute, and never where the order is random.
    """
    terms = _build_terms(tags, rating, order)
    params = _search_params(terms, limit)
    if page is not None:
        params = (*params, ("page", check_page(page)))
    return _posts_call(terms, params)


def all_posts(
    *tags: str,
    max: int,  # noqa: A002  what the command line calls it
    rating: RatingWord | Rating | None = None,
    order: str | None = None,
) -> Call[list[DanbooruPost]]:
    """Page through a search by id, newest first, for at most `max` posts, up to 1000.

    Each page of 200 is a request. `order` is nothing, `id_desc`, or `id` for the oldest first;
    others cannot be paged by id.
    """
    most = check_max(max)
    rising = order == "id"
    if order not in {None, "id", "id_desc"} or tag_query.has_order(tag_query.split_query(tags)):
        message = "all posts of a search are fetched by id, and in no other order"
        hint = "leave the order out, or ask for single pages with --limit and --page"
        raise BadArguments(message, backend="danbooru", hint=hint)
    terms = _build_terms(tags, rating, None)

    def at(page: str | None, limit: int) -> Call[list[DanbooruPost]]:
        params = _search_params(terms, limit)
        params = params if page is None else (*params, ("page", page))
        return _posts_call(terms, params)

    first = at("a0" if rising else None, min(most, MOST_POSTS))
    return first.then(partial(composite_calls.fetch_all_pages, most=most, page=at, rising=rising))


def post(id: int) -> Call[DanbooruPost]:  # noqa: A002  the service's own name for it
    """Look a post up by its id; the answer is cached for ten minutes."""
    number = check_id("a post", id)
    return Call(
        BACKEND,
        Request("GET", f"/posts/{number}.json"),
        parsers.parse_post,
        composite_calls.missing(f"post {number}"),
        ttl=TEN_MINUTES,
    )


def random(*tags: str, rating: RatingWord | Rating | None = None) -> Call[DanbooruPost]:
    """Draw any post that a search finds; raises `NotFound` where it finds none. Never cached."""
    terms = _build_terms(tags, rating, None)
    return Call(
        BACKEND,
        Request("GET", "/posts/random.json", _tags_param(terms)),
        parsers.parse_post,
        composite_calls.missing("post for that", tag_query.AUTOCOMPLETE),
        anonymous_error=_term_limit_error(terms),
    )


def count(*tags: str, rating: RatingWord | Rating | None = None) -> Call[int | None]:
    """Count the posts that a search finds; None where the service does not count to the end.

    The answer is cached for ten minutes.
    """
    terms = _build_terms(tags, rating, None)
    return Call(
        BACKEND,
        Request("GET", "/counts/posts.json", _tags_param(terms)),
        parsers.parse_count,
        ttl=TEN_MINUTES,
        anonymous_error=_term_limit_error(terms),
    )


def tags(pattern: str, limit: int = 20) -> Call[list[DanbooruTag]]:
    """Find tags by a pattern with `*` as a wildcard, the most used first.

    1 to 1000 come. The answer is cached for an hour.
    """
    params = (
        ("search[name_matches]", check_name("a tag", pattern)),
        ("search[order]", "count"),
        ("limit", check_row_limit(limit)),
    )
    return Call(BACKEND, Request("GET", "/tags.json", params), parsers.parse_tags, ttl=HOUR)


def autocomplete(text: str) -> Call[list[DanbooruSuggestion]]:
    """Find tags that complete a text, also by other spellings; cached for an hour."""
    params = (
        ("search[query]", check_text("a tag", text)),
        ("search[type]", "tag_query"),
    )
    return Call(
        BACKEND,
        Request("GET", "/autocomplete.json", params),
        parsers.parse_suggestions,
        ttl=HOUR,
    )


def artist(who: int | str) -> Call[DanbooruArtist]:
    """Look an artist up: a number is the id, a text the exact name; cached for an hour.

    Raises `NotFound` where there is none.
    """
    if not isinstance(who, str):
        number = check_id("an artist", who)
        request = Request("GET", f"/artists/{number}.json")
        recover = composite_calls.missing(f"artist {number}")
        return Call(BACKEND, request, parsers.parse_artist, recover, ttl=HOUR)
    name = check_name("an artist", who)

    def only(response: Response, source: SourceTag) -> DanbooruArtist:
        artists = parsers.parse_artists(response, source)
        if not artists:
            hint = f"names are exact: {tag_query.AUTOCOMPLETE}"
            what = f"artist {name!r:.80}"
            raise composite_calls.missing_error(what, hint)
        return artists[0]

    request = Request("GET", "/artists.json", (("search[name]", name),))
    return Call(BACKEND, request, only, ttl=HOUR)


def pool(id: int) -> Call[DanbooruPool]:  # noqa: A002  the service's own name for it
    """Look a pool up by its id; the answer is cached for an hour."""
    number = check_id("a pool", id)
    request = Request("GET", f"/pools/{number}.json")
    recover = composite_calls.missing(f"pool {number}")
    return Call(BACKEND, request, parsers.parse_pool, recover, ttl=HOUR)


def wiki(title: str) -> Call[DanbooruWikiPage]:
    """Look a page of the wiki up by its title, most often a tag; cached for an hour."""
    name = check_name("a wiki page", title)
    request = Request("GET", f"/wiki_pages/{quote(name, safe='')}.json")
    recover = composite_calls.missing(f"wiki page {name!r:.80}", tag_query.AUTOCOMPLETE)
    return Call(BACKEND, request, parsers.parse_wiki_page, recover, ttl=HOUR)


def related(tag: str) -> Call[list[DanbooruRelatedTag]]:
    """Find the tags that often occur with another; the answer is cached for an hour."""
    request = Request("GET", "/related_tag.json", (("search[query]", check_name("a tag", tag)),))
    return Call(BACKEND, request, parsers.parse_related_tags, ttl=HOUR)


def _build_terms(
    tags: tuple[str, ...], rating: RatingWord | Rating | None, order: str | None
) -> tuple[str, ...]:
    """Return all terms of a search, those of its options last."""
    terms = tag_query.split_query(tags)
    if rating is not None or order is not None:
        terms = tag_query.group_alternatives(terms)
    if rating is not None:
        terms = (*terms, tag_query.build_rating_term(rating))
    if order is not None:
        terms = (*terms, tag_query.build_order_term(order))
    return terms


def _tags_param(terms: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return (("tags", " ".join(terms)),) if terms else ()


def _search_params(terms: tuple[str, ...], limit: int) -> tuple[tuple[str, str], ...]:
    return (*_tags_param(terms), ("limit", check_limit(limit)))


def _posts_call(
    terms: tuple[str, ...], params: tuple[tuple[str, str], ...]
) -> Call[list[DanbooruPost]]:
    return Call(
        BACKEND,
        Request("GET", "/posts.json", params),
        parsers.parse_posts,
        ttl=0 if tag_query.has_random_order(terms) else MINUTE,
        anonymous_error=_term_limit_error(terms),
    )


def _term_limit_error(terms: tuple[str, ...]) -> Callable[[], AnimedexError] | None:
    over = len(tag_query.limited_terms(terms)) > tag_query.MOST_TERMS
    return partial(tag_query.too_many_terms, terms) if over else None
