"""A few images, a server on them, and a way to ask it for JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Protocol

import pytest

from animedex.testing.samples.waifu_sample import WaifuSample
from animedex.testing.waifu.image_store import WaifuCollection

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.testing.conftest import Ask

# Numbered from 1. Only 4 is not safe, only 3 moves.
ROWS: list[dict[str, object]] = [
    {"tags": ["waifu", "maid"], "artists": ["青葉ミオ"], "width": 1500, "height": 2000},
    {"tags": ["waifu"], "artists": ["青葉ミオ", "Tove/トーヴェ"], "favorites": 9, "byteSize": 50},
    {"tags": ["wave"], "isAnimated": True, "width": 400, "height": 300, "new": {"key": [1]}},
    {"tags": ["waifu", "ecchi"], "isNsfw": True, "width": 10, "height": 10},
    {
        "tags": [{"id": 90, "slug": "long-hair", "name": "Long hair", "description": "Below it."}],
        "artists": [{"id": 80, "name": "Rue", "pixiv": "https://www.pixiv.net/users/990000001"}],
        "uploadedAt": "2030-01-01T00:00:00.000001Z",
        "perceptualHash": "ddcbf8e24a60189b",
        "url": "https://cdn.example/5.jpeg",
        "extension": ".jpeg",
    },
]


class Get(Protocol):
    """Ask a server for JSON."""

    def __call__(self, path: str, *, status: int = 200, **headers: str) -> dict[str, object]:
        """Check the status and give the body."""
        ...


@pytest.fixture(scope="session")
def images(tmp_path_factory: pytest.TempPathFactory) -> WaifuCollection:
    folder = tmp_path_factory.mktemp("images")
    files: dict[int, Path] = {1: folder / "some.png", 3: folder / "other.gif"}
    for number, path in files.items():
        path.write_bytes(bytes([number]) * 40)
    return WaifuCollection(ROWS, files)


@pytest.fixture
def server(images: WaifuCollection) -> Iterator[WaifuSample]:
    with WaifuSample(images, limits=False, seed=7) as running:
        yield running


@pytest.fixture
def get(server: WaifuSample, ask: Ask) -> Get:
    def get(path: str, *, status: int = 200, **headers: str) -> dict[str, object]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = ask(server, path, headers=named)
        body: dict[str, object] = json.loads(answer.read())
        assert answer.status == status, body
        return body

    return get
