"""A library of drawn pictures and of strange ones, a gallery over it, and ways to visit that."""

from __future__ import annotations

import http.client
import json
import shutil
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

import msgspec
import pytest
from PIL import Image

from animedex.backends.nekos.models import NekosImage
from animedex.gallery.gallery_server import gallery_server
from animedex.library.entry import NewEntry
from animedex.library.picture_library import Library
from animedex.models import ArtPost, Rating
from animedex.testing.samples.sample_images import sample_collection

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping

    from animedex.asgi.loopback_server import LoopbackServer
    from animedex.http_message import JsonValue
    from animedex.library.entry import Entry
    from animedex.testing.nekos.image_store import Picture

PATIENCE = 120
NEKO = "0bfb0c80-ce9f-49c9-a7e9-8e9e70a28939.png"
EVIL = '"onload="alert(1)"><script>alert(2)</script>'


class Answer(NamedTuple):
    """What a server answered."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> JsonValue:
        return cast("JsonValue", json.loads(self.body))


class Page(HTMLParser):
    """Take a page apart: its elements with their attributes, and its texts."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(answer.text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def links(self) -> list[str]:
        return [each["href"] or "" for each in self.all("a")]

    @property
    def numbers(self) -> list[int]:
        """Return the numbers of the pictures that are listed, in order."""
        paths = [link.partition("?")[0] for link in self.links]
        return [int(path.split("/")[2]) for path in paths if path.startswith("/picture/")]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


class Visit(Protocol):
    """Ask a gallery for something."""

    def __call__(
        self,
        path: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        server: LoopbackServer | None = None,
    ) -> Answer:
        """Ask for a path, of the filled gallery if unsaid."""
        ...


def ask(
    server: LoopbackServer,
    path: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)
    try:
        connection.request(method, path, headers=dict(headers or {}))
        answer = connection.getresponse()
        return Answer(answer.status, answer.msg, answer.read())
    finally:
        connection.close()


def nekos_new(drawn: Picture, path: Path) -> NewEntry:
    """Make of a drawn picture what a download of it would add."""
    row: dict[str, JsonValue] = dict(drawn.credits)
    row["url"] = f"https://nekos.best/api/v2/{drawn.category}/{drawn.filename}"
    if drawn.size:
        row["dimensions"] = cast("JsonValue", drawn.size._asdict())
    record = NekosImage.from_payload(row)
    return NewEntry(str(path), record.to_common(), record.raw, drawn.category)


def post(number: int = 1, rating: Rating | None = Rating.GENERAL, **more: object) -> ArtPost:
    """Make what a service told of a picture."""
    return msgspec.structs.replace(ArtPost(id=f"danbooru:{number}", rating=rating), **more)


class GalleryFixture(NamedTuple):
    """A library and the folder for its files."""

    library: Library
    folder: Path

    def draw(self, name: str, size: tuple[int, int] = (60, 80), colour: str = "teal") -> Path:
        """Draw a plain picture; the ending of its name tells the format."""
        path = self.folder / name
        Image.new("RGB", size, colour).save(path)
        return path

    def add(self, path: Path, about: ArtPost | None = None, category: str | None = None) -> Entry:
        return self.library.add(NewEntry(str(path), about, None, category))


@contextmanager
def gallery_site(folder: Path) -> Generator[GalleryFixture]:
    files = folder / "pictures"
    files.mkdir()
    with Library(str(folder / "library.db")) as library:
        yield GalleryFixture(library, files)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[GalleryFixture]:
    """Make an empty library."""
    with gallery_site(tmp_path) as library:
        yield library


@pytest.fixture
def own_server(own: GalleryFixture, tmp_path: Path) -> Iterator[LoopbackServer]:
    """Serve the library that is empty at first."""
    with gallery_server(own.library, cache=str(tmp_path / "cache"), seed=1) as server:
        yield server


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GalleryFixture]:
    """Fill a library with the drawn collection and copies of one picture; nobody changes it."""
    pictures = list(sample_collection().pictures)
    Random(4).shuffle(pictures)
    with gallery_site(tmp_path_factory.mktemp("filled")) as library:
        with Image.open(next(each.path for each in pictures if each.filename == NEKO)) as neko:
            for name, part in (("half.webp", 2), ("copy.jpg", 1)):
                path = library.folder / name
                neko.convert("RGB").resize((neko.width // part, neko.height // part)).save(path)
                library.add(path)
        for drawn in pictures:
            path = library.folder / drawn.filename
            shutil.copyfile(drawn.path, path)
            library.library.add(nekos_new(drawn, path))
        yield library


@pytest.fixture(scope="session")
def gallery(
    filled: GalleryFixture, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LoopbackServer]:
    """Serve the filled library."""
    cache = tmp_path_factory.mktemp("cache")
    with gallery_server(filled.library, cache=str(cache), seed=1) as server:
        yield server


@pytest.fixture
def visit(request: pytest.FixtureRequest) -> Visit:
    def visit(
        path: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        server: LoopbackServer | None = None,
    ) -> Answer:
        asked: LoopbackServer = server or request.getfixturevalue("gallery")
        return ask(asked, path, method=method, headers=headers)

    return visit
