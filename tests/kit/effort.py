"""How long tests search, and which of them give an answer at once."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import is_hypothesis_test

from animedex.errors import AnimedexError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

IS_SLOW = os.environ.get("HYPOTHESIS_PROFILE") == "slow"
# Coverage is measured in the workers; what they start is measured only where its environment has
# these variables, as it takes a start three times as long.
_COVERAGE = "COVERAGE_PROCESS_CONFIG"
MEASURED: dict[str, str] = {}
if "PYTEST_XDIST_WORKER" in os.environ and _COVERAGE in os.environ:
    MEASURED[_COVERAGE] = os.environ.pop(_COVERAGE)
# Time limits in seconds, the shortest first (see `retry_with_more_time`).
TIME_LIMITS = (1.0, 8.0, 60.0)
# Fixtures that write files, start a server, a process or a browser.
COSTLY_FIXTURES = {
    "agent",
    "browser",
    "capfdbinary",
    "drawn",
    "emulator",
    "filled",
    "process",
    "raw_server",
    "redis_server",
    "running",
    "sample",
    "sample_services",
    "server",
    "start_server",
    "terminal",
    "tmp_path",
    "visit",
    "world",
}
# What decodes pictures, has very many rows, or starts something by itself.
COSTLY_PLACES = (
    "tests/art/test_dedupe",
    "tests/art/test_row_reader",
    "tests/cli/commands/",
    "tests/images/",
    "tests/mcp/test_tool_result",
    "tests/ratelimit/redis/",
    "tests/test_bots",
    "tests/test_client",
    "tests/testing/test_pytest_plugin",
    "tests/typing/",
)


def count(default: int, slow: int) -> int:
    """Return how often to repeat something in this run."""
    return slow if IS_SLOW else default


def mark_fast(items: Iterable[pytest.Item]) -> None:
    """Mark as `fast` what needs no file, server or process, and searches for no counterexample."""
    for item in items:
        fixtures: Iterable[str] = getattr(item, "fixturenames", ())
        is_search = is_hypothesis_test(getattr(item, "obj", None))
        costly = is_search or item.nodeid.startswith(COSTLY_PLACES)
        if COSTLY_FIXTURES.isdisjoint(fixtures) and not costly:
            item.add_marker(pytest.mark.fast)


def retry_with_more_time(check: Callable[[float], None]) -> None:
    """Run a check with a time limit that ends one thing and has to be enough for another.

    How much is enough depends on the machine: only what fails within the longest limit fails.
    """
    *short_limits, longest = TIME_LIMITS
    for seconds in short_limits:
        try:
            return check(seconds)
        except (AssertionError, AnimedexError):
            continue
    return check(longest)
