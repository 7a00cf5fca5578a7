from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote_plus

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from animedex.testing import SampleServer
    from tests.testing.conftest import Ask

PICTURE = "/neko/0b6c1f3a-0001-4c1e-9d51-5a3d8a1c0001.png"
GIF = "/hug/0b6c1f3a-0004-4c1e-9d51-5a3d8a1c0004.gif"


@pytest.fixture
def content(collection_folder: Path) -> bytes:
    return (collection_folder / PICTURE[1:]).read_bytes()


def test_a_picture_comes_with_its_type_length_and_version(
    server: SampleServer, ask: Ask, content: bytes
) -> None:
    answer = ask(server, PICTURE, headers={"Accept-Encoding": "gzip"})
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Content-Length"] == "200"
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["ETag"].startswith('"')
    assert answer.headers["Content-Encoding"] is None
    assert answer.read() == content


def test_credits_come_percent_encoded_in_headers(server: SampleServer, ask: Ask) -> None:
    headers = ask(server, PICTURE).headers
    assert headers["artist_name"] == "%E9%9D%92%E8%91%89%E3%83%9F%E3%82%AA"
    assert unquote_plus(headers["artist_href"]) == "https://gallery.example/mio?tab=all&page=1"
    assert unquote_plus(headers["source_url"]) == "https://gallery.example/mio/100%25"
    assert headers["anime_name"] is None


def test_a_gif_names_its_show(server: SampleServer, ask: Ask) -> None:
    answer = ask(server, GIF)
    assert answer.headers["Content-Type"] == "image/gif"
    assert answer.headers["anime_name"] == "Lantern%20Street%20Diaries"
    assert answer.headers["artist_name"] is None


def test_a_head_tells_all_but_the_bytes(server: SampleServer, ask: Ask) -> None:
    whole, head = ask(server, PICTURE), ask(server, PICTURE, method="HEAD")
    assert head.status == 200
    assert dict(head.headers) == dict(whole.headers) | {"date": head.headers["date"]}
    assert head.read() == b""


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("bytes=0-9", "bytes 0-9/200"),
        ("bytes=190-", "bytes 190-199/200"),
        ("bytes=-5", "bytes 195-199/200"),
        ("bytes=9-999", "bytes 9-199/200"),
    ],
)
def test_a_range_comes_alone(server: SampleServer, ask: Ask, asked: str, told: str) -> None:
    whole = ask(server, PICTURE).read()
    answer = ask(server, PICTURE, headers={"Range": asked})
    first, last = (int(end) for end in told.removesuffix("/200").split()[1].split("-"))
    assert (answer.status, answer.headers["Content-Range"]) == (206, told)
    assert answer.headers["Content-Length"] == str(last + 1 - first)
    assert answer.read() == whole[first : last + 1]


@pytest.mark.parametrize("asked", ["bytes=200-", "bytes=-0", "bytes=900-901"])
def test_a_range_past_the_end_is_refused(server: SampleServer, ask: Ask, asked: str) -> None:
    answer = ask(server, PICTURE, headers={"Range": asked})
    assert answer.status == 416
    assert answer.headers["Content-Range"] == "bytes */200"


def test_if_range_gives_the_whole_of_a_changed_picture(server: SampleServer, ask: Ask) -> None:
    etag = ask(server, PICTURE).headers["ETag"]
    same = ask(server, PICTURE, headers={"Range": "bytes=0-9", "If-Range": etag})
    changed = ask(server, PICTURE, headers={"Range": "bytes=0-9", "If-Range": '"other"'})
    assert (same.status, same.headers["Content-Length"]) == (206, "10")
    assert (changed.status, changed.headers["Content-Length"]) == (200, "200")


@pytest.mark.parametrize("form", ["{etag}", 'W/{etag}, "b"', '"a" , {etag}', "*"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_known_version_is_not_sent_again(
    server: SampleServer, ask: Ask, form: str, method: str
) -> None:
    etag = ask(server, PICTURE).headers["ETag"]
    asked = {"If-None-Match": form.format(etag=etag), "Range": "bytes=0-9"}
    answer = ask(server, PICTURE, method=method, headers=asked)
    assert answer.status == 304
    assert answer.headers["ETag"] == etag
    assert answer.read() == b""


def test_another_version_is_sent(server: SampleServer, ask: Ask, content: bytes) -> None:
    answer = ask(server, PICTURE, headers={"If-None-Match": '"other"'})
    assert (answer.status, answer.read()) == (200, content)


@pytest.mark.parametrize(
    "path",
    [
        "/neko/nosuch.png",
        "/hug/0b6c1f3a-0001-4c1e-9d51-5a3d8a1c0001.png",
        "/neko/..%2f..%2fmanifest.json",
        "/neko/%2e%2e",
        "/../../manifest.json",
        "/neko/manifest.json",
    ],
)
def test_what_is_not_a_picture_is_not_found(server: SampleServer, ask: Ask, path: str) -> None:
    answer = ask(server, path)
    assert answer.status == 404
    assert answer.headers.get_content_type() == "application/json"


@pytest.mark.parametrize(
    "asked",
    [
        "lines=0-9",
        "seconds=1-2",
        "bytes",
        "bytes=",
        "bytes=9-0",
        "bytes=a-b",
        "none",
        "bytes=1-2,x",
    ],
)
def test_a_range_that_means_nothing_is_ignored(
    server: SampleServer, ask: Ask, asked: str, content: bytes
) -> None:
    answer = ask(server, PICTURE, headers={"Range": asked})
    assert (answer.status, answer.read()) == (200, content)


@pytest.mark.parametrize("asked", ["bytes=0-9", "bytes=900-", "lines=1-2"])
def test_a_head_has_no_ranges(server: SampleServer, ask: Ask, asked: str) -> None:
    head = ask(server, PICTURE, method="HEAD", headers={"Range": asked})
    assert (head.status, head.headers["Content-Length"]) == (200, "200")
    assert head.headers["Content-Range"] is None
