"""Sample servers of the services on loopback, with faults on request, for tests of programs.

Needs the extra: ``pip install 'animedex[serve]'``. ``nekos``, ``danbooru`` and ``waifu`` each
answer as that service does, from any collection; ``samples`` are these services with sample
pictures, their limits and their User-Agent rule. The pytest plugin offers them as fixtures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from animedex.testing.samples.danbooru_sample import DanbooruSample
    from animedex.testing.samples.nekos_sample import SampleServer
    from animedex.testing.samples.registry import serve
    from animedex.testing.samples.waifu_sample import WaifuSample

__all__ = ["DanbooruSample", "SampleServer", "WaifuSample", "serve"]

_MODULES = {
    "DanbooruSample": "danbooru_sample",
    "SampleServer": "nekos_sample",
    "WaifuSample": "waifu_sample",
    "serve": "registry",
}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Import a public name at first use; most programs need one service."""
        if name not in _MODULES:
            message = f"module 'animedex.testing' has no attribute {name!r}"
            raise AttributeError(message)
        from importlib import import_module

        return getattr(import_module(f"animedex.testing.samples.{_MODULES[name]}"), name)
