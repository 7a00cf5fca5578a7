from __future__ import annotations

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.errors import UpstreamDecode
from animedex.transport.body import decoded
from animedex.wire import Response

PLAIN = b'{"results": []}' * 50
CAP = 100_000


def answer(body: bytes, encoding: str | None) -> Response:
    headers = () if encoding is None else (("content-encoding", encoding),)
    return Response(200, headers, body, "")


@pytest.mark.parametrize("encoding", [None, "", "identity", " Identity "])
def test_a_plain_body_is_left_alone(encoding: str | None) -> None:
    response = answer(PLAIN, encoding)
    assert decoded(response, 1) is response


@pytest.mark.parametrize("encoding", ["gzip", "X-GZIP", " gzip ", "deflate"])
def test_a_packed_body_is_unpacked(encoding: str) -> None:
    packed = zlib.compress(PLAIN) if encoding == "deflate" else gzip.compress(PLAIN)
    response = decoded(answer(packed, encoding), CAP)
    assert response.body == PLAIN
    assert response.headers == (("content-encoding", encoding),)


def test_one_packed_stream_may_follow_another() -> None:
    packed = gzip.compress(PLAIN) + gzip.compress(b"more")
    assert decoded(answer(packed, "gzip"), CAP).body == PLAIN + b"more"
    with pytest.raises(UpstreamDecode, match="grows beyond"):
        decoded(answer(packed, "gzip"), len(PLAIN) + 3)


def test_an_empty_body_needs_no_unpacking() -> None:
    assert decoded(answer(b"", "gzip"), CAP).body == b""


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "x" * 500])
def test_an_encoding_that_was_not_asked_for(encoding: str) -> None:
    with pytest.raises(UpstreamDecode, match="not asked for") as caught:
        decoded(answer(b"x", encoding), CAP)
    assert len(caught.value.message) < 120


@pytest.mark.parametrize("kept", [1, 9, 12, -9, -1])
def test_a_cut_body(kept: int) -> None:
    with pytest.raises(UpstreamDecode, match="ends too soon"):
        decoded(answer(gzip.compress(PLAIN)[:kept], "gzip"), CAP)


@pytest.mark.parametrize(
    "body", [b"not packed at all", b"<html>", gzip.compress(PLAIN, mtime=0)[3:]]
)
def test_a_damaged_body(body: bytes) -> None:
    with pytest.raises(UpstreamDecode, match="damaged"):
        decoded(answer(body, "gzip"), CAP)


def test_a_damaged_checksum() -> None:
    packed = gzip.compress(PLAIN)
    with pytest.raises(UpstreamDecode, match="damaged"):
        decoded(answer(packed[:-8] + bytes(4) + packed[-4:], "gzip"), CAP)


def test_a_bomb_is_not_unpacked() -> None:
    bomb = gzip.compress(bytes(20_000_000), 9)
    with pytest.raises(UpstreamDecode, match="grows beyond 1000 bytes"):
        decoded(answer(bomb, "gzip"), 1000)


@given(st.binary(max_size=500))
def test_a_body_may_be_as_long_as_the_cap(body: bytes) -> None:
    packed = answer(gzip.compress(body), "gzip")
    assert decoded(packed, len(body)).body == body
    if body:
        with pytest.raises(UpstreamDecode, match="grows beyond"):
            decoded(packed, len(body) - 1)


@given(st.binary(max_size=60), st.sampled_from(["gzip", "deflate"]))
def test_any_body_is_unpacked_or_an_error_of_ours(body: bytes, encoding: str) -> None:
    try:
        assert len(decoded(answer(body, encoding), 100).body) <= 100
    except UpstreamDecode as error:
        assert error.message  # noqa: PT017  either is right
