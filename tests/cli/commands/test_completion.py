"""Completion: a script for each shell, and words for the command line so far."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.kit.command_line import Cli, Process

SHELLS = ["bash", "zsh", "fish", "powershell"]
COMPLETE = """
animedex() {{ {python} -m animedex "$@"; }}
export -f animedex
{script}
COMP_WORDS=({words}); COMP_CWORD={index}
COMPREPLY=(); _animedex_completion animedex; printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_has_a_script(shell: str, cli: Cli) -> None:
    outcome = cli("completion", shell)
    assert (outcome.code, outcome.err) == (0, "")
    assert "animedex" in outcome.text
    assert "_ANIMEDEX_COMPLETE" in outcome.text


def test_another_shell_is_told(cli: Cli) -> None:
    outcome = cli("completion", "tcsh")
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, b"", 1)


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("animedex", "ne"), "nekos"),
        (("animedex", "nekos", "cat"), "categories categories-full"),
        (("animedex", "nekos", "image", "--am"), "--amount"),
        (("animedex", "config", "s"), "set"),
        (("animedex", "api", ""), "danbooru nekos waifu"),
        (("animedex", "completion", "z"), "zsh"),
        (("animedex", "nekos", "image", "--rate", "s"), "slow"),
        (("animedex", "zzz"), ""),
        (("animedex", "zzz", "a"), "api"),
    ],
)
def test_bash_completes_words(words: tuple[str, ...], expected: str, cli: Cli) -> None:
    script = cli("completion", "bash").text.replace(" $1)", " animedex)")
    program = COMPLETE.format(
        python=sys.executable,
        script=script.replace("$(env ", "$("),
        words=" ".join(f'"{word}"' for word in words),
        index=len(words) - 1,
    )
    done = subprocess.run(["bash", "-c", program], capture_output=True, check=False, timeout=120)
    assert done.stderr == b""
    if words[1] != "zzz" or len(words) == 2:
        assert done.stdout.decode().split() == expected.split()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("animedex ne", ["nekos"]),
        ("animedex nekos cat", ["categories", "categories-full"]),
        ("animedex completion ", SHELLS),
    ],
)
def test_powershell_completes_words(line: str, expected: list[str], process: Process) -> None:
    environment = {"COMP_WORDS": line, "_ANIMEDEX_COMPLETE": "powershell_complete"}
    outcome = process(environment=environment)
    rows = [row.split("\t") for row in outcome.text.splitlines()]
    assert [row[0] for row in rows] == expected
    assert all(len(row) == 2 and row[1] for row in rows)


def test_completion_reads_no_settings(process: Process, tmp_path: os.PathLike[str]) -> None:
    environment = {
        "COMP_WORDS": "animedex nekos im",
        "COMP_CWORD": "2",
        "_ANIMEDEX_COMPLETE": "bash_complete",
        "ANIMEDEX_TIMEOUT": "nonsense",
    }
    outcome = process(environment=environment)
    assert (outcome.code, outcome.text, outcome.err) == (0, "plain,image\n", "")
