"""Budgets and the record of what was shown, at a server that is well."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from animedex.backends.backend import Bucket, Limits, Window
from animedex.transport.clock import shared_clock
from animedex.transport.fleet import keeper as keeper_module
from animedex.transport.fleet.keeper import PREFIX, key
from animedex.transport.ledger import Again, Claim, Denied, Go, Ledger

if TYPE_CHECKING:
    from collections.abc import Callable

    from animedex.transport.fleet.keeper import FleetKeeper
    from tests.transport.fleet.conftest import Server

SEARCH = Claim("a", "/search", "/search")
WIDE = Limits(Bucket(rate=1000.0, burst=100), {"/search": Window(2, 3600.0)})


def minutes_off() -> float:
    """Tell another time than everyone else."""
    return shared_clock() - 600.0


def test_two_keepers_share_a_budget_whatever_their_clocks_say(
    redis_server: Server, keeper_at: Callable[[str], FleetKeeper]
) -> None:
    redis_server.begin()
    first, second = keeper_at(redis_server.url), keeper_at(redis_server.url)
    limits = WIDE._replace(bucket=Bucket(rate=0.01, burst=2))
    asked = shared_clock()
    for keeper, clock in ((first, shared_clock), (second, minutes_off)):
        verdict = keeper.reserve(redis_server.origin, limits, Claim("a", "/neko"), clock)
        assert isinstance(verdict, Go)
        assert verdict.at <= clock()
    late = first.reserve(redis_server.origin, limits, Claim("c", "/neko"), shared_clock)
    assert isinstance(late, Go)
    assert asked + 90 < late.at < shared_clock() + 100
    later = second.reserve(redis_server.origin, limits, Claim("d", "/neko"), minutes_off)
    assert asked - 600 + 190 < later.at < minutes_off() + 200


def test_the_window_opens_as_answers_settle(redis_server: Server, keeper: FleetKeeper) -> None:
    redis_server.begin()
    limits = WIDE._replace(windows={"/search": Window(1, 60.0)})
    origin = redis_server.origin
    claim = SEARCH._replace(latest=shared_clock() + 300)
    assert isinstance(keeper.reserve(origin, limits, claim, shared_clock), Go)
    keeper.settle(origin, limits, claim, shared_clock)
    second = keeper.reserve(origin, limits, claim._replace(ticket="b"), shared_clock)
    assert isinstance(second, Again)
    assert 50 < second.at - shared_clock() <= 60
    hasty = claim._replace(ticket="c", latest=shared_clock() + 70)
    third = keeper.reserve(origin, limits, hasty, shared_clock)
    assert isinstance(third, Denied)
    assert not third.told


def test_what_is_released_is_free_for_others(redis_server: Server, keeper: FleetKeeper) -> None:
    redis_server.begin()
    for ticket in "abc":
        claim = SEARCH._replace(ticket=ticket)
        verdict = keeper.reserve(redis_server.origin, WIDE, claim, shared_clock)
        keeper.release(redis_server.origin, claim, verdict.at, shared_clock)
        assert isinstance(verdict, Go)
    keeper.release(redis_server.origin, SEARCH, None, shared_clock)


def test_a_blocked_path_is_blocked_for_all(redis_server: Server, keeper: FleetKeeper) -> None:
    redis_server.begin()
    origin = redis_server.origin
    keeper.block(origin, Claim("a", "/neko"), 3600.0, shared_clock)
    hasty = Claim("b", "/neko", latest=shared_clock() + 30)
    verdict = keeper.reserve(origin, WIDE, hasty, shared_clock)
    assert isinstance(verdict, Denied)
    assert verdict.told
    assert isinstance(keeper.reserve(origin, WIDE, Claim("c", "/hug"), shared_clock), Go)


def test_a_claim_without_windows_is_not_settled(redis_server: Server, keeper: FleetKeeper) -> None:
    keeper.settle(redis_server.origin, WIDE, Claim("a", "/neko"), shared_clock)
    assert redis_server.does("DBSIZE") == 0


def test_an_origin_that_is_new_counts_as_used_up(redis_server: Server, keeper: FleetKeeper) -> None:
    limits = WIDE._replace(bucket=Bucket(rate=0.1, burst=5))
    verdict = keeper.reserve(redis_server.origin, limits, Claim("a", "/neko"), shared_clock)
    assert isinstance(verdict, Go)
    assert 9 < verdict.at - shared_clock() <= 10
    search = keeper.reserve(redis_server.origin, limits, SEARCH, shared_clock)
    assert isinstance(search, Again)
    assert search.ready - shared_clock() > 3590


@pytest.mark.parametrize("body", ["nonsense", "\x93\x01\x02\x03", "\xc1"])
def test_a_ledger_that_makes_no_sense_counts_as_used_up(
    body: str, redis_server: Server, keeper: FleetKeeper
) -> None:
    redis_server.does("SET", key(redis_server.origin).decode(), body)
    assert keeper.ledgers() == {redis_server.origin: Ledger()}
    assert isinstance(keeper.reserve(redis_server.origin, WIDE, SEARCH, shared_clock), Again)


def test_a_key_of_another_kind_is_replaced(redis_server: Server, keeper: FleetKeeper) -> None:
    redis_server.does("RPUSH", key(redis_server.origin).decode(), "nonsense")
    assert isinstance(keeper.reserve(redis_server.origin, WIDE, SEARCH, shared_clock), Again)


def test_everything_that_is_kept_has_an_end(redis_server: Server, keeper: FleetKeeper) -> None:
    keeper.reserve(redis_server.origin, WIDE, SEARCH, shared_clock)
    keeper.unseen("shelf", ("a",), shared_clock() + 20)
    names = redis_server.does("KEYS", "*")
    assert sorted(names) == [key(redis_server.origin), f"{PREFIX}:shown".encode()]
    assert all(redis_server.does("PTTL", name) > 86_000_000 for name in names)


def test_ledgers_are_told_in_moments_of_this_machine(
    redis_server: Server, keeper: FleetKeeper
) -> None:
    redis_server.begin()
    origin = redis_server.origin
    for ticket in "abc":
        claim = SEARCH._replace(ticket=ticket, latest=shared_clock() + 7200)
        keeper.reserve(origin, WIDE, claim, shared_clock)
    keeper.settle(origin, WIDE, SEARCH, shared_clock)
    keeper.block(origin, Claim("d", "/neko"), 60.0, shared_clock)
    now = shared_clock()
    (ledger,) = keeper.ledgers().values()
    window = ledger.windows["/search"]
    assert abs(ledger.clock - now) < 30
    assert [(entry.ticket, entry.answered) for entry in window.entries] == [
        ("b", False),
        ("a", True),
    ]
    assert [waiter.ticket for waiter in window.queue] == ["c"]
    assert abs(window.entries[1].free_at - now - 3600) < 30
    assert abs(ledger.blocked["/neko"] - now - 60) < 30


def test_there_may_be_many_ledgers(redis_server: Server, keeper: FleetKeeper) -> None:
    with redis_server.asked() as client:
        client.mset({key(f"http://127.0.0.1:{port}"): b"" for port in range(3000)})
    assert len(keeper.ledgers()) == 3000


def test_pictures_are_unseen_once(keeper: FleetKeeper) -> None:
    latest = shared_clock() + 60
    assert keeper.unseen("shelf", ("a", "b c", "a"), latest) == {"a", "b c"}
    assert keeper.unseen("shelf", ("b c", "c"), latest) == {"c"}
    assert keeper.unseen("attic", ("a",), latest) == {"a"}
    assert keeper.unseen("shelf", (), latest) == frozenset()
    assert keeper.shown() == 4
    assert keeper.forget() == 4
    assert keeper.forget() == keeper.shown() == 0


def test_the_oldest_pictures_are_forgotten(
    keeper: FleetKeeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper_module, "SHOWN_KEPT", 3)
    for name in "abcde":
        keeper.unseen("shelf", (name,))
    assert keeper.shown() == 3
    assert keeper.unseen("shelf", tuple("abcde")) == {"a", "b"}


def test_threads_take_no_more_than_there_is(redis_server: Server, keeper: FleetKeeper) -> None:
    redis_server.begin()
    limits = WIDE._replace(windows={"/search": Window(20, 3600.0)})
    gone: list[str] = []

    def work(name: str) -> None:
        for number in range(10):
            claim = SEARCH._replace(ticket=f"{name}{number}")
            if isinstance(keeper.reserve(redis_server.origin, limits, claim, shared_clock), Go):
                gone.append(claim.ticket)

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcdef"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(gone) == 20


def test_a_reservation_is_one_command(redis_server: Server, keeper: FleetKeeper) -> None:
    for ticket in "abcd":
        keeper.reserve(redis_server.origin, WIDE, Claim(ticket, "/neko"), shared_clock)
    told = redis_server.does("INFO", "commandstats")
    calls = {name.partition("_")[2]: found["calls"] for name, found in told.items()}
    # The first one shows that the server does not know the script yet.
    assert (calls["evalsha"], calls["eval"]) == (4, 1)
    inside = {"time": 4, "get": 4, "set": 4}
    assert calls == {**calls, **inside}
    assert calls.keys() <= {"evalsha", "eval", *inside, "info", "client|setinfo", "hello"}
