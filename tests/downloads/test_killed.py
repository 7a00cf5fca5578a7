"""Processes that end in the middle, and two at once: no file is ever half-there, none twice."""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from animedex.downloads import download
from animedex.downloads.unfinished_files import remove_unfinished_files
from animedex.images.xmp import read_credit
from animedex.library.picture_library import Library
from tests.downloads.conftest import PICTURES, picture_name
from tests.downloads.test_download import visible
from tests.kit.effort import count

if TYPE_CHECKING:
    from pathlib import Path

    from animedex import Client
    from tests.kit.services import Services

pytestmark = pytest.mark.skipif(os.name == "nt", reason="there a process cannot be killed so")
KILLS = count(3, 100)
# Which of a process's steps may be its last: whatever it does with a file, and pieces that come.
CHILD = """
import json, os, signal, sys, threading

nekos, urls, folder, library, last = json.loads(sys.argv[1])
steps, lock = [0], threading.Lock()

def step(*_):
    with lock:
        steps[0] += 1
        if steps[0] == last:
            os.kill(os.getpid(), signal.SIGKILL)

def watch(event, args):
    if event in {"open", "os.link", "os.remove", "os.rename", "os.truncate", "os.mkdir"}:
        name = str(args[0])
        if folder in name or event == "os.truncate":
            step()

from animedex import Client
from animedex.downloads import iter_downloads
from animedex.library.picture_library import Library

sys.addaudithook(watch)
with Client(base_urls={"nekos": nekos}, limits=False, state=folder + ".db", cache=False) as client:
    rows = [{"url": url, "artist_name": "a"} for url in urls]
    with Library(library) as kept:
        told = iter_downloads(client, rows, folder, library=kept, on_progress=step, sidecar="json")
        found = [one for _, one in sorted(told, key=lambda pair: pair[0])]
print(json.dumps([steps[0], [one.status for one in found]]))
"""


def child(services: Services, folder: Path, library: Path, last: int) -> list[str]:
    urls = [f"{services.nekos.url}/neko/{picture_name(number)}" for number in range(PICTURES)]
    given = json.dumps([services.nekos.url, urls, str(folder), str(library), last])
    return [sys.executable, "-c", CHILD, given]


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False)


def assert_whole(folder: Path, library: Path) -> None:
    """See to it that what has a name is whole, and what the library has is there."""
    for name in visible(folder):
        if name.startswith(".") or not name.endswith(".png"):
            continue
        with Image.open(folder / name) as image:
            image.load()
        assert read_credit(str(folder / name)) is not None
    with Library(str(library)) as kept:
        for entry in kept.entries():
            with open(entry.path, "rb") as file:
                assert hashlib.sha256(file.read()).hexdigest() == entry.sha256


def test_killed_at_any_moment_nothing_is_half_there(
    client: Client, services: Services, folder: Path, tmp_path: Path
) -> None:
    whole = run(child(services, tmp_path / "whole", tmp_path / "whole.db", 0))
    steps, statuses = json.loads(whole.stdout)
    assert statuses == ["fetched"] * PICTURES, whole.stderr
    draw = random.Random(7)
    for number in range(KILLS):
        mine, library = tmp_path / str(number), tmp_path / f"{number}.library"
        killed = run(child(services, mine, library, draw.randint(1, steps)))
        # Threads do not take the same steps twice, so that a late one may not come.
        assert killed.returncode in {-signal.SIGKILL, 0}, killed.stderr
        if mine.exists():
            assert_whole(mine, library)
        again = run(child(services, mine, library, 0))
        assert set(json.loads(again.stdout)[1]) <= {"fetched", "here"}, again.stderr
        assert_whole(mine, library)
        names = [name for name in visible(mine) if name.endswith(".png")]
        assert len(names) == PICTURES
        assert [name for name in visible(mine) if name.endswith(".state.part")] == []
        # A sidecar that was being written is another one's each time, and stays until then.
        remove_unfinished_files(str(mine))
        assert [name for name in visible(mine) if name.startswith(".animedex")] == []
        with Library(str(library)) as kept:
            assert kept.count() == PICTURES


def test_two_processes_at_once_end_well_with_one_file_each(
    services: Services, folder: Path, tmp_path: Path
) -> None:
    command = child(services, folder, tmp_path / "library.db", 0)
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    answers = [process.communicate()[0] for process in both]
    statuses = [json.loads(answer)[1] for answer in answers]
    for one, other in zip(*statuses, strict=True):
        assert sorted([one, other]) == ["fetched", "here"]
    assert len([name for name in visible(folder) if name.endswith(".png")]) == PICTURES
    assert len(services.nekos.arrivals) == PICTURES
    assert_whole(folder, tmp_path / "library.db")


def test_two_threads_ask_for_the_same_at_once(
    client: Client, services: Services, folder: Path
) -> None:
    row = {"url": f"{services.nekos.url}/neko/{picture_name(0)}", "artist_name": "a"}
    result = download(client, [row] * 8, folder, jobs=8)
    assert sorted(one.status for one in result) == ["fetched", *["here"] * 7]
    assert len(services.nekos.arrivals) == 1
    assert len(visible(folder)) == 1
