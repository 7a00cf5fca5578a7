"""Whatever the body is, it becomes records or an error that says what is wrong."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.backends.nekos import parsers as parsing
from animedex.call import SourceTag
from animedex.errors import AnimedexError, UpstreamDecode, UpstreamShape
from animedex.http_message import Response

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = datetime(2026, 5, 8, tzinfo=UTC)
TAG = SourceTag("nekos", NOW, cached=False, rate_limited=True)
KEPT = TAG._replace(cached=True)


def answer(body: bytes | str) -> Response:
    return Response(200, (), body if isinstance(body, bytes) else body.encode(), "")


ROWS_BODY = """{"results": [
    {"url": "https://nekos.best/api/v2/neko/a.png", "artist_name": "青葉ミオ", "n": 1.0},
    {"url": "https://nekos.best/api/v2/neko/b.png", "artist_href": "https://x.com/tove_l"}
], "more": [1e3, null]}"""
CATALOGUE = (
    '{"neko": {"format": "png", "min": "1"}, "hug": {"format": "gif"}, "Baka": {"format": "gif"}}'
)


def test_rows_come_in_the_services_order_and_say_where_from() -> None:
    result = parsing.parse_images(answer(ROWS_BODY), TAG)
    assert [row.payload for row in result] == json.loads(ROWS_BODY)["results"]
    assert all(row.source_tag == TAG for row in result)
    assert [row.match for row in result] == [None, None]


def test_no_rows_are_no_error() -> None:
    assert parsing.parse_images(answer(b'{"results": []}'), TAG) == []


def test_very_many_rows() -> None:
    body = b'{"results": [' + b",".join([b'{"url": "a"}'] * 50_000) + b"]}"
    assert len(parsing.parse_images(answer(body), TAG)) == 50_000


def test_of_two_equal_keys_the_last_counts() -> None:
    body = b'{"results": [{"url": "a"}], "results": [{"url": "b", "url": "c"}]}'
    (row,) = parsing.parse_images(answer(body), TAG)
    assert (row.url, row.payload) == ("c", {"url": "c"})


def test_categories_come_in_alphabetical_order() -> None:
    result = parsing.parse_catalogue(answer(CATALOGUE), TAG)
    assert list(result) == ["Baka", "hug", "neko"]
    assert result["neko"].payload == {"format": "png", "min": "1"}
    assert result["neko"].source_tag == TAG
    for tag in (TAG, KEPT):
        assert parsing.parse_names(answer(CATALOGUE), tag) == ["Baka", "hug", "neko"]


NEVER_JSON = [
    b"",
    b"  ",
    b"<!DOCTYPE html><title>Busy</title>",
    b'{"results": [{"url": "https://nek',
    b'\xef\xbb\xbf{"results": []}',
    b'{"results": [{"url": "a", "x": "\xff"}]}',
    b'{"x": {"format": "png", "y": "\xc3"}}',
    b'{"results": [], "x": "\\ud800"}',
    b'{"results": ["\xed\xa0\x80"]}',
    b"[" * 100_000,
    b"[" * 100_000 + b"]" * 100_000,
    b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    b'{"results": [{"url": "a", "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}]}",
    b"\x00\x01\x02",
    b"NaN",
    b'{"results": []} {}',
    CATALOGUE.encode("utf-16"),
]
WRONG_SHAPE = [
    b"[]",
    b"null",
    b"17",
    b'"results"',
    b"true",
    b"{}",
    b'{"results": null}',
    b'{"results": {}}',
    b'{"results": ["https://nekos.best/api/v2/neko/a.png"]}',
    b'{"results": [{"artist_name": "Mio"}]}',
    b'{"results": [{"url": null}]}',
    b'{"results": [{"url": "a"}, null]}',
    b'{"code": 404, "message": "no"}',
]
PARSERS: list[Callable[[Response, SourceTag], object]] = [
    parsing.parse_images,
    parsing.parse_catalogue,
    parsing.parse_names,
]


@pytest.mark.parametrize("parse", PARSERS)
@pytest.mark.parametrize("body", NEVER_JSON, ids=lambda body: body[:24].hex())
def test_what_is_no_json_is_told(
    parse: Callable[[Response, SourceTag], object], body: bytes
) -> None:
    with pytest.raises(UpstreamDecode, match="the response is not JSON: ") as caught:
        parse(answer(body), TAG)
    assert (caught.value.backend, caught.value.exit_code) == ("nekos", 7)
    assert len(caught.value.message) < 200


@pytest.mark.parametrize("parse", PARSERS)
@pytest.mark.parametrize("body", WRONG_SHAPE)
def test_what_has_another_shape_is_told(
    parse: Callable[[Response, SourceTag], object], body: bytes
) -> None:
    with pytest.raises(UpstreamShape) as caught:
        parse(answer(body), TAG)
    assert (caught.value.backend, caught.value.exit_code) == ("nekos", 7)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"[]", "the answer: expected `object`, got `array`"),
        (b"{}", "the answer: object missing required field `results`"),
        (b'{"results": null}', "results: expected `array`, got `null`"),
        (b'{"results": [{"url": "a"}, "b"]}', "results[1]: expected `object`, got `str`"),
        (b'{"results": [{"url": "a"}, {}]}', "results[1]: object missing required field `url`"),
        (b'{"results": [{"url": 1}]}', "results[0].url: expected `str`, got `int`"),
        (
            b'{"results": [{"url": "a", "dimensions": {"width": "9"}}]}',
            "results[0].dimensions.width: expected `int | null`, got `str`",
        ),
    ],
)
def test_the_wrong_place_in_rows_is_named(body: bytes, message: str) -> None:
    with pytest.raises(UpstreamShape) as caught:
        parsing.parse_images(answer(body), TAG)
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"hug": {"format": 2}}, "hug.format: expected `str`, got `int`"),
        ({"hug": {}}, "hug: object missing required field `format`"),
        ({"hug": "gif"}, "hug: expected `object`, got `str`"),
        ({}, "the response has no category"),
    ],
)
def test_the_wrong_place_in_the_catalogue_is_named(body: object, message: str) -> None:
    with pytest.raises(UpstreamShape) as caught:
        parsing.parse_catalogue(answer(json.dumps(body)), TAG)
    assert caught.value.message == message


@pytest.mark.parametrize("name", ["\x1b[31m", "a\u202eb", "x\ny", "y" * 100_000, ""])
def test_an_odd_name_is_named_harmlessly(name: str) -> None:
    with pytest.raises(UpstreamShape) as caught:
        parsing.parse_catalogue(answer(json.dumps({name: 1})), TAG)
    assert caught.value.message.isprintable()
    assert len(caught.value.message) < 200


def test_a_row_gets_a_score_for_the_query() -> None:
    result = parsing.parse_images(answer(ROWS_BODY), TAG)
    scored = parsing.rank_rows("青葉ミオ", result)
    assert [row.match for row in scored] == [1.0, 0.0]
    assert scored == result
    assert scored[0].source_tag == TAG
    assert [row.match for row in parsing.rank_rows("tove_l", result)] == [0.0, 1.0]


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["results", "url", "format", "dimensions", "width", "x"]),
            inner,
            max_size=3,
        )
    ),
)


@given(JUNK.map(json.dumps).map(str.encode) | st.binary(max_size=40), st.sampled_from(PARSERS))
def test_any_body_is_read_or_an_error_of_ours(
    body: bytes, parse: Callable[[Response, SourceTag], object]
) -> None:
    try:
        assert isinstance(parse(answer(body), TAG), list | dict)
    except AnimedexError as error:
        assert error.exit_code == 7  # noqa: PT017  either is right


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("<html>", UpstreamDecode),
        (b"\xff", UpstreamDecode),
        ("[1, 2]", UpstreamShape),
        ("{}", UpstreamShape),
        ("[" * 100_000, UpstreamDecode),
    ],
)
def test_a_kept_catalogue_that_is_none_is_an_error(
    body: bytes | str, error: type[AnimedexError]
) -> None:
    with pytest.raises(error):
        parsing.parse_names(answer(body), KEPT)
