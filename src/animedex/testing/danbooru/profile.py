"""Somebody who has signed in what is known of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from animedex.testing.danbooru.error_responses import WRONG_KEY, RequestRefused
from animedex.testing.danbooru.image_store import FOUNDED
from animedex.testing.danbooru.login_check import level_of

if TYPE_CHECKING:
    from animedex.testing.danbooru.partial_rows import Row
    from animedex.testing.danbooru.search_request import SearchRequest


def profile(asked: SearchRequest) -> Row:
    """Show the row of whoever is asking; nobody in particular is ``RequestRefused``."""
    if asked.user is None:
        raise RequestRefused(WRONG_KEY)
    level = level_of(asked.user)
    return {
        "id": asked.user.id,
        "name": asked.user.name,
        "level": level.number,
        "level_string": asked.user.level,
        "created_at": FOUNDED,
        "is_banned": False,
        "is_deleted": False,
        "tag_query_limit": level.terms,
    }
