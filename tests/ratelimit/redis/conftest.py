"""Stores at real Redis servers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from animedex.clock import shared_clock
from animedex.ratelimit.redis_client import RedisClient
from animedex.ratelimit.redis_store import RedisStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.kit.redis_server import Server


@pytest.fixture
def warnings() -> list[str]:
    return []


@pytest.fixture
def store_at(warnings: list[str]) -> Iterator[Callable[[str], RedisStore]]:
    """Create stores at a server by its URL."""
    stores: list[RedisStore] = []

    def create(url: str) -> RedisStore:
        client = RedisClient(url, shared_clock, warnings.append)
        stores.append(RedisStore(client, shared_clock, warnings.append))
        return stores[-1]

    yield create
    for store in stores:
        store.close()


@pytest.fixture
def store(redis_server: Server, store_at: Callable[[str], RedisStore]) -> RedisStore:
    return store_at(redis_server.url)
