"""A library of the test's own, and pictures to put into it."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Protocol

import pytest

from animedex.call import SourceTag
from animedex.library.picture_library import Library
from animedex.models import ArtPost, Rating

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from PIL.Image import Image


class Draw(Protocol):
    """Draw a picture into a file: the same for the same seed, and unlike that of any other."""

    def __call__(
        self, name: str, seed: int = 0, size: tuple[int, int] = (160, 120), frames: int = 1
    ) -> Path: ...


@pytest.fixture
def warnings() -> list[str]:
    """Collect what the library has to say."""
    return []


@pytest.fixture
def library(tmp_path: Path, warnings: list[str]) -> Iterator[Library]:
    with Library(str(tmp_path / "data" / "library.db"), warnings.append) as opened:
        yield opened


@pytest.fixture
def draw(tmp_path: Path) -> Draw:
    def drawn(
        name: str, seed: int = 0, size: tuple[int, int] = (160, 120), frames: int = 1
    ) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        first, *others = [picture(seed, number).resize(size) for number in range(frames)]
        if others:
            first.save(path, save_all=True, append_images=others)
        else:
            first.save(path)
        return path

    return drawn


def picture(seed: int, frame: int = 0) -> Image:
    """Draw some patches in a grid, that a hash tells from those of any other seed."""
    from PIL import Image

    patches = random.Random(f"{seed} {frame}").randbytes(8 * 6 * 3)
    return Image.frombytes("RGB", (8, 6), patches).resize((160, 120), Image.Resampling.NEAREST)


@pytest.fixture
def post() -> ArtPost:
    """Return a post of a service, as it was fetched."""
    from datetime import UTC, datetime

    fetched = datetime(2026, 11, 1, 12, 0, 0, 123456, tzinfo=UTC)
    return ArtPost(
        id="nekos:1.png",
        source_tag=SourceTag("nekos", fetched, cached=False, rate_limited=True),
        rating=Rating.GENERAL,
        url="https://nekos.best/api/v2/neko/1.png",
        source_url="https://gallery.example/mio/100",
        artists=["青葉ミオ"],
        copyrights=["Lantern Street Diaries"],
    )
