from __future__ import annotations

import gzip
import zlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.errors import TimedOut, UpstreamDecode
from animedex.http_message import Response
from animedex.transport import content_encoding as decoding
from animedex.transport.content_encoding import MAX_MEMBERS

if TYPE_CHECKING:
    from collections.abc import Callable

PLAIN = b'{"results": []}' * 50
CAP = 100_000


def decoded(response: Response, cap: int, check: Callable[[], object] = int) -> Response:
    return decoding.decode_body(response, cap, check)


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
    with pytest.raises(UpstreamDecode, match="is more than"):
        decoded(answer(packed, "gzip"), len(PLAIN) + 3)


def test_an_empty_body_needs_no_unpacking() -> None:
    assert decoded(answer(b"", "gzip"), CAP).body == b""


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "x" * 500])
def test_an_encoding_that_was_not_asked_for(encoding: str) -> None:
    with pytest.raises(UpstreamDecode, match="not requested") as caught:
        decoded(answer(b"x", encoding), CAP)
    assert len(caught.value.message) < 120


@pytest.mark.parametrize("kept", [1, 9, 12, -9, -1])
def test_a_cut_body(kept: int) -> None:
    with pytest.raises(UpstreamDecode, match="truncated"):
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
    with pytest.raises(UpstreamDecode, match="is more than 1000 bytes"):
        decoded(answer(bomb, "gzip"), 1000)


@given(st.binary(max_size=500))
def test_a_body_may_be_as_long_as_the_cap(body: bytes) -> None:
    packed = answer(gzip.compress(body), "gzip")
    assert decoded(packed, len(body)).body == body
    if body:
        with pytest.raises(UpstreamDecode, match="is more than"):
            decoded(packed, len(body) - 1)


@given(st.binary(max_size=60), st.sampled_from(["gzip", "deflate"]))
def test_any_body_is_unpacked_or_an_error_of_ours(body: bytes, encoding: str) -> None:
    try:
        assert len(decoded(answer(body, encoding), 100).body) <= 100
    except UpstreamDecode as error:
        assert error.message  # noqa: PT017  either is right


@pytest.mark.parametrize("compress", [gzip.compress, zlib.compress])
def test_so_many_members_and_no_more(compress: Callable[[bytes], bytes]) -> None:
    most = compress(b"[") + compress(b"") * (MAX_MEMBERS - 2) + compress(b"]")
    assert decoded(answer(most, "gzip"), CAP).body == b"[]"
    with pytest.raises(UpstreamDecode, match="in more than 1024 parts"):
        decoded(answer(most + compress(b""), "gzip"), CAP)


@pytest.mark.parametrize("compress", [gzip.compress, zlib.compress])
def test_hundreds_of_thousands_of_members_are_not_unpacked(
    compress: Callable[[bytes], bytes],
) -> None:
    checks: list[int] = []
    packed = compress(b"") * 500_000
    with pytest.raises(UpstreamDecode, match="parts"):
        decoded(answer(packed, "gzip"), CAP, lambda: checks.append(1))
    assert len(checks) == MAX_MEMBERS


@pytest.mark.parametrize("plain", [bytes(4_000_000), bytes(range(256)) * 10_000])
def test_a_long_body_is_unpacked_piece_by_piece(plain: bytes) -> None:
    checks: list[int] = []
    packed = answer(gzip.compress(plain), "gzip")
    assert decoded(packed, len(plain), lambda: checks.append(1)).body == plain
    assert len(checks) >= len(plain) // 65_536


def test_a_deadline_ends_unpacking() -> None:
    left = iter(range(3))

    def check() -> None:
        if next(left, None) is None:
            message = "too late"
            raise TimedOut(message)

    with pytest.raises(TimedOut):
        decoded(answer(gzip.compress(bytes(4_000_000)), "gzip"), 5_000_000, check)
