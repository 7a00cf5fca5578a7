"""Rows are kept whole whatever they hold, and every post projects."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.backends.danbooru.models import (
    DanbooruArtist,
    DanbooruPool,
    DanbooruPost,
    DanbooruRelatedTag,
    DanbooruSuggestion,
    DanbooruTag,
    DanbooruWikiPage,
)
from animedex.call import SourceTag
from animedex.models import ArtPost, PictureFile, Rating, parse_record
from animedex.testing.danbooru.responses import visible_post
from animedex.testing.samples.danbooru_posts import sample_posts

if TYPE_CHECKING:
    from animedex.http_message import JsonObject

TAG = SourceTag("danbooru", datetime(2026, 5, 8, tzinfo=UTC), cached=True, rate_limited=False)
CDN = "https://cdn.donmai.us"
ROW: JsonObject = {
    "id": 9000001,
    "created_at": "2026-05-01T07:00:00.000-04:00",
    "uploader_id": 12,
    "score": 31,
    "up_score": 33,
    "down_score": -2,
    "source": "https://www.pixiv.net/artworks/990015300",
    "md5": "0123456789abcdef0123456789abcdef",
    "rating": "s",
    "image_width": 1200,
    "image_height": 1800,
    "tag_string": "1girl highres lantern_(umi) mio_aoba umi_no_machi",
    "tag_string_general": "1girl",
    "tag_string_artist": "mio_aoba",
    "tag_string_character": "lantern_(umi)",
    "tag_string_copyright": "umi_no_machi",
    "tag_string_meta": "highres",
    "file_ext": "jpg",
    "file_size": 345678,
    "pixiv_id": 990015300,
    "parent_id": None,
    "media_asset": {
        "id": 39000001,
        "duration": None,
        "pixel_hash": "ffff",
        "variants": [{"type": "180x180", "url": f"{CDN}/180x180/x.jpg", "width": 120, "new": 1}],
    },
    "file_url": f"{CDN}/original/x.jpg",
    "large_file_url": f"{CDN}/sample/sample-x.jpg",
    "preview_file_url": f"{CDN}/180x180/x.jpg",
    "something_new": {"a": [1, None]},
}


def post(**row: object) -> DanbooruPost:
    return DanbooruPost.from_payload(cast("JsonObject", row))


def test_a_post_becomes_an_art_post() -> None:
    record = parse_record(DanbooruPost, msgspec.json.encode(ROW), "", TAG)
    assert record.payload == ROW
    assert record.to_common() == ArtPost(
        id="danbooru:9000001",
        source_tag=TAG,
        rating=Rating.SENSITIVE,
        url=f"{CDN}/original/x.jpg",
        preview_url=f"{CDN}/180x180/x.jpg",
        sample_url=f"{CDN}/sample/sample-x.jpg",
        page_url="https://danbooru.donmai.us/posts/9000001",
        source_url="https://www.pixiv.net/artworks/990015300",
        tags=["1girl", "highres", "lantern_(umi)", "mio_aoba", "umi_no_machi"],
        artists=["mio_aoba"],
        characters=["lantern_(umi)"],
        copyrights=["umi_no_machi"],
        score=31,
        width=1200,
        height=1800,
        byte_size=345678,
        extension="jpg",
        animated=False,
        md5="0123456789abcdef0123456789abcdef",
        perceptual_hash=None,
        created_at="2026-05-01T07:00:00.000-04:00",
    )


def test_what_is_known_is_typed() -> None:
    record = DanbooruPost.from_payload(ROW)
    assert record.media_asset is not None
    assert record.media_asset.variants is not None
    variant = record.media_asset.variants[0]
    assert (variant.type, variant.width, variant.height) == ("180x180", 120, None)
    assert (record.pixiv_id, record.parent_id, record.down_score) == (990015300, None, -2)
    assert (record.general_tags, record.meta_tags) == (["1girl"], ["highres"])
    assert (record.tags[0], record.artists) == ("1girl", ["mio_aoba"])


def test_a_record_survives_pickling_and_is_its_payload() -> None:
    record = DanbooruPost.from_payload(ROW)
    again = pickle.loads(pickle.dumps(record))
    assert again == record
    assert hash(again) == hash(DanbooruPost.from_payload(dict(reversed(ROW.items()))))


def test_a_withheld_post_has_no_address() -> None:
    withheld = {key: value for key, value in ROW.items() if "url" not in key and key != "md5"}
    common = DanbooruPost.from_payload(withheld).to_common()
    assert (common.url, common.preview_url, common.sample_url, common.md5) == (None,) * 4
    assert (common.id, common.artists) == ("danbooru:9000001", ["mio_aoba"])


@pytest.mark.parametrize("empty", ["", " ", "\u3000\n", None])
def test_an_empty_address_is_none(empty: str | None) -> None:
    urls = dict.fromkeys(
        ("file_url", "large_file_url", "preview_file_url", "md5", "file_ext"), empty
    )
    common = post(**urls, source=empty, created_at=empty).to_common()
    assert common == post().to_common()
    assert "" not in common.to_payload().values()


@pytest.mark.parametrize("text", ["none", "https://", "https://a b.example/", "file:///etc/passwd"])
def test_what_is_no_address_is_none(text: str) -> None:
    common = post(file_url=text, large_file_url=text, preview_file_url=text).to_common()
    assert (common.url, common.sample_url, common.preview_url) == (None,) * 3


@pytest.mark.parametrize("number", [0, -3, 10**19, 10**400])
def test_a_number_that_is_no_id_names_no_post(number: int) -> None:
    row = post(id=number)
    assert (row.to_common().id, row.page_url) == ("danbooru:", None)
    assert row.payload == {"id": number}


def test_an_ugoira_is_its_file_and_what_plays_is_the_sample() -> None:
    common = post(
        file_ext="zip", file_url=f"{CDN}/original/x.zip", large_file_url=f"{CDN}/sample/x.webm"
    ).to_common()
    assert (common.url, common.sample_url) == (f"{CDN}/original/x.zip", f"{CDN}/sample/x.webm")
    assert (common.animated, common.extension) == (True, "zip")


def test_the_file_of_a_post_is_the_original() -> None:
    row: JsonObject = {
        "file_ext": "png",
        "file_url": f"{CDN}/original/x.png",
        "large_file_url": f"{CDN}/sample/x.jpg",
        "md5": "0" * 32,
        "file_size": 7,
    }
    file = DanbooruPost.from_payload(row).file()
    assert file == PictureFile(f"{CDN}/original/x.png", "0" * 32, 7, "png")


def test_the_file_of_an_ugoira_is_its_film() -> None:
    row: JsonObject = {"file_ext": "zip", "file_url": f"{CDN}/original/x.zip", "md5": "0" * 32}
    film = {**row, "large_file_url": f"{CDN}/sample/x.WEBM?1.2"}
    assert DanbooruPost.from_payload(film).file() == PictureFile(
        f"{CDN}/sample/x.WEBM?1.2", extension="webm"
    )
    only_frames = DanbooruPost.from_payload(row).file()
    assert only_frames is not None
    assert (only_frames.url, only_frames.md5) == (f"{CDN}/original/x.zip", "0" * 32)


def test_a_withheld_post_has_no_file() -> None:
    assert DanbooruPost.from_payload({"id": 1}).file() is None


@pytest.mark.parametrize(
    ("letter", "rating"),
    [
        ("g", "g"),
        ("s", "s"),
        ("q", "q"),
        ("e", "e"),
        ("x", "e"),
        ("", "e"),
        ("G", "e"),
        (None, "e"),
    ],
)
def test_a_rating_that_is_not_known_is_the_strictest(letter: str | None, rating: str) -> None:
    assert post(rating=letter).to_common().rating == rating
    assert post().to_common().rating is Rating.EXPLICIT


@pytest.mark.parametrize(
    ("source", "url"),
    [
        ("https://example.org/a?b=1", "https://example.org/a?b=1"),
        (" HTTP://example.org/ ", "HTTP://example.org/"),
        ("", None),
        (None, None),
        ("a sketchbook, page 3", None),
        ("https://example.org/ and a book", None),
        ("ftp://example.org/a", None),
        ("file://a.jpg", None),
        ("javascript:alert(1)", None),
        ("//example.org/a", None),
    ],
)
def test_a_source_that_is_no_address_is_none(source: str | None, url: str | None) -> None:
    assert post(source=source).to_common().source_url == url


@pytest.mark.parametrize(
    ("row", "animated"),
    [
        ({"file_ext": "mp4"}, True),
        ({"file_ext": "WEBM"}, True),
        ({"file_ext": "zip"}, True),
        ({"file_ext": "gif"}, None),
        ({"file_ext": "gif", "tag_string": "1girl"}, None),
        ({"file_ext": "gif", "tag_string": "1girl animated"}, True),
        ({"file_ext": "gif", "media_asset": {"duration": 1}}, True),
        ({"file_ext": "png", "tag_string": "animated animated_png"}, True),
        ({"file_ext": "png", "tag_string": "not_animated"}, False),
        ({"file_ext": "jpg", "tag_string": ""}, False),
        ({"file_ext": "jpg"}, None),
        ({"file_ext": "swf", "tag_string": "flash"}, None),
        ({"tag_string": "1girl"}, None),
        ({}, None),
    ],
)
def test_what_moves(row: JsonObject, animated: bool | None) -> None:  # noqa: FBT001  a table's column
    assert DanbooruPost.from_payload(row).to_common().animated is animated


def test_an_empty_row_projects() -> None:
    assert post().to_common() == ArtPost(id="danbooru:", rating=Rating.EXPLICIT)
    assert post().page_url is None


@pytest.mark.parametrize("drawn", sample_posts().posts[::17], ids=lambda one: str(one.row["id"]))
def test_the_drawn_posts_project(drawn: Any) -> None:
    row = dict(visible_post(drawn.row, "http://127.0.0.1:8081"))
    record = DanbooruPost.from_payload(cast("JsonObject", row))
    common = record.to_common()
    assert record.payload == row
    assert common.id == f"danbooru:{row['id']}"
    assert common.tags == str(row["tag_string"]).split()
    assert common.url == row.get("file_url")


TEXT = st.none() | st.text(st.characters(codec="utf-8"), max_size=12)
NUMBER = st.none() | st.integers()
FIELDS = {
    name: (NUMBER if isinstance(value, int) else TEXT)
    for name, value in ROW.items()
    if name not in {"media_asset", "something_new"}
}
ROWS = st.fixed_dictionaries(
    {},
    optional={
        **FIELDS,
        "rating": st.none() | st.sampled_from(["g", "s", "q", "e", "?"]),
        "parent_id": NUMBER,
        "media_asset": st.none()
        | st.fixed_dictionaries({}, optional={"duration": st.none() | st.floats(0, 9), "x": TEXT}),
        "unknown": st.recursive(NUMBER | TEXT, lambda inner: st.lists(inner, max_size=2)),
    },
)


@given(ROWS)
def test_any_row_is_kept_whole_and_projects_alike_each_time(row: JsonObject) -> None:
    record = DanbooruPost.from_payload(row)
    common = record.to_common()
    assert record.payload == row
    assert common == record.to_common() == DanbooruPost.from_payload(row).to_common()
    payload = common.to_payload()
    assert "" not in payload.values()
    assert common.rating == (row.get("rating") if row.get("rating") in list("gsqe") else "e")
    assert common.url is None or common.url == row["file_url"]


@given(st.sets(st.sampled_from(sorted(ROW))))
def test_a_row_without_some_of_its_keys_projects(kept: set[str]) -> None:
    row = {key: ROW[key] for key in kept}
    record = DanbooruPost.from_payload(row)
    assert record.payload == row
    assert record.to_common().url == row.get("file_url")


@pytest.mark.parametrize(
    ("category", "kind"),
    [
        (0, "general"),
        (1, "artist"),
        (3, "copyright"),
        (4, "character"),
        (5, "meta"),
        (2, None),
        (None, None),
    ],
)
def test_the_kinds_of_tags(category: int | None, kind: str | None) -> None:
    assert DanbooruTag.from_payload({"category": category}).kind == kind
    assert DanbooruSuggestion.from_payload({"category": category}).kind == kind


def test_a_suggestion_that_is_no_tag_has_no_kind() -> None:
    assert DanbooruSuggestion.from_payload({"category": "series"}).kind is None
    assert DanbooruSuggestion.from_payload({"type": "static"}).kind is None


@pytest.mark.parametrize(
    ("kind", "row"),
    [
        (DanbooruTag, {"id": 1, "name": "cat", "words": ["cat"], "is_deprecated": False, "n": 1}),
        (DanbooruArtist, {"id": 1, "name": "mio", "other_names": ["澪"], "urls": [{"url": "x"}]}),
        (DanbooruPool, {"id": 1, "post_ids": [3, 2], "category": "series", "new": None}),
        (DanbooruWikiPage, {"id": 1, "title": "cat", "body": "a\r\nb", "tag": {"id": 2}}),
        (DanbooruSuggestion, {"type": "tag", "value": "cat", "category": 0, "tag": {"id": 1}}),
        (DanbooruRelatedTag, {"tag": {"name": "cat", "words": []}, "frequency": 0.5, "z": []}),
    ],
)
def test_other_rows_are_kept_whole(kind: Any, row: JsonObject) -> None:
    record = kind.from_payload(row)
    assert (record.payload, record.backend) == (row, "danbooru")
    assert kind.from_payload({}).payload == {}
