"""The endpoints as a program uses them: over real HTTP, at once and from a task."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from animedex import AsyncClient, Client
from animedex.backends import nekos
from animedex.errors import (
    AnimedexError,
    BadArguments,
    NotFound,
    Unreachable,
    UpstreamDecode,
    UpstreamError,
    UpstreamShape,
)
from animedex.testing import SampleServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from threading import Event

    from animedex.backends.nekos.models import NekosImage
    from animedex.call import Call
    from tests.kit.raw_server import StartRawServer

T = TypeVar("T")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[SampleServer]:
    monkeypatch.setenv("ANIMEDEX_LIMITS", "off")
    monkeypatch.setenv("ANIMEDEX_STATE", str(tmp_path / "state.db"))
    with SampleServer(limits=False, seed=1) as running:
        monkeypatch.setenv("ANIMEDEX_NEKOS_URL", running.url)
        yield running


@pytest.fixture(params=["at once", "from a task"])
def ask(request: pytest.FixtureRequest, server: SampleServer) -> Callable[[Call[Any]], Any]:
    def at_once(call: Call[T]) -> T:
        with Client(timeout=120) as client:
            return client.perform(call)

    def from_a_task(call: Call[T]) -> T:
        async def work() -> T:
            async with AsyncClient(timeout=120) as client:
                return await client.perform(call)

        return asyncio.run(work())

    return at_once if request.param == "at once" else from_a_task


Asker = Any


def test_the_catalogue(ask: Asker, server: SampleServer) -> None:
    names = ask(nekos.categories.call())
    formats = ask(nekos.categories_full.call())
    assert names == sorted(names) == list(formats)
    assert len(names) == 63
    assert formats["husbando"].payload == {"format": "png"}
    assert len(server.arrivals.on("/endpoints")) == 1
    assert formats["husbando"].source_tag.cached


def test_pictures_of_a_category(ask: Asker, server: SampleServer) -> None:
    rows: list[NekosImage] = ask(nekos.image.call("neko", 5))
    assert [row.category for row in rows] == ["neko"] * 5
    assert all(row.url.startswith(server.url) for row in rows)
    source = rows[0].source_tag
    assert source is not None
    assert (source.backend, source.cached, source.rate_limited) == ("nekos", False, False)
    ask(nekos.image.call("neko", 5))
    assert len(server.arrivals.on("/neko")) == 2


def test_pictures_of_any_category(ask: Asker, server: SampleServer) -> None:
    (row,) = ask(nekos.image.call())
    assert [arrival.path for arrival in server.arrivals] == ["/endpoints", f"/{row.category}"]


def test_fresh_pictures_never_repeat(ask: Asker, server: SampleServer) -> None:
    shown = [
        row.filename for _ in range(3) for row in ask(nekos.image.call("neko", 20, fresh=True))
    ]
    assert len(set(shown)) == len(shown) > 0
    # The sample has fewer pictures than sixty, so that they run out.
    assert ask(nekos.image.call("neko", 1, fresh=True)) == []
    assert len(server.arrivals.on("/neko")) > 4


def test_what_was_shown_at_all_is_not_fresh(ask: Asker, server: SampleServer) -> None:
    shown = {row.filename for row in ask(nekos.image.call("neko", 20))}
    fresh = {row.filename for row in ask(nekos.image.call("neko", 20, fresh=True))}
    assert not shown & fresh


def test_a_search(ask: Asker, server: SampleServer) -> None:
    (row,) = ask(nekos.image.call("neko"))
    result = ask(nekos.search.call(row.artist_name, amount=5))
    assert len(result) == 5
    assert max(hit.match for hit in result) > 0.9
    kept = ask(nekos.search.call(row.artist_name, amount=5, min_match=0.9))
    assert kept == [hit for hit in result if hit.match >= 0.9]
    assert len(server.arrivals.on("/search")) == 1
    assert kept[0].source_tag.cached


def test_a_search_in_a_category(ask: Asker, server: SampleServer) -> None:
    result = ask(nekos.search.call("a", category="hug", amount=3))
    assert {row.category for row in result} == {"hug"}
    assert server.arrivals.on("/search")[0].query["type"] == "2"


def test_a_search_that_nothing_answers(ask: Asker, server: SampleServer) -> None:
    assert ask(nekos.search.call("qqqqzzzz xxxx", min_match=0.95)) == []


@pytest.mark.parametrize(
    "call", [nekos.image.call("neco"), nekos.search.call("a", category="neco")]
)
def test_an_unknown_category(ask: Asker, call: Call[object]) -> None:
    with pytest.raises(NotFound) as raised:
        ask(call)
    assert (raised.value.hint, raised.value.backend) == ("did you mean neko?", "nekos")


def test_an_unknown_category_while_the_catalogue_is_away(ask: Asker, server: SampleServer) -> None:
    server.faults.add("/endpoints:500")
    with pytest.raises(NotFound):
        ask(nekos.image.call("neco"))


def test_the_services_own_words(ask: Asker, server: SampleServer) -> None:
    server.answer("/neko", status=400, body=b'{"message": "No more than 20, please."}')
    with pytest.raises(UpstreamError, match=r"\(HTTP 400\): No more than 20, please\.") as raised:
        ask(nekos.image.call("neko"))
    assert raised.value.status == 400


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"null",
        b"17",
        b"{}",
        b'{"results": null}',
        b'{"results": ["a"]}',
        b'{"results": [{}]}',
        b'{"results": [{"url": 7}]}',
        b'{"results": [{"url": "a", "dimensions": {"width": "x"}}]}',
        b'{"results": [',
        b"\xef\xbb\xbf{}",
        b'{"results": [{"url": "\xff"}]}',
        b"",
        b"<html></html>",
        b"[" * 100_000,
    ],
)
@pytest.mark.parametrize("call", [nekos.image.call("neko"), nekos.search.call("a")])
def test_what_is_no_answer(
    ask: Asker, server: SampleServer, call: Call[object], body: bytes
) -> None:
    server.answer("*", body=body, times=None)
    with pytest.raises((UpstreamDecode, UpstreamShape)) as raised:
        ask(call)
    assert raised.value.backend == "nekos"
    assert len(server.arrivals) == 1


@pytest.mark.parametrize("body", [b"{}", b"[]", b"null", b'{"a": 1}', b'{"a": {"format": null}}'])
def test_what_is_no_catalogue(ask: Asker, server: SampleServer, body: bytes) -> None:
    server.answer("/endpoints", body=body, times=None)
    with pytest.raises((UpstreamDecode, UpstreamShape)):
        ask(nekos.image.call())
    with pytest.raises(AnimedexError):
        ask(nekos.search.call("a", category="neko"))


def picture_of(ask: Asker, category: str) -> NekosImage:
    row: NekosImage = ask(nekos.image.call(category))[0]
    return row


@pytest.mark.parametrize(("category", "kind"), [("neko", "image/png"), ("hug", "image/gif")])
def test_an_asset_in_memory(ask: Asker, server: SampleServer, category: str, kind: str) -> None:
    row = picture_of(ask, category)
    result = ask(nekos.asset.call(row))
    assert (result.content_type, result.path, result.url) == (kind, None, row.url)
    assert result.size == len(result.body) > 0
    assert (result.artist_name, result.anime_name) == (row.artist_name, row.anime_name)
    assert (result.artist_href, result.source_url) == (row.artist_href, row.source_url)
    assert result.source_tag.backend == "nekos"
    short = ask(nekos.asset.call(f"{row.category}/{row.filename}"))
    assert short._replace(source_tag=None) == result._replace(source_tag=None)


def test_an_asset_in_a_file(ask: Asker, server: SampleServer, tmp_path: Path) -> None:
    row = picture_of(ask, "neko")
    path = tmp_path / "picture.png"
    result = ask(nekos.asset.call(row.payload, path))
    assert (result.body, result.path) == (None, str(path))
    assert path.read_bytes() == ask(nekos.asset.call(row)).body
    assert [file.name for file in tmp_path.glob("*picture*")] == ["picture.png"]


def test_a_cut_asset_is_fetched_anew(ask: Asker, server: SampleServer, tmp_path: Path) -> None:
    row = picture_of(ask, "neko")
    whole = ask(nekos.asset.call(row)).body
    server.faults.add("/neko/*:cutx1")
    path = tmp_path / "picture.png"
    assert ask(nekos.asset.call(row, path)).size == len(whole)
    assert path.read_bytes() == whole


def no_files(folder: Path) -> bool:
    return not [file for file in folder.iterdir() if "picture" in file.name]


def test_an_asset_that_stays_cut_leaves_no_file(
    ask: Asker, raw_server: StartRawServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(connection: socket.socket, over: Event) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\n" + bytes(500_000))

    monkeypatch.setenv("ANIMEDEX_NEKOS_URL", raw_server(cut).url)
    monkeypatch.setenv("ANIMEDEX_LIMITS", "off")
    with pytest.raises(Unreachable), Client() as client:
        client.nekos.asset("neko/a.png", tmp_path / "picture.png")
    assert no_files(tmp_path)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"Content-Type": "text/html"}, b"<html></html>"),
        ({"Content-Type": "image/png"}, b"GIF89a"),
        ({"Content-Type": "image/png"}, b""),
    ],
)
def test_what_is_no_picture_leaves_no_file(
    ask: Asker, server: SampleServer, tmp_path: Path, headers: dict[str, str], body: bytes
) -> None:
    server.answer("/neko/a.png", headers=headers, body=body, times=2)
    with pytest.raises(UpstreamDecode):
        ask(nekos.asset.call("neko/a.png"))
    with pytest.raises(UpstreamDecode):
        ask(nekos.asset.call("neko/a.png", tmp_path / "picture.png"))
    assert no_files(tmp_path)


def test_an_asset_that_is_not_there(ask: Asker, server: SampleServer, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        ask(nekos.asset.call("neko/nothing.png", tmp_path / "picture.png"))
    assert no_files(tmp_path)


def test_an_asset_of_another_host(ask: Asker, server: SampleServer) -> None:
    with pytest.raises(BadArguments, match="no request was sent"):
        ask(nekos.asset.call("https://elsewhere.example/neko/a.png"))
    assert len(server.arrivals) == 0


def test_a_file_that_cannot_be_written(ask: Asker, server: SampleServer, tmp_path: Path) -> None:
    row = picture_of(ask, "neko")
    with pytest.raises(BadArguments, match="cannot be written"):
        ask(nekos.asset.call(row, tmp_path / "nowhere" / "picture.png"))


def test_the_functions_of_the_module(server: SampleServer) -> None:
    assert len(nekos.image("neko", 2)) == 2
    assert len(asyncio.run(nekos.search.aio("a", amount=3))) == 3
    assert nekos.asset(nekos.image("neko")[0]).content_type == "image/png"
    with Client() as client:
        assert client.nekos.categories() == nekos.categories()
