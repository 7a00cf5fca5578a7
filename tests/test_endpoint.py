"""An endpoint answers now, later, as a value, and through any client."""

from __future__ import annotations

import asyncio
import inspect
from typing import TYPE_CHECKING

import pytest

import animedex
from animedex.backends import nekos
from animedex.backends.nekos import calls
from animedex.client import AsyncClient, Client
from animedex.endpoint import Endpoint
from animedex.errors import BadArguments

if TYPE_CHECKING:
    from tests.kit.raw_server import RawServer, StartRawServer

BODY = b'{"neko": {"format": "png"}, "hug": {"format": "gif"}}'
NAMES = ["hug", "neko"]


@pytest.fixture
def service(raw_server: StartRawServer, monkeypatch: pytest.MonkeyPatch) -> RawServer:
    """Answer every request with the catalogue, and be what the default clients ask."""
    server = raw_server(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY))
    monkeypatch.setenv("ANIMEDEX_NEKOS_URL", server.url)
    return server


def test_an_endpoint_answers_at_once(service: RawServer) -> None:
    assert nekos.categories() == NAMES
    assert service.requests[0].startswith(b"GET /endpoints HTTP/1.1\r\n")


def test_an_endpoint_answers_asynchronously(service: RawServer) -> None:
    assert asyncio.run(nekos.categories.aio()) == NAMES
    assert len(service.requests) == 1


def test_an_endpoint_answers_through_a_client(service: RawServer) -> None:
    with Client() as client:
        assert client.nekos.categories() == NAMES
        assert client.nekos.categories_full()["hug"].format == "gif"


def test_an_endpoint_answers_through_an_asynchronous_client(service: RawServer) -> None:
    async def ask() -> list[str]:
        async with AsyncClient() as client:
            return await client.nekos.categories()

    assert asyncio.run(ask()) == NAMES


def test_a_call_is_a_value_and_nothing_is_sent(service: RawServer) -> None:
    call = nekos.image.call("neko", 3)
    assert (call.request.path, call.request.params) == ("/neko", (("amount", "3"),))
    assert service.requests == []


def test_arguments_are_checked_before_anything_is_sent(service: RawServer) -> None:
    with pytest.raises(BadArguments):
        nekos.image("neko", 0)
    with pytest.raises(BadArguments):
        asyncio.run(nekos.image.aio("neko", 0))
    with Client() as client, pytest.raises(BadArguments):
        client.nekos.image("neko", 0)
    assert service.requests == []


def test_signatures_names_and_help_survive() -> None:
    client = Client()
    for bound in (nekos.search, client.nekos.search):
        assert inspect.signature(bound) == inspect.signature(calls.search)
        assert (bound.__name__, bound.__doc__) == ("search", calls.search.__doc__)
    client.close()


def test_an_endpoint_says_what_it_is() -> None:
    assert repr(nekos.image) == "<endpoint animedex.backends.nekos.calls.image>"
    assert nekos.Nekos.image is nekos.image
    assert isinstance(nekos.image, Endpoint)


def test_public_names_are_there_and_no_others() -> None:
    assert {name: getattr(animedex, name).__name__ for name in animedex.__all__} == {
        name: name for name in animedex.__all__
    }
    with pytest.raises(AttributeError, match="no attribute 'Waifu'"):
        _ = getattr(animedex, "Waifu")  # noqa: B009  the type checkers know that it is not there
