"""How long whole commands take, against `python -c pass` of the same environment.

The package is installed as users have it: a wheel in an environment of its own, with compiled
bytecode. Commands and the bare interpreter take turns, so that a busy moment slows both.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
import time
from statistics import median
from typing import NamedTuple

from servers import server, sources

RUNS = 25
IMAGE = ["nekos", "image", "neko", "--jq", ".[0].url"]
# The bucket regains a token in a third of a second: no run within the budget waits.
REFILL = 0.35


class Timing(NamedTuple):
    """One command's ratios to the bare interpreter: of medians, and of the fastest runs."""

    command: str
    most: float
    median: float
    fastest: float


class Installed(NamedTuple):
    """Name the programs of an environment into which the wheel was installed."""

    python: str
    animedex: str


def measure() -> list[Timing]:
    """Time every command that has a target."""
    with tempfile.TemporaryDirectory() as folder, server("sample") as url:
        installed = install(folder)
        free = environment(folder, url)
        limited = {name: value for name, value in free.items() if name != "ANIMEDEX_LIMITS"}
        image = time_command(installed, IMAGE, 8, limited, REFILL)
        return [
            time_command(installed, ["--version"], 1.8, free),
            time_command(installed, ["nekos", "--help"], 4.5, free),
            time_command(installed, ["nekos", "categories"], 5, free),
            time_command(installed, IMAGE, 8, free),
            image._replace(command=f"{image.command} # budgets on"),
        ]


def install(folder: str) -> Installed:
    """Build the wheel and install it into a new environment."""
    wheels, home = os.path.join(folder, "wheels"), os.path.join(folder, "environment")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    run([*pip, "wheel", "--no-deps", "--wheel-dir", wheels, sources()])
    run([sys.executable, "-m", "venv", "--without-pip", home])
    programs = os.path.join(home, "Scripts" if os.name == "nt" else "bin")
    installed = Installed(os.path.join(programs, "python"), os.path.join(programs, "animedex"))
    wheel = os.path.join(wheels, os.listdir(wheels)[0])
    run([*pip, "--python", installed.python, "install", "--compile", wheel])
    return installed


def environment(folder: str, url: str) -> dict[str, str]:
    """Return an environment without a user's settings, whose files begin empty."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ANIMEDEX_")}
    places = {f"ANIMEDEX_{kind}_DIR": os.path.join(folder, kind) for kind in KINDS}
    return {**kept, **places, "ANIMEDEX_NEKOS_URL": url, "ANIMEDEX_LIMITS": "off"}


def time_command(
    installed: Installed,
    arguments: list[str],
    most: float,
    variables: dict[str, str],
    pause: float = 0.0,
) -> Timing:
    """Let a command and the bare interpreter take turns."""
    command, bare = [installed.animedex, *arguments], [installed.python, "-c", "pass"]
    # The first run fills the cache and makes the files.
    run(command, variables)
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(RUNS):
        time.sleep(pause)
        theirs.append(seconds(bare, variables))
        ours.append(seconds(command, variables))
    return Timing(
        shlex.join(["animedex", *arguments]),
        most,
        median(ours) / median(theirs),
        min(ours) / min(theirs),
    )


def seconds(command: list[str], variables: dict[str, str]) -> float:
    """Time one run, from starting the process to its end."""
    began = time.perf_counter()
    run(command, variables)
    return time.perf_counter() - began


def run(command: list[str], variables: dict[str, str] | None = None) -> None:
    """Run a command that must succeed."""
    subprocess.run(command, env=variables, check=True, stdout=subprocess.DEVNULL)


KINDS = ("CONFIG", "CACHE", "DATA")
