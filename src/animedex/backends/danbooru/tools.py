"""Tools of Danbooru for agents: https://danbooru.donmai.us/wiki_pages/help:api."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta

from animedex.backends.danbooru import calls
from animedex.backends.danbooru.models import DanbooruPost, DanbooruTag
from animedex.plurals import format_count
from animedex.tool import Arguments, Tool, row, rows

if TYPE_CHECKING:
    from animedex.call import Call

# A model pays for every row that it reads.
_MOST_ROWS = 50
_CREDIT = (
    " Always name the artist and the source with a picture. A withheld picture has no file_url."
    " Do not page through tags to collect pictures."
)
_Rating = Annotated[
    Literal["g", "s", "q", "e", "any"],
    Meta(
        description=(
            "`g` is safe for everyone. `s` (sensitive), `q` (questionable), `e` (explicit) and"
            " `any` are for adults: use them only if the user asks."
        )
    ),
]
_Limit = Annotated[int, Meta(ge=1, le=_MOST_ROWS, description="Number of rows.")]
_Picture = Annotated[bool, Meta(description="Also return the pictures, scaled down.")]


class SearchArguments(Arguments, frozen=True, kw_only=True):
    """What to search for."""

    tags: Annotated[
        list[str],
        Meta(
            max_length=20,
            description=(
                "Tags with underscores, such as cat_girl; -tag excludes. Without an account at most"
                " 2, and order counts; metatags such as score:>10, id: and date: do not."
            ),
        ),
    ] = []
    rating: _Rating = "g"
    order: Annotated[
        str | None, Meta(description="score, favcount, rank, random, id (default: newest first).")
    ] = None
    limit: _Limit = 5
    page: Annotated[
        int | str | None,
        Meta(description="A page number, or b<id> or a<id>: before or after a post."),
    ] = None
    picture: _Picture = False


class PostArguments(Arguments, frozen=True, kw_only=True):
    """Which post."""

    id: Annotated[int, Meta(ge=1, description="The post's id.")]
    picture: _Picture = False


class TagsArguments(Arguments, frozen=True, kw_only=True):
    """Which tags."""

    pattern: Annotated[
        str, Meta(min_length=1, description="A tag with * for anything, such as cat_* or *_hair.")
    ]
    limit: _Limit = 20


def _search(arguments: SearchArguments) -> Call[list[DanbooruPost]]:
    rating = None if arguments.rating == "any" else arguments.rating
    return calls.search(
        *arguments.tags,
        rating=rating,
        order=arguments.order,
        limit=arguments.limit,
        page=arguments.page,
    )


def _post(arguments: PostArguments) -> Call[DanbooruPost]:
    return calls.post(arguments.id)


def _tags(arguments: TagsArguments) -> Call[list[DanbooruTag]]:
    return calls.tags(arguments.pattern, arguments.limit)


def _format_tag(tag: DanbooruTag) -> str:
    if tag.post_count is None:
        return str(tag.name)
    return f"{tag.name}: {format_count(tag.post_count, 'post')}"


TOOLS = (
    Tool(
        name="danbooru_search",
        title="Search Danbooru by tags",
        guidance=(
            "Posts with all these tags, general unless you set another rating. Find tags with"
            f" danbooru_tags first; a tag that does not exist finds nothing.{_CREDIT}"
        ),
        arguments=SearchArguments,
        answer={"rows": list[DanbooruPost]},
        run=rows(_search),
    ),
    Tool(
        name="danbooru_post",
        title="Show one post of Danbooru",
        guidance=f"One post by its id, of any rating: see `rating` in the row.{_CREDIT}",
        arguments=PostArguments,
        answer={"rows": list[DanbooruPost]},
        run=row(_post),
    ),
    Tool(
        name="danbooru_tags",
        title="Find tags of Danbooru",
        guidance="Tags that match a pattern, most used first, with their numbers of posts.",
        arguments=TagsArguments,
        answer={"rows": list[DanbooruTag]},
        run=rows(_tags),
        line=_format_tag,
    ),
)
