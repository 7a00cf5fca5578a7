"""Time and memory of a fingerprint, beside a hash of the package `imagehash`."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from PIL import Image
from servers import path_of, sources

if TYPE_CHECKING:
    from collections.abc import Callable

PICTURES, DIFFERENT, RUNS = 1000, 20, 2
SIZE = (1000, 1500)
LEAST = {"jpeg": 2.5, "png": 1.0}
QUALITY, GRAIN = 90, 12.0
# What a process may have grown by from the first hundred pictures to the last, in mebibytes.
MOST_GROWTH = 16
WARM = 100


class Run(NamedTuple):
    """Pictures per second over those of `imagehash`, with both on so many threads."""

    kind: str
    threads: int
    least: float
    ratio: float
    ours: float
    theirs: float
    memory: str


def measure() -> list[Run]:
    """Hash a thousand pictures of each format, by turns: some minutes."""
    with tempfile.TemporaryDirectory() as folder:
        draw(folder)
        threads = sorted({1, os.cpu_count() or 1})
        return [run(folder, kind, number) for kind in LEAST for number in threads]


def draw(folder: str) -> None:
    """Write pictures as large as services have them, with some grain, as art is seldom flat."""
    sys.path.append(os.path.join(sources(), "scripts"))
    from sample_art.portraits import portrait

    for number in range(DIFFERENT):
        drawn = portrait("waifu", number, Random(f"waifu/{number}"))
        large = drawn.resize(SIZE, Image.Resampling.BICUBIC)
        grain = Image.effect_noise(SIZE, GRAIN * 4).convert("RGB")
        picture = Image.blend(large, grain, 0.06)
        picture.save(os.path.join(folder, f"{number}.jpeg"), quality=QUALITY)
        picture.save(os.path.join(folder, f"{number}.png"))


def run(folder: str, kind: str, threads: int) -> Run:
    """Hash the same files with both by turns, each in a process of its own; the fastest counts."""
    rates = [
        [rate(who, folder, kind, threads) for who in ("ours", "imagehash")] for _ in range(RUNS)
    ]
    ours, theirs = (max(each[side][0] for each in rates) for side in (0, 1))
    growth = max(each[0][1] for each in rates)
    memory = "flat" if growth <= MOST_GROWTH else f"GREW by {growth} MiB"
    return Run(kind, threads, LEAST[kind], ours / theirs, ours, theirs, memory)


def rate(who: str, folder: str, kind: str, threads: int) -> tuple[float, int]:
    """Run this file for one side; give pictures per second, and how memory grew."""
    command = [sys.executable, path_of("fingerprints.py"), who, folder, kind, str(threads)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(answer[0]), int(answer[1])


def hash_function(who: str) -> Callable[[str], object]:
    """Return what makes a hash of a file."""
    if who == "ours":
        from animedex.images.image_inspection import inspect_image

        return inspect_image
    import imagehash  # type: ignore[import-not-found,import-untyped,unused-ignore]  # only in the group `bench`

    def dhash(path: str) -> object:
        with Image.open(path) as picture:
            return imagehash.dhash(picture)  # type: ignore[no-any-return,unused-ignore]  # it has no types

    return dhash


def main(who: str, folder: str, kind: str, threads: str) -> None:
    """Hash a thousand files, and print how quickly that went, and by how much memory grew."""
    paths = [os.path.join(folder, f"{number % DIFFERENT}.{kind}") for number in range(PICTURES)]
    work = hash_function(who)
    with ThreadPoolExecutor(int(threads)) as pool:
        for _ in pool.map(work, paths[:WARM]):
            pass
        before, start = peak(), time.perf_counter()
        for _ in pool.map(work, paths):
            pass
        print(PICTURES / (time.perf_counter() - start), peak() - before)


def peak() -> int:
    """Return the most memory so far, in mebibytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main(*sys.argv[1:])
