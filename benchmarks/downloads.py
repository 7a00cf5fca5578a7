"""How long 200 pictures of 1 MB take, relative to curl and to gallery-dl.

The sample server has them on loopback, without limits. curl and gallery-dl write what comes into
files; here each is checked, gets its credit and is synced as well. With a library, its fingerprint
is made and stored, too.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, NamedTuple, Protocol

from large_pictures import write_pictures
from servers import path_of

if TYPE_CHECKING:
    from collections.abc import Sequence

AMOUNT, JOBS, RUNS, SMALLEST = 200, 4, 7, 500_000
# curl's own name is one that services turn away.
USER_AGENT = "animedex-benchmark/1.0 (https://example.org)"


class Command(Protocol):
    """Build the command line of a program that downloads pictures from a server into a folder."""

    def __call__(self, folder: Path, url: str, names: Sequence[str], /) -> list[str]:
        """Return it; what it reads is written beside the folder."""
        ...


class Download(NamedTuple):
    """Represent how long it took, in multiples of another program's time: medians and fastest."""

    run: str
    most: float
    median: float
    fastest: float


def measure() -> list[Download]:
    """Run the programs in turn, on the same files."""
    with tempfile.TemporaryDirectory() as folder:
        pictures = Path(folder, "served")
        pictures.mkdir()
        names = write_pictures(pictures, AMOUNT)
        command = [sys.executable, path_of("pictures_server.py"), str(pictures)]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as server:
            assert server.stdin is not None
            assert server.stdout is not None
            url = server.stdout.readline().strip()
            commands = (with_curl, without_library, with_gallery_dl, with_library)
            times = time_commands(Path(folder, "fetched"), url, names, commands)
            server.stdin.close()
    curl, plain, gallery_dl, library = times
    run = f"{AMOUNT} pictures of 1 MB, {JOBS} at a time"
    return [
        compare(f"{run}, without library ÷ curl", 1.6, plain, curl),
        compare(f"{run}, with library ÷ gallery-dl", 1.0, library, gallery_dl),
    ]


def compare(run: str, most: float, ours: Sequence[float], theirs: Sequence[float]) -> Download:
    """Return the ratios of two series of times."""
    return Download(run, most, median(ours) / median(theirs), min(ours) / min(theirs))


def time_commands(
    folder: Path, url: str, names: Sequence[str], commands: Sequence[Command]
) -> list[list[float]]:
    """Return the seconds that each command takes in each run."""
    runs = [
        [time_command(folder, command(folder, url, names), url) for command in commands]
        for _ in range(RUNS)
    ]
    return [list(times) for times in zip(*runs, strict=True)]


def time_command(folder: Path, command: list[str], url: str) -> float:
    """Run a command that fills the folder, and check that it has; return the seconds."""
    folders = {f"ANIMEDEX_{kind}_DIR": f"{folder}.{kind}" for kind in ("DATA", "CACHE", "CONFIG")}
    environment = {**os.environ, "ANIMEDEX_NEKOS_URL": url, "ANIMEDEX_LIMITS": "off", **folders}
    folder.mkdir()
    began = time.perf_counter()
    subprocess.run(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True
    )
    seconds = time.perf_counter() - began
    assert sum(1 for path in folder.iterdir() if path.stat().st_size > SMALLEST) == AMOUNT
    for path in (str(folder), *folders.values()):
        shutil.rmtree(path, ignore_errors=True)
    return seconds


def with_curl(folder: Path, url: str, names: Sequence[str]) -> list[str]:
    """Return the command line of curl."""
    config = Path(f"{folder}.curl")
    lines = (f'url = "{url}/waifu/{name}"\noutput = "{folder}/{name}"' for name in names)
    config.write_text("\n".join(lines), "utf-8")
    parallel = ["--parallel", "--parallel-max", str(JOBS)]
    return ["curl", "-s", "-A", USER_AGENT, "--fail", *parallel, "-K", str(config)]


def with_gallery_dl(folder: Path, url: str, names: Sequence[str]) -> list[str]:
    """Return the command line of gallery-dl, which takes the same files as direct links."""
    links = Path(f"{folder}.txt")
    links.write_text("\n".join(f"{url}/waifu/{name}" for name in names), "utf-8")
    options = ["--config-ignore", "-q", "-D", str(folder), "-i", str(links)]
    return [sys.executable, "-m", "gallery_dl", *options]


def with_library(folder: Path, url: str, names: Sequence[str]) -> list[str]:
    """Return the command line of animedex."""
    rows = Path(f"{folder}.jsonl")
    objects = ({"url": f"{url}/waifu/{name}", "artist_name": "aoba_mio"} for name in names)
    rows.write_text("\n".join(map(json.dumps, objects)), "utf-8")
    options = ["--to", str(folder), "--jobs", str(JOBS)]
    return [sys.executable, "-m", "animedex", "download", str(rows), *options]


def without_library(folder: Path, url: str, names: Sequence[str]) -> list[str]:
    """Return the command line of animedex that neither reads nor writes the library."""
    return [*with_library(folder, url, names), "--no-library"]


if __name__ == "__main__":
    print(*measure(), sep="\n")
