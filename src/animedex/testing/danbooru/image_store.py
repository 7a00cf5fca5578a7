"""What the routes serve: rows as the service writes them."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple, cast

from animedex.testing.danbooru.metatags import SearchData, metatag_test
from animedex.testing.danbooru.partial_rows import (
    CATEGORIES,
    PartialPost,
    Row,
    number,
    row_id,
    text,
)
from animedex.testing.danbooru.search_query import Term, wildcard

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

    from animedex.testing.danbooru.metatags import Test

# What derived rows say of a time that nobody told.
FOUNDED = "2019-08-01T12:00:00.000-04:00"
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_CATEGORY_OF = {number: name for name, number in CATEGORIES.items()}


class User(NamedTuple):
    """A user account."""

    id: int
    name: str
    api_key: str
    level: str = "Gold"
    """``Member``, ``Gold`` or ``Platinum``."""


class DanbooruCollection:
    """Posts, and what belongs to them; nothing changes, so that servers may share it.

    Every row is one of the service's: a dict with as many of its keys as a test needs; a post
    without an ``md5`` is one whose files are withheld. Tags and artists that are not given are
    derived from the posts' tags. A URL that begins with ``/`` lies on the server itself, where
    ``files`` holds what is served there, by path. An artist's ``urls`` (``[{"url": …}]``) are
    searched, and shown only where ``only`` names them. ``aliases`` map other spellings to tags. The
    count of a search in ``uncountable`` is null.
    """

    def __init__(  # noqa: PLR0913 - one for each kind of thing that the service has
        self,
        posts: Iterable[Row] = (),
        *,
        tags: Iterable[Row] | None = None,
        artists: Iterable[Row] | None = None,
        pools: Iterable[Row] = (),
        wiki_pages: Iterable[Row] = (),
        users: Iterable[User] = (),
        aliases: Mapping[str, str] | None = None,
        uncountable: Iterable[str] = (),
        files: Mapping[str, Path | bytes] | None = None,
    ) -> None:
        self.posts = [PartialPost(row, frozenset(text(row, "tag_string").split())) for row in posts]
        self.tags = list(tags) if tags is not None else derive_tags(self.posts)
        self.artists = list(artists) if artists is not None else derive_artists(self.tags)
        self.pools = list(pools)
        self.wiki_pages = list(wiki_pages)
        self.users = {user.name.lower(): user for user in users}
        self.aliases = dict(aliases or {})
        self.uncountable = frozenset(uncountable)
        self.files = dict(files or {})
        self.used_tags = sorted(
            (tag for tag in self.tags if number(tag, "post_count")),
            key=lambda tag: (-(number(tag, "post_count") or 0), text(tag, "name")),
        )
        self._by_id = {row_id(post.row): post for post in self.posts}
        self._tag_rows = {text(row, "name"): row for row in self.tags}

    def find_post(self, post_id: int) -> PartialPost | None:
        """Look a post up by its id."""
        return self._by_id.get(post_id)

    def find_tag(self, name: str) -> Row | None:
        """Look a tag up by its name."""
        return self._tag_rows.get(name)

    def matching(self, terms: tuple[Term, ...], now: float) -> list[PartialPost]:
        """List the posts that answer a search at a moment, in no particular order."""
        test = build_post_filter(terms, SearchData(now, self.aliases, self.posts_in_pools))
        return [post for post in self.posts if test(post)]

    def posts_in_pools(self, name: str) -> Collection[int]:
        """Return the ids of the posts in the pools that a name, id, ``any`` or pattern matches."""
        return {
            post_id
            for pool in self.pools
            if _pool_is(pool, name.lower())
            for post_id in pool_posts(pool)
        }


def pool_posts(pool: Row) -> list[int]:
    """List the ids of the posts in a pool."""
    ids = pool.get("post_ids")
    id_list = cast("list[object]", ids) if isinstance(ids, list) else []
    return [post_id for post_id in id_list if isinstance(post_id, int)]


def derive_tags(posts: Iterable[PartialPost]) -> list[Row]:
    """Make a row for every tag of some posts; a tag without a kind is a general one.

    >>> post = PartialPost({"tag_string_artist": "miko"}, frozenset({"miko", "solo"}))
    >>> [(row["name"], row["category"], row["post_count"]) for row in derive_tags([post])]
    [('miko', 1, 1), ('solo', 0, 1)]
    """
    counts: Counter[str] = Counter()
    categories: dict[str, int] = {}
    for post in posts:
        counts.update(post.tags)
        for category, value in CATEGORIES.items():
            names = text(post.row, f"tag_string_{category}").split()
            categories.update(dict.fromkeys(names, value))
    return [
        tag_row(1_001 + place, name, categories.get(name, 0), counts[name])
        for place, name in enumerate(sorted(counts))
    ]


def tag_row(tag_id: int, name: str, category: int, post_count: int) -> Row:
    """Write a tag's row.

    >>> tag_row(7, "cat's_cradle_(game)", 0, 3)["words"]
    ["cat's", 'cradle', 'game']
    """
    return {
        "id": tag_id,
        "name": name,
        "post_count": post_count,
        "category": category,
        "created_at": FOUNDED,
        "updated_at": FOUNDED,
        "is_deprecated": False,
        "words": _WORD.findall(name) or [name],
    }


def derive_artists(tags: Iterable[Row]) -> list[Row]:
    """Make a row for every tag that names an artist."""
    return [
        artist_row(row_id(tag), text(tag, "name"))
        for tag in tags
        if number(tag, "category") == CATEGORIES["artist"]
    ]


def artist_row(
    artist_id: int, name: str, other_names: Iterable[str] = (), urls: Iterable[str] = ()
) -> Row:
    """Write an artist's row."""
    return {
        "id": artist_id,
        "created_at": FOUNDED,
        "name": name,
        "updated_at": FOUNDED,
        "is_deleted": False,
        "group_name": "",
        "is_banned": False,
        "other_names": list(other_names),
        "urls": [{"url": url} for url in urls],
    }


def category_name(tag: Row) -> str:
    """Return a tag's kind by its name: ``artist``."""
    return _CATEGORY_OF.get(int(number(tag, "category") or 0), "general")


def _pool_is(pool: Row, name: str) -> bool:
    if name in {"any", "none"}:
        return True
    if name in {"series", "collection"}:
        return text(pool, "category") == name
    pattern = wildcard(name)
    return name == str(row_id(pool)) or pattern.fullmatch(text(pool, "name")) is not None


def build_post_filter(terms: tuple[Term, ...], data: SearchData) -> Test:
    """Make of a search's terms a test for posts.

    >>> from animedex.testing.danbooru.search_query import parse_query
    >>> from animedex.testing.danbooru.partial_rows import PartialPost
    >>> known = SearchData(0.0, {}, lambda name: ())
    >>> cat = PartialPost({"id": 1, "rating": "g"}, frozenset({"cat", "solo"}))
    >>> queries = ("cat rating:g", "-solo", "~dog ~cat", "c*")
    >>> [build_post_filter(parse_query(query), known)(cat) for query in queries]
    [True, False, True, True]
    """
    needed = [_signed_test(term, data) for term in terms if term.sign != "~"]
    choices = [_term_test(term, data) for term in terms if term.sign == "~"]

    def test(post: PartialPost) -> bool:
        chosen = not choices or any(choice(post) for choice in choices)
        return chosen and all(need(post) for need in needed)

    return test


def _signed_test(term: Term, data: SearchData) -> Test:
    test = _term_test(term, data)
    return (lambda post: not test(post)) if term.sign == "-" else test


def _term_test(term: Term, data: SearchData) -> Test:
    if term.metatag:
        return metatag_test(term, data)
    if "*" in term.value:
        pattern = wildcard(term.value)
        return lambda post: any(pattern.fullmatch(tag) for tag in post.tags)
    tag = data.aliases.get(term.value, term.value)
    return lambda post: tag in post.tags
