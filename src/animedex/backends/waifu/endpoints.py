"""The endpoints of Waifu.im v7: functions of the default client, and methods of any client."""

from __future__ import annotations

from animedex.backends.waifu import calls
from animedex.endpoint import Endpoint, Surface, Via_co


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
