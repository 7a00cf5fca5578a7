"""Route Danbooru's read API to a collection of posts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse
from starlette.routing import Route

from animedex.testing.danbooru.autocomplete import Autocomplete
from animedex.testing.danbooru.error_responses import (
    NO_SUCH_PAGE,
    WRONG_KEY,
    RequestRefused,
    wrong_format,
)
from animedex.testing.danbooru.image_store import FOUNDED
from animedex.testing.danbooru.login_check import level_of
from animedex.testing.danbooru.post_routes import PostRoutes
from animedex.testing.danbooru.related_tags import RelatedTags
from animedex.testing.danbooru.resource_types import (
    artist_routes,
    pool_routes,
    tag_routes,
    wiki_page_routes,
)
from animedex.testing.danbooru.responses import error_response, file_response, json_response
from animedex.testing.danbooru.search_request import Answer, read_request, trim
from animedex.testing.json_responses import COMPRESSED

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from random import Random

    from starlette.middleware import Middleware
    from starlette.requests import Request
    from starlette.responses import Response

    from animedex.testing.danbooru.image_store import DanbooruCollection
    from animedex.testing.danbooru.partial_rows import Row
    from animedex.testing.danbooru.search_request import SearchRequest

_FORMATS = {"": "text/html", "xml": "application/xml", "html": "text/html"}
FILES = ("original", "sample", "180x180", "360x360", "720x720")


def danbooru_app(  # noqa: PLR0913 - options, each for itself
    collection: DanbooruCollection,
    *,
    random: Random,
    clock: Callable[[], float],
    front_page: str,
    json_guards: Sequence[Middleware] = (),
    file_guards: Sequence[Middleware] = (),
) -> Starlette:
    """Build an application that serves a collection, its files beside it, and a page at ``/``.

    Guards stand before the routes that answer in JSON, and before the files.
    """
    answers = _answers(collection, random, clock)
    paths = _Paths(collection, front_page, {path.split("/")[1].split(".")[0] for path in answers})
    app = Starlette(
        routes=[
            Route("/", paths.front),
            *(
                Route(path, paths.build_handler(answer), middleware=json_guards)
                for path, answer in answers.items()
            ),
            *(
                Route(f"/{kind}/{{path:path}}", paths.file, middleware=file_guards)
                for kind in FILES
            ),
            Route("/{path:path}", paths.other, middleware=json_guards),
        ],
        middleware=COMPRESSED,
        exception_handlers={HTTPException: error_response},
    )
    app.router.redirect_slashes = False
    return app


def _answers(
    collection: DanbooruCollection, random: Random, clock: Callable[[], float]
) -> dict[str, Answer]:
    posts = PostRoutes(collection, random, clock)
    records = {
        "tags": tag_routes(collection),
        "artists": artist_routes(collection),
        "pools": pool_routes(collection),
        "wiki_pages": wiki_page_routes(collection),
    }
    return {
        "/posts.json": posts.index,
        "/posts/random.json": posts.random,
        "/posts/{name}.json": posts.show,
        "/counts/posts.json": posts.count,
        "/autocomplete.json": Autocomplete(collection).index,
        "/related_tag.json": RelatedTags(collection, clock).show,
        "/profile.json": profile,
        **{f"/{kind}.json": routes.index for kind, routes in records.items()},
        # Titles and names may hold a slash.
        **{f"/{kind}/{{name:path}}.json": routes.show for kind, routes in records.items()},
    }


class _Paths:
    """Answer on every path, in JSON or else."""

    def __init__(
        self, collection: DanbooruCollection, front_page: str, resources: set[str]
    ) -> None:
        self._collection = collection
        self._front_page = front_page
        self._resources = resources

    def build_handler(self, answer: Answer) -> Callable[[Request], Awaitable[Response]]:
        """Make of an answer what the router calls."""

        async def respond(request: Request) -> Response:
            search_request = read_request(request, self._collection.users)
            return json_response(
                trim(answer(search_request), search_request.query.get("only", "")), request
            )

        return respond

    async def front(self, _: Request) -> Response:
        return HTMLResponse(self._front_page)

    async def file(self, request: Request) -> Response:
        return file_response(request.url.path, self._collection.files, request)

    async def other(self, request: Request) -> Response:
        """Refuse a page of the site that is no JSON, and what is no page at all."""
        segments = request.path_params["path"].split("/")
        is_resource = segments[0].partition(".")[0] in self._resources
        extension = segments[-1].partition(".")[2]
        if not is_resource or not segments[-1] or extension == "json":
            raise RequestRefused(NO_SUCH_PAGE)
        raise RequestRefused(wrong_format(_FORMATS.get(extension, "")))


def profile(request: SearchRequest) -> Row:
    """Send the account's row; raise ``RequestRefused`` without an account."""
    if request.user is None:
        raise RequestRefused(WRONG_KEY)
    level = level_of(request.user)
    return {
        "id": request.user.id,
        "name": request.user.name,
        "level": level.number,
        "level_string": request.user.level,
        "created_at": FOUNDED,
        "is_banned": False,
        "is_deleted": False,
        "tag_query_limit": level.terms,
    }
