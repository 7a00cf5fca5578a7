"""The endpoints of Danbooru: functions of the default client, and methods of any client."""

from __future__ import annotations

from animedex.backends.danbooru import calls
from animedex.endpoint import Endpoint, Surface, Via_co


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
