"""Cards of art posts of any service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from animedex.render.text_output import Card, source_label

if TYPE_CHECKING:
    from collections.abc import Sequence

    from animedex.models import ArtPost

_MOST = 5
RATINGS = {"g": "general", "s": "sensitive", "q": "questionable", "e": "explicit"}


def post_card(post: ArtPost) -> Card:
    """Return the card of a post."""
    return Card(
        title=post.id,
        lines=(
            ("artist", join_few(post.artists)),
            ("characters", join_few(post.characters)),
            ("series", join_few(post.copyrights)),
            ("rating", post.rating and RATINGS[post.rating]),
            ("size", f"{post.width} x {post.height}" if post.width and post.height else None),
            ("score", None if post.score is None else str(post.score)),
            ("source", post.source_url),
            ("page", post.page_url),
        ),
        url=post.url or "withheld by the service",
        source=source_label(post.id.partition(":")[0], post.source_tag),
    )


def join_few(names: Sequence[str]) -> str | None:
    """Join the first names, and count the rest.

    >>> join_few(["a", "b"]), join_few(["a", "b", "c", "d", "e", "f", "g"]), join_few([])
    ('a, b', 'a, b, c, d, e and 2 more', None)
    """
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return ", ".join(names[:_MOST]) + more or None
