"""No file is longer than it may be, and what cannot be a picture is refused at once."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from animedex import Client
from animedex.downloads import MAX_SIZE, download
from animedex.errors import BadArguments
from tests.downloads.conftest import noise, picture_name
from tests.downloads.test_download import visible
from tests.downloads.test_resumable_file import left

if TYPE_CHECKING:
    import socket
    import threading
    from collections.abc import Callable
    from pathlib import Path

    from animedex.downloads import DownloadReport
    from tests.kit.raw_server import StartRawServer
    from tests.kit.services import Services

PNG = noise(0)
OK = b"HTTP/1.1 200 OK\r\n"


@pytest.fixture
def fetch(
    raw_server: StartRawServer, tmp_path: Path, folder: Path
) -> Callable[..., DownloadReport]:
    """Fetch a picture from a server that says one thing, then another for ever, or nothing more."""

    def run(
        head: bytes, endless: bytes = b"", *, max_size: int | None = MAX_SIZE
    ) -> DownloadReport:
        def script(connection: socket.socket, over: threading.Event) -> None:
            connection.sendall(head)
            while endless and not over.is_set():
                connection.sendall(endless)
            over.wait()

        server = raw_server(script)
        urls, state = {"nekos": server.url}, tmp_path / "state.db"
        url = f"{server.url}/neko/{picture_name(0)}"
        if head.startswith(b"HTTP/1.1 206"):
            left(folder, PNG[:100], url, etag='"a"')
        with Client(base_urls=urls, timeout=20.0, limits=False, state=state, cache=False) as client:
            (one,) = download(client, [{"url": url, "artist_name": "a"}], folder, max_size=max_size)
        return one

    return run


# Of these only the head comes, or the opening bytes: waiting for more would end in a timeout.
ANNOUNCED = {
    "content-length": (
        OK + b"content-length: 1001\r\n\r\n",
        "1001 bytes, more than the limit of 1000 bytes",
    ),
    "content-range": (
        b'HTTP/1.1 206 Part\r\netag: "a"\r\ncontent-range: bytes 99-1000/1001\r\n\r\n',
        "1001 bytes, more than the limit of 1000 bytes",
    ),
    "a page": (OK + b"content-type: text/html\r\n\r\n<!DOCTYPE html>", "a page (text/html)"),
    "a page that is too long, too": (
        OK + b"content-type: text/html\r\ncontent-length: 9999\r\n\r\n",
        "a page (text/html)",
    ),
    "JSON": (
        OK + b'content-type: application/json; charset=utf-8\r\n\r\n{"message": "no"}',
        "a page (application/json)",
    ),
    "a page called a picture": (
        OK + b"content-type: image/png\r\n\r\n<!DOCTYPE html>" + b" " * 64,
        "a page (image/png)",
    ),
    "something else": (OK + b"\r\n" + bytes(64), "of an unknown type"),
}


@pytest.mark.parametrize("announced", ANNOUNCED.values(), ids=ANNOUNCED)
def test_it_is_refused_before_the_rest_comes(
    announced: tuple[bytes, str], fetch: Callable[..., DownloadReport], folder: Path
) -> None:
    head, message = announced
    one = fetch(head, max_size=1000)
    assert one.error is not None
    assert (one.error.reason, visible(folder)) == ("upstream-decode", [])
    assert message in one.error.message


BOMB = gzip.compress(PNG[:1000] + bytes(100_000_000))
ENDLESS = {
    "without a length": (OK + b"\r\n" + PNG[:1000], PNG[1000:9000]),
    "with a range": (
        b'HTTP/1.1 206 Part\r\netag: "a"\r\ncontent-range: bytes 99-300000/*\r\n\r\n',
        PNG[99:9000],
    ),
    "packed": (OK + b"content-encoding: gzip\r\n\r\n" + BOMB, b""),
}


@pytest.mark.parametrize("endless", ENDLESS.values(), ids=ENDLESS)
def test_an_endless_file_ends_at_the_limit(
    endless: tuple[bytes, bytes], fetch: Callable[..., DownloadReport], folder: Path
) -> None:
    one = fetch(*endless, max_size=200_000)
    assert one.error is not None
    assert one.error.message == "the file has more than the limit of 200000 bytes"
    assert "max_size=" in (one.error.hint or "")
    assert visible(folder) == []


def test_the_default_limit(fetch: Callable[..., DownloadReport]) -> None:
    assert MAX_SIZE == 512 * 1024 * 1024
    one = fetch(OK + b"content-length: 536870913\r\n\r\n")
    assert one.error is not None
    assert "536870912 bytes" in one.error.message


def test_without_a_limit(fetch: Callable[..., DownloadReport]) -> None:
    one = fetch(OK + b"content-length: 536870913\r\n\r\n<html>" + bytes(64), max_size=None)
    assert one.error is not None
    assert "a page" in one.error.message


def test_a_row_that_announces_too_much_is_not_asked_for(
    client: Client, services: Services, folder: Path
) -> None:
    image = client.waifu.image(5000)
    assert image.byte_size
    services.waifu.arrivals.clear()
    (one,) = download(client, [image], folder, max_size=image.byte_size - 1)
    assert one.error is not None
    assert "max_size=" in (one.error.hint or "")
    assert services.requests() == 0
    (one,) = download(client, [image], folder, max_size=image.byte_size)
    assert one.status == "fetched"


@pytest.mark.parametrize("max_size", [0, -1, 1.5, "1M", True])
def test_what_is_no_limit(max_size: object, client: Client, folder: Path) -> None:
    with pytest.raises(BadArguments, match="max_size"):
        download(client, "waifu:5000", folder, max_size=max_size)  # type: ignore[arg-type]
