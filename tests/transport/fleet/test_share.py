"""A share of the limits while the server is away: all shares are never more than the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from animedex.backends.backend import Bucket, Limits, Window
from animedex.transport.clock import shared_clock
from animedex.transport.fleet.away import Away
from animedex.transport.fleet.keeper import FleetKeeper
from animedex.transport.fleet.link import Link
from animedex.transport.fleet.place import place_of
from animedex.transport.fleet.share import Share
from animedex.transport.ledger import Again, Claim, Denied, Go

if TYPE_CHECKING:
    from tests.transport.fleet.conftest import Server

ORIGIN = "https://shelf.example"
NEKOS = Limits(Bucket(rate=3.0, burst=10), {"/search": Window(7, 5.0)})
START = 1000.0


def sent(
    shares: list[Share], asks: list[tuple[int, float]], path: str, limits: Limits = NEKOS
) -> list[float]:
    """Have processes ask and send as they are told, answers coming at once; give the moments."""
    now, moments = START, list[float]()
    for number, (who, gap) in enumerate(asks):
        now += gap
        share = shares[who % len(shares)]
        claim = Claim(f"t{number}", path, path if path in limits.windows else "", now + 60)
        at = now
        verdict = share.reserve(ORIGIN, limits, claim, at)
        while isinstance(verdict, Again):
            at = verdict.at
            verdict = share.reserve(ORIGIN, limits, claim, at)
        if isinstance(verdict, Go):
            moments.append(verdict.at)
            share.settle(ORIGIN, limits, claim, verdict.at)
            now = max(now, at)
    return sorted(moments)


def crowd(moments: list[float], seconds: float) -> int:
    return max((sum(0 <= m - first < seconds for m in moments) for first in moments), default=0)


asks = st.lists(st.tuples(st.integers(0, 23), st.floats(0, 3)), min_size=20, max_size=120)


@settings(max_examples=40)
@given(asks, st.integers(1, 7))
def test_shares_of_a_window_never_overrun_it(
    history: list[tuple[int, float]], processes: int
) -> None:
    shares = [Share(1 / processes, 0.0) for _ in range(processes)]
    moments = sent(shares, history, "/search")
    assert crowd(moments, 5.0 - 1e-6) <= 7
    assert all(moment >= START + 5 for moment in moments)


@settings(max_examples=40)
@given(asks, st.lists(st.floats(0, 0.999), min_size=24, max_size=24))
def test_shares_of_a_bucket_stay_below_the_whole_in_any_minute(
    history: list[tuple[int, float]], phases: list[float]
) -> None:
    moments = sent([Share(1 / 24, phase) for phase in phases], history, "/neko")
    assert crowd(moments, 60.0) <= 190


def test_less_than_a_call_is_one_now_and_then_at_moments_of_its_own() -> None:
    limits = Limits(Bucket(rate=3.0, burst=10), {})
    first = sent([Share(1 / 24, 0.25)], [(0, 0.0), (0, 200.0), (0, 0.0)], "/neko", limits)
    period = 60 / (190 / 24 - 1)
    assert [round((moment / period) % 1, 6) for moment in first] == [0.25] * 3
    assert first[2] - first[1] == pytest.approx(period)


def test_less_than_a_call_of_a_window_is_none() -> None:
    share = Share(1 / 24, 0.0)
    assert share.reserve(ORIGIN, NEKOS, Claim("a", "/search", "/search"), START) is None
    tiny = Limits(Bucket(rate=0.01, burst=1), {})
    assert share.reserve(ORIGIN, tiny, Claim("a", "/neko"), START) is None


def test_what_is_given_back_or_blocked_is_known_to_the_share() -> None:
    share, limits = Share(1 / 2, 0.0), Limits(Bucket(rate=2.0, burst=2), {})
    claim = Claim("a", "/neko", latest=START + 60)
    share.release(ORIGIN, claim, None, START)
    verdict = share.reserve(ORIGIN, limits, claim, START)
    assert verdict == Go(START + 1, 0)
    share.release(ORIGIN, claim, START + 1, START)
    assert share.reserve(ORIGIN, limits, claim, START) == verdict
    share.block(ORIGIN, claim, 600.0, START)
    assert share.reserve(ORIGIN, limits, claim, START) == Denied(START + 600, told=True)


class Clock:
    """Go on only when told to."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


def test_a_share_is_used_while_the_server_is_away_and_known_to_it_afterwards(
    redis_server: Server,
) -> None:
    redis_server.begin()
    clock, warnings = Clock(), list[str]()
    link = Link(place_of(redis_server.url), clock, warnings.append)
    keeper = FleetKeeper(link, clock, warnings.append, Share(1 / 3, 0.0))
    limits = Limits(Bucket(rate=300.0, burst=30), {"/search": Window(6, 3600.0)})

    def search(ticket: str) -> Go | Again | Denied:
        clock.now += 60.0
        claim = Claim(ticket, "/search", "/search", clock.now + 20_000.0)
        return keeper.reserve(ORIGIN, limits, claim, clock)

    assert isinstance(search("a"), Go)
    redis_server.pause()
    claim = Claim("b", "/search", "/search", clock.now + 0.05)
    assert isinstance(keeper.reserve(ORIGIN, limits, claim, clock), Denied)
    clock.now += 3700.0
    hasty = claim
    for ticket in "cd":
        hasty = Claim(ticket, "/search", "/search", clock.now + 0.05)
        verdict = keeper.reserve(ORIGIN, limits, hasty, clock)
        assert isinstance(verdict, Go)
        keeper.settle(ORIGIN, limits, hasty, clock)
    third = keeper.reserve(ORIGIN, limits, hasty._replace(ticket="e"), clock)
    assert isinstance(third, Denied)
    keeper.release(ORIGIN, claim, None, clock)
    keeper.block(ORIGIN, Claim("f", "/neko"), 60.0, clock)
    redis_server.go_on()
    # Six were free at the server, had nobody used a share meanwhile.
    verdict = search("g")
    assert isinstance(verdict, Again)
    assert verdict.ready - clock.now > 3500
    assert len(warnings) == 2
    keeper.close()


def test_without_a_whole_call_the_server_is_waited_for(redis_server: Server) -> None:
    warnings: list[str] = []
    link = Link(place_of(redis_server.url), shared_clock, warnings.append)
    keeper = FleetKeeper(link, shared_clock, warnings.append, Share(1 / 24, 0.0))
    redis_server.kill()
    with pytest.raises(Away):
        keeper.reserve(ORIGIN, NEKOS, Claim("a", "/search", "/search"), shared_clock)
    keeper.close()
    redis_server.start()
