"""Danbooru: pictures described by tags, with their ratings, sources and artists.

Every endpoint here answers at once, `search("touhou", rating="g")`; asynchronously,
`await search.aio("touhou")`; or is a value to be carried out by a client, `search.call("touhou")`.
"""

from __future__ import annotations

from animedex.backends.danbooru import calls
from animedex.backends.danbooru.backend import BACKEND
from animedex.endpoint import Endpoint, Surface, Via_co

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


class Danbooru(Surface[Via_co]):
    """Offer the endpoints of Danbooru through one client."""

    search = Endpoint(calls.search)
    all_posts = Endpoint(calls.all_posts)
    post = Endpoint(calls.post)
    random = Endpoint(calls.random)
    count = Endpoint(calls.count)
    tags = Endpoint(calls.tags)
    autocomplete = Endpoint(calls.autocomplete)
    artist = Endpoint(calls.artist)
    pool = Endpoint(calls.pool)
    wiki = Endpoint(calls.wiki)
    related = Endpoint(calls.related)


SURFACE = Danbooru
search = Danbooru.search
all_posts = Danbooru.all_posts
post = Danbooru.post
random = Danbooru.random
count = Danbooru.count
tags = Danbooru.tags
autocomplete = Danbooru.autocomplete
artist = Danbooru.artist
pool = Danbooru.pool
wiki = Danbooru.wiki
related = Danbooru.related
