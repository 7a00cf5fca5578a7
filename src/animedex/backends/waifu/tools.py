"""Tools of Waifu.im for agents: https://docs.waifu.im/docs/api."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from animedex.backends.waifu import calls
from animedex.backends.waifu.filter_params import Nsfw, Order, Orientation
from animedex.backends.waifu.models import WaifuImage, WaifuTag
from animedex.tool import Arguments, Tool, rows

if TYPE_CHECKING:
    from animedex.backends.waifu.models import WaifuPage
    from animedex.call import Call

_MOST_ROWS = 50
_Tags = Annotated[
    list[str], Meta(max_length=20, description="Slugs from waifu_tags; all must match.")
]
_Size = Annotated[str | None, Meta(description="In pixels: >=1500, <1500, 1000..2000 or 1500.")]


class ImagesArguments(Arguments, frozen=True, kw_only=True):
    """Which pictures."""

    tags: _Tags = []
    exclude_tags: Annotated[
        list[str], Meta(max_length=20, description="Slugs; none may match.")
    ] = []
    artists: Annotated[list[str], Meta(max_length=5, description="Names or ids.")] = []
    nsfw: Annotated[
        Nsfw, Meta(description="`yes` and `all` are for adults: only if the user asks.")
    ] = "no"
    orientation: Orientation | None = None
    animated: bool | None = None
    width: _Size = None
    height: _Size = None
    order: Annotated[Order, Meta(description="A random order repeats and has no pages.")] = "random"
    page: Annotated[int, Meta(ge=1)] = 1
    limit: Annotated[int, Meta(ge=1, le=_MOST_ROWS, description="Number of pictures.")] = 1
    picture: Annotated[bool, Meta(description="Also return the pictures, scaled down.")] = False


class Nothing(Arguments, frozen=True):
    """Need no arguments."""


def _images(arguments: ImagesArguments) -> Call[WaifuPage[WaifuImage]]:
    return calls.images(
        arguments.tags,
        exclude_tags=arguments.exclude_tags,
        artists=arguments.artists,
        nsfw=arguments.nsfw,
        orientation=arguments.orientation,
        animated=arguments.animated,
        width=arguments.width,
        height=arguments.height,
        order=arguments.order,
        page=arguments.page,
        limit=arguments.limit,
    )


def _tags(arguments: Nothing) -> Call[list[WaifuTag]]:
    del arguments
    return calls.tags()


def _format_tag(tag: WaifuTag) -> str:
    return f"{tag.slug}: {tag.description or tag.name}"


TOOLS = (
    Tool(
        name="waifu_images",
        title="Find pictures on Waifu.im",
        guidance=(
            "Pictures by tags, artists, size and orientation; without any, a random one. They are"
            " safe unless you set nsfw; ratings are g or e. Find tags with waifu_tags. Always show"
            " the artist or the source; commercial use must credit Waifu.im."
        ),
        arguments=ImagesArguments,
        answer={"rows": list[WaifuImage]},
        run=rows(_images),
        varies=True,
    ),
    Tool(
        name="waifu_tags",
        title="List the tags of Waifu.im",
        guidance="All tags, as slugs for waifu_images, with their meanings.",
        arguments=Nothing,
        answer={"rows": list[WaifuTag]},
        run=rows(_tags),
        line=_format_tag,
    ),
)
