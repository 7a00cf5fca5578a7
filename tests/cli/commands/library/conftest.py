"""Pictures to keep, and a library that has some: of a service and of one's own."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

import msgspec
import pytest

from animedex.backends.nekos.models import NekosImage
from animedex.call import SourceTag
from animedex.library.entry import NewEntry
from animedex.library.picture_library import Library
from animedex.models import parse_record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from animedex.http_message import JsonObject

FETCHED = SourceTag(
    "nekos", datetime(2026, 11, 1, 12, tzinfo=UTC), cached=False, rate_limited=False
)
ROWS: dict[str, dict[str, str | int | dict[str, int]]] = {
    "neko": {
        "url": "https://nekos.best/api/v2/neko/1.png",
        "artist_name": "青葉ミオ",
        "new": 10**20,
    },
    "neko again": {"url": "https://nekos.best/api/v2/neko/2.png", "artist_name": "Tove [red]"},
    "hug": {"url": "https://nekos.best/api/v2/hug/3.gif", "anime_name": "Lantern Street Diaries"},
}


class Draw(Protocol):
    """Draw a picture into a file: the same for the same seed, and unlike that of any other."""

    def __call__(self, name: str, seed: int = 0, size: tuple[int, int] = (160, 120)) -> Path: ...


def rows_of(value: object) -> list[JsonObject]:
    """Return what a command printed as rows."""
    return cast("list[JsonObject]", value)


@pytest.fixture
def draw(tmp_path: Path) -> Draw:
    def drawn(name: str, seed: int = 0, size: tuple[int, int] = (160, 120)) -> Path:
        from PIL import Image

        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        patches = random.Random(seed).randbytes(8 * 6 * 3)
        grid = Image.frombytes("RGB", (8, 6), patches)
        grid.resize((160, 120), Image.Resampling.NEAREST).resize(size).save(path)
        return path

    return drawn


class LibraryFolder(NamedTuple):
    """A library that has pictures, and their files by name."""

    library: Library
    files: dict[str, Path]
    rows: dict[str, bytes]


@pytest.fixture
def library_folder(draw: Draw) -> Iterator[LibraryFolder]:
    """Keep three pictures of nekos.best and then one of one's own, numbered from 1."""
    files: dict[str, Path] = {}
    rows: dict[str, bytes] = {}
    with Library() as library:
        for seed, (name, row) in enumerate(ROWS.items(), 1):
            rows[name] = msgspec.json.encode(row)
            record = parse_record(NekosImage, rows[name], "", FETCHED)
            files[name] = draw(f"{name}{record.url[-4:]}", seed)
            new = NewEntry(str(files[name]), record.to_common(), record.raw, record.category)
            library.add(new)
        files["own"] = draw("holiday.png", 9)
        library.add(NewEntry(str(files["own"])))
        yield LibraryFolder(library, files, rows)
