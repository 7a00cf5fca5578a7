"""A small collection, a server on it, and a way to ask that server."""

from __future__ import annotations

import http.client
import json
from typing import TYPE_CHECKING, Protocol

import pytest

from animedex.testing import SampleServer
from animedex.testing.samples.sample_images import SampleCollection

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from animedex.testing.fake_server import FakeServer

USER_AGENT = "tester/1.0 (tests@example.org)"
PICTURES: list[dict[str, str | int]] = [
    {
        "category": "neko",
        "file": "0b6c1f3a-0001-4c1e-9d51-5a3d8a1c0001.png",
        "width": 40,
        "height": 60,
        "artist_name": "青葉ミオ",
        "artist_href": "https://gallery.example/mio?tab=all&page=1",
        "source_url": "https://gallery.example/mio/100%25",
    },
    {
        "category": "neko",
        "file": "0b6c1f3a-0002-4c1e-9d51-5a3d8a1c0002.png",
        "width": 50,
        "height": 70,
    },
    {
        "category": "kitsune",
        "file": "0b6c1f3a-0003-4c1e-9d51-5a3d8a1c0003.png",
        "width": 60,
        "height": 80,
        "artist_name": "Tove Lindgaard",
    },
    {
        "category": "hug",
        "file": "0b6c1f3a-0004-4c1e-9d51-5a3d8a1c0004.gif",
        "width": 32,
        "height": 24,
        "anime_name": "Lantern Street Diaries",
    },
    {
        "category": "hug",
        "file": "0b6c1f3a-0005-4c1e-9d51-5a3d8a1c0005.gif",
        "anime_name": "星屑カフェ",
    },
]


class Ask(Protocol):
    """Send one request to a server and return the answer, its body not read yet."""

    def __call__(
        self,
        server: FakeServer,
        path: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        user_agent: str | None = USER_AGENT,
    ) -> http.client.HTTPResponse:
        """Ask for a path below the API's base, or for a whole one on the server's own."""
        ...


class Clock:
    """Stand still until told otherwise."""

    def __init__(self) -> None:
        self.now = 1_778_231_283.0  # 2026-05-08 09:08:03 UTC

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def collection_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("collection")
    (folder / "manifest.json").write_text(json.dumps({"pictures": PICTURES}), encoding="utf-8")
    for number, row in enumerate(PICTURES):
        category = folder / str(row["category"])
        category.mkdir(exist_ok=True)
        (category / str(row["file"])).write_bytes(bytes([number]) * 50 + bytes(range(150)))
    return folder


@pytest.fixture(scope="session")
def collection(collection_folder: Path) -> SampleCollection:
    return SampleCollection.load(collection_folder)


@pytest.fixture
def server(collection: SampleCollection) -> Iterator[SampleServer]:
    with SampleServer(collection, limits=False, seed=7) as running:
        yield running


@pytest.fixture
def ask() -> Ask:
    def ask(
        server: FakeServer,
        path: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        user_agent: str | None = USER_AGENT,
    ) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
        sent = {"Connection": "close", **(headers or {})}
        if user_agent is not None:
            sent["User-Agent"] = user_agent
        connection.request(method, server.base + path, headers=sent)
        return connection.getresponse()

    return ask
