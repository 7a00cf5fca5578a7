"""Commands that look after files wait for them, but not for ever."""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from animedex.cli.error_conversion import to_animedex_error
from animedex.database import StoreLocked, retry_while_locked
from animedex.errors import TimedOut
from tests.kit.transport import CACHE_FILE, LIMITER_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.kit.command_line import Cli


@pytest.fixture(params=["CACHE", "DATA"])
def locked(request: pytest.FixtureRequest, cli: Cli) -> Iterator[str]:
    """Keep one of the two files locked, and give its name."""
    kind: str = request.param
    # Its files are there from now on.
    assert cli("cache", "info").code == 0
    name = CACHE_FILE if kind == "CACHE" else LIMITER_FILE
    path = os.path.join(os.environ[f"ANIMEDEX_{kind}_DIR"], name)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        # As long as nobody else has it open, even its readers are kept out.
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        yield kind


@pytest.mark.parametrize("command", [("cache", "info"), ("status",)])
def test_a_locked_file_is_told_when_the_time_is_over(
    command: tuple[str, ...], locked: str, cli: Cli
) -> None:
    outcome = cli(*command, "--timeout", "0.05", "--errors", "json")
    assert (outcome.code, outcome.out) == (6, b"")
    assert outcome.error["reason"] == "timeout"
    assert "locked" in str(outcome.error["message"])


def test_nothing_is_forgotten_in_a_locked_file(locked: str, cli: Cli) -> None:
    seen = ["--seen"] if locked == "DATA" else []
    outcome = cli("cache", "clear", *seen, "--timeout", "0.05")
    assert (outcome.code, outcome.out) == (6, b"")
    assert "forgot" not in outcome.err
    assert "locked" in outcome.err


def test_a_file_that_is_locked_for_a_while_is_waited_for() -> None:
    tries = iter((StoreLocked(), StoreLocked(), None))

    def work() -> int:
        trouble = next(tries)
        if trouble is not None:
            raise trouble
        return 7

    assert retry_while_locked(work, None) == 7


def test_a_clock_that_has_run_out_still_gets_one_try() -> None:
    assert threading.active_count() == retry_while_locked(threading.active_count, 0.0)


def test_a_locked_file_that_nobody_waited_for_is_no_mistake_of_this_program() -> None:
    error = to_animedex_error(StoreLocked())
    assert isinstance(error, TimedOut)
    assert "locked" in error.message
