"""A thousand tasks at once on one client without a deadline, as in a bot."""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
from typing import TYPE_CHECKING

import pytest

from animedex import AsyncClient
from animedex.backends.nekos.backend import BACKEND
from animedex.call import Call
from animedex.http_message import Request
from animedex.ratelimit.limits import Limits, TokenBucket

if TYPE_CHECKING:
    from collections.abc import Callable

    from animedex.call import SourceTag
    from animedex.client_options import ClientOptions
    from animedex.http_message import Response
    from animedex.testing import SampleServer
    from tests.kit.transport import Event

MANY = 1000
MIB = 1024 * 1024
# As the service would be, were it faster.
QUICK = BACKEND._replace(limits=Limits(TokenBucket(rate=1000.0, burst=10), {}))
SLOW = BACKEND._replace(limits=Limits(TokenBucket(rate=0.001, burst=1), {}))


def numbered(number: int) -> Call[str]:
    """Ask for something that the server can tell from the others."""

    def read(response: Response, source: SourceTag) -> str:
        return response.url

    request = Request("GET", "/neko", (("amount", "1"), ("number", str(number))))
    return Call(QUICK, request, read)


def patient(options: ClientOptions, note: Callable[[Event], None]) -> AsyncClient:
    """Make a client that waits without a deadline."""
    told: ClientOptions = {**options, "timeout": None, "on_event": note}
    return AsyncClient(**told)


def number_of(event: Event) -> int:
    return int(event.url.rpartition("=")[2])


@pytest.fixture
def standing_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop the clock that budgets go by: how fast this machine is makes no difference then."""
    monkeypatch.setattr("animedex.clock._read", lambda: 1000.0)


@pytest.mark.usefixtures("standing_clock")
def test_first_come_first_served(server: SampleServer, options: ClientOptions) -> None:
    pauses: list[float] = []
    sent: list[int] = []

    def note(event: Event) -> None:
        if event.kind == "wait":
            assert event.seconds is not None
            pauses.append(event.seconds)
        elif event.kind == "request":
            sent.append(number_of(event))

    async def main() -> None:
        async with patient(options, note) as client:
            tasks = [asyncio.create_task(client.perform(numbered(n))) for n in range(MANY)]
            answers = await asyncio.gather(*tasks)
        assert [int(url.rpartition("=")[2]) for url in answers] == list(range(MANY))

    asyncio.run(main())
    # Tasks begin in their order: the burst goes at once, and each one after it a thousandth of a
    # second behind the one before.
    burst = QUICK.limits.bucket.burst
    assert sent[:burst] == list(range(burst))
    assert pauses == pytest.approx([n / 1000 for n in range(1, MANY - burst + 1)])
    assert sorted(sent) == list(range(MANY))
    assert len(server.arrivals) == MANY


@pytest.mark.usefixtures("standing_clock")
def test_who_gives_up_leaves_the_room_to_others(
    server: SampleServer, options: ClientOptions
) -> None:
    waiting: set[asyncio.Task[object] | None] = set()

    def note(event: Event) -> None:
        if event.kind == "wait":
            waiting.add(asyncio.current_task())

    async def main() -> None:
        async with patient(options, note) as client:
            tasks = [asyncio.create_task(client.perform(numbered(n))) for n in range(MANY)]
            await asyncio.sleep(0)
            # Every task has begun, and all but the burst wait, for the clock stands.
            assert waiting == set(tasks[QUICK.limits.bucket.burst :])
            leaving = tasks[QUICK.limits.bucket.burst :: 3]
            for task in leaving:
                task.cancel()
            outcomes = await asyncio.gather(*tasks, return_exceptions=True)
            gone = [one for one in outcomes if isinstance(one, asyncio.CancelledError)]
            assert len(gone) == len(leaving)
            assert len([one for one in outcomes if isinstance(one, str)]) == MANY - len(gone)
            assert len(server.arrivals) == MANY - len(gone)

    asyncio.run(main())


def test_waiting_takes_little_memory_and_leaves_none(
    server: SampleServer, options: ClientOptions
) -> None:
    async def main() -> None:
        waiting = asyncio.Event()
        count = 0

        def note(event: Event) -> None:
            nonlocal count
            count += event.kind == "wait"
            if count == MANY:
                waiting.set()

        call = numbered(0)._replace(backend=SLOW)
        async with patient(options, note) as client:
            await client.perform(call)
            tracemalloc.start()
            before, _ = tracemalloc.get_traced_memory()
            tasks = [asyncio.create_task(client.perform(call)) for _ in range(MANY)]
            await waiting.wait()
            during, _ = tracemalloc.get_traced_memory()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            tasks.clear()
            # What has just been waited for is held until the next turn of the loop.
            await asyncio.sleep(0)
            gc.collect()
            after, _ = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            assert during - before < 20 * MIB
            assert after - before < 1 * MIB

    asyncio.run(main())
    assert len(server.arrivals) == 1
