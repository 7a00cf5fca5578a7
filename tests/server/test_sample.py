from __future__ import annotations

import json
import signal
import subprocess
import sys
from random import Random
from typing import TYPE_CHECKING
from urllib.request import Request, urlopen

import pytest

from animedex.server.sample.collection import SampleCollection, drawn_collection

if TYPE_CHECKING:
    from pathlib import Path

SERVE = """
from animedex.server import serve
serve(ready=lambda url: print(url, flush=True), faults=["/hug:503"], limits=False, seed=1)
print("done", flush=True)
"""


def test_a_manifest_without_pictures_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        SampleCollection.load(tmp_path)


def test_draws_come_from_one_category(collection: SampleCollection) -> None:
    drawn = collection.draw("hug", 20, Random(3))
    assert {picture.category for picture in drawn} == {"hug"}


def test_a_picture_is_found_by_category_and_name(collection: SampleCollection) -> None:
    (drawn,) = collection.draw("kitsune", 1, Random(3))
    assert collection.find("kitsune", drawn.filename) == drawn
    assert collection.find("neko", drawn.filename) is None
    assert drawn.path.is_file()


def test_the_drawn_collection_is_read_once() -> None:
    assert drawn_collection() is drawn_collection()
    assert drawn_collection().formats()["neko"] == "png"


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C cannot be sent to one child there")
def test_serving_ends_cleanly_on_ctrl_c() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SERVE], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        asked = Request(f"{url}/endpoints", headers={"User-Agent": "tester/1.0"})
        with urlopen(asked, timeout=20) as answer:
            assert json.load(answer)["neko"] == {"format": "png"}
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=20)
    assert (process.returncode, output, errors) == (0, "done\n", "")
