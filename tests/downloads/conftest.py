"""The three services with pictures that are worth fetching, and a client that asks them."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from animedex import Client
from animedex.library.picture_library import Library
from animedex.testing import DanbooruSample, SampleServer, WaifuSample
from animedex.testing.nekos.image_store import Picture, Size
from animedex.testing.samples.sample_images import SampleCollection
from tests.kit.services import Services

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from animedex.client_options import ClientOptions

PICTURES = 6


def noise(number: int, form: str = "png", side: int = 300) -> bytes:
    """Draw a picture that no two numbers have in common and no compression makes small."""
    import random

    pixels = random.Random(number).randbytes(side * side * 3)
    out = io.BytesIO()
    Image.frombytes("RGB", (side, side), pixels).save(out, form)
    return out.getvalue()


def picture_name(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-000000000000.png"


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of pictures, of 270 KB each."""
    folder = tmp_path_factory.mktemp("drawn")
    for number in range(PICTURES):
        (folder / picture_name(number)).write_bytes(noise(number))
    return folder


@pytest.fixture(scope="session")
def running(drawn: Path) -> Iterator[Services]:
    pictures = [
        Picture("neko", path.name, path, {"artist_name": "青葉ミオ"}, Size(300, 300))
        for path in sorted(drawn.iterdir())
    ]
    with (
        SampleServer(SampleCollection(pictures), limits=False, seed=1) as nekos,
        DanbooruSample(limits=False, seed=1) as danbooru,
        WaifuSample(limits=False, seed=1) as waifu,
    ):
        yield Services(nekos, danbooru, waifu)


@pytest.fixture
def services(running: Services) -> Services:
    """Return servers that have seen nothing yet and do nothing wrong."""
    running.reset()
    return running


@pytest.fixture
def options(services: Services, tmp_path: Path) -> ClientOptions:
    """Lead to the three servers, without budgets, with files of the test's own."""
    return {
        "base_urls": services.urls(),
        "state": tmp_path / "state.db",
        "cache": tmp_path / "cache",
        "timeout": 120.0,
        "limits": False,
    }


@pytest.fixture
def client(options: ClientOptions) -> Iterator[Client]:
    with Client(**options) as made:
        yield made


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library(str(tmp_path / "library.db")) as made:
        yield made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Name the folder that pictures go into; it is not there yet."""
    return tmp_path / "pictures"


@pytest.fixture
def url(services: Services) -> str:
    """Return the address of the first picture."""
    return f"{services.nekos.url}/neko/{picture_name(0)}"
