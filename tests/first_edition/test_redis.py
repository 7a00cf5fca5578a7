"""What the first edition writes at a Redis server: it counts here, and both share one budget.

`redis.txt` was written by that edition at a server whose clock said the year 2100: a server that is
earlier takes all moments with it, so that no time counts as passed since. `limiter-1.lua` is that
edition's script, for calls as it makes them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from animedex.backends.nekos.backend import BACKEND
from animedex.clock import shared_clock
from animedex.ratelimit.rate_limiter import Decision, Proceed, Reservation, RetryLater
from animedex.ratelimit.redis_client import RedisClient
from animedex.ratelimit.redis_store import RedisStore, limiter_key
from animedex.transport.redis_cache import RedisCache

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.kit.redis_server import Server

DATA = Path(__file__).parent / "data"
ORIGIN = "https://nekos.best"


@pytest.fixture
def client(redis_server: Server) -> Iterator[RedisClient]:
    client = RedisClient(redis_server.url, shared_clock, pytest.fail)
    yield client
    client.close()


@pytest.fixture
def store(client: RedisClient) -> RedisStore:
    return RedisStore(client, shared_clock, pytest.fail)


@pytest.fixture
def restored(redis_server: Server, store: RedisStore) -> RedisStore:
    """Run the commands that write what the first edition left."""
    with redis_server.asked() as client:
        for line in (DATA / "redis.txt").read_text("ascii").splitlines():
            name, key, *words = line.split()
            if name == "SET":
                client.set(key, bytes.fromhex(words[0]), px=int(words[2]))
            elif name == "ZADD":
                client.zadd(key, {bytes.fromhex(words[1]): float(words[0])})
            else:
                client.execute_command(name, key, *words)
    return store


def search(store: RedisStore, ticket: str) -> Decision:
    deadline = shared_clock() + 60
    reservation = Reservation(ticket, "/api/v2/search", "/search", deadline)
    return store.reserve(ORIGIN, BACKEND.limits, reservation)


def search_as_before(server: Server, ticket: str) -> bool:
    """Search as the first edition does; return whether it may proceed."""
    script = (DATA / "limiter-1.lua").read_bytes()
    words = ["reserve", "", "/search", "/api/v2/search", "3.0", "10", "7", "5.0", "", ticket, "60"]
    with server.asked() as client:
        reply: Any = client.eval(script, 1, limiter_key(ORIGIN), *words)
    kind: int = msgspec.msgpack.decode(reply)[0]
    return kind == 0


def test_budgets_count(restored: RedisStore) -> None:
    (limiter,) = restored.states().values()
    assert [len(part) for part in limiter.windows["/search"]] == [7, 1]
    decision = search(restored, "new")
    assert isinstance(decision, RetryLater)
    assert 4 < decision.ready_at - shared_clock() <= 5
    blocked = Reservation("x", "/api/v2/waifu", "/waifu", shared_clock() + 120)
    pause = restored.reserve(ORIGIN, BACKEND.limits, blocked)
    assert isinstance(pause, RetryLater)
    assert 50 < pause.ready_at - shared_clock() <= 60


def test_pictures_and_answers_are_still_there(restored: RedisStore, client: RedisClient) -> None:
    assert restored.add_seen("nekos", ("b8a1c2", "b8a1c4", "new")) == {"new"}
    cache = RedisCache(client, shared_clock, pytest.fail)
    answer = cache.get("nekos /endpoints", shared_clock() + 60)
    assert answer is not None
    assert answer.body == b'{"neko":{"format":"png"}}'


def test_both_editions_share_one_budget(redis_server: Server, store: RedisStore) -> None:
    redis_server.begin(ORIGIN)
    may_proceed = [
        search_as_before(redis_server, f"{number}")
        if number % 2
        else isinstance(search(store, f"{number}"), Proceed)
        for number in range(10)
    ]
    assert may_proceed == [True] * 7 + [False] * 3
