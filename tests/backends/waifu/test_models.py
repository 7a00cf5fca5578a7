"""Rows come back as they were sent, and project without a guess."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.backends.waifu.models import (
    ImageArtist,
    ImageTag,
    WaifuArtist,
    WaifuImage,
    WaifuPage,
    WaifuStats,
    WaifuTag,
)
from animedex.call import SourceTag
from animedex.errors import UpstreamShape
from animedex.models import ArtPost, Rating, parse_record

if TYPE_CHECKING:
    from animedex.http_message import JsonObject
    from animedex.models import Record

TAG = SourceTag("waifu", datetime(2026, 5, 8, tzinfo=UTC), cached=True, rate_limited=False)
ARTIST: JsonObject = {
    "id": 31,
    "name": "青葉ミオ",
    "patreon": None,
    "pixiv": "https://gallery.example/users/31",
    "twitter": None,
    "deviantArt": "https://gallery.example/mio",
    "reviewStatus": "Accepted",
    "creatorId": None,
    "imageCount": 0,
}
MAID: JsonObject = {
    "id": 3,
    "name": "Maid",
    "slug": "maid",
    "description": "Aprons.",
    "reviewStatus": "Accepted",
    "creatorId": None,
    "imageCount": 0,
}
ROW: JsonObject = {
    "id": 5004,
    "perceptualHash": "00ff00ff00ff00fe",
    "extension": ".JPG",
    "dominantColor": "#102030",
    "source": "https://gallery.example/mio/1",
    "artists": [ARTIST, {"id": 32, "name": "Tove"}],
    "uploaderId": None,
    "uploadedAt": "2024-03-01T08:00:00.123456Z",
    "isNsfw": False,
    "isAnimated": False,
    "width": 1000,
    "height": 1500,
    "byteSize": 123_456,
    "url": "https://cdn.waifu.im/5004.jpg",
    "tags": [MAID, {"id": 9, "name": "No Slug", "slug": None}, {"id": 10}],
    "reviewStatus": "Accepted",
    "favorites": 12,
    "likedAt": None,
    "addedToAlbumAt": None,
    "albums": [],
}


def picture(**row: object) -> WaifuImage:
    return WaifuImage.from_payload(cast("JsonObject", row))


def test_an_image_becomes_a_post() -> None:
    record = parse_record(WaifuImage, msgspec.json.encode(ROW), "", TAG)
    assert record.payload == ROW
    assert record.to_common() == ArtPost(
        id="waifu:5004",
        source_tag=TAG,
        rating=Rating.GENERAL,
        url="https://cdn.waifu.im/5004.jpg",
        page_url="https://www.waifu.im/images/5004",
        source_url="https://gallery.example/mio/1",
        tags=["maid", "No Slug"],
        artists=["青葉ミオ", "Tove"],
        score=12,
        width=1000,
        height=1500,
        byte_size=123_456,
        extension="jpg",
        animated=False,
        perceptual_hash="00ff00ff00ff00fe",
        created_at="2024-03-01T08:00:00.123456Z",
    )


def test_nested_rows_are_typed() -> None:
    record = picture(tags=[MAID], artists=[ARTIST])
    assert record.tags == [ImageTag(id=3, name="Maid", slug="maid", description="Aprons.")]
    assert record.artists == [
        ImageArtist(
            id=31,
            name="青葉ミオ",
            pixiv="https://gallery.example/users/31",
            deviant_art="https://gallery.example/mio",
        )
    ]


@pytest.mark.parametrize(
    ("row", "rating"),
    [
        ({"isNsfw": False}, "g"),
        ({"isNsfw": True}, "e"),
        ({"isNsfw": None}, "e"),
        ({}, "e"),
    ],
)
def test_what_is_not_said_to_be_safe_is_not_general(row: JsonObject, rating: str) -> None:
    assert picture(**row).to_common().rating == rating


@pytest.mark.parametrize(
    ("row", "name"),
    [
        ({"id": 7}, "waifu:7"),
        ({"id": 0, "url": "https://cdn.waifu.im/7.png"}, "waifu:7"),
        ({"id": -7}, "waifu:"),
        ({"id": 10**19 - 1}, f"waifu:{10**19 - 1}"),
        ({"id": 10**19}, "waifu:"),
        ({"id": 10**4000, "url": "https://cdn.waifu.im/7.png"}, "waifu:7"),
        ({"url": "https://cdn.waifu.im/7.png"}, "waifu:7"),
        ({"url": "https://gallery.example/a.png"}, "waifu:https://gallery.example/a.png"),
        ({"url": "7"}, "waifu:"),
        ({"url": "no file"}, "waifu:"),
        ({"url": None}, "waifu:"),
        ({}, "waifu:"),
    ],
)
def test_a_post_is_named_by_its_id_or_else_its_address(row: JsonObject, name: str) -> None:
    post = picture(**row).to_common()
    assert post.id == name
    known = name == f"waifu:{row.get('id')}"
    assert post.page_url == (f"https://www.waifu.im/images/{row['id']}" if known else None)


@pytest.mark.parametrize(
    ("extension", "expected"),
    [(".png", "png"), ("GIF", "gif"), (" .PNG ", "png"), (".", None), (" ", None), ("", None)],
)
def test_an_extension_loses_its_dot(extension: str, expected: str | None) -> None:
    assert picture(extension=extension).to_common().extension == expected


@pytest.mark.parametrize(
    "text", ["my sketchbook", "javascript:alert(1)", "https://a.example/1 and 2", "ftp://a.example"]
)
def test_what_is_no_address_is_none(text: str) -> None:
    record = picture(id=7, source=text, url=text)
    post = record.to_common()
    assert (post.url, post.source_url) == (None, None)
    assert (record.url, record.payload["source"]) == (text, text)


def test_blanks_around_an_address_are_no_part_of_it() -> None:
    post = picture(source=" https://gallery.example/1 ").to_common()
    assert post.source_url == "https://gallery.example/1"


def test_a_hash_of_zeros_is_none() -> None:
    record = picture(perceptualHash="0" * 16)
    assert record.to_common().perceptual_hash is None
    assert record.payload == {"perceptualHash": "0" * 16}
    assert picture(perceptualHash="0" * 15 + "1").to_common().perceptual_hash == "0" * 15 + "1"


@pytest.mark.parametrize("blank", ["", " "])
def test_no_text_is_none_and_not_empty(blank: str) -> None:
    empty = dict.fromkeys(("url", "source", "perceptualHash", "uploadedAt"), blank)
    post = picture(**empty, tags=None, artists=[{"name": ""}]).to_common()
    assert not {"", blank} & {v for v in post.to_payload().values() if isinstance(v, str)}
    assert (post.url, post.source_url, post.perceptual_hash) == (None, None, None)
    assert (post.artists, post.artist, post.md5, post.preview_url) == ([], None, None, None)


def test_tags_and_artists_and_numbers_are_records_too() -> None:
    tag = WaifuTag.from_payload({**MAID, "new": {"a": 1}})
    assert (tag.slug, tag.image_count, tag.payload["new"]) == ("maid", 0, {"a": 1})
    artist = WaifuArtist.from_payload({**ARTIST, "creator": None, "images": []})
    assert (artist.deviant_art, artist.payload["images"]) == ("https://gallery.example/mio", [])
    stats = WaifuStats.from_payload({"totalRequests": 10**12, "totalImages": 3})
    assert (stats.total_requests, stats.total_images, stats.total_tags) == (10**12, 3, None)


@pytest.mark.parametrize(
    ("row", "path"),
    [
        ({"id": "7"}, "items[3].id: "),
        ({"isNsfw": "no"}, "items[3].isNsfw: "),
        ({"tags": {}}, "items[3].tags: "),
        ({"tags": [{"slug": 3}]}, "items[3].tags[0].slug: "),
        ({"artists": [None]}, "items[3].artists[0]: "),
        ({"byteSize": 1.5}, "items[3].byteSize: "),
    ],
)
def test_a_wrong_type_is_told_with_its_path(row: JsonObject, path: str) -> None:
    with pytest.raises(UpstreamShape) as caught:
        parse_record(WaifuImage, msgspec.json.encode(row), "items[3]")
    assert caught.value.message.startswith(path)
    assert caught.value.backend == "waifu"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)
KNOWN = {
    name for kind in (WaifuImage, WaifuArtist, WaifuTag) for name in kind.__struct_encode_fields__
}
UNKNOWN = st.dictionaries(st.text(max_size=8).filter(lambda name: name not in KNOWN), JSON)
PARTS = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from([value, None]) for name, value in ROW.items()}
)


@given(PARTS, UNKNOWN)
def test_a_row_with_any_of_its_keys_is_kept_and_projects(
    known: JsonObject, new: JsonObject
) -> None:
    row = {**known, **new}
    record = WaifuImage.from_payload(row)
    assert record.payload == row
    assert json.dumps(record.payload) == json.dumps(row)
    post = record.to_common()
    assert post == WaifuImage.from_payload(row).to_common()
    assert post.rating == ("g" if row.get("isNsfw") is False else "e")
    assert "" not in post.to_payload().values()
    assert "" not in [*post.tags, *post.artists]


@pytest.mark.parametrize("kind", [WaifuTag, WaifuArtist, WaifuStats])
@given(new=UNKNOWN)
def test_every_record_keeps_keys_that_are_new(kind: type[Record], new: JsonObject) -> None:
    assert kind.from_payload(new).payload == new


def test_a_page_is_a_list_that_knows_where_it_stands() -> None:
    page = WaifuPage([picture(id=1), picture(id=2)])
    assert (page.page, page.total_pages, page.total_count) == (None, None, None)
    assert not page.has_next_page
    page.page, page.total_count = 2, 40
    assert page == [picture(id=1), picture(id=2)]
    for again in (pickle.loads(pickle.dumps(page)), copy.copy(page), copy.deepcopy(page)):
        assert again == page
        assert (again.page, again.total_count) == (2, 40)
