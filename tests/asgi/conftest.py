"""The sample server and the way to ask it, as the tests of the samples have them."""

from __future__ import annotations

from tests.testing.conftest import ask, clock, collection, collection_folder, server

__all__ = ["ask", "clock", "collection", "collection_folder", "server"]
