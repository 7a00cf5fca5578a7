"""Danbooru: pictures described by tags, with their ratings, sources and artists.

Every endpoint here answers at once, `search("touhou", rating="g")`; asynchronously,
`await search.aio("touhou")`; or is a value to be carried out by a client, `search.call("touhou")`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from animedex.lazy_names import lazy_names

if TYPE_CHECKING:
    from animedex.backends.danbooru.backend import BACKEND
    from animedex.backends.danbooru.endpoints import (
        SURFACE,
        Danbooru,
        all_posts,
        artist,
        autocomplete,
        count,
        pool,
        post,
        random,
        related,
        search,
        tags,
        wiki,
    )

__all__ = [
    "BACKEND",
    "SURFACE",
    "Danbooru",
    "all_posts",
    "artist",
    "autocomplete",
    "count",
    "pool",
    "post",
    "random",
    "related",
    "search",
    "tags",
    "wiki",
]
if not TYPE_CHECKING:
    _MODULES = {"BACKEND": "backend"}
    __getattr__, __dir__ = lazy_names(__name__, dict.fromkeys(__all__, "endpoints") | _MODULES)
