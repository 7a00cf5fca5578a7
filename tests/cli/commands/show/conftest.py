"""What the tests of show share: pictures, and services that have some."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from PIL import Image

from animedex.images.xmp import write_credit
from animedex.models import ArtPost, Rating
from animedex.testing import SampleServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from animedex.http_message import JsonObject
    from tests.kit.command_line import Outcome

POST = ArtPost(
    id="waifu:5000",
    rating=Rating.GENERAL,
    url="https://cdn.waifu.im/5000.png",
    artists=["青葉ミオ\x1b[31m"],
    tags=["maid", "waifu"],
)
ROW: JsonObject = {"id": 5000, "large": 2**70, "odd": "\u202e"}


@pytest.fixture(scope="module")
def drawn_nekos() -> Iterator[SampleServer]:
    with SampleServer(limits=False, seed=1) as server:
        yield server


@pytest.fixture
def services(
    drawn_nekos: SampleServer, neighbours: None, monkeypatch: pytest.MonkeyPatch
) -> SampleServer:
    monkeypatch.setenv("ANIMEDEX_NEKOS_URL", drawn_nekos.url)
    drawn_nekos.arrivals.clear()
    return drawn_nekos


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    return draw(tmp_path / "drawn.png")


def draw(path: Path, size: tuple[int, int] = (40, 60)) -> Path:
    Image.linear_gradient("L").resize(size).convert("RGB").save(path)
    return path


def credited(path: Path, picture: Path) -> Path:
    with path.open("wb") as target:
        write_credit(str(picture), target, POST, json.dumps(ROW).encode())
    return path


def rows_of(outcome: Outcome) -> list[JsonObject]:
    assert outcome.code == 0, outcome.err
    return cast("list[JsonObject]", outcome.json)
