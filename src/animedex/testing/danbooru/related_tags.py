"""Tags that occur together."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

from animedex.testing.danbooru.image_store import category_name
from animedex.testing.danbooru.partial_rows import CATEGORIES, Row, number, text
from animedex.testing.danbooru.post_routes import parse_search
from animedex.testing.danbooru.record_routes import normalize
from animedex.testing.danbooru.request_params import parse_amount, search_arguments

if TYPE_CHECKING:
    from collections.abc import Callable

    from animedex.testing.danbooru.image_store import DanbooruCollection
    from animedex.testing.danbooru.search_request import SearchRequest

AMOUNT = 25
_ORDERS = {
    "cosine": "cosine_similarity",
    "jaccard": "jaccard_similarity",
    "overlap": "overlap_coefficient",
    "frequency": "frequency",
}


class RelatedTags:
    """Measure how near tags are to a search."""

    def __init__(self, collection: DanbooruCollection, clock: Callable[[], float]) -> None:
        self._collection = collection
        self._clock = clock

    def show(self, request: SearchRequest) -> Row:
        """Return the tags of the posts that match a search, most similar first."""
        arguments = {**search_arguments(request.query), **request.query}
        search = arguments.get("query", "")
        terms = parse_search(request, search)
        posts = self._collection.matching(terms, self._clock()) if terms else []
        counts = Counter(tag for post in posts for tag in post.tags)
        category = arguments.get("category", "").lower()
        rows = [
            _row(tag, counts[text(tag, "name")], len(posts))
            for tag in self._collection.used_tags
            if counts[text(tag, "name")] and _is_of(tag, category)
        ]
        order = _ORDERS.get(arguments.get("order", "").lower(), "cosine_similarity")
        rows.sort(key=lambda row: -(number(row, order) or 0))
        return {
            "query": normalize(search),
            "post_count": len(posts),
            "tag": self._collection.find_tag(normalize(search)),
            "related_tags": rows[: parse_amount(request.query, AMOUNT)],
        }


def _row(tag: Row, together: int, posts: int) -> Row:
    alone = number(tag, "post_count") or together
    return {
        "tag": tag,
        "cosine_similarity": together / math.sqrt(posts * alone),
        "jaccard_similarity": together / (posts + alone - together),
        "overlap_coefficient": together / min(posts, alone),
        "frequency": together / posts,
    }


def _is_of(tag: Row, category: str) -> bool:
    """Return whether a tag is of a kind (name, number or None)."""
    return category in {"", category_name(tag), str(CATEGORIES[category_name(tag)])}
