"""What a tool costs over the plain call, and what a thousand waiting tasks take.

Both sides ask the same sample server in a process of its own, budgets off. The tool is called by
the protocol's own client over the standard streams of a real `animedex mcp`, which runs already;
the client checks every answer against the tool's output schema. Both take turns.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import tempfile
import time
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from servers import server

from animedex import AsyncClient
from animedex.backends.nekos import image
from animedex.ratelimit.limits import Limits, TokenBucket

if TYPE_CHECKING:
    from animedex.client_options import ClientOptions
    from animedex.transport.events import Event

CALLS, WARM = 500, 50
TASKS = 1_000
MOST_MILLISECONDS, MOST_MEBIBYTES = 3.0, 20.0
# Room for one, and then for nobody while this runs.
FULL = Limits(TokenBucket(rate=0.001, burst=1), {})


class Cost(NamedTuple):
    """One number; `most` is what it may be."""

    what: str
    most: float
    found: float


def measure() -> list[Cost]:
    """Measure both."""
    with server("sample") as base, tempfile.TemporaryDirectory() as folder:
        options: ClientOptions = {
            "base_urls": {"nekos": base},
            "cache": False,
            "state": f"{folder}/state.db",
        }
        plain, tool = asyncio.run(calls(base, folder, {**options, "limits": False}))
        waiting = asyncio.run(memory({**options, "timeout": None}))
    return [
        Cost("a tool call over the plain call, ms", MOST_MILLISECONDS, (tool - plain) * 1000),
        Cost(f"{TASKS} tasks that wait, MiB", MOST_MEBIBYTES, waiting),
    ]


async def calls(base: str, folder: str, options: ClientOptions) -> tuple[float, float]:
    """Time plain calls and tool calls by turns; give the medians."""
    environment = {
        **os.environ,
        "ANIMEDEX_NEKOS_URL": base,
        "ANIMEDEX_LIMITS": "off",
        "ANIMEDEX_DATA_DIR": folder,
    }
    command = StdioServerParameters(
        command=sys.executable, args=["-m", "animedex", "mcp", "--no-cache"], env=environment
    )
    times: tuple[list[float], list[float]] = ([], [])
    async with AsyncClient(**options) as plain, Client(stdio_client(command)) as agent:
        for _ in range(CALLS + WARM):
            begin = time.perf_counter()
            await plain.nekos.image("neko")
            between = time.perf_counter()
            answer = await agent.call_tool("nekos_image", {"category": "neko"})
            end = time.perf_counter()
            assert not answer.is_error
            times[0].append(between - begin)
            times[1].append(end - between)
    return median(times[0][WARM:]), median(times[1][WARM:])


async def memory(options: ClientOptions) -> float:
    """Have tasks wait for a budget; give by how much that makes the process larger, in MiB."""
    everybody = asyncio.Event()
    count = 0

    def note(event: Event) -> None:
        nonlocal count
        count += event.kind == "wait"
        if count == TASKS:
            everybody.set()

    told: ClientOptions = {**options, "on_event": note}
    async with AsyncClient(**told) as client:
        call = image.call("neko")
        call = call._replace(backend=call.backend._replace(limits=FULL))
        await client.perform(call)
        gc.collect()
        before = resident()
        tasks = [asyncio.create_task(client.perform(call)) for _ in range(TASKS)]
        await everybody.wait()
        after = resident()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return after - before


def resident() -> float:
    """Return how large this process is now, in MiB."""
    with open("/proc/self/status", encoding="utf-8") as file:
        (line,) = (line for line in file if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    for cost in measure():
        print(f"{cost.what}: {cost.found:.2f}, at most {cost.most:g}")
