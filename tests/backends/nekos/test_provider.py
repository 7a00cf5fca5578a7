"""What nekos.best does among the other services."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex import Client
from animedex.backends.nekos.models import NekosImage
from animedex.backends.nekos.provider import ART
from animedex.backends.provider import find_provider
from animedex.errors import BadArguments, NotFound, UpstreamDecode
from animedex.models import Rating

if TYPE_CHECKING:
    from collections.abc import Iterator

    from animedex.call import Call
    from animedex.client_options import ClientOptions
    from animedex.http_message import JsonObject, JsonValue
    from animedex.testing import SampleServer

FILE = "0a1b2c3d-0001-4c1e-9d51-5a3d8a1c0001.png"
URL = f"https://nekos.best/api/v2/neko/{FILE}"
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=5
)


@pytest.fixture
def client(options: ClientOptions) -> Iterator[Client]:
    options["limits"] = False
    with Client(**options) as made:
        yield made


def require_call(call: Call[object] | None) -> Call[object]:
    assert call is not None
    return call


def test_the_part_is_found_by_name() -> None:
    assert find_provider("nekos") is ART
    assert ART.record is NekosImage
    assert ART.posts_by_source is None


@pytest.mark.parametrize(
    "row",
    [
        {"url": URL},
        {"url": "https://nekos.best/api/v2/hug/017.gif"},
        {"url": f"http://127.0.0.1:8080/api/v2/neko/{FILE}", "artist_name": "Mio"},
        {"url": f"http://127.0.0.1:8080/neko/{FILE}", "dimensions": None},
        {"url": f"https://mirror.example/a/b/neko/{FILE}?x=1", "anime_name": None},
    ],
)
def test_a_row_of_its_own_is_known(row: JsonObject) -> None:
    assert ART.matches_row(row)


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"url": None},
        {"url": f"http://127.0.0.1:8080/api/v2/neko/{FILE}"},
        {"url": "https://cdn.waifu.im/6460.jpeg", "dimensions": None},
        {"url": "https://nekos.best.example/api/v2/hug/017.gif", "anime_name": "x"},
        {"url": f"https://nekos.best@mirror.example/api/v2/neko/{FILE}", "anime_name": "x"},
        {"url": "https://nekos.best/", "anime_name": "x"},
    ],
)
def test_any_other_row_is_not(row: JsonObject) -> None:
    assert not ART.matches_row(row)


def test_evidence_is_what_the_row_tells() -> None:
    row: JsonObject = {
        "url": URL,
        "source_url": "https://www.pixiv.net/artworks/15300",
        "dimensions": {"width": 300, "height": 200},
    }
    result = ART.read_keys(row)
    assert result.id == f"nekos:{FILE}"
    assert result.links == ("https://www.pixiv.net/artworks/15300",)
    assert result.pixels == 60_000
    assert (result.md5, result.perceptual_hash, result.byte_size) == (None, None, 0)


@pytest.mark.parametrize(
    "size", [None, [], {}, {"width": 3}, {"width": True, "height": 2}, {"width": "3", "height": 2}]
)
def test_a_size_that_is_none_has_no_pixels(size: JsonValue) -> None:
    assert ART.read_keys({"url": URL, "dimensions": size}).pixels == 0


@given(
    st.fixed_dictionaries({}, optional=dict.fromkeys(("url", "source_url", "dimensions"), VALUES))
)
def test_no_row_is_too_odd_to_be_read(row: JsonObject) -> None:
    result = ART.read_keys(row)
    assert result.id.startswith("nekos:")
    assert result.pixels >= 0
    assert isinstance(ART.matches_row(row), bool)


@given(st.text() | st.from_regex(r"https?://[a-z.]+(/[a-z0-9.?#-]*){0,4}", fullmatch=True))
def test_the_id_is_that_of_the_art_post(url: str) -> None:
    row: JsonObject = {"url": url}
    assert ART.read_keys(row).id == NekosImage.from_payload(row).to_common().id


@pytest.mark.parametrize("rating", [rating for rating in Rating if rating is not Rating.GENERAL])
def test_it_has_no_picture_of_another_rating(rating: Rating) -> None:
    assert ART.search("frieren", rating, 5) is None
    assert ART.search("frieren", cast("Rating", "g"), 5) is not None


def test_images_and_animations_are_searched(client: Client, server: SampleServer) -> None:
    (picture,) = client.nekos.image("neko")
    assert picture.credit is not None
    result = client.perform(require_call(ART.search(picture.credit, Rating.GENERAL, 2)))
    rows = cast("list[NekosImage]", result)
    assert rows[0].credit == picture.credit
    assert len(rows) <= 2
    assert [row.match for row in rows] == sorted((row.match or 0 for row in rows), reverse=True)
    assert all((row.match or 0) >= 0.8 for row in rows)
    kinds = [arrival.query["type"] for arrival in server.arrivals.on("/search")]
    assert kinds == ["1", "2"]


def test_words_that_nothing_answers_find_nothing(client: Client) -> None:
    assert client.perform(require_call(ART.search("qqqzzzxxx", Rating.GENERAL, 100))) == []


def test_a_search_for_nothing_is_refused() -> None:
    with pytest.raises(BadArguments):
        ART.search("  ", Rating.GENERAL, 5)


def test_pictures_are_drawn(client: Client) -> None:
    rows = cast("list[NekosImage]", client.perform(require_call(ART.random("neko", 50))))
    assert [row.category for row in rows] == ["neko"] * 20
    assert len(cast("list[NekosImage]", client.perform(require_call(ART.random(None, 1))))) == 1


def test_a_picture_is_found_with_its_credit(client: Client, server: SampleServer) -> None:
    (row,) = client.nekos.image("neko")
    text = f"neko/{row.filename}"
    result = cast("NekosImage", client.perform(require_call(ART.picture(text))))
    whole = row.payload
    assert result.payload == {key: whole[key] for key in whole if key != "dimensions"}
    assert result.source_tag is not None
    (arrival,) = server.arrivals.on(f"/neko/{row.filename}")
    assert arrival.method == "HEAD"


def test_the_services_own_address_leads_to_where_it_is_configured_to_be(
    client: Client, server: SampleServer
) -> None:
    (row,) = client.nekos.image("neko")
    there = f"https://nekos.best/api/v2/neko/{row.filename}"
    result = cast("NekosImage", client.perform(require_call(ART.picture(there))))
    assert result.source_url == row.source_url


@pytest.mark.parametrize("status", [405, 501])
def test_a_picture_is_found_where_heads_are_not_answered(
    status: int, client: Client, server: SampleServer
) -> None:
    (row,) = client.nekos.image("neko")
    place = f"/neko/{row.filename}"
    server.answer(place, status=status)
    result = cast("NekosImage", client.perform(require_call(ART.picture(place[1:]))))
    assert (result.url, result.source_url) == (row.url, row.source_url)
    head, get = server.arrivals.on(place)
    assert (head.method, get.method, get.headers["range"]) == ("HEAD", "GET", "bytes=0-0")


def test_what_a_get_brings_beside_the_headers_is_dropped(
    client: Client, server: SampleServer
) -> None:
    place = f"/neko/{FILE}"
    server.answer(place, status=405)
    server.answer(
        place, headers={"content-type": "image/png", "artist_name": "Mio"}, body=b"\x89PNG" * 9
    )
    result = cast("NekosImage", client.perform(require_call(ART.picture(f"neko/{FILE}"))))
    assert result.artist_name == "Mio"
    server.answer(place, status=405)
    server.answer(place, headers={"content-type": "text/html"}, body=b"<html>")
    with pytest.raises(UpstreamDecode, match="not for a picture"):
        client.perform(require_call(ART.picture(f"neko/{FILE}")))


@pytest.mark.parametrize("text", [FILE, "017.gif"])
def test_a_file_name_alone_leads_nowhere(text: str) -> None:
    with pytest.raises(BadArguments, match="finds no picture by its file name alone") as caught:
        ART.picture(text)
    assert caught.value.hint == "give its URL, or the row as JSON"


def test_a_picture_that_is_not_there_is_not_found(client: Client) -> None:
    with pytest.raises(NotFound):
        client.perform(require_call(ART.picture(f"neko/{FILE}")))


def test_an_answer_that_is_no_picture_is_no_row(client: Client, server: SampleServer) -> None:
    server.answer(f"/neko/{FILE}", headers={"content-type": "text/html", "artist_name": "Mio"})
    with pytest.raises(UpstreamDecode, match="not for a picture"):
        client.perform(require_call(ART.picture(f"neko/{FILE}")))


def test_a_picture_without_credit_has_its_url_alone(client: Client, server: SampleServer) -> None:
    server.answer(f"/neko/{FILE}", headers={"content-type": "image/png"})
    result = cast("NekosImage", client.perform(require_call(ART.picture(f"neko/{FILE}"))))
    assert result.payload == {"url": f"{server.url}/neko/{FILE}"}


@pytest.mark.parametrize(
    "text",
    [
        *("", "neko", "6460", "https://www.pixiv.net/artworks/15300", "pixiv.net/artworks/1"),
        *("https://nekos.best/", "https://nekos.best/api/v2/neko", "https://cdn.waifu.im/6460.jpg"),
        *(f"https://host.example/i/123/{FILE}", f"http://127.0.0.1:8080/api/v2/neko/{FILE}"),
        *(f"https://nekos.best@host.example/neko/{FILE}", "ftp://nekos.best/api/v2/neko/1.png"),
    ],
)
def test_other_texts_name_no_picture(text: str) -> None:
    assert ART.picture(text) is None
