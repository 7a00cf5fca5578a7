"""Calls that wait: told of while they do, and given up without a trace."""

from __future__ import annotations

import asyncio
import itertools
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from animedex.testing.samples.danbooru_sample import DanbooruSample
from tests.kit.effort import retry_with_more_time
from tests.kit.transport import postpone_limits, read_limiter_state
from tests.mcp.conftest import PATIENCE, speaking, surroundings

if TYPE_CHECKING:
    import socket
    from collections.abc import Generator
    from pathlib import Path

    from mcp import Client

    from animedex.ratelimit.rate_limiter import LimiterState
    from tests.kit.raw_server import StartRawServer
    from tests.mcp.conftest import Agent

BURST = 5
# Longer than a test lasts, so that a call has to wait however slow the machine is.
LONG = 3600.0
NUMBERS = itertools.count()


@contextmanager
def limited(home: Path) -> Generator[Agent]:
    """Run a server that keeps Danbooru's budget: a burst of 5, then one a second."""
    with DanbooruSample(limits=False) as danbooru:
        environment = surroundings(
            home, {"danbooru": danbooru.url}, ANIMEDEX_STATE=str(home / "state.db")
        )
        with speaking(environment, "--timeout", "none") as agent:
            yield agent


def ledger(home: Path) -> LimiterState:
    return read_limiter_state(home / "state.db")


async def fill(client: Client) -> None:
    for number in itertools.islice(NUMBERS, BURST):
        await client.call_tool("danbooru_tags", {"pattern": f"a{number}*"})


def exhaust(agent: Agent, home: Path, seconds: float) -> None:
    """Use up the budget, so that the next call waits for these seconds."""
    agent.run(fill)
    postpone_limits(home / "state.db", seconds)


def test_a_wait_for_a_budget_is_reported(tmp_path: Path) -> None:
    told: list[tuple[float, float | None, str | None]] = []
    # Searches that find something, each made once: a second answer would come from the cache.
    patterns = iter(("b*", "c*", "s*"))

    async def note(progress: float, total: float | None, message: str | None) -> None:
        told.append((progress, total, message))

    def check(seconds: float) -> None:
        exhaust(agent, tmp_path, seconds)
        said = agent.call("danbooru_tags", {"pattern": next(patterns)}, note)
        assert not said.failed
        assert said.content["rows"]
        ((count, total, message),) = told
        assert (count, total) == (1.0, None)
        assert message is not None
        assert message.startswith("danbooru: waiting ")

    with limited(tmp_path) as agent:
        retry_with_more_time(check)


def test_whoever_gives_up_waiting_leaves_the_room_to_others(tmp_path: Path) -> None:
    async def give_up(client: Client) -> None:
        waiting = [asyncio.Event() for _ in range(3)]

        async def call(number: int) -> None:
            async def note(progress: float, total: float | None, message: str | None) -> None:
                waiting[number].set()

            pattern = f"b{number}*"
            await client.call_tool("danbooru_tags", {"pattern": pattern}, progress_callback=note)

        tasks = [asyncio.create_task(call(number)) for number in range(3)]
        for event in waiting:
            await event.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        # The answer to this shows that what was sent before it is done with.
        await client.list_resources()

    with limited(tmp_path) as agent:
        exhaust(agent, tmp_path, LONG)
        agent.run(give_up)
        assert len(ledger(tmp_path).bucket.returned_slots) == 3
        postpone_limits(tmp_path / "state.db", -LONG)
        assert not agent.call("danbooru_tags", {"pattern": "c*"}).failed


def test_a_cancelled_call_is_over_at_once(tmp_path: Path, raw_server: StartRawServer) -> None:
    """The connection goes with the deadline: the HTTP library has no way to hang up before it."""

    def check(seconds: float) -> None:
        asked, gone = threading.Event(), threading.Event()

        def hold(connection: socket.socket, over: threading.Event) -> None:
            asked.set()
            if connection.recv(1) == b"":
                gone.set()

        async def cancel(client: Client) -> None:
            task = asyncio.create_task(client.call_tool("nekos_image", {"category": "neko"}))
            await asyncio.to_thread(asked.wait, PATIENCE)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

        environment = surroundings(tmp_path, {"nekos": raw_server(hold).url})
        with speaking(environment, "--timeout", str(seconds)) as agent:
            agent.run(cancel)
            assert agent.call("nekos_image", {"category": "a/b"}).error["reason"] == "bad-args"
            assert not gone.is_set()
            assert gone.wait(PATIENCE)

    retry_with_more_time(check)
