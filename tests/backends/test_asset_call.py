"""Fetching files over real HTTP, from the sample server."""

from __future__ import annotations

import gzip
import hashlib
from typing import TYPE_CHECKING

import pytest

from animedex.backends import danbooru, nekos
from animedex.backends.asset_call import fetch_file
from animedex.client import Client
from animedex.errors import BadArguments, NotFound, UpstreamDecode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from animedex.client_options import ClientOptions
    from animedex.http_message import Response
    from animedex.testing import SampleServer

BODY = bytes(range(256)) * 40


@pytest.fixture
def client(options: ClientOptions) -> Iterator[Client]:
    with Client(**options) as client:
        yield client


class Pocket:
    """Keep a body from where an answer says that it begins."""

    def __init__(self, head: Response) -> None:
        place = head.header("content-range") or "bytes 0-"
        self.begins = int(place.partition(" ")[2].partition("-")[0])
        self.body = b""

    def write(self, chunk: bytes | memoryview, /) -> None:
        self.body += chunk

    def discard(self) -> None:
        self.body = b""


def test_a_file_stays_in_memory_without_a_sink(client: Client, server: SampleServer) -> None:
    server.answer("/neko/1.png", headers={"ETag": '"a"'}, body=BODY)
    fetched = client.perform(fetch_file(nekos.BACKEND, f"{server.url}/neko/1.png"))
    assert (fetched.body, fetched.sink, fetched.status) == (BODY, None, 200)
    assert fetched.header("etag") == '"a"'
    assert fetched.header("last-modified") is None
    assert fetched.source_tag.backend == "nekos"


def test_the_rest_of_a_file_goes_to_a_sink(client: Client, server: SampleServer) -> None:
    (row,) = client.nekos.image("neko")
    whole = client.perform(fetch_file(nekos.BACKEND, row.url)).body
    call = fetch_file(nekos.BACKEND, row.url, Pocket, lambda: (("range", "bytes=100-"),))
    fetched = client.perform(call)
    assert fetched.status == 206
    assert isinstance(fetched.sink, Pocket)
    assert (fetched.sink.begins, fetched.sink.body) == (100, whole[100:])


def test_a_file_is_capped(client: Client, server: SampleServer) -> None:
    server.answer("/neko/1.png", body=BODY)
    with pytest.raises(UpstreamDecode, match="longer than 100 bytes"):
        client.perform(fetch_file(nekos.BACKEND, f"{server.url}/neko/1.png", cap=100))


def test_a_packed_file_is_unpacked_in_memory_and_left_to_a_sink(
    client: Client, server: SampleServer
) -> None:
    packed = gzip.compress(BODY)
    for _ in range(2):
        server.answer("/neko/1.png", headers={"Content-Encoding": "gzip"}, body=packed)
    call = fetch_file(nekos.BACKEND, f"{server.url}/neko/1.png")
    assert client.perform(call).body == BODY
    fetched = client.perform(call._replace(open_writer=Pocket))
    assert isinstance(fetched.sink, Pocket)
    assert fetched.sink.body == packed


def test_a_file_that_is_not_there(client: Client, server: SampleServer) -> None:
    with pytest.raises(NotFound):
        client.perform(fetch_file(nekos.BACKEND, f"{server.url}/neko/none.png", Pocket))


def test_a_file_of_somebody_else_is_not_asked_for(client: Client, server: SampleServer) -> None:
    with pytest.raises(BadArguments, match="no request was sent"):
        client.perform(fetch_file(danbooru.BACKEND, f"{server.url}/neko/1.png"))
    assert len(server.arrivals) == 0


def test_every_picture_says_which_file_it_is(client: Client) -> None:
    (row,) = client.nekos.image("neko")
    file = row.file()
    assert file is not None
    assert (file.url, file.extension) == (row.url, "png")
    assert row.category == "neko"
    digest = hashlib.md5(
        client.perform(fetch_file(nekos.BACKEND, file.url)).body, usedforsecurity=False
    )
    assert file.md5 in {None, digest.hexdigest()}
