"""The server's arithmetic is the ledger's: the same history gets the same verdicts."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from animedex.ratelimit.limits import Limits, SlidingWindow, TokenBucket
from animedex.ratelimit.rate_limiter import (
    NEVER,
    Decision,
    LimiterState,
    Proceed,
    Rejected,
    Reservation,
    RetryLater,
    block,
    cancel,
    finish,
    reserve,
)
from animedex.ratelimit.redis_client import pack_words
from animedex.ratelimit.redis_store import (
    decode_state,
    include_text,
    limiter_key,
    pack_number,
    pack_script,
)
from animedex.ratelimit.sliding_window import Entry, WindowState
from animedex.ratelimit.token_bucket import BucketState

if TYPE_CHECKING:
    from collections.abc import Iterator

START = 1_000_000.0
ORIGIN = "https://shelf.example"
ROUTES = ("/search", "/tags")
# Moments and rates whose sums and products are exact: not a single bit is to differ.
RULES = {"/search": SlidingWindow(2, 5.0), "/tags": SlidingWindow(3, 2.0)}
LIMITS = Limits(TokenBucket(rate=2.0, burst=4), RULES)
PACES = (LIMITS, Limits(TokenBucket(rate=1.0, burst=2), {"/search": SlidingWindow(1, 5.0)}))

gaps = st.sampled_from([0.0, 0.25, 1.0, 2.0, 2.5, 5.0]) | st.integers(-512, 8192).map(
    lambda n: n / 1024
)
spans = st.integers(0, 20_480).map(lambda n: n / 1024)


class Move(NamedTuple):
    """One thing that somebody does, so long after what came before."""

    kind: str
    gap: float
    ticket: str
    path: str
    patience: float | None
    pace: int
    back: float | None


moves = st.builds(
    Move,
    st.sampled_from(["reserve", "reserve", "reserve", "settle", "release", "block", "again"]),
    gaps,
    st.integers(0, 6).map("t{}".format),
    st.sampled_from(["/search", "/search", "/tags", "/neko"]),
    st.none() | spans,
    st.sampled_from([0, 0, 0, 1]),
    st.none() | spans,
)


class Both:
    """Do everything twice: with the ledger here, and with the script there."""

    def __init__(self, client: Any, *, lost: bool) -> None:
        self.client = client
        self.now = START
        client.flushdb()
        if lost:
            self.ledger = exhaust(START)
        else:
            self.ledger = LimiterState(clock=START)
            body: list[object] = [START, 0, [], {}, {}, START - 3600]
            client.set(limiter_key(ORIGIN), msgspec.msgpack.encode(body))

    def play(self, move: Move) -> tuple[Decision | None, Decision | None]:
        """Do one thing; give both verdicts."""
        self.now += move.gap
        limits = PACES[move.pace]
        route = move.path if move.path in limits.windows else ""
        latest = NEVER if move.patience is None else self.now + move.patience
        claim = Reservation(move.ticket, move.path, route, latest)
        kind = "reserve" if move.kind == "again" else move.kind
        if kind == "reserve":
            self.ledger, verdict = reserve(self.ledger, limits, claim, self.now)
            return verdict, self.reserved(limits, claim, move.patience)
        if kind == "settle" and route:
            self.ledger = finish(self.ledger, limits, claim, self.now)
            seconds = pack_number(limits.windows[route].seconds)
            self.call("settle", route, [seconds], claim, 0.0)
        elif kind == "release":
            slot = None if move.back is None else self.now + move.back
            self.ledger = cancel(self.ledger, claim, slot, self.now)
            self.call("release", route, [], claim, move.back)
        elif kind == "block":
            span = move.back or 0.0
            self.ledger = block(self.ledger, move.path, self.now + span, self.now)
            self.call("block", route, [move.path.encode()], claim, span)
        return None, None

    def reserved(self, limits: Limits, claim: Reservation, patience: float | None) -> Decision:
        """Have the script answer a claim."""
        rule = limits.windows.get(claim.route)
        window = (
            [b"", b""] if rule is None else [pack_number(rule.calls), pack_number(rule.seconds)]
        )
        bucket = [pack_number(limits.bucket.rate), pack_number(limits.bucket.burst)]
        arguments = [claim.path.encode(), *bucket, *window]
        reply = self.call("reserve", claim.route, arguments, claim, patience)
        told, pause, more = msgspec.msgpack.decode(reply)
        if told == 0:
            return Proceed(self.now + pause, more)
        if told == 1:
            return RetryLater(self.now + pause, self.now + more)
        return Rejected(self.now + pause, bool(more))

    def call(
        self, kind: str, route: str, arguments: list[bytes], claim: Reservation, span: float | None
    ) -> bytes:
        """Run the script at this moment."""
        head = (kind.encode(), pack_number(self.now), route.encode(), *arguments)
        packed = pack_script("limiter", limiter_key(ORIGIN), head, more=2)
        packed += pack_words(claim.ticket.encode(), b"" if span is None else pack_number(span))
        pool = self.client.connection_pool
        connection = pool.get_connection()
        connection.send_packed_command([include_text(packed, "limiter")])
        result: bytes = connection.read_response()
        pool.release(connection)
        return result

    def kept(self) -> LimiterState:
        """Read what the server keeps."""
        return decode_state(self.client.get(limiter_key(ORIGIN)) or b"", 0.0)


def counting(ledger: LimiterState) -> LimiterState:
    """Leave windows out in which nothing counts."""
    windows = {name: state for name, state in ledger.windows.items() if any(state)}
    return ledger._replace(windows=windows)


def exhaust(now: float) -> LimiterState:
    """Return what a ledger counts as that was lost: nothing is free until all of it has passed."""
    windows = {
        route: WindowState(tuple(Entry("", now + rule.seconds, True) for _ in range(rule.calls)))
        for route, rule in RULES.items()
    }
    bucket = BucketState(now + LIMITS.bucket.burst / LIMITS.bucket.rate)
    return LimiterState(clock=now, bucket=bucket, windows=windows)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from tests.kit.redis_server import PROGRAM, Server

    if PROGRAM is None:
        pytest.skip("there is no redis-server here")
    server = Server(tmp_path_factory.mktemp("redis"))
    with contextlib.ExitStack() as stack:
        stack.callback(server.kill)
        yield stack.enter_context(server.asked())


fewer = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@fewer
@given(st.lists(moves, max_size=40))
def test_the_same_history_gets_the_same_verdicts(client: Any, history: list[Move]) -> None:
    both = Both(client, lost=False)
    for move in history:
        ours, theirs = both.play(move)
        assert ours == theirs
        if ours is not None:
            assert counting(both.kept()) == counting(both.ledger)


@fewer
@given(st.lists(moves.map(lambda move: move._replace(pace=0, gap=abs(move.gap))), max_size=40))
def test_what_was_lost_counts_as_used_up(client: Any, history: list[Move]) -> None:
    both = Both(client, lost=True)
    # The script begins at its first sight of an origin.
    ours, theirs = both.play(Move("reserve", 0.0, "first", "/neko", None, 0, None))
    assert ours == theirs == Proceed(START + 0.5, 0)
    for move in history:
        ours, theirs = both.play(move)
        assert ours == theirs
