"""What a type checker knows of the endpoints: checked when the tests themselves are."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Coroutine
from typing import Any, assert_type

from animedex import AsyncClient, Client
from animedex.backends.nekos import asset, calls, categories, categories_full, image, search
from animedex.backends.nekos.models import NekosAsset, NekosCategoryFormat, NekosImage
from animedex.call import Call


def functions() -> None:
    assert_type(image("neko"), list[NekosImage])
    assert_type(image(amount=2, fresh=True), list[NekosImage])
    assert_type(search("miko", type="gif", min_match=0.8), list[NekosImage])
    assert_type(search("miko", 1, "neko", 20), list[NekosImage])
    assert_type(categories(), list[str])
    assert_type(categories_full(), dict[str, NekosCategoryFormat])
    assert_type(asset("neko/a.png"), NekosAsset)
    assert_type(asset(image("neko")[0], to="a.png"), NekosAsset)


async def functions_in_a_task() -> None:
    assert_type(await image.aio("neko"), list[NekosImage])
    assert_type(await search.aio("miko"), list[NekosImage])
    assert_type(await categories.aio(), list[str])
    assert_type(await categories_full.aio(), dict[str, NekosCategoryFormat])
    assert_type(await asset.aio({"url": "neko/a.png"}), NekosAsset)


def values() -> None:
    assert_type(image.call("neko"), Call[list[NekosImage]])
    assert_type(search.call("miko"), Call[list[NekosImage]])
    assert_type(categories.call(), Call[list[str]])
    assert_type(asset.call("neko/a.png"), Call[NekosAsset])


def clients() -> None:
    with Client(timeout=None, cache=False, rate="slow") as client:
        assert_type(client, Client)
        assert_type(client.nekos.image("neko", amount=3), list[NekosImage])
        assert_type(client.nekos.search("miko"), list[NekosImage])
        assert_type(client.nekos.categories(), list[str])
        assert_type(client.nekos.categories_full(), dict[str, NekosCategoryFormat])
        assert_type(client.nekos.asset("neko/a.png"), NekosAsset)
        assert_type(client.perform(image.call("neko")), list[NekosImage])
        assert_type(client.nekos.categories, Callable[[], list[str]])


async def clients_in_a_task() -> None:
    async with AsyncClient(contact="me@example.org") as client:
        assert_type(client, AsyncClient)
        assert_type(await client.nekos.image("neko", amount=3), list[NekosImage])
        assert_type(await client.nekos.search("miko"), list[NekosImage])
        assert_type(await client.nekos.categories(), list[str])
        assert_type(await client.nekos.asset("neko/a.png"), NekosAsset)
        assert_type(await client.perform(image.call("neko")), list[NekosImage])
        assert_type(client.nekos.categories, Callable[[], Coroutine[Any, Any, list[str]]])


async def mistakes(client: Client, task_client: AsyncClient) -> None:
    """One mistake per line; one that a checker lets pass is an unused ignore, and an error."""
    image(amount="x")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  a number
    image("neko", 1, True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]  by name
    image(colour="red")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]  no such argument
    search()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]  a query is needed
    search("miko", type="video")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  no such type
    image.call(3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  a name
    await image.aio(3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  a name
    client.nekos.image(3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  a name
    client.nekos.images("neko")  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]  a name
    await task_client.nekos.image(3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  a name
    Client(tiemout=3)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]  a name
    Client(rate="fast")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  no such rate


def test_a_running_program_knows_the_signatures_too() -> None:
    assert inspect.signature(image) == inspect.signature(calls.image)
    with Client() as client:
        assert inspect.signature(client.nekos.search) == inspect.signature(calls.search)
        assert client.nekos.search.__doc__ == calls.search.__doc__
