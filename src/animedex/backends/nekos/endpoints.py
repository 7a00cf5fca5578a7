"""The endpoints of nekos.best v2: functions of the default client, and methods of any client."""

from __future__ import annotations

from animedex.backends.nekos import calls
from animedex.endpoint import Endpoint, Surface, Via_co


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
