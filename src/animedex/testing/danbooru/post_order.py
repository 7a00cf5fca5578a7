"""Put posts in the order that a search asks for; the newest come first otherwise."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from animedex.testing.danbooru.number_ranges import moment
from animedex.testing.danbooru.partial_rows import PartialPost, Row, nested, number, row_id, text
from animedex.testing.danbooru.search_query import Term, find_metatag

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from random import Random

RANK_SECONDS = 35_000


def sort_posts(
    posts: Iterable[PartialPost], terms: tuple[Term, ...], random: Random
) -> list[PartialPost]:
    """Sort posts as the query's ``order:`` says; ignore an unknown order.

    >>> from random import Random
    >>> from animedex.testing.danbooru.search_query import parse_query
    >>> rows = [{"id": 1, "score": 5}, {"id": 2, "score": 9}, {"id": 3, "score": 5}]
    >>> posts = [PartialPost(row, frozenset()) for row in rows]
    >>> def ids(query):
    ...     return [post.row["id"] for post in sort_posts(posts, parse_query(query), Random(1))]
    >>> ids(""), ids("order:id"), ids("order:score"), ids("order:score_asc"), ids("order:what")
    ([3, 2, 1], [1, 2, 3], [2, 3, 1], [3, 1, 2], [3, 2, 1])
    >>> ids("order:custom id:2,1,3")
    [2, 1, 3]
    """
    newest = sorted(posts, key=lambda post: -row_id(post.row))
    order = (find_metatag(terms, "order") or "").lower()
    if order == "random":
        random.shuffle(newest)
    elif order == "custom":
        return _sort_by_ids(newest, find_metatag(terms, "id") or "")
    key = _KEYS.get(order.removesuffix("_asc"))
    if key is None:
        return newest
    rising = order.endswith("_asc") or order in {"id", "portrait"}
    return sorted(newest, key=lambda post: key(post.row) * (1 if rising else -1))


def _sort_by_ids(posts: list[PartialPost], ids: str) -> list[PartialPost]:
    places = {name: place for place, name in enumerate(ids.split(","))}
    return sorted(posts, key=lambda post: places.get(str(row_id(post.row)), len(places)))


def _field(key: str) -> Callable[[Row], float]:
    return lambda row: number(row, key) or 0


def _moment(key: str) -> Callable[[Row], float]:
    return lambda row: moment(text(row, key)) if text(row, key) else 0


def _area(row: Row) -> float:
    return (number(row, "image_width") or 0) * (number(row, "image_height") or 0)


def _ratio(row: Row) -> float:
    return (number(row, "image_width") or 0) / (number(row, "image_height") or 1)


def _rank(row: Row) -> float:
    """Weigh a score against an age: three times the score outweighs ten hours."""
    return (
        math.log(max(number(row, "score") or 0, 1), 3) + _moment("created_at")(row) / RANK_SECONDS
    )


_KEYS: dict[str, Callable[[Row], float]] = {
    "id": _field("id"),
    "id_desc": _field("id"),
    "score": _field("score"),
    "upvotes": _field("up_score"),
    "downvotes": lambda row: -(number(row, "down_score") or 0),
    "favcount": _field("fav_count"),
    "filesize": _field("file_size"),
    "tagcount": _field("tag_count"),
    "created_at": _moment("created_at"),
    "change": _moment("updated_at"),
    "comment_bumped": _moment("last_comment_bumped_at"),
    "note": _moment("last_noted_at"),
    "mpixels": _area,
    "portrait": _ratio,
    "landscape": _ratio,
    "duration": lambda row: number(nested(row, "media_asset"), "duration") or 0,
    "rank": _rank,
}
