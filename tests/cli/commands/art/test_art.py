"""`animedex art`: each command is loaded alone, and known to whoever asks for help."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from animedex.cli.command_context import CommandSession
from animedex.cli.commands.art import use_short_timeout
from animedex.cli.shared_options import SharedOptions

if TYPE_CHECKING:
    from tests.kit.command_line import Cli

COMMANDS = ["dedupe", "identify", "random", "search"]


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_one_command_loads_no_other(name: str) -> None:
    program = f"""
import contextlib, io, sys
before = set(sys.modules)
from animedex.cli.main import run
with contextlib.redirect_stdout(io.TextIOWrapper(io.BytesIO())):
    assert run(["art", "{name}", "--help"]) == 0
loaded = set(sys.modules) - before
commands = {{one for one in loaded if one.startswith("animedex.cli.commands.art_")}}
assert commands == {{"animedex.cli.commands.art_{name}"}}, commands
heavy = loaded & {{"asyncio", "msgspec", "rich", "pyreqwest", "dataclasses", "animedex.client"}}
assert not heavy, heavy
assert not any(one.startswith("animedex.art") for one in loaded)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=False, timeout=120
    )
    assert (done.returncode, done.stderr.decode()) == (0, "")


def test_all_commands_are_listed_with_a_line_each(cli: Cli) -> None:
    text = cli("art", "--help").text.partition("Commands:\n")[2]
    # What does not fit goes on below, farther to the right.
    lines = [line for line in text.splitlines() if line[2:3].strip()]
    assert [line.split()[0] for line in lines] == COMMANDS
    assert all(len(line.split()) > 3 for line in lines)


def test_a_mistyped_command_is_answered_with_the_nearest(cli: Cli) -> None:
    outcome = cli("art", "serch", "maid")
    assert outcome.code == 2
    assert "did you mean `animedex art search`?" in outcome.err


def test_agents_are_told_of_them(cli: Cli) -> None:
    guide = cli("--agent-guide").text
    assert all(f"- `animedex art {name}" in guide for name in COMMANDS)


@pytest.mark.parametrize(
    ("said", "set_to", "given"),
    [(None, "", "10"), ("2", "", "2"), (None, "3", None), ("none", "3", "none")],
)
def test_a_service_is_given_ten_seconds_unless_the_user_says_otherwise(
    said: str | None, set_to: str, given: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANIMEDEX_TIMEOUT", set_to)
    session = CommandSession(SharedOptions(timeout=said))
    use_short_timeout(session)
    assert session.shared.timeout == given
