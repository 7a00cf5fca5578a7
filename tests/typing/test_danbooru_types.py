"""What a type checker knows of Danbooru's endpoints: checked when the tests themselves are."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, assert_type

from animedex import AsyncClient, Client
from animedex.backends import danbooru
from animedex.backends.danbooru import calls
from animedex.backends.danbooru.models import (
    DanbooruArtist,
    DanbooruPool,
    DanbooruPost,
    DanbooruRelatedTag,
    DanbooruSuggestion,
    DanbooruTag,
    DanbooruWikiPage,
)
from animedex.models import ArtPost, Rating

if TYPE_CHECKING:
    from animedex.call import Call


def functions() -> None:
    assert_type(danbooru.search("a", "-b", rating="g", limit=3, page="b7"), list[DanbooruPost])
    assert_type(danbooru.search(rating=Rating.GENERAL, page=3), list[DanbooruPost])
    assert_type(danbooru.all_posts("a", max=300, order="id"), list[DanbooruPost])
    assert_type(danbooru.post(7), DanbooruPost)
    assert_type(danbooru.post(7).to_common(), ArtPost)
    assert_type(danbooru.random("a"), DanbooruPost)
    assert_type(danbooru.count("a"), int | None)
    assert_type(danbooru.tags("a*", limit=3), list[DanbooruTag])
    assert_type(danbooru.autocomplete("a"), list[DanbooruSuggestion])
    assert_type(danbooru.artist("a"), DanbooruArtist)
    assert_type(danbooru.artist(7), DanbooruArtist)
    assert_type(danbooru.pool(7), DanbooruPool)
    assert_type(danbooru.wiki("a"), DanbooruWikiPage)
    assert_type(danbooru.related("a"), list[DanbooruRelatedTag])


def values(client: Client) -> None:
    call = danbooru.search.call("a")
    wanted: Call[list[DanbooruPost]] = call
    assert_type(client.perform(wanted), list[DanbooruPost])
    assert_type(client.danbooru.count("a"), int | None)
    assert_type(client.danbooru.pool(7), DanbooruPool)


async def in_a_task(client: AsyncClient) -> None:
    assert_type(await danbooru.search.aio("a"), list[DanbooruPost])
    assert_type(await client.danbooru.artist("a"), DanbooruArtist)
    assert_type(await client.danbooru.pool(7), DanbooruPool)


def mistakes(client: Client) -> None:
    """One mistake per line; one that a checker lets pass is an unused ignore, and an error."""
    danbooru.search(3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  a tag is text
    danbooru.search("a", rating="safe")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  no such rating
    danbooru.all_posts("a")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]  how many at most?
    client.danbooru.post("7")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  a number


def test_a_running_program_knows_the_signatures_too() -> None:
    assert inspect.signature(danbooru.search) == inspect.signature(calls.search)
    with Client() as client:
        assert inspect.signature(client.danbooru.all_posts) == inspect.signature(calls.all_posts)
        assert client.danbooru.random.__doc__ == calls.random.__doc__
