"""The real client against the gallery, as a bot or a machine without a network would use it."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from animedex import Client
from animedex.cli.main import run
from animedex.errors import BadArguments, NotFound
from animedex.gallery.nekos_library_adapter import category_path, file_name_for
from animedex.models import Rating
from animedex.testing.samples.sample_images import sample_collection
from tests.gallery.conftest import NEKO, GalleryFixture, post

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from animedex.asgi.loopback_server import LoopbackServer
    from tests.gallery.conftest import Visit


@pytest.fixture
def client(gallery: LoopbackServer, tmp_path: Path) -> Iterator[Client]:
    url = f"{gallery.origin}/api/v2"
    state = tmp_path / "state.db"
    with Client(base_urls={"nekos": url}, state=state, cache=False, limits=False) as asking:
        yield asking


def test_categories_are_the_library_s(client: Client) -> None:
    assert set(client.nekos.categories()) == {*sample_collection().formats(), "own"}


def test_pictures_of_a_category_are_drawn(client: Client, gallery: LoopbackServer) -> None:
    rows = client.nekos.image("neko", amount=15)
    assert {row.category for row in rows} == {"neko"}
    assert all(row.url.startswith(f"{gallery.origin}/api/v2/neko/") for row in rows)
    assert all(row.artist_name and row.dimensions for row in rows)
    assert len({row.filename for row in rows}) > 1


def test_a_picture_comes_with_its_credit(
    client: Client, filled: GalleryFixture, tmp_path: Path
) -> None:
    asset = client.nekos.asset(f"neko/{NEKO}", to=tmp_path / "neko.png")
    assert asset.content_type == "image/png"
    assert asset.artist_name == "[mofu]"
    assert (tmp_path / "neko.png").read_bytes() == (filled.folder / NEKO).read_bytes()


def test_words_find_pictures(client: Client) -> None:
    rows = client.nekos.search("Inkwell Tanuki", amount=3)
    assert {row.artist_name for row in rows} == {"Inkwell Tanuki"}
    assert len(rows) > 1
    moving = client.nekos.search("tanuki", "gif", amount=20)
    assert {row.extension for row in moving} == {"gif"}


def test_where_nothing_is_like_that_nothing_comes(client: Client) -> None:
    assert client.nekos.search("zzzzzzqqqq") == []


def test_an_unknown_category_is_told_with_a_near_one(client: Client) -> None:
    with pytest.raises(NotFound, match="nekko"):
        client.nekos.image("nekko")


def test_the_command_line_needs_no_network(
    gallery: LoopbackServer,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    monkeypatch.setenv("ANIMEDEX_NEKOS_URL", f"{gallery.origin}/api/v2")
    assert run(["nekos", "image", "waifu", "--json", "--no-source"]) == 0
    (row,) = json.loads(capfdbinary.readouterr().out)
    assert row["url"].startswith(f"{gallery.origin}/api/v2/waifu/")


@pytest.mark.parametrize("rating", [*Rating, None])
def test_a_rating_goes_from_gallery_to_gallery(
    rating: Rating | None, own: GalleryFixture, own_server: LoopbackServer, tmp_path: Path
) -> None:
    entry = own.add(own.draw("a.png"), post(rating=rating))
    category = category_path(entry)
    with Client(
        base_urls={"nekos": f"{own_server.origin}/api/v2"},
        state=tmp_path / "state.db",
        cache=False,
        limits=False,
    ) as client:
        (row,) = client.nekos.image(category)
    told = row.to_common()
    assert told.rating == rating
    again = entry._replace(post=told, row=row.raw, category=row.category)
    assert (category_path(again), file_name_for(again)) == (category, file_name_for(entry))


def test_names_that_no_address_has_are_found(
    own: GalleryFixture, own_server: LoopbackServer, tmp_path: Path
) -> None:
    path = own.draw("a.webp")
    own.add(path, post(artists=['猫 & "dog"\r\nx: y'], copyrights=["100%"]), "猫耳 / cats?")
    with Client(
        base_urls={"nekos": f"{own_server.origin}/api/v2"},
        state=tmp_path / "state.db",
        cache=False,
        limits=False,
    ) as client:
        assert list(client.nekos.categories()) == ["猫耳-cats"]
        (row,) = client.nekos.image("猫耳-cats")
        asset = client.nekos.asset(row)
    assert asset.body is not None
    assert hashlib.sha256(asset.body).digest() == hashlib.sha256(path.read_bytes()).digest()
    assert (asset.artist_name, asset.anime_name) == ('猫 & "dog"\r\nx: y', "100%")
    assert asset.content_type == "image/webp"


def test_refusals_are_told_to_programs_in_json(visit: Visit) -> None:
    for path, status in (
        ("/api/v2/nowhere", 404),
        ("/api/v2/neko?amount=x", 400),
        ("/api/v2/neko/none.png", 404),
        ("/api/v2/a/b/c", 404),
        ("/api/v2/", 404),
    ):
        answer = visit(path)
        assert answer.status == status
        assert isinstance(answer.json, dict)
        assert answer.json["code"] == status


def test_a_bad_argument_is_the_client_s_to_tell(client: Client) -> None:
    with pytest.raises(BadArguments):
        client.nekos.image("neko", amount=0)
