"""Serve anime art on loopback, for programs under test and for one's own pictures.

Needs the extra: ``pip install 'animedex[serve]'``. The parts, from the general to the particular:

- ``loopback`` runs any ASGI application on 127.0.0.1 in a thread;
- ``arrivals``, ``faults``, ``misbehaviour`` and ``standin`` make of it a stand-in for a service:
  it remembers what was asked and misbehaves on request;
- ``visitors``, ``limiting``, ``windows``, ``files`` and ``json_answers`` are manners that several
  services share;
- ``nekos``, ``danbooru`` and ``waifu`` each answer as that service does, from any collection;
- ``sample`` is these services with a drawn collection, their limits and their User-Agent rule.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from animedex.server.sample.danbooru import DanbooruSample
    from animedex.server.sample.foreground import serve
    from animedex.server.sample.server import SampleServer
    from animedex.server.sample.waifu import WaifuSample

__all__ = ["DanbooruSample", "SampleServer", "WaifuSample", "serve"]

_PLACES = {
    "DanbooruSample": "danbooru",
    "SampleServer": "server",
    "WaifuSample": "waifu",
    "serve": "foreground",
}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Import a public name when it is first asked for; most programs need one service."""
        if name not in _PLACES:
            message = f"module 'animedex.server' has no attribute {name!r}"
            raise AttributeError(message)
        from importlib import import_module

        return getattr(import_module(f"animedex.server.sample.{_PLACES[name]}"), name)
