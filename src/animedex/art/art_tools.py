"""What agents may ask of all services together; pictures come in the shape they share."""

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
    list[str] | None, Meta(description="Ask these, such as nekos and waifu; all if unsaid.")
]
_Picture = Annotated[bool, Meta(description="Return the pictures themselves too, scaled down.")]


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """Why a service's rows are missing."""

    backend: str | None
    reason: str
    message: str
    hint: str | None
    status: int | None


class SearchArguments(Arguments, frozen=True, kw_only=True):
    """What to search for."""

    words: Annotated[str, Meta(min_length=1, description="As a person says it, such as a name.")]
    services: _Services = None
    rating: Annotated[
        Literal["g", "s", "q", "e"],
        Meta(description="g fits everyone; the others are for adults: only where the user asks."),
    ] = "g"
    limit: Annotated[int, Meta(ge=1, le=_MOST_ROWS, description="How many rows.")] = 10
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
        list[str] | None, Meta(description="Ask these in this order; all if unsaid.")
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
            "Pictures of all services for words, their rows in turns and in one shape; of general"
            f" rating unless another is named. `failures` names services that failed.{_CREDIT}"
        ),
        arguments=SearchArguments,
        answer={"rows": list[ArtPost], "failures": list[Failure], "left_out": list[str]},
        run=_search,
    ),
    Tool(
        name="art_identify",
        title="Find out who is in a picture",
        guidance=(
            "Characters, series (copyrights) and artists of a picture, told by posts of the same"
            " work, whatever their rating. Where `page` is null they are of any picture of the"
            " work: say so when you name somebody. Not found is common: do not guess instead."
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
        title="Draw pictures from any service",
        guidance=f"Pictures from the first service that has some, general rating.{_CREDIT}",
        arguments=RandomArguments,
        answer={"rows": list[ArtPost], "failures": list[Failure]},
        run=_random,
        varies=True,
    ),
)
