"""What the tests of downloads share: services with pictures, and a folder to save them in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

import pytest

from animedex.testing import SampleServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from animedex.http_message import JsonObject

PATIENCE = 120
FILE = "11111111-0001-4c1e-9d51-5a3d8a1c0001.png"


@pytest.fixture(scope="module")
def drawn_nekos() -> Iterator[SampleServer]:
    with SampleServer(limits=False, seed=1) as server:
        yield server


@pytest.fixture(autouse=True)
def nekos(
    drawn_nekos: SampleServer, neighbours: None, monkeypatch: pytest.MonkeyPatch
) -> SampleServer:
    """Point the command line at services with pictures that can be decoded."""
    monkeypatch.setenv("ANIMEDEX_NEKOS_URL", drawn_nekos.url)
    monkeypatch.setenv("ANIMEDEX_LIMITS", "off")
    drawn_nekos.arrivals.clear()
    drawn_nekos.faults.clear()
    return drawn_nekos


@pytest.fixture
def to(tmp_path: Path) -> str:
    return str(tmp_path / "pictures")


def reports(out: bytes) -> list[JsonObject]:
    return cast("list[JsonObject]", json.loads(out))
