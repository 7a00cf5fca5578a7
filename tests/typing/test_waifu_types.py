"""What a type checker knows of Waifu.im's endpoints: checked when the tests themselves are."""

from __future__ import annotations

import inspect
from typing import assert_type

from animedex import AsyncClient, Client
from animedex.backends.waifu import artist, artists, calls, image, images, stats, tag, tags
from animedex.backends.waifu.models import (
    WaifuArtist,
    WaifuImage,
    WaifuPage,
    WaifuStats,
    WaifuTag,
)
from animedex.call import Call


def functions() -> None:
    assert_type(images("maid", nsfw="no", width=">=1500"), WaifuPage[WaifuImage])
    rows: list[WaifuImage] = images(["maid", 12], order="favorites", page=2, limit=30)
    assert_type(rows[0].to_common().artist, str | None)
    assert_type(images().total_count, int | None)
    assert_type(image(7256), WaifuImage)
    assert_type(tags(), list[WaifuTag])
    assert_type(tag("maid"), WaifuTag)
    assert_type(artists(2), WaifuPage[WaifuArtist])
    assert_type(artist("GongHa"), WaifuArtist)
    assert_type(stats(), WaifuStats)
    assert_type(images.call("maid"), Call[WaifuPage[WaifuImage]])


async def functions_in_a_task() -> None:
    assert_type(await images.aio("maid"), WaifuPage[WaifuImage])
    assert_type(await tags.aio(), list[WaifuTag])


def clients(client: Client) -> None:
    assert_type(client.waifu.images("maid"), WaifuPage[WaifuImage])
    assert_type(client.waifu.artist(80), WaifuArtist)


async def clients_in_a_task(client: AsyncClient) -> None:
    assert_type(await client.waifu.images("maid"), WaifuPage[WaifuImage])
    assert_type(await client.waifu.stats(), WaifuStats)


def mistakes() -> None:
    """One mistake per line; one that a checker lets pass is an unused ignore, and an error."""
    images(nsfw=True)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  a word
    images(order="newest")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  no such order
    images(included_tags="maid")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]  no such argument
    images("maid", "uniform")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]  by name
    image()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]  an id is needed


def test_a_running_program_knows_the_signatures_too() -> None:
    assert inspect.signature(images) == inspect.signature(calls.images)
    with Client() as client:
        assert inspect.signature(client.waifu.images) == inspect.signature(calls.images)
