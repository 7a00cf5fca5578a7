from __future__ import annotations

import pickle
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.backends.nekos.models import Dimensions, NekosAsset, NekosCategoryFormat, NekosImage
from animedex.call import SourceTag
from animedex.errors import UpstreamShape
from animedex.models import ArtPost, Rating, parse_record

if TYPE_CHECKING:
    from animedex.http_message import JsonObject

TAG = SourceTag("nekos", datetime(2026, 5, 8, tzinfo=UTC), cached=True, rate_limited=False)
STILL: JsonObject = {
    "url": "https://nekos.best/api/v2/neko/0b6c1f3a-0001.png",
    "dimensions": {"width": 1000, "height": 1500},
    "artist_name": "青葉ミオ",
    "artist_href": "https://gallery.example/mio",
    "source_url": "https://gallery.example/mio/1",
}
MOVING: JsonObject = {
    "url": "https://nekos.best/api/v2/hug/0b6c1f3a-0004.gif",
    "dimensions": {"width": 498, "height": 280},
    "anime_name": "Lantern Street Diaries",
}


def picture(**row: object) -> NekosImage:
    return NekosImage.from_payload(cast("JsonObject", {"url": "", **row}))


def test_a_still_picture_becomes_a_post() -> None:
    record = parse_record(NekosImage, msgspec.json.encode(STILL), "", TAG, 0.9)
    assert record.to_common() == ArtPost(
        id="nekos:0b6c1f3a-0001.png",
        source_tag=TAG,
        rating=Rating.GENERAL,
        url="https://nekos.best/api/v2/neko/0b6c1f3a-0001.png",
        source_url="https://gallery.example/mio/1",
        artists=["青葉ミオ"],
        width=1000,
        height=1500,
        extension="png",
        animated=False,
    )


@pytest.mark.parametrize(
    ("category", "rating"),
    [
        ("neko", Rating.GENERAL),
        ("explicit", Rating.EXPLICIT),
        ("danbooru-explicit", Rating.EXPLICIT),
        ("waifu-questionable", Rating.QUESTIONABLE),
        ("own-sensitive", Rating.SENSITIVE),
        ("inexplicit", Rating.GENERAL),
        ("explicit-neko", Rating.GENERAL),
        ("danbooru-general", Rating.GENERAL),
        ("danbooru-unrated", None),
        ("own", None),
    ],
)
def test_a_category_may_be_named_for_a_rating(category: str, rating: Rating | None) -> None:
    row = picture(url=f"http://127.0.0.1:8080/api/v2/{category}/a.png")
    assert row.to_common().rating == rating


def test_an_animation_becomes_a_post() -> None:
    post = NekosImage.from_payload(MOVING).to_common()
    assert (post.id, post.rating, post.tags) == (
        "nekos:0b6c1f3a-0004.gif",
        "g",
        ["Lantern Street Diaries"],
    )
    assert (post.copyrights, post.artists, post.artist) == (["Lantern Street Diaries"], [], None)
    assert (post.animated, post.extension, post.source_tag) == (True, "gif", None)
    assert post.tags is not post.copyrights


@pytest.mark.parametrize(
    ("url", "category", "filename", "extension"),
    [
        ("https://nekos.best/api/v2/neko/a.png", "neko", "a.png", "png"),
        ("https://nekos.best/api/v2/neko/a.PNG?size=1#top", "neko", "a.PNG", "png"),
        ("http://127.0.0.1:8080/mirror/hug/b.tar.gif", "hug", "b.tar.gif", "gif"),
        ("https://nekos.best/api/v2/neko/%E7%8C%AB.png", "neko", "%E7%8C%AB.png", "png"),
        ("neko/a.png", "neko", "a.png", "png"),
        ("/neko/a.png", "neko", "a.png", "png"),
        ("https://nekos.best/a.png", None, "a.png", "png"),
        ("a.png", None, "a.png", "png"),
        ("https://nekos.best/neko/plain", "neko", "plain", None),
        ("https://nekos.best/neko/dot.", "neko", "dot.", None),
        ("https://nekos.best/neko/", "neko", "", None),
        ("https://nekos.best", None, "", None),
        ("https://", None, "", None),
        ("", None, "", None),
        ("?", None, "", None),
    ],
)
def test_names_come_from_the_url(
    url: str, category: str | None, filename: str, extension: str | None
) -> None:
    record = picture(url=url)
    assert (record.category, record.filename, record.extension) == (category, filename, extension)
    post = record.to_common()
    assert post.id == f"nekos:{filename}"
    assert post.url == (url or None)


@pytest.mark.parametrize(
    ("extension", "animated"), [("gif", True), ("GIF", True), ("png", False), ("webp", None)]
)
def test_what_moves(extension: str, animated: bool | None) -> None:  # noqa: FBT001  a table's column
    assert picture(url=f"x/a.{extension}").to_common().animated is animated


def test_the_credit_is_the_artist_or_else_the_show() -> None:
    assert picture(artist_name="Mio", anime_name="Diaries").credit == "Mio"
    assert picture(artist_name="", anime_name="Diaries").credit == "Diaries"
    assert picture(artist_name="", anime_name="").credit is None
    assert picture().credit is None


def test_sizes_are_what_is_told() -> None:
    assert picture(dimensions={"height": 3, "depth": 1}).dimensions == Dimensions(height=3)
    assert picture(dimensions=None).to_common().width is None
    assert picture(dimensions={}).to_common().height is None
    assert picture(dimensions={"width": 10**30}).to_common().width == 10**30


@pytest.mark.parametrize(
    ("row", "path"),
    [
        ({}, "results[3]: object missing required field `url`"),
        ({"url": 3}, "results[3].url: expected `str`, got `int`"),
        ({"url": "a", "dimensions": [1, 2]}, "results[3].dimensions: "),
        ({"url": "a", "dimensions": {"height": True}}, "results[3].dimensions.height: "),
        ({"url": "a", "artist_name": {}}, "results[3].artist_name: "),
        ({"url": "a", "source_url": 0.5}, "results[3].source_url: "),
    ],
)
def test_a_wrong_type_is_told_with_its_path(row: JsonObject, path: str) -> None:
    with pytest.raises(UpstreamShape) as caught:
        parse_record(NekosImage, msgspec.json.encode(row), "results[3]")
    assert caught.value.message.startswith(path)
    assert caught.value.backend == "nekos"


TEXT = st.text(st.characters(codec="utf-8"), max_size=20)


@given(
    st.fixed_dictionaries(
        {"url": TEXT | TEXT.map("https://nekos.best/api/v2/{}".format)},
        optional={
            name: st.none() | TEXT
            for name in ("anime_name", "artist_name", "artist_href", "source_url")
        },
    )
)
def test_a_post_depends_on_the_record_alone_and_holds_no_empty_text(row: JsonObject) -> None:
    record = NekosImage.from_payload(row)
    post = record.to_common()
    assert post == record.to_common() == NekosImage.from_payload(row).to_common()
    assert post.rating is Rating.GENERAL
    assert post.tags == ([row["anime_name"]] if row.get("anime_name") else [])
    payload = post.to_payload()
    assert "" not in payload.values()
    assert "" not in [*post.tags, *post.artists, *post.copyrights]


def test_a_format_is_a_record_too() -> None:
    row: JsonObject = {"format": "png", "min": "1", "max": "9"}
    record = NekosCategoryFormat.from_payload(row)
    assert (record.format, record.payload) == ("png", row)


def test_an_asset_is_a_value() -> None:
    asset = NekosAsset("u", "image/png", 1, b"x", None, None, "Mio", None, None, TAG)
    assert pickle.loads(pickle.dumps(asset)) == asset
    with pytest.raises(AttributeError):
        setattr(asset, "size", 2)  # noqa: B010  the type checkers know that it cannot be
