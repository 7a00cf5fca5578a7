from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from animedex.backends.waifu import parsers as parsing
from animedex.backends.waifu.models import WaifuArtist, WaifuImage, WaifuStats, WaifuTag
from animedex.call import SourceTag
from animedex.errors import UpstreamDecode, UpstreamShape
from animedex.http_message import Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from animedex.models import Record

TAG = SourceTag("waifu", datetime(2026, 5, 8, tzinfo=UTC), cached=False, rate_limited=False)
LISTS = [
    (parsing.parse_images, WaifuImage),
    (parsing.parse_tags, WaifuTag),
    (parsing.parse_artists, WaifuArtist),
]
SINGLE = [
    (parsing.parse_image, WaifuImage),
    (parsing.parse_tag, WaifuTag),
    (parsing.parse_artist, WaifuArtist),
    (parsing.parse_stats, WaifuStats),
]
Read = Any


def answer(body: bytes) -> Response:
    return Response(200, (), body, "")


@pytest.mark.parametrize(("read", "kind"), LISTS)
def test_a_page_has_its_rows_and_where_it_stands(read: Read, kind: type[Record]) -> None:
    result = read(
        answer(
            b'{"items": [{"id": 1, "new": [1]}, {}], "pageNumber": 2, "totalPages": 9,'
            b' "totalCount": 18, "maxPageSize": -1, "hasNextPage": true}'
        ),
        TAG,
    )
    assert [type(row) for row in result] == [kind, kind]
    assert [row.payload for row in result] == [{"id": 1, "new": [1]}, {}]
    assert result[0].source_tag == TAG
    assert (result.page, result.total_pages, result.total_count) == (2, 9, 18)
    assert result.has_next_page


@pytest.mark.parametrize("rest", [b"", b', "totalPages": null, "hasNextPage": null'])
@pytest.mark.parametrize(("read", "kind"), LISTS)
def test_a_page_may_say_nothing_of_the_others(read: Read, kind: type[Record], rest: bytes) -> None:
    result = read(answer(b'{"items": []' + rest + b"}"), TAG)
    assert result == []
    assert (result.page, result.total_pages, result.total_count) == (None, None, None)
    assert not result.has_next_page


@pytest.mark.parametrize(("read", "kind"), SINGLE)
def test_a_single_row(read: Read, kind: type[Record]) -> None:
    result: Any = read(answer(b' {"id": 1, "new": 2} '), TAG)
    assert isinstance(result, kind)
    assert (result.payload, result.source_tag) == ({"id": 1, "new": 2}, TAG)


def failure(read: Callable[[Response, SourceTag], object], body: bytes) -> Exception:
    with pytest.raises((UpstreamDecode, UpstreamShape)) as caught:
        read(answer(body), TAG)
    assert caught.value.backend == "waifu"
    return caught.value


@pytest.mark.parametrize("body", [b"", b"<html>", b"{", b'{"items": [', b"\xff", b"[" * 100_000])
def test_what_is_no_json_is_told(body: bytes) -> None:
    for read, _ in (*LISTS, *SINGLE):
        assert isinstance(failure(read, body), UpstreamDecode)


@pytest.mark.parametrize("body", [b"[]", b"null", b"7", b'"x"', b'{"id": "7"}'])
def test_json_of_another_shape_is_told(body: bytes) -> None:
    for read, _ in (*LISTS, *SINGLE[:3]):
        assert isinstance(failure(read, body), UpstreamShape)


def test_the_wrong_row_of_a_page_is_named() -> None:
    error = failure(parsing.parse_images, b'{"items": [{}, {"url": 7}]}')
    assert str(error).startswith("items[1].url: ")
