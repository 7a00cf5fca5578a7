"""A typed library over public anime art APIs: `from animedex.backends.nekos import image`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from animedex.client import AsyncClient, Client
    from animedex.errors import AnimedexError
    from animedex.models import ArtPost, Rating, SourceTag

__all__ = ["AnimedexError", "ArtPost", "AsyncClient", "Client", "Rating", "SourceTag"]
__version__ = "0.1.0"

_PLACES = {
    "AnimedexError": "errors",
    "ArtPost": "models",
    "AsyncClient": "client",
    "Client": "client",
    "Rating": "models",
    "SourceTag": "call",
}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Import a public name when it is first asked for."""
        if name not in _PLACES:
            message = f"module 'animedex' has no attribute {name!r}"
            raise AttributeError(message)
        from importlib import import_module

        return getattr(import_module(f"animedex.{_PLACES[name]}"), name)

    def __dir__() -> list[str]:
        """List the public names, loaded or not."""
        return sorted([*globals(), *__all__])
