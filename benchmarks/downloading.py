"""How long 200 pictures of 1 MB take, over what curl takes for as many at a time.

The sample server has them on loopback, without limits. curl writes what comes into files; here each
is decoded, gets its credit, is synced and put in its place besides.
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
from typing import TYPE_CHECKING, NamedTuple

from large_pictures import write_pictures
from running import path_of

if TYPE_CHECKING:
    from collections.abc import Sequence

AMOUNT, JOBS, RUNS, MOST = 200, 4, 7, 1.15
# curl's own name is one that services turn away.
NAME = "animedex-benchmark/1.0 (https://example.org)"


class Download(NamedTuple):
    """How long it took, in times of what curl took: the medians, and the fastest of each."""

    run: str
    most: float
    median: float
    fastest: float


def measure() -> list[Download]:
    """Run both by turns, on the same files."""
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
            found = compared(Path(folder, "fetched"), url, names)
            server.stdin.close()
    return [found]


def compared(folder: Path, url: str, names: Sequence[str]) -> Download:
    """Time both."""
    curl: list[float] = []
    ours: list[float] = []
    for _ in range(RUNS):
        curl.append(timed(folder, with_curl(folder, url, names), url))
        ours.append(timed(folder, with_animedex(folder, url, names), url))
    name = f"{len(names)} pictures of 1 MB, {JOBS} at a time"
    return Download(name, MOST, median(ours) / median(curl), min(ours) / min(curl))


def timed(folder: Path, command: list[str], url: str) -> float:
    """Run a command that fills the folder, and see to it that it has; give the seconds."""
    environment = {
        **os.environ,
        "ANIMEDEX_NEKOS_URL": url,
        "ANIMEDEX_LIMITS": "off",
        **{f"ANIMEDEX_{kind}_DIR": f"{folder}.{kind}" for kind in ("DATA", "CACHE", "CONFIG")},
    }
    began = time.perf_counter()
    subprocess.run(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True
    )
    taken = time.perf_counter() - began
    assert sum(1 for path in folder.iterdir() if path.stat().st_size > MOST) == AMOUNT
    shutil.rmtree(folder)
    return taken


def with_curl(folder: Path, url: str, names: Sequence[str]) -> list[str]:
    """Write what curl is to fetch into a file; give its command line."""
    folder.mkdir()
    asked = Path(f"{folder}.curl")
    lines = (f'url = "{url}/waifu/{name}"\noutput = "{folder}/{name}"' for name in names)
    asked.write_text("\n".join(lines), "utf-8")
    parallel = ["--parallel", "--parallel-max", str(JOBS)]
    return ["curl", "-s", "-A", NAME, "--fail", *parallel, "-K", str(asked)]


def with_animedex(folder: Path, url: str, names: Sequence[str]) -> list[str]:
    """Write rows into a file; give the command line that fetches them."""
    asked = Path(f"{folder}.jsonl")
    rows = ({"url": f"{url}/waifu/{name}", "artist_name": "aoba_mio"} for name in names)
    asked.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    options = ["--to", str(folder), "--jobs", str(JOBS), "--no-library"]
    return [sys.executable, "-m", "animedex", "download", str(asked), *options]


if __name__ == "__main__":
    print(*measure())
