"""Whatever the body is, it becomes records or an error that says what is wrong."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.backends.danbooru import parsers as parsing
from animedex.backends.danbooru.models import (
    DanbooruArtist,
    DanbooruPool,
    DanbooruPost,
    DanbooruSuggestion,
    DanbooruTag,
    DanbooruWikiPage,
)
from animedex.call import SourceTag
from animedex.errors import AnimedexError, UpstreamDecode, UpstreamShape
from animedex.http_message import Response

TAG = SourceTag("danbooru", datetime(2026, 5, 8, tzinfo=UTC), cached=False, rate_limited=True)
MANY = [
    (parsing.parse_posts, DanbooruPost),
    (parsing.parse_tags, DanbooruTag),
    (parsing.parse_suggestions, DanbooruSuggestion),
    (parsing.parse_artists, DanbooruArtist),
]
ONE = [
    (parsing.parse_post, DanbooruPost),
    (parsing.parse_artist, DanbooruArtist),
    (parsing.parse_pool, DanbooruPool),
    (parsing.parse_wiki_page, DanbooruWikiPage),
]


def answer(body: bytes | object) -> Response:
    return Response(200, (), body if isinstance(body, bytes) else json.dumps(body).encode(), "")


@pytest.mark.parametrize(("parse", "kind"), MANY)
def test_rows_come_in_the_service_s_order_and_say_where_from(parse: Any, kind: Any) -> None:
    rows = [{"id": 2, "new": [1e3]}, {"id": 1, "created_at": None}, {}]
    result = parse(answer(rows), TAG)
    assert {type(row) for row in result} == {kind}
    assert [row.payload for row in result] == rows
    assert {row.source_tag for row in result} == {TAG}


@pytest.mark.parametrize(("parse", "kind"), ONE)
def test_a_single_row(parse: Any, kind: Any) -> None:
    row = {"id": 7, "new": {"a": None}}
    result = parse(answer(row), TAG)
    assert (result.payload, result.source_tag, type(result)) == (row, TAG, kind)


@pytest.mark.parametrize(("posts", "count"), [(17, 17), (None, None), (0, 0)])
def test_a_count(posts: int | None, count: int | None) -> None:
    assert parsing.parse_count(answer({"counts": {"posts": posts}, "new": 1}), TAG) == count
    assert parsing.parse_count(answer({"counts": {}}), TAG) is None


def test_related_tags() -> None:
    rows = [{"tag": {"name": "cat", "category": 0, "n": 1}, "frequency": 1, "x": 2}, {"tag": None}]
    result = parsing.parse_related_tags(answer({"query": "a", "related_tags": rows}), TAG)
    assert [row.payload for row in result] == rows
    assert (result[0].tag and result[0].tag.name, result[0].frequency) == ("cat", 1.0)
    assert result[0].source_tag == TAG


PARSERS = [
    parsing.parse_posts,
    parsing.parse_post,
    parsing.parse_suggestions,
    parsing.parse_count,
    parsing.parse_related_tags,
]


@pytest.mark.parametrize("parse", PARSERS)
@pytest.mark.parametrize(
    "body",
    [b"", b"<!DOCTYPE html>", b'[{"id": 1', b"[" * 100_000, b"\xff", b"NaN", b'[{"id": "\xff"}]'],
    ids=lambda body: body[:12].hex(),
)
def test_what_is_no_json_is_told(parse: Any, body: bytes) -> None:
    with pytest.raises(UpstreamDecode, match="the response is not JSON: ") as caught:
        parse(answer(body), TAG)
    assert caught.value.backend == "danbooru"


@pytest.mark.parametrize("parse", PARSERS)
@pytest.mark.parametrize("body", [b"null", b"17", b'"x"', b"[null]", b"[[1]]"])
def test_what_has_another_shape_is_told(parse: Any, body: bytes) -> None:
    with pytest.raises(UpstreamShape) as caught:
        parse(answer(body), TAG)
    assert (caught.value.backend, caught.value.exit_code) == ("danbooru", 7)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("parse", "body", "message"),
    [
        (PARSERS[0], b"{}", "the answer: expected `array`, got `object`"),
        (PARSERS[0], b'[{}, {"id": "7"}]', "[1].id: expected `int | null`, got `str`"),
        (
            PARSERS[0],
            b'[{"media_asset": {"variants": [{"url": 1}]}}]',
            "[0].media_asset.variants[0].url: expected `str | null`, got `int`",
        ),
        (PARSERS[1], b"[]", "the answer: expected `object`, got `array`"),
        (PARSERS[3], b"{}", "the answer: object missing required field `counts`"),
        (PARSERS[4], b'{"related_tags": [1]}', "related_tags[0]: expected `object`, got `int`"),
    ],
)
def test_the_wrong_place_is_named(parse: Any, body: bytes, message: str) -> None:
    with pytest.raises(UpstreamShape) as caught:
        parse(answer(body), TAG)
    assert caught.value.message == message


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "tag_string", "media_asset", "counts", "posts", "related_tags"]),
            inner,
            max_size=3,
        )
    ),
)


@given(JUNK.map(json.dumps).map(str.encode) | st.binary(max_size=40), st.sampled_from(PARSERS))
def test_any_body_is_read_or_an_error_of_ours(body: bytes, parse: Any) -> None:
    try:
        parse(answer(body), TAG)
    except AnimedexError as error:
        assert error.exit_code == 7  # noqa: PT017  either is right


@pytest.mark.parametrize(("parse", "kind"), [*ONE, *MANY])
def test_null_is_told_as_what_it_is(parse: Any, kind: Any) -> None:
    with pytest.raises(UpstreamShape, match=r"^the answer is null: "):
        parse(answer(b" null\n"), TAG)
