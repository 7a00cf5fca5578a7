"""What hostile pictures cost: processor time, and memory beyond the program's own."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from hostile_pictures import ORDINARY, SMALL
from servers import path_of

MAX_SECONDS, MAX_MEBIBYTES = 5.0, 512
WAYS = ("library add", "show --info", "credit written", "small picture", "for agents")


class Worst(NamedTuple):
    """The most that any picture costs on one way, and which it is.

    `ratio` is that of its processor time to that of a JPEG of 12 megapixels.
    """

    way: str
    max_seconds: float
    seconds: float
    slowest: str
    ratio: float
    max_mebibytes: int
    mebibytes: int
    largest: str


class Use(NamedTuple):
    """What one picture costs, in seconds and mebibytes."""

    seconds: float
    mebibytes: int


def measure() -> list[Worst]:
    """Show every hostile picture to every part that decodes pictures: some minutes."""
    with tempfile.TemporaryDirectory() as folder:
        # Apart: what a child is said to have used begins with the memory of its parent.
        subprocess.run([sys.executable, path_of("hostile_pictures.py"), folder], check=True)
        small, ordinary = Path(folder) / SMALL, Path(folder) / ORDINARY
        pictures = [
            path for path in sorted(Path(folder).iterdir()) if path not in {small, ordinary}
        ]
        return [_worst(way, pictures, small, ordinary) for way in WAYS]


def _worst(way: str, pictures: list[Path], small: Path, ordinary: Path) -> Worst:
    program, usual = _use(way, small), _use(way, ordinary)
    uses = {path.name: _use(way, path) for path in pictures}
    slowest = max(uses, key=lambda name: uses[name].seconds)
    largest = max(uses, key=lambda name: uses[name].mebibytes)
    return Worst(
        way,
        MAX_SECONDS,
        uses[slowest].seconds,
        slowest,
        uses[slowest].seconds / usual.seconds,
        MAX_MEBIBYTES,
        uses[largest].mebibytes - program.mebibytes,
        largest,
    )


def _use(way: str, path: Path) -> Use:
    """Run this file for one picture; its children count as well."""
    command = [sys.executable, path_of("hostile.py"), way, str(path)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return Use(float(answer[-2]), int(answer[-1]))


def _show(way: str, path: str) -> None:
    """Do with a picture what a way does; it may fail."""
    if way == "small picture":
        from animedex.gallery.thumbnails import thumbnail

        thumbnail(path)
    elif way == "credit written":
        _write_credit(path)
    elif way == "for agents":
        from animedex.errors import AnimedexError
        from animedex.mcp.tool_result import scale_picture

        try:
            scale_picture(Path(path).read_bytes())
        except AnimedexError:
            return
    else:
        from animedex.cli.main import run

        words = ["library", "add", path] if way == "library add" else ["show", path, "--info"]
        with tempfile.TemporaryDirectory() as folder:
            for name in ("DATA", "CACHE", "CONFIG"):
                os.environ[f"ANIMEDEX_{name}_DIR"] = folder
            run(words)


def _write_credit(path: str) -> None:
    """Put a credit into a picture, as a download does."""
    from animedex.errors import AnimedexError
    from animedex.images.xmp import write_credit
    from animedex.models import ArtPost, Rating

    with open(os.devnull, "wb") as target:
        try:
            write_credit(path, target, ArtPost(id="waifu:1", rating=Rating.GENERAL))
        except AnimedexError:
            return


def main(way: str, path: str) -> None:
    """Print processor time and the most memory of this process and those that it started."""
    _show(way, path)
    uses = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    seconds = sum(use.ru_utime + use.ru_stime for use in uses)
    print(seconds, max(use.ru_maxrss for use in uses) // 1024)


if __name__ == "__main__":
    main(*sys.argv[1:])
