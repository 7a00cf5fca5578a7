"""Tools for agents over all services; pictures have the shape that services share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from msgspec import Meta

from animedex.art import identify, search
from animedex.art import random as draw
from animedex.models import ArtPost
from animedex.tool import Arguments, Tool

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from animedex.errors import AnimedexError
    from animedex.models import PictureRecord
    from animedex.session import AsyncSession

_MOST_ROWS = 50
_CREDIT = " Always name the artist and the source with a picture."
_Services = Annotated[
    list[str] | None, Meta(description="Services, such as nekos and waifu (default: all).")
]
_Picture = Annotated[bool, Meta(description="Also return the pictures, scaled down.")]


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """Why a service's rows are missing."""

    backend: str | None
    reason: str
    message: str
    hint: str | None
    status: int | None


class SearchArguments(Arguments, frozen=True, kw_only=True):
    """What to search for."""

    words: Annotated[str, Meta(min_length=1, description="Words, such as a name.")]
    services: _Services = None
    rating: Annotated[
        Literal["g", "s", "q", "e"],
        Meta(description="`g` is safe for everyone; others are for adults: only if the user asks."),
    ] = "g"
    limit: Annotated[int, Meta(ge=1, le=_MOST_ROWS, description="Number of rows.")] = 10
    picture: _Picture = False


class IdentifyArguments(Arguments, frozen=True, kw_only=True):
    """What to identify."""

    what: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=4000,
            description="A picture's URL, a work's URL, or an id such as waifu:6460.",
        ),
    ]


class RandomArguments(Arguments, frozen=True, kw_only=True):
    """What to draw."""

    category: Annotated[
        str | None, Meta(description="A category of nekos.best, or a tag of the service.")
    ] = None
    services: Annotated[
        list[str] | None, Meta(description="Services, in this order (default: all).")
    ] = None
    amount: Annotated[
        int, Meta(ge=1, le=draw.MAX_AMOUNT, description="How many pictures, at most.")
    ] = 1
    picture: _Picture = False


async def _search(client: AsyncSession, arguments: SearchArguments) -> dict[str, object]:
    result = await search.search_async(
        client, arguments.words, arguments.services, rating=arguments.rating, limit=arguments.limit
    )
    failures_text = {"rows": _posts(result.rows), "failures": _failures(result.failures)}
    return {**failures_text, "left_out": list(result.left_out)}


async def _identify(client: AsyncSession, arguments: IdentifyArguments) -> dict[str, object]:
    result = await identify.identify_async(client, arguments.what)
    return {
        "query": result.query,
        "work": result.work.key,
        "page": result.work.page,
        "characters": result.characters,
        "copyrights": result.copyrights,
        "artists": result.artists,
        "posts": _posts(result.posts),
    }


async def _random(client: AsyncSession, arguments: RandomArguments) -> dict[str, object]:
    result = await draw.random_pictures_async(
        client, arguments.services, category=arguments.category, amount=arguments.amount
    )
    return {"rows": _posts(result.rows), "failures": _failures(result.failures)}


def _posts(rows: Iterable[PictureRecord]) -> list[ArtPost]:
    return [row.to_common() for row in rows]


def _failures(failed: Mapping[str, AnimedexError]) -> list[object]:
    return [{**error.to_payload("tool"), "backend": name} for name, error in failed.items()]


TOOLS = (
    Tool(
        name="art_search",
        title="Search all services at once",
        guidance=(
            "Search all services for words; rows alternate between services, in one shape,"
            " general unless you set another rating. `failures` names services that"
            f" failed.{_CREDIT}"
        ),
        arguments=SearchArguments,
        answer={"rows": list[ArtPost], "failures": list[Failure], "left_out": list[str]},
        run=_search,
    ),
    Tool(
        name="art_identify",
        title="Find the characters in a picture",
        guidance=(
            "Characters, series (copyrights) and artists of a picture, from posts of the same"
            " work, of any rating. If `page` is null, the posts may be of other pictures of the"
            " work: say so when you name a character. Many pictures are not found: do not guess"
            " instead."
        ),
        arguments=IdentifyArguments,
        answer={
            "query": str,
            "work": str,
            "page": int | None,
            "characters": list[str],
            "copyrights": list[str],
            "artists": list[str],
            "posts": list[ArtPost],
        },
        run=_identify,
    ),
    Tool(
        name="art_random",
        title="Show random pictures from any service",
        guidance=f"General pictures from the first service that has some.{_CREDIT}",
        arguments=RandomArguments,
        answer={"rows": list[ArtPost], "failures": list[Failure]},
        run=_random,
        varies=True,
    ),
)
