"""A picture is what its URL promises, or nothing is left of it."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.backends.nekos.asset_parser import CREDITS, parse_asset, read_credit_headers
from animedex.body_writer import FileSink
from animedex.call import SourceTag
from animedex.errors import BadArguments, UpstreamDecode
from animedex.http_message import Response

if TYPE_CHECKING:
    from pathlib import Path

TAG = SourceTag("nekos", datetime(2026, 5, 8, tzinfo=UTC), cached=False, rate_limited=False)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
GIF = b"GIF89a" + bytes(50)
HOME = "https://nekos.best/api/v2"


def answer(body: bytes = PNG, url: str = f"{HOME}/neko/a.png", **headers: str) -> Response:
    named = {name: value for name, value in headers.items() if name in CREDITS}
    others = {name.replace("_", "-"): headers[name] for name in headers.keys() - named.keys()}
    return Response(200, (*named.items(), *others.items()), body, url)


def test_a_picture_in_memory_with_its_credit() -> None:
    asset = parse_asset(
        answer(
            content_type="image/PNG; charset=binary",
            content_length=str(len(PNG)),
            artist_name="%E9%9D%92%E8%91%89+%E3%83%9F%E3%82%AA",
            artist_href="https%3A%2F%2Fgallery.example%2Fmio%3Fa%3D1%26b%3D2",
            source_url="https%3A%2F%2Fgallery.example%2F100%2525",
        ),
        TAG,
    )
    assert asset == (
        f"{HOME}/neko/a.png",
        "image/png",
        len(PNG),
        PNG,
        None,
        None,
        "青葉 ミオ",
        "https://gallery.example/mio?a=1&b=2",
        "https://gallery.example/100%25",
        TAG,
    )


def test_a_picture_without_credit_or_type() -> None:
    asset = parse_asset(answer(GIF, f"{HOME}/hug/a.GIF?x=1", anime_name=""), TAG)
    assert (asset.content_type, asset.size) == ("", len(GIF))
    assert [getattr(asset, name) for name in CREDITS] == [None] * 4


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("a+b", "a b"),
        ("a%2Bb", "a+b"),
        ("a%252Bb", "a%2Bb"),
        ("a%20b", "a b"),
        ("100%", "100%"),
        ("%zz%4", "%zz%4"),
        ("%E7%8C", "\ufffd"),
        ("%FF", "\ufffd"),
        ("%e7%8c%ab", "猫"),
        ("", None),
    ],
)
def test_a_credit_is_decoded_in_one_pass(text: str, meaning: str | None) -> None:
    assert read_credit_headers(answer(artist_name=text), "artist_name") == meaning


@given(st.text(st.characters(codec="utf-8"), min_size=1))
def test_any_credit_comes_back_from_either_encoding(text: str) -> None:
    for encoded in (quote_plus(text), quote(text, safe=""), quote(text)):
        assert read_credit_headers(answer(source_url=encoded), "source_url") == text


@given(st.text(st.characters(max_codepoint=255)))
def test_any_header_is_decoded_somehow(text: str) -> None:
    assert read_credit_headers(answer(anime_name=text), "anime_name") is None or text


@pytest.mark.parametrize(
    ("response", "message"),
    [
        (
            answer(content_type="text/html; charset=utf-8"),
            "the response is text/html, not a picture",
        ),
        (answer(content_type="application/json"), "not a picture"),
        (answer(b"<html>"), "the content is not a PNG picture"),
        (answer(b""), "the content is not a PNG picture"),
        (answer(GIF), "the content is not a PNG picture"),
        (answer(PNG, f"{HOME}/hug/a.gif"), "the content is not a GIF picture"),
        (answer(b"GIF88a", f"{HOME}/hug/a.gif"), "the content is not a GIF picture"),
        (answer(content_length="9"), "the service announced 9 bytes, but sent 108"),
        (answer(content_length="1000"), "the service announced 1000 bytes, but sent 108"),
    ],
)
def test_what_is_not_the_picture_is_told(response: Response, message: str) -> None:
    with pytest.raises(UpstreamDecode, match=message) as caught:
        parse_asset(response, TAG)
    assert caught.value.backend == "nekos"


def test_a_type_with_escapes_in_it_is_told_harmlessly() -> None:
    with pytest.raises(UpstreamDecode) as caught:
        parse_asset(answer(content_type="text/\x1b[31m" + "x" * 5000), TAG)
    assert caught.value.message.isprintable()
    assert len(caught.value.message) < 200


@pytest.mark.parametrize(
    "response",
    [
        answer(content_type="application/octet-stream"),
        answer(content_type="image/webp"),
        answer(content_length="many"),
        answer(content_length="²"),
        answer(content_length="80", content_encoding="gzip"),
        answer(GIF.replace(b"9", b"7"), f"{HOME}/hug/a.gif"),
        answer(b"anything", f"{HOME}/neko/a.webp"),
        answer(b"anything", HOME),
    ],
)
def test_what_cannot_be_checked_is_taken(response: Response) -> None:
    assert parse_asset(response, TAG).body == response.body


def poured(folder: Path, body: bytes, name: str = "cat.png") -> FileSink:
    sink = FileSink(str(folder / name))
    sink.write(body[:5])
    sink.write(body[5:])
    return sink


def test_a_picture_in_a_file(tmp_path: Path) -> None:
    sink = poured(tmp_path, PNG)
    asset = parse_asset(answer(b"", content_length=str(len(PNG)))._replace(writer=sink), TAG)
    assert (asset.path, asset.body, asset.size) == (str(tmp_path / "cat.png"), None, len(PNG))
    assert (tmp_path / "cat.png").read_bytes() == PNG
    assert os.listdir(tmp_path) == ["cat.png"]


@pytest.mark.parametrize("headers", [{}, {"content_type": "text/html"}, {"content_length": "9"}])
def test_no_file_is_left_of_what_is_not_the_picture(
    headers: dict[str, str], tmp_path: Path
) -> None:
    sink = poured(tmp_path, PNG if headers else b"<html>")
    with pytest.raises(UpstreamDecode):
        parse_asset(answer(b"", **headers)._replace(writer=sink), TAG)
    assert os.listdir(tmp_path) == []


def test_no_file_is_left_where_it_cannot_be_put_in_its_place(tmp_path: Path) -> None:
    sink = poured(tmp_path, PNG)
    (tmp_path / "cat.png").mkdir()
    with pytest.raises(BadArguments, match="cannot be written"):
        parse_asset(answer(b"")._replace(writer=sink), TAG)
    assert os.listdir(tmp_path) == ["cat.png"]
