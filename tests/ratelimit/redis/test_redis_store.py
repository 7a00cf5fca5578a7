"""Budgets and the record of what was shown, at a server that is well."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from animedex.clock import shared_clock
from animedex.ratelimit import redis_store as store_module
from animedex.ratelimit.limits import Limits, SlidingWindow, TokenBucket
from animedex.ratelimit.rate_limiter import LimiterState, Proceed, Rejected, Reservation, RetryLater
from animedex.ratelimit.redis_client import RedisClient
from animedex.ratelimit.redis_store import PREFIX, RedisStore, limiter_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.kit.redis_server import Server

SEARCH = Reservation("a", "/search", "/search")
WIDE = Limits(TokenBucket(rate=1000.0, burst=100), {"/search": SlidingWindow(2, 3600.0)})


def minutes_off() -> float:
    """Return another time than everyone else."""
    return shared_clock() - 600.0


def test_two_keepers_share_a_budget_whatever_their_clocks_say(
    redis_server: Server, store_at: Callable[[str], RedisStore]
) -> None:
    redis_server.begin()
    first = store_at(redis_server.url)
    client = RedisClient(redis_server.url, minutes_off, pytest.fail)
    second = RedisStore(client, minutes_off, pytest.fail)
    limits = WIDE._replace(bucket=TokenBucket(rate=0.01, burst=2))
    asked = shared_clock()
    for store, clock in ((first, shared_clock), (second, minutes_off)):
        verdict = store.reserve(redis_server.origin, limits, Reservation("a", "/neko"))
        assert isinstance(verdict, Proceed)
        assert verdict.at <= clock()
    late = first.reserve(redis_server.origin, limits, Reservation("c", "/neko"))
    assert isinstance(late, Proceed)
    assert asked + 90 < late.at < shared_clock() + 100
    later = second.reserve(redis_server.origin, limits, Reservation("d", "/neko"))
    assert asked - 600 + 190 < later.at < minutes_off() + 200
    second.close()


def test_the_window_opens_as_answers_settle(redis_server: Server, store: RedisStore) -> None:
    redis_server.begin()
    limits = WIDE._replace(windows={"/search": SlidingWindow(1, 60.0)})
    origin = redis_server.origin
    claim = SEARCH._replace(deadline=shared_clock() + 300)
    assert isinstance(store.reserve(origin, limits, claim), Proceed)
    store.finish(origin, limits, claim)
    second = store.reserve(origin, limits, claim._replace(ticket="b"))
    assert isinstance(second, RetryLater)
    assert 50 < second.at - shared_clock() <= 60
    hasty = claim._replace(ticket="c", deadline=shared_clock() + 70)
    third = store.reserve(origin, limits, hasty)
    assert isinstance(third, Rejected)
    assert not third.by_service


def test_what_is_released_is_free_for_others(redis_server: Server, store: RedisStore) -> None:
    redis_server.begin()
    for ticket in "abc":
        claim = SEARCH._replace(ticket=ticket)
        verdict = store.reserve(redis_server.origin, WIDE, claim)
        store.cancel(redis_server.origin, claim, verdict.at)
        assert isinstance(verdict, Proceed)
    store.cancel(redis_server.origin, SEARCH, None)


def test_a_blocked_path_is_blocked_for_all(redis_server: Server, store: RedisStore) -> None:
    redis_server.begin()
    origin = redis_server.origin
    store.block(origin, Reservation("a", "/neko"), 3600.0)
    hasty = Reservation("b", "/neko", deadline=shared_clock() + 30)
    verdict = store.reserve(origin, WIDE, hasty)
    assert isinstance(verdict, Rejected)
    assert verdict.by_service
    assert isinstance(store.reserve(origin, WIDE, Reservation("c", "/hug")), Proceed)


def test_a_claim_without_windows_is_not_settled(redis_server: Server, store: RedisStore) -> None:
    store.finish(redis_server.origin, WIDE, Reservation("a", "/neko"))
    assert redis_server.does("DBSIZE") == 0


def test_an_origin_that_is_new_counts_as_used_up(redis_server: Server, store: RedisStore) -> None:
    limits = WIDE._replace(bucket=TokenBucket(rate=0.1, burst=5))
    verdict = store.reserve(redis_server.origin, limits, Reservation("a", "/neko"))
    assert isinstance(verdict, Proceed)
    assert 9 < verdict.at - shared_clock() <= 10
    search = store.reserve(redis_server.origin, limits, SEARCH)
    assert isinstance(search, RetryLater)
    assert search.ready_at - shared_clock() > 3590


@pytest.mark.parametrize("body", ["nonsense", "\x93\x01\x02\x03", "\xc1"])
def test_a_ledger_that_makes_no_sense_counts_as_used_up(
    body: str, redis_server: Server, store: RedisStore
) -> None:
    redis_server.does("SET", limiter_key(redis_server.origin).decode(), body)
    assert store.states() == {redis_server.origin: LimiterState()}
    assert isinstance(store.reserve(redis_server.origin, WIDE, SEARCH), RetryLater)


def test_a_key_of_another_kind_is_replaced(redis_server: Server, store: RedisStore) -> None:
    redis_server.does("RPUSH", limiter_key(redis_server.origin).decode(), "nonsense")
    assert isinstance(store.reserve(redis_server.origin, WIDE, SEARCH), RetryLater)


def test_everything_that_is_kept_has_an_end(redis_server: Server, store: RedisStore) -> None:
    store.reserve(redis_server.origin, WIDE, SEARCH)
    store.add_seen("shelf", ("a",), shared_clock() + 20)
    names = redis_server.does("KEYS", "*")
    assert sorted(names) == [limiter_key(redis_server.origin), f"{PREFIX}:shown".encode()]
    assert all(redis_server.does("PTTL", name) > 86_000_000 for name in names)


def test_ledgers_are_told_in_moments_of_this_machine(
    redis_server: Server, store: RedisStore
) -> None:
    redis_server.begin()
    origin = redis_server.origin
    for ticket in "abc":
        claim = SEARCH._replace(ticket=ticket, deadline=shared_clock() + 7200)
        store.reserve(origin, WIDE, claim)
    store.finish(origin, WIDE, SEARCH)
    store.block(origin, Reservation("d", "/neko"), 60.0)
    now = shared_clock()
    (ledger,) = store.states().values()
    window = ledger.windows["/search"]
    assert abs(ledger.clock - now) < 30
    assert [(entry.ticket, entry.has_answer) for entry in window.entries] == [
        ("b", False),
        ("a", True),
    ]
    assert [waiter.ticket for waiter in window.queue] == ["c"]
    assert abs(window.entries[1].free_at - now - 3600) < 30
    assert abs(ledger.blocked_until["/neko"] - now - 60) < 30


def test_there_may_be_many_ledgers(redis_server: Server, store: RedisStore) -> None:
    with redis_server.asked() as client:
        client.mset({limiter_key(f"http://127.0.0.1:{port}"): b"" for port in range(3000)})
    assert len(store.states()) == 3000


def test_pictures_are_unseen_once(store: RedisStore) -> None:
    latest = shared_clock() + 60
    assert store.add_seen("shelf", ("a", "b c", "a"), latest) == {"a", "b c"}
    assert store.add_seen("shelf", ("b c", "c"), latest) == {"c"}
    assert store.add_seen("attic", ("a",), latest) == {"a"}
    assert store.add_seen("shelf", (), latest) == frozenset()
    assert store.count_seen() == 4
    assert store.clear_seen() == 4
    assert store.clear_seen() == store.count_seen() == 0


def test_the_oldest_pictures_are_forgotten(
    store: RedisStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "MAX_SEEN", 3)
    for name in "abcde":
        store.add_seen("shelf", (name,))
    assert store.count_seen() == 3
    assert store.add_seen("shelf", tuple("abcde")) == {"a", "b"}


def test_threads_take_no_more_than_there_is(redis_server: Server, store: RedisStore) -> None:
    redis_server.begin()
    limits = WIDE._replace(windows={"/search": SlidingWindow(20, 3600.0)})
    gone: list[str] = []

    def work(name: str) -> None:
        for number in range(10):
            claim = SEARCH._replace(ticket=f"{name}{number}")
            if isinstance(store.reserve(redis_server.origin, limits, claim), Proceed):
                gone.append(claim.ticket)

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcdef"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(gone) == 20


def test_a_reservation_is_one_command(redis_server: Server, store: RedisStore) -> None:
    for ticket in "abcd":
        store.reserve(redis_server.origin, WIDE, Reservation(ticket, "/neko"))
    told = redis_server.does("INFO", "commandstats")
    calls = {name.partition("_")[2]: result["calls"] for name, result in told.items()}
    # The first one shows that the server does not know the script yet.
    assert (calls["evalsha"], calls["eval"]) == (4, 1)
    inside = {"time": 4, "get": 4, "set": 4}
    assert calls == {**calls, **inside}
    assert calls.keys() <= {"evalsha", "eval", *inside, "info", "client|setinfo", "hello"}
