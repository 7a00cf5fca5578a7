"""Waifu.im v7: tagged pictures, each with its artists, its size and a perceptual hash.

Every endpoint here answers at once, `images("maid")`; asynchronously, `await images.aio("maid")`;
or is a value to be carried out by a client, `images.call("maid")`.
"""

from __future__ import annotations

from animedex.backends.waifu import calls
from animedex.backends.waifu.backend import BACKEND
from animedex.endpoint import Endpoint, Surface, Via_co

__all__ = [
    "BACKEND",
    "SURFACE",
    "Waifu",
    "artist",
    "artists",
    "image",
    "images",
    "stats",
    "tag",
    "tags",
]


class Waifu(Surface[Via_co]):
    """Offer the endpoints of Waifu.im v7 through one client."""

    images = Endpoint(calls.images)
    image = Endpoint(calls.image)
    tags = Endpoint(calls.tags)
    tag = Endpoint(calls.tag)
    artists = Endpoint(calls.artists)
    artist = Endpoint(calls.artist)
    stats = Endpoint(calls.stats)


SURFACE = Waifu
images = Waifu.images
image = Waifu.image
tags = Waifu.tags
tag = Waifu.tag
artists = Waifu.artists
artist = Waifu.artist
stats = Waifu.stats
