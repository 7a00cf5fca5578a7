"""Tools of nekos.best for agents: https://docs.nekos.best/getting-started/api-endpoints.html."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from animedex.backends.nekos import calls
from animedex.backends.nekos.backend import BACKEND
from animedex.backends.nekos.models import NekosImage
from animedex.tool import Arguments, Tool, rows

if TYPE_CHECKING:
    from animedex.call import Call

_Category = Annotated[
    str | None, Meta(description="A category from nekos_categories, such as neko or hug.")
]
_Amount = Annotated[int, Meta(ge=1, le=calls.MOST, description="Number of pictures.")]
_Picture = Annotated[bool, Meta(description="Also return the pictures, scaled down.")]


class Nothing(Arguments, frozen=True):
    """Need no arguments."""


class ImageArguments(Arguments, frozen=True, kw_only=True):
    """What to draw."""

    category: _Category = None
    amount: _Amount = 1
    fresh: Annotated[bool, Meta(description="Skip pictures that the user has seen.")] = False
    picture: _Picture = False


class SearchArguments(Arguments, frozen=True, kw_only=True):
    """What to search for."""

    query: Annotated[str, Meta(min_length=1, description="An artist or a show.")]
    type: Annotated[
        Literal["image", "gif"], Meta(description="Still pictures, or animations from shows.")
    ] = "image"
    category: _Category = None
    amount: _Amount = 5
    min_match: Annotated[
        float, Meta(ge=0, le=1, description="Drop rows with a lower match score; 0 keeps all.")
    ] = 0.8
    picture: _Picture = False


def _categories(arguments: Nothing) -> Call[list[str]]:
    del arguments
    return calls.categories()


def _image(arguments: ImageArguments) -> Call[list[NekosImage]]:
    return calls.image(arguments.category, arguments.amount, fresh=arguments.fresh)


def _search(arguments: SearchArguments) -> Call[list[NekosImage]]:
    return calls.search(
        arguments.query,
        arguments.type,
        arguments.category,
        arguments.amount,
        min_match=arguments.min_match,
    )


TOOLS = (
    Tool(
        name="nekos_categories",
        title="List the categories of nekos.best",
        guidance="Names of all categories. Pick one; do not loop over them to collect pictures.",
        arguments=Nothing,
        answer={"categories": list[str]},
        run=rows(_categories, key="categories"),
    ),
    Tool(
        name="nekos_image",
        title="Show random pictures from nekos.best",
        guidance=f"Random pictures of one category, or of any. {BACKEND.guidance}",
        arguments=ImageArguments,
        answer={"rows": list[NekosImage]},
        run=rows(_image),
        varies=True,
    ),
    Tool(
        name="nekos_search",
        title="Search nekos.best for an artist or a show",
        guidance=BACKEND.guidance,
        arguments=SearchArguments,
        answer={"rows": list[NekosImage]},
        run=rows(_search),
    ),
)
