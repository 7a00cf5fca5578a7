"""Which service a row is from, and what it tells."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.art.dedupe import dedupe
from animedex.art.row_provider import (
    find_service,
    identify_row,
    list_fields,
    read_picture,
    read_post,
)
from animedex.backends.nekos.models import NekosImage
from animedex.backends.provider import MatchKeys
from animedex.models import ArtPost, Rating, Record

if TYPE_CHECKING:
    from animedex.http_message import JsonObject, JsonValue

NEKOS: JsonObject = {"url": "https://nekos.best/api/v2/neko/1.png", "artist_name": "Aoba"}
WAIFU: JsonObject = {
    "id": 7,
    "isNsfw": False,
    "isAnimated": False,
    "perceptualHash": "00000000000000ff",
}
DANBOORU: JsonObject = {"id": 8, "tag_string": "solo", "rating": "g", "md5": "0" * 32}
ROWS = {"nekos": NEKOS, "waifu": WAIFU, "danbooru": DANBOORU}
POST = ArtPost(
    id="waifu:7",
    rating=Rating.GENERAL,
    source_url="https://www.pixiv.net/artworks/15300",
    width=30,
    height=20,
    byte_size=900,
    md5="1" * 32,
    perceptual_hash="00000000000000ff",
)
EVIDENCE = MatchKeys("waifu:7", "1" * 32, ("https://www.pixiv.net/artworks/15300",), 255, 600, 900)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
KEYS = st.sampled_from(
    ["id", "url", "md5", "source", "source_url", "perceptual_hash", "width", "_source", "pixiv_id"]
)


@pytest.mark.parametrize("service", ROWS)
def test_a_row_is_known_by_its_keys_and_by_its_source(service: str) -> None:
    assert find_service(ROWS[service]) == service
    assert find_service({"_source": {"backend": service}}) == service


def entry_of(post: JsonValue, row: JsonValue = None, **more: JsonValue) -> JsonObject:
    return {"id": 3, "path": "/a.png", "sha256": "0" * 64, "post": post, "row": row, **more}


@pytest.mark.parametrize(("service", "name"), [("waifu", "waifu:7"), ("danbooru", "danbooru:8")])
def test_of_an_entry_of_the_library_its_picture_counts(service: str, name: str) -> None:
    tag: JsonValue = {"backend": service, "fetched_at": "2026-05-08T09:08:07Z", "library": True}
    entry = entry_of({"id": name, "rating": "g"}, ROWS[service], _source=tag)
    for row in (entry, {**entry, "row": None}, {**entry, "_source": None}, {**entry, "id": name}):
        seen = identify_row(row)
        assert seen
        assert (seen.service, seen.keys.id) == (service, name)
    result = read_picture(entry)
    assert isinstance(result, Record)
    assert (result.backend, result.payload) == (service, ROWS[service])
    post = read_picture({**entry, "row": None})
    assert isinstance(post, ArtPost)
    assert post.id == name


def test_the_row_in_an_entry_keeps_its_bytes() -> None:
    inner = b'{"id":8,"tag_string":"solo","rating":"g","odd":1.50}'
    raw = json.dumps(entry_of({"id": "danbooru:8"}, "~")).encode().replace(b'"~"', inner)
    result = read_picture(json.loads(raw), raw)
    assert isinstance(result, Record)
    assert result.raw == inner


@pytest.mark.parametrize("post", [None, {}, {"id": "elsewhere:1"}, {"id": 3}, []])
def test_an_entry_of_ones_own_is_of_no_service(post: JsonValue) -> None:
    entry = entry_of(post, WAIFU, _source={"backend": "own", "library": True})
    assert (identify_row(entry), read_picture(entry), read_post(entry)) == (None, None, None)


def test_what_stands_beside_a_row_is_believed_before_its_keys() -> None:
    assert find_service({**NEKOS, "_source": {"backend": "danbooru"}}) == "danbooru"
    assert find_service({**NEKOS, "_source": {"backend": "elsewhere"}}) == "nekos"


def test_an_art_post_is_read_as_a_value_and_as_json() -> None:
    row: JsonObject = {**POST.to_payload(), "_source": {"backend": "waifu"}}
    for given_post in (POST, POST.to_payload(), row):
        seen = identify_row(given_post)
        assert seen == ("waifu", EVIDENCE._replace(withheld=POST.url is None))


@pytest.mark.parametrize("row", [{}, {"id": "elsewhere:7"}, {"id": "waifu"}, {"_source": "waifu"}])
def test_a_row_of_no_service_is_not_known(row: JsonObject) -> None:
    assert identify_row(row) is None
    assert read_post(row) is None


def test_a_record_is_of_the_service_that_it_names() -> None:
    assert identify_row(NekosImage.from_payload(NEKOS)) == ("nekos", MatchKeys("nekos:1.png"))
    assert identify_row(Record.from_payload({"id": 7})) is None


@pytest.mark.parametrize("text", ["0" * 16, "f", "x" * 16, "-00000000000000f", None])
def test_a_hash_that_says_nothing_is_none(text: str | None) -> None:
    seen = identify_row({"id": "waifu:7", "perceptual_hash": text})
    assert seen is not None
    assert seen.keys.perceptual_hash is None


@pytest.mark.parametrize("service", ROWS)
def test_a_row_is_shown_as_an_art_post_whatever_stands_beside_it(service: str) -> None:
    row: JsonObject = {**ROWS[service], "_source": {"backend": service}, "_match": 0.5}
    post = read_post(row)
    assert post is not None
    assert post.id.startswith(f"{service}:")
    assert read_post(post.to_payload()) == post


@pytest.mark.parametrize("row", [{"_source": {"backend": "nekos"}}, {"id": "nekos:1", "rating": 5}])
def test_a_row_that_is_not_what_it_should_be_is_no_art_post(row: JsonObject) -> None:
    assert read_post(row) is None


def test_known_fields_are_those_of_all_records() -> None:
    assert list_fields() >= {"artist_name", "tag_string", "perceptualHash", "perceptual_hash"}
    assert "source_tag" not in list_fields()


@given(st.dictionaries(KEYS, JSON | st.sampled_from(["nekos:1", "waifu:2"])))
def test_no_row_is_too_strange(row: JsonObject) -> None:
    seen = identify_row(row)
    if seen is not None:
        assert isinstance(seen.keys.id, str)
        assert seen.keys.pixels >= 0


def test_a_row_of_which_nothing_is_known_stays() -> None:
    rows: list[JsonObject] = [{"a": 1}, {"a": 1}, {"id": "elsewhere:1"}, {"_source": None}]
    result = dedupe(rows)
    assert (result.unknown_count, result.select_rows("best")) == (4, [0, 1, 2, 3])
    assert result.label_row(1) == "row 2"


def test_records_and_art_posts_are_read_as_rows_are() -> None:
    row: JsonObject = {"url": "https://nekos.best/api/v2/neko/1.png", "source_url": None}
    record = NekosImage.from_payload(row)
    result = dedupe([row, record, record.to_common()])
    assert [group.rows for group in result.iter_groups()] == [(0, 1, 2)]


def test_a_row_becomes_a_record_with_its_bytes_and_its_source() -> None:
    raw = (
        b'{"url": "https://nekos.best/api/v2/neko/1.png", "new": 1.50, "_match": 0.5,'
        b' "_source": {"backend": "nekos", "fetched_at": "2026-11-26T12:00:00Z", "cached": true}}'
    )
    result = read_picture(json.loads(raw), raw)
    assert isinstance(result, NekosImage)
    assert result.raw == b'{"url":"https://nekos.best/api/v2/neko/1.png","new":1.50}'
    assert result.source_tag is not None
    assert (result.source_tag.cached, result.source_tag.fetched_at.hour) == (True, 12)
    bare = b'{ "url": "https://nekos.best/api/v2/neko/1.png" }'
    again = read_picture(json.loads(bare), bare)
    assert isinstance(again, NekosImage)
    assert (again.raw, again.source_tag) == (bare, None)


@pytest.mark.parametrize(
    "source",
    [
        None,
        "nekos",
        {"backend": "nekos"},
        {"backend": 1, "fetched_at": "2026-11-26T12:00:00Z"},
        {"backend": "nekos", "fetched_at": "yesterday"},
        {"backend": "nekos", "fetched_at": "2026-11-26T12:00:00"},
    ],
)
def test_a_source_that_is_none_is_left_out(source: JsonValue) -> None:
    row: JsonObject = {"url": "https://nekos.best/api/v2/neko/1.png", "_source": source}
    result = read_picture(row)
    assert isinstance(result, NekosImage)
    assert result.source_tag is None


def test_an_art_post_is_read_with_its_source() -> None:
    row: JsonObject = {
        "id": "waifu:7",
        "rating": "g",
        "_source": {"backend": "waifu", "fetched_at": "2026-11-26T12:00:00+00:00"},
    }
    result = read_picture(row)
    assert isinstance(result, ArtPost)
    assert result.source_tag is not None
    assert read_picture({"a": 1}) is None
