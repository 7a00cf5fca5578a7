"""Sample services with a few pictures that the command line asks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from animedex.testing import SampleServer
from animedex.testing.samples.danbooru_sample import DanbooruSample
from animedex.testing.samples.sample_images import SampleCollection
from animedex.testing.samples.waifu_sample import WaifuSample

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PICTURES: list[dict[str, str | int]] = [
    {
        "category": "neko",
        "file": "11111111-0001-4c1e-9d51-5a3d8a1c0001.png",
        "width": 300,
        "height": 420,
        "artist_name": "青葉ミオ",
        "artist_href": "https://gallery.example/mio",
        "source_url": "https://gallery.example/mio/100",
    },
    {
        "category": "husbando",
        "file": "11111111-0002-4c1e-9d51-5a3d8a1c0002.png",
        "width": 250,
        "height": 370,
        "artist_name": "Tove [red] Lindgaard, who paints under a name that needs more than a line",
    },
    {"category": "waifu", "file": "11111111-0003-4c1e-9d51-5a3d8a1c0003.png"},
    {
        "category": "baka",
        "file": "11111111-0004-4c1e-9d51-5a3d8a1c0004.gif",
        "width": 156,
        "height": 116,
        "anime_name": "Lantern Street Diaries",
    },
    {"category": "hug", "file": "11111111-0005-4c1e-9d51-5a3d8a1c0005.gif", "anime_name": "星屑"},
]
PNG = b"\x89PNG\r\n\x1a\n drawn"
GIF = b"GIF89a drawn"
NEKO = "neko/11111111-0001-4c1e-9d51-5a3d8a1c0001.png"


@pytest.fixture(scope="session")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> SampleCollection:
    """Return a small collection that stays as it is when the drawn one changes."""
    folder = tmp_path_factory.mktemp("gallery")
    (folder / "manifest.json").write_text(json.dumps({"pictures": PICTURES}), encoding="utf-8")
    for row in PICTURES:
        place = folder / str(row["category"]) / str(row["file"])
        place.parent.mkdir()
        place.write_bytes(PNG if place.suffix == ".png" else GIF)
    return SampleCollection.load(folder)


@pytest.fixture(scope="session")
def running(gallery: SampleCollection) -> Iterator[SampleServer]:
    with SampleServer(gallery, limits=False) as server:
        yield server


@pytest.fixture
def service(running: SampleServer, monkeypatch: pytest.MonkeyPatch) -> SampleServer:
    """Point the command line at a server that has seen nothing yet and does nothing wrong."""
    running.arrivals.clear()
    running.faults.clear()
    monkeypatch.setenv("ANIMEDEX_NEKOS_URL", running.url)
    return running


@pytest.fixture(scope="session")
def drawn() -> Iterator[dict[str, str]]:
    """Run the neighbours of nekos with their drawn collections; give the variables to them."""
    with DanbooruSample(limits=False) as danbooru, WaifuSample(limits=False) as waifu:
        yield {"ANIMEDEX_DANBOORU_URL": danbooru.url, "ANIMEDEX_WAIFU_URL": waifu.url}


@pytest.fixture
def neighbours(drawn: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Point the command line at the neighbours."""
    for variable, url in drawn.items():
        monkeypatch.setenv(variable, url)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """Name a file that does not exist yet."""
    return tmp_path / "picture.png"
