"""Compare the script at Redis with compare-and-set of a state that Python computes.

24 processes reserve in one hot origin as fast as they can. With compare-and-set, each reads the
state, computes the next one, and writes it if nobody else has written meanwhile; or else begins
anew.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from statistics import quantiles
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import redis_budgets

from animedex.clock import shared_clock
from animedex.ratelimit.limits import Limits, SlidingWindow, TokenBucket
from animedex.ratelimit.rate_limiter import LimiterState, Reservation, finish, last_moment, reserve
from animedex.ratelimit.redis_client import RedisClient, pack_command
from animedex.ratelimit.redis_store import RedisStore

if TYPE_CHECKING:
    from collections.abc import Callable

    from animedex.ratelimit.rate_limiter import Decision

PROCESSES, SECONDS = 24, 3.0
ORIGIN = "https://shelf.example"
KEY = b"compare-and-set"
SCRIPT = b"""
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
"""
BUCKET = TokenBucket(1e6, 1000)
LIMITS = {
    "bucket": Limits(BUCKET, {}),
    "window": Limits(BUCKET, {"/search": SlidingWindow(200, 1.0)}),
}
encode = msgspec.msgpack.encode
decode = msgspec.msgpack.Decoder(LimiterState).decode


class Load(NamedTuple):
    """What 24 processes came to: reservations per second, and milliseconds of one of them."""

    run: str
    per_second: float
    median: float
    p99: float
    retries: float


class CompareAndSetStore:
    """Rate limits at a server that only compares and sets; `retries` are lost races."""

    def __init__(self, client: RedisClient) -> None:
        self.retries = 0
        self._client = client
        client.execute(pack_command(b"SET", KEY, encode(LimiterState()), b"NX"), deadline())
        self._digest: bytes = client.execute(pack_command(b"SCRIPT", b"LOAD", SCRIPT), deadline())

    def reserve(self, origin: str, limits: Limits, reservation: Reservation) -> Decision:
        """Reserve room for one request."""
        del origin
        decisions: list[Decision] = []

        def step(state: LimiterState, now: float) -> LimiterState:
            state, decision = reserve(state, limits, reservation, now)
            decisions.append(decision)
            return state

        self._change(step)
        return decisions[-1]

    def finish(self, origin: str, limits: Limits, reservation: Reservation) -> None:
        """Record that the answer has come."""
        del origin
        self._change(lambda state, now: finish(state, limits, reservation, now))

    def _change(self, step: Callable[[LimiterState, float], LimiterState]) -> None:
        while True:
            commands = (pack_command(b"TIME"), pack_command(b"GET", KEY))
            (seconds, micros), body = self._client.execute_many(commands, deadline())
            now = int(seconds) + int(micros) / 1e6
            state = step(decode(body), now)
            ttl = b"%d" % ((last_moment(state) - now + 86_400) * 1000)
            words = (b"EVALSHA", self._digest, b"1", KEY, body, encode(state), ttl)
            if self._client.execute(pack_command(*words), deadline()):
                return
            self.retries += 1


def deadline() -> float:
    """Return a moment that no command here takes until."""
    return shared_clock() + 30


def measure() -> list[Load]:
    """Measure both ways, with a bucket alone and with a window as well."""
    return [load(way, limit) for limit in LIMITS for way in ("script", "compare-and-set")]


def load(way: str, limit: str) -> Load:
    """Run all processes at a new server."""
    with redis_budgets.redis_server() as port:
        command = [sys.executable, __file__, way, limit, str(port)]
        processes = [
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for _ in range(PROCESSES)
        ]
        for process in processes:
            assert process.stdout is not None
            process.stdout.readline()  # it has loaded what it needs
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        results = [json.loads(process.communicate()[0]) for process in processes]
    times: list[float] = [taken for result in results for taken in result["times"]]
    centiles = quantiles(times, n=100)
    retries = sum(result["retries"] for result in results) / len(times)
    rate = len(times) / SECONDS
    return Load(f"{way}, {limit}", rate, centiles[49] * 1e3, centiles[98] * 1e3, retries)


def hammer(way: str, limit: str, port: str) -> None:
    """Reserve for some seconds without a pause, and print how long each reservation took."""
    client = RedisClient(f"redis://127.0.0.1:{port}", shared_clock, sys.exit)
    compare_and_set = CompareAndSetStore(client)
    store = RedisStore(client, shared_clock, sys.exit) if way == "script" else compare_and_set
    limits, route = LIMITS[limit], "/search" if LIMITS[limit].windows else ""
    print("ready", flush=True)
    sys.stdin.readline()
    times: list[float] = []
    end = time.perf_counter() + SECONDS
    while (began := time.perf_counter()) < end:
        ticket = f"{os.getpid()}-{len(times)}"
        reservation = Reservation(ticket, "/search", route, shared_clock() + 0.2)
        store.reserve(ORIGIN, limits, reservation)
        times.append(time.perf_counter() - began)
        store.finish(ORIGIN, limits, reservation)
    print(json.dumps({"times": times, "retries": compare_and_set.retries}))


if __name__ == "__main__":
    if sys.argv[1:]:
        hammer(*sys.argv[1:])
    else:
        for row in measure():
            print(row)
