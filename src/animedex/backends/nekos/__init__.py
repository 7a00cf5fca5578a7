"""nekos.best v2: general-audience pictures and reaction animations, with their artists' credit.

Every endpoint here answers at once, `image("neko")`; asynchronously, `await image.aio("neko")`;
or is a value to be carried out by a client, `image.call("neko")`.
"""

from __future__ import annotations

from animedex.backends.nekos import calls
from animedex.backends.nekos.backend import BACKEND
from animedex.endpoint import Endpoint, Surface, Via_co

__all__ = [
    "BACKEND",
    "SURFACE",
    "Nekos",
    "asset",
    "categories",
    "categories_full",
    "image",
    "search",
]


class Nekos(Surface[Via_co]):
    """Offer the endpoints of nekos.best v2 through one client."""

    categories = Endpoint(calls.categories)
    categories_full = Endpoint(calls.categories_full)
    image = Endpoint(calls.image)
    search = Endpoint(calls.search)
    asset = Endpoint(calls.asset)


SURFACE = Nekos
categories = Nekos.categories
categories_full = Nekos.categories_full
image = Nekos.image
search = Nekos.search
asset = Nekos.asset
