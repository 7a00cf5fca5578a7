"""nekos.best v2: general-audience pictures and reaction animations, with their artists' credit.

Every endpoint here answers at once, `image("neko")`; asynchronously, `await image.aio("neko")`;
or is a value to be carried out by a client, `image.call("neko")`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from animedex.lazy_names import lazy_names

if TYPE_CHECKING:
    from animedex.backends.nekos.backend import BACKEND
    from animedex.backends.nekos.endpoints import (
        SURFACE,
        Nekos,
        asset,
        categories,
        categories_full,
        image,
        search,
    )

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
if not TYPE_CHECKING:
    _MODULES = {"BACKEND": "backend"}
    __getattr__, __dir__ = lazy_names(__name__, dict.fromkeys(__all__, "endpoints") | _MODULES)
