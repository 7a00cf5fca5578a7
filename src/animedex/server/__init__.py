"""Serve anime art on loopback, for programs under test and for one's own pictures.

Needs the extra: ``pip install 'animedex[serve]'``. The parts, from the general to the particular:

- ``loopback`` runs any ASGI application on 127.0.0.1 in a thread;
- ``arrivals``, ``faults``, ``misbehaviour`` and ``standin`` make of it a stand-in for a service:
  it remembers what was asked and misbehaves on request;
- ``visitors``, ``limiting``, ``windows`` and ``files`` are manners that several services share;
- ``nekos`` answers as nekos.best v2 does, from any collection of pictures;
- ``sample`` is that service with a drawn collection, its limits and its User-Agent rule.
"""

from __future__ import annotations

from animedex.server.sample.server import SampleServer, serve

__all__ = ["SampleServer", "serve"]
