"""A real `animedex mcp` in a process of its own, spoken to by the protocol's own client."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp_types import ImageContent, TextContent

from tests.kit.effort import MEASURED

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator, Iterator, Mapping
    from pathlib import Path

    from mcp.shared.dispatcher import ProgressFnT
    from mcp_types import CallToolResult

    from tests.kit.services import Services

T = TypeVar("T")

# A guard against what hangs; nothing comes near it.
PATIENCE = 120


class Said(NamedTuple):
    """What a tool answered."""

    content: dict[str, Any]
    text: str
    pictures: list[ImageContent]
    failed: bool

    @property
    def error(self) -> dict[str, Any]:
        assert self.failed, self.text
        return cast("dict[str, Any]", json.loads(self.text))


def said(result: CallToolResult) -> Said:
    first, *others = result.content
    assert isinstance(first, TextContent)
    pictures = [one for one in others if isinstance(one, ImageContent)]
    assert len(pictures) == len(others)
    content = cast("dict[str, Any]", result.structured_content or {})
    return Said(content, first.text, pictures, bool(result.is_error))


class Agent:
    """Speak to one server from ordinary code, as its client lives in a loop of its own."""

    def __init__(self, client: Client, loop: asyncio.AbstractEventLoop) -> None:
        self.client = client
        self._loop = loop
        self._over = asyncio.Event()

    async def last(self) -> None:
        """Wait until the test is done."""
        await self._over.wait()

    def end(self) -> None:
        self._loop.call_soon_threadsafe(self._over.set)

    def run(self, work: Callable[[Client], Awaitable[T]]) -> T:
        async def wrapped() -> T:
            return await work(self.client)

        return asyncio.run_coroutine_threadsafe(wrapped(), self._loop).result(PATIENCE)

    def call(
        self,
        name: str,
        arguments: Mapping[str, object] | None = None,
        progress: ProgressFnT | None = None,
    ) -> Said:
        given = dict(arguments or {})
        return said(
            self.run(lambda client: client.call_tool(name, given, progress_callback=progress))
        )


def surroundings(home: Path, urls: Mapping[str, str], **more: str) -> dict[str, str]:
    """Return the environment of a server: nothing of the user's, everything on this machine."""
    folders = {f"ANIMEDEX_{kind}_DIR": str(home / kind) for kind in ("CONFIG", "CACHE", "DATA")}
    kept = {k: v for k, v in os.environ.items() if not k.startswith("ANIMEDEX_")}
    named = {f"ANIMEDEX_{name.upper()}_URL": url for name, url in urls.items()}
    return {**kept, **folders, **named, **more}


@contextmanager
def speaking(environment: Mapping[str, str], *options: str) -> Generator[Agent]:
    """Start a server and its client; both end with the context."""
    ready: list[Agent] = []
    failed: list[BaseException] = []
    up = threading.Event()
    command = StdioServerParameters(
        command=sys.executable, args=["-m", "animedex", "mcp", *options], env=dict(environment)
    )

    async def live() -> None:
        async with Client(stdio_client(command)) as client:
            ready.append(Agent(client, asyncio.get_running_loop()))
            up.set()
            await ready[0].last()

    def work() -> None:
        try:
            asyncio.run(live())
        except BaseException as error:  # noqa: BLE001  raised again by the test
            failed.append(error)
        finally:
            up.set()

    thread = threading.Thread(target=work)
    thread.start()
    up.wait(PATIENCE)
    try:
        if ready:
            yield ready[0]
    finally:
        if ready:
            ready[0].end()
        thread.join(PATIENCE)
    if failed:
        raise failed[0]


@pytest.fixture(scope="session")
def lasting(sample_services: Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agent]:
    """Run one server for all tests: it has to survive every one of them."""
    home = tmp_path_factory.mktemp("agent")
    environment = surroundings(home, sample_services.urls(), ANIMEDEX_LIMITS="off", **MEASURED)
    with speaking(environment, "--no-cache") as agent:
        yield agent


@pytest.fixture
def services(sample_services: Services) -> Services:
    sample_services.reset()
    return sample_services


@pytest.fixture
def agent(lasting: Agent, services: Services) -> Agent:
    """Return the lasting server, its services untroubled."""
    return lasting
