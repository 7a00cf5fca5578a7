"""Waifu.im v7: tagged pictures, each with its artists, its size and a perceptual hash.

Every endpoint here answers at once, `images("maid")`; asynchronously, `await images.aio("maid")`;
or is a value to be carried out by a client, `images.call("maid")`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from animedex.lazy_names import lazy_names

if TYPE_CHECKING:
    from animedex.backends.waifu.backend import BACKEND
    from animedex.backends.waifu.endpoints import (
        SURFACE,
        Waifu,
        artist,
        artists,
        image,
        images,
        stats,
        tag,
        tags,
    )

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
if not TYPE_CHECKING:
    _MODULES = {"BACKEND": "backend"}
    __getattr__, __dir__ = lazy_names(__name__, dict.fromkeys(__all__, "endpoints") | _MODULES)
