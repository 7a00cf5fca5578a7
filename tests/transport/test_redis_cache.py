"""Answers kept by a server."""

from __future__ import annotations

import time
from math import inf
from typing import TYPE_CHECKING

import pytest

from animedex.clock import shared_clock
from animedex.ratelimit.redis_client import RedisClient
from animedex.transport.redis_cache import BODY_CAP, RedisCache

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.kit.redis_server import Server


@pytest.fixture
def warnings() -> list[str]:
    return []


@pytest.fixture
def cache(redis_server: Server, warnings: list[str]) -> Iterator[RedisCache]:
    client = RedisClient(redis_server.url, shared_clock, warnings.append)
    yield RedisCache(client, shared_clock, warnings.append)
    client.close()


def test_a_body_is_kept_with_its_age(cache: RedisCache) -> None:
    cache.put("key", "shelf", b"\x00body\r\n", 60.0, inf)
    kept = cache.get("key", inf)
    assert kept is not None
    assert kept.body == b"\x00body\r\n"
    assert time.time() - 30 < kept.stored_at <= time.time()
    assert cache.get("another", inf) is None


def test_what_has_expired_is_gone(cache: RedisCache, redis_server: Server) -> None:
    cache.put("key", "shelf", b"body", 60.0, inf)
    (name,) = redis_server.does("KEYS", "*")
    assert 0 < redis_server.does("PTTL", name) <= 60_000
    redis_server.does("PEXPIRE", name, "0")
    assert cache.get("key", inf) is None


def test_a_key_tells_nothing_of_what_was_asked(cache: RedisCache, redis_server: Server) -> None:
    cache.put("shelf https://shelf.example/search?q=cats", "shelf", b"body", 60.0, inf)
    assert b"cats" not in redis_server.does("KEYS", "*")[0]


def test_what_is_too_large_is_not_kept(cache: RedisCache) -> None:
    cache.put("key", "shelf", bytes(BODY_CAP + 1), 60.0, inf)
    assert cache.report()[1:] == (0, 0, None)
    cache.put("key", "shelf", bytes(BODY_CAP), 60.0, inf)
    assert cache.report()[1:] == (1, BODY_CAP, None)


def test_what_is_kept_can_be_dropped(cache: RedisCache, redis_server: Server) -> None:
    for number in range(3):
        cache.put(f"{number}", "shelf", b"body", 60.0, inf)
    redis_server.does("SET", "other", "kept")
    assert (cache.clear(), cache.clear()) == (3, 0)
    assert redis_server.does("KEYS", "*") == [b"other"]


def test_without_a_server_nothing_is_kept_and_one_warning_said(
    cache: RedisCache, redis_server: Server, warnings: list[str]
) -> None:
    cache.put("key", "shelf", b"body", 60.0, inf)
    redis_server.kill()
    cache.put("key", "shelf", b"body", 60.0, inf)
    assert cache.get("key", inf) is None
    assert len(warnings) == 1
    redis_server.start()


def test_a_full_server_is_told_of_once_each_time(
    cache: RedisCache, redis_server: Server, warnings: list[str]
) -> None:
    redis_server.does("CONFIG", "SET", "maxmemory-policy", "noeviction")
    for _ in range(2):
        redis_server.does("CONFIG", "SET", "maxmemory", "1")
        for _ in range(2):
            cache.put("key", "shelf", b"body", 60.0, inf)
        redis_server.does("CONFIG", "SET", "maxmemory", "0")
        cache.put("key", "shelf", b"body", 60.0, inf)
    told = f"responses cannot be cached at {redis_server.url}, which has no memory left"
    assert warnings == [told] * 2
    assert cache.get("key", inf) is not None


def test_a_value_that_is_none_of_ours_is_passed_over(
    cache: RedisCache, redis_server: Server
) -> None:
    cache.put("key", "shelf", b"body", 60.0, inf)
    (name,) = redis_server.does("KEYS", "*")
    redis_server.does("SET", name, "for ever")
    assert cache.get("key", inf) is None


def test_one_body_can_be_dropped(cache: RedisCache, redis_server: Server) -> None:
    for key in ("a", "b"):
        cache.put(key, "shelf", b"body", 60.0, inf)
    cache.drop("a", inf)
    assert (cache.get("a", inf), cache.report().answers) == (None, 1)
    redis_server.kill()
    cache.drop("b", inf)
    redis_server.start()
