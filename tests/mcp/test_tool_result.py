"""Whatever goes wrong becomes one of our own errors."""

from __future__ import annotations

import asyncio
import re

import pytest

from animedex import AsyncClient
from animedex.database import StoreLocked
from animedex.errors import AnimedexError, NotFound
from animedex.mcp.argument_parser import choose_tool, parse_arguments
from animedex.mcp.tool_registry import all_tools
from animedex.mcp.tool_result import build_failure, build_result
from animedex.ratelimit.store import StoreUnavailable
from animedex.testing import SampleServer
from tests.kit.effort import retry_with_more_time


@pytest.mark.parametrize(
    ("raised", "reason", "said"),
    [
        (NotFound("no such thing"), "not-found", "no such thing"),
        (
            StoreLocked("locked"),
            "timeout",
            "another process keeps a file of budgets or answers locked",
        ),
        (
            StoreUnavailable("redis://cache.example", "does not answer", 1.0),
            "rate-limited",
            "budgets are kept at redis://cache.example, which does not answer",
        ),
        (RecursionError("too deep"), "error", "RecursionError: too deep"),
    ],
)
def test_every_failure_has_a_reason(raised: Exception, reason: str, said: str) -> None:
    error = build_failure(raised)
    assert isinstance(error, AnimedexError)
    assert (error.reason, error.message) == (reason, said)


# Which of two limits ends a picture, the tool's or its request's, is the scheduler's choice.
LATE = " is not shown: (?:it did not come within the call's|no complete answer came in) time"


def test_a_call_s_time_limit_is_that_of_its_pictures_too() -> None:
    async def main(url: str, seconds: float) -> str:
        options = {"category": "neko", "amount": 4, "picture": True}
        async with AsyncClient(base_urls={"nekos": url}, timeout=seconds, limits=False) as client:
            tool = choose_tool("nekos_image", all_tools())
            return (await build_result(client, tool, parse_arguments(tool, options))).text

    def check(seconds: float) -> None:
        with SampleServer(limits=False, seed=1) as server:
            server.faults.add("/neko/*:delay=1000")
            text = asyncio.run(main(server.url, seconds))
            assert len(server.arrivals) == 5
        assert len(re.findall(LATE, text)) == 4

    retry_with_more_time(check)
