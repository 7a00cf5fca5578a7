"""Answers that servers give although nobody asked for them so: the file is right all the same."""

from __future__ import annotations

import gzip
import re
import zlib
from typing import TYPE_CHECKING, Protocol

import pytest

from animedex import Client
from animedex.downloads import download
from tests.downloads.conftest import noise, picture_name
from tests.downloads.test_download import pixels, visible

if TYPE_CHECKING:
    import socket
    import threading
    from collections.abc import Callable
    from pathlib import Path

    from animedex.downloads import DownloadReport
    from tests.kit.raw_server import StartRawServer

PNG = noise(0)
SIZE, HALF = len(PNG), len(PNG) // 2
ETAG = 'etag: "v1"\r\n'


class Fetch(Protocol):
    """Fetch a picture; return what became of it, and where each request asked to begin.

    The first answer is `first`, or the picture cut in the middle; `later` makes the others.
    """

    def __call__(
        self, later: Callable[[int | None], bytes], *, first: bytes = ...
    ) -> tuple[DownloadReport, list[int | None]]: ...


def answer(status: str, headers: str, body: bytes, *, tag: str = ETAG) -> bytes:
    if "content-length" not in headers:
        headers += f"content-length: {len(body)}\r\n"
    return f"HTTP/1.1 {status}\r\n{tag}{headers}\r\n".encode() + body


def span(begin: int, end: int, total: int | str = SIZE) -> str:
    return f"content-range: bytes {begin}-{end}/{total}\r\n"


def whole() -> bytes:
    return answer("200 OK", "", PNG)


def rest(begin: int, status: str = "206 Partial") -> bytes:
    return answer(status, span(begin, SIZE - 1), PNG[begin:])


CUT = answer("200 OK", f"content-length: {SIZE}\r\n", PNG[:HALF])


@pytest.fixture
def fetch_cut(raw_server: StartRawServer, tmp_path: Path, folder: Path) -> Fetch:
    def run(
        later: Callable[[int | None], bytes], *, first: bytes = CUT
    ) -> tuple[DownloadReport, list[int | None]]:
        asked: list[int | None] = []

        def script(connection: socket.socket, over: threading.Event) -> None:
            match = re.search(rb"Range: bytes=([0-9]+)-", server.requests[-1])
            asked.append(int(match[1]) if match else None)
            connection.sendall(first if len(asked) == 1 else later(asked[-1]))

        server = raw_server(script)
        state, urls = tmp_path / "state.db", {"nekos": server.url}
        with Client(base_urls=urls, limits=False, state=state, cache=False) as client:
            row = {"url": f"{server.url}/neko/{picture_name(0)}", "artist_name": "a"}
            (one,) = download(client, [row], folder)
        return one, asked

    return run


ODD: dict[str, tuple[Callable[[int | None], bytes], list[int | None]]] = {
    "206 with all of it": (
        lambda _: answer("206 Partial", span(0, SIZE - 1), PNG),
        [None, HALF - 1],
    ),
    "200 with the rest and a range": (lambda begin: rest(begin or 0, "200 OK"), [None, HALF - 1]),
    "200 with all of it and a range": (
        lambda _: answer("200 OK", span(0, SIZE - 1), PNG),
        [None, HALF - 1],
    ),
    "200 with all of it and the range of the rest": (
        lambda begin: answer("200 OK", span(begin or 0, SIZE - 1), PNG),
        [None, HALF - 1],
    ),
    "200 with all of it": (lambda _: whole(), [None, HALF - 1]),
    "206 written otherwise": (
        lambda begin: answer(
            "206 Partial", f"content-range: Bytes={begin}-{SIZE - 1}/{SIZE}\r\n", PNG[begin:]
        ),
        [None, HALF - 1],
    ),
    "206 of unknown length": (
        lambda begin: answer("206 Partial", span(begin or 0, SIZE - 1, "*"), PNG[begin:]),
        [None, HALF - 1],
    ),
    "206 in pieces": (
        lambda begin: answer(
            "206 Partial",
            span(begin or 0, min((begin or 0) + 60_000, SIZE) - 1),
            PNG[begin:][:60_000],
        ),
        [None, HALF - 1, HALF + 59_998, HALF + 119_997],
    ),
    "206 that begins earlier": (
        lambda begin: rest(begin - 100) if begin else whole(),
        [None, HALF - 1, None],
    ),
    "206 that begins later": (
        lambda begin: rest(begin + 1) if begin else whole(),
        [None, HALF - 1, None],
    ),
    "206 with more than it says": (
        lambda begin: (
            answer("206 Partial", span(begin, SIZE - 1), PNG[begin:] + bytes(99))
            if begin
            else whole()
        ),
        [None, HALF - 1, None],
    ),
    "206 without a range": (
        lambda begin: answer("206 Partial", "", PNG[begin:]) if begin else whole(),
        [None, HALF - 1, None],
    ),
    "206 of several parts": (
        lambda begin: (
            answer(
                "206 Partial",
                "content-type: multipart/byteranges; boundary=x\r\n",
                b"--x\r\ncontent-range: bytes 0-1/2\r\n\r\n\x89P\r\n--x--\r\n",
            )
            if begin
            else whole()
        ),
        [None, HALF - 1, None],
    ),
    "206 of another version": (
        lambda begin: (
            answer("206 Partial", span(begin, SIZE - 1), PNG[begin:], tag='etag: "v2"\r\n')
            if begin
            else whole()
        ),
        [None, HALF - 1, None],
    ),
    "206 of nothing": (
        lambda begin: (
            answer("206 Partial", f"content-range: bytes */{SIZE}\r\n", b"") if begin else whole()
        ),
        [None, HALF - 1, None],
    ),
    "206 that is packed": (
        lambda begin: (
            answer(
                "206 Partial",
                span(begin, SIZE - 1) + "content-encoding: gzip\r\n",
                gzip.compress(PNG[begin:], 1),
            )
            if begin
            else whole()
        ),
        [None, HALF - 1, None],
    ),
    "206 with other bytes": (
        lambda begin: (
            answer("206 Partial", span(begin, SIZE - 1), bytes(SIZE - begin)) if begin else whole()
        ),
        [None, HALF - 1, None],
    ),
    "416": (
        lambda begin: (
            answer("416 No", f"content-range: bytes */{SIZE}\r\n", b"") if begin else whole()
        ),
        [None, HALF - 1, None],
    ),
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_the_rest_of_a_file_that_was_cut(
    odd: tuple[Callable[[int | None], bytes], list[int | None]],
    fetch_cut: Fetch,
    folder: Path,
) -> None:
    later, requests = odd
    one, asked = fetch_cut(later)
    assert one.error is None
    assert asked == requests
    assert pixels(one.path or "") == pixels_of(PNG)
    assert len(visible(folder)) == 1


def pixels_of(data: bytes) -> bytes:
    import io

    from PIL import Image

    with Image.open(io.BytesIO(data)) as image:
        return image.tobytes()


def chunked(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n0\r\n\r\n" % (len(data), data)


def packed(data: bytes, encoding: str = "gzip", headers: str = "") -> bytes:
    return answer("200 OK", f"content-encoding: {encoding}\r\n{headers}", data)


FIRST = {
    "gzip": packed(gzip.compress(PNG, 1)),
    "x-gzip": packed(gzip.compress(PNG, 1), "X-GZip"),
    "gzip in two parts": packed(gzip.compress(PNG[:99]) + gzip.compress(PNG[99:], 1)),
    "deflate": packed(zlib.compress(PNG, 1), "deflate"),
    "deflate without a head": packed(zlib.compress(PNG, 1, -15), "deflate"),
    "gzip that is not said": answer("200 OK", "content-type: image/png\r\n", gzip.compress(PNG, 1)),
    "said to be gzip, and is not": packed(PNG),
    "said to be deflate, and is not": packed(PNG, "deflate"),
    "in chunks": b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + chunked(PNG),
    "206 with all of it": answer("206 Partial", span(0, SIZE - 1), PNG),
    "200 with a range": answer("200 OK", span(0, SIZE - 1), PNG),
    "called a page": answer("200 OK", "content-type: text/html\r\n", PNG),
    "called bytes": answer("200 OK", "content-type: application/octet-stream\r\n", PNG),
}


@pytest.mark.parametrize("first", FIRST.values(), ids=FIRST)
def test_a_file_that_comes_at_once(
    first: bytes,
    fetch_cut: Fetch,
    folder: Path,
) -> None:
    one, asked = fetch_cut(lambda _: b"", first=first)
    assert one.error is None
    assert asked == [None]
    assert pixels(one.path or "") == pixels_of(PNG)
    assert len(visible(folder)) == 1


def test_the_first_piece_of_a_file_is_completed(
    fetch_cut: Fetch,
) -> None:
    one, asked = fetch_cut(
        lambda begin: rest(begin or 0),
        first=answer("206 Partial", span(0, HALF - 1), PNG[:HALF]),
    )
    assert one.error is None
    assert asked == [None, HALF - 1]


BAD = {
    "cut gzip": (packed(gzip.compress(PNG, 1)[:-9]), "is truncated"),
    "damaged gzip": (packed(gzip.compress(PNG, 1)[:-8] + bytes(8)), "is damaged"),
    "unknown": (packed(PNG, "br"), "br"),
    "a part of another place": (answer("206 Partial", span(9, SIZE - 1), PNG[9:]), "another part"),
    "gzip of a page": (packed(gzip.compress(b"<html>" + bytes(99))), "a page"),
    "gzip with very many members": (packed(gzip.compress(b"") * 20_000), "more than 1024 parts"),
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_what_cannot_be_understood_leaves_nothing(
    bad: tuple[bytes, str],
    fetch_cut: Fetch,
    folder: Path,
) -> None:
    first, message = bad
    one, _ = fetch_cut(lambda _: first, first=first)
    assert one.error is not None
    assert message in one.error.message
    assert visible(folder) == []


def test_a_packed_file_that_was_cut_begins_anew(
    fetch_cut: Fetch,
) -> None:
    body = gzip.compress(PNG, 1)
    cut = packed(body[: len(body) // 2], headers=f"content-length: {len(body)}\r\n")
    one, asked = fetch_cut(lambda _: packed(body), first=cut)
    assert one.error is None
    assert asked == [None, None]
