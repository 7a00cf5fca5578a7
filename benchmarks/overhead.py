"""What a call costs over the bare HTTP library, with the same threads or the same tasks.

The bare side sends a GET and takes the body's bytes. Ours sends the same GET through a client
whose budgets are off, and decodes and checks twenty rows. Both sides take turns.
"""

from __future__ import annotations

import asyncio
import tempfile
import threading
import time
from statistics import median
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from pyreqwest.client import ClientBuilder, SyncClientBuilder
from servers import server

from animedex import AsyncClient, Client

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from animedex.client_options import ClientOptions

MOST = {"synchronous": 1.4, "asynchronous, tasks: 1": 1.5, "asynchronous, tasks: 20": 2.0}
ROWS = 20
CALLS = 1_000
ROUNDS, CALLS_PER_ROUND = 40, 200


Builder = TypeVar("Builder", ClientBuilder, SyncClientBuilder)


class Overhead(NamedTuple):
    """One way's ratios to the bare library: of medians, and of the fastest."""

    way: str
    most: float
    median: float
    fastest: float


def measure() -> list[Overhead]:
    """Compare, from the main thread and from 1 and 20 tasks."""
    with server("rows") as base, tempfile.TemporaryDirectory() as folder:
        options: ClientOptions = {
            "base_urls": {"nekos": base},
            "limits": False,
            "cache": False,
            "state": f"{folder}/state.db",
        }
        url = f"{base}/neko?amount={ROWS}"
        return [synchronous(url, options), *asyncio.run(asynchronous(url, options))]


def synchronous(url: str, options: ClientOptions) -> Overhead:
    """Compare calls from the main thread; both sides send from a new thread each time."""
    with plain(SyncClientBuilder()).build() as library, Client(**options) as client:
        taken: list[bytes] = []

        def send() -> None:
            with library.get(url).build_streamed() as answer:
                taken.append(bytes(answer.bytes()))

        def bare() -> None:
            thread = threading.Thread(target=send, daemon=True)
            thread.start()
            thread.join()

        def ours() -> None:
            assert len(client.nekos.image("neko", ROWS)) == ROWS

        return compare_calls("synchronous", bare, ours)


def compare_calls(way: str, bare: Callable[[], None], ours: Callable[[], None]) -> Overhead:
    """Time calls by turns, after some to warm up."""
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(CALLS + CALLS // 10):
        for side, call in zip(times, (bare, ours), strict=True):
            began = time.perf_counter()
            call()
            if number >= CALLS // 10:
                side.append(time.perf_counter() - began)
    return ratio(way, *times)


async def asynchronous(url: str, options: ClientOptions) -> list[Overhead]:
    """Compare calls from one task, and from twenty at once."""
    async with plain(ClientBuilder()).build() as library, AsyncClient(**options) as client:

        async def bare() -> None:
            async with library.get(url).build_streamed() as answer:
                bytes(await answer.bytes())

        async def ours() -> None:
            assert len(await client.nekos.image("neko", ROWS)) == ROWS

        return [await compare_tasks(tasks, bare, ours) for tasks in (1, 20)]


async def compare_tasks(
    tasks: int, bare: Callable[[], Awaitable[None]], ours: Callable[[], Awaitable[None]]
) -> Overhead:
    """Time rounds of calls by turns, after one to warm up."""
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(ROUNDS + 1):
        for side, call in zip(times, (bare, ours), strict=True):
            began = time.perf_counter()
            await asyncio.gather(*(repeat(call, CALLS_PER_ROUND // tasks) for _ in range(tasks)))
            if number:
                side.append(time.perf_counter() - began)
    return ratio(f"asynchronous, tasks: {tasks}", *times)


async def repeat(call: Callable[[], Awaitable[None]], times: int) -> None:
    """Call one time after the other."""
    for _ in range(times):
        await call()


def ratio(way: str, bare: list[float], ours: list[float]) -> Overhead:
    """Set the two sides against each other."""
    return Overhead(way, MOST[way], median(ours) / median(bare), min(ours) / min(bare))


def plain(builder: Builder) -> Builder:
    """Set up the bare library as our client does: nothing is decoded or followed."""
    builder = builder.gzip(False).brotli(False).zstd(False).deflate(False)
    return builder.follow_redirects(False).no_proxy()
