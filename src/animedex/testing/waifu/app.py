"""Route the read endpoints of Waifu.im v7 to a collection of images."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, TypeVar

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Route

from animedex.asgi.file_responses import ranged_file_response
from animedex.testing.json_responses import COMPRESSED, CompactJson
from animedex.testing.waifu.image_filter import NAMES, select_images
from animedex.testing.waifu.request_params import Ignored, Parameters, read_integer
from animedex.testing.waifu.responses import (
    PAGE_NAMES,
    AddServiceHeaders,
    Page,
    UnknownPath,
    error_response,
    with_url,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from random import Random

    from starlette.requests import Request
    from starlette.responses import Response

    from animedex.testing.waifu.image_rows import ArtistRow, TagRow
    from animedex.testing.waifu.image_store import WaifuCollection

FILES = "/cdn"
_IMAGES_A_PAGE = 1
_ROWS_A_PAGE = 30
_NAMED = ("Name", *PAGE_NAMES)
_RowT = TypeVar("_RowT", "TagRow", "ArtistRow")


def waifu_app(  # noqa: PLR0913 - options, each for itself
    collection: WaifuCollection,
    *,
    random: Random,
    users: Mapping[str, Mapping[str, object]],
    ignored: list[Ignored],
    json_guards: Sequence[Middleware] = (),
    file_guards: Sequence[Middleware] = (),
) -> Starlette:
    """Build an application that serves a collection, its files below ``/cdn``.

    ``users`` maps each API key that is known to the row of its user. Parameters without effect are
    put into ``ignored``. Guards stand before the routes that answer in JSON, and before the files.
    """
    routes = _Routes(collection, random, users, ignored)
    table = {
        "/images": routes.images,
        "/images/{id}": routes.image,
        "/tags": routes.tags,
        "/tags/{id}": routes.tag,
        "/tags/by-slug/{slug}": routes.tag_by_slug,
        "/artists": routes.artists,
        "/artists/{id}": routes.artist,
        "/artists/by-name/{name:path}": routes.artist_by_name,
        "/stats/public": routes.stats,
        "/users/me": routes.user,
        "/{path:path}": routes.refuse_path,
    }
    app = Starlette(
        routes=[
            Route(f"{FILES}/{{filename}}", routes.file, middleware=file_guards),
            *(Route(path, answer, middleware=json_guards) for path, answer in table.items()),
        ],
        middleware=[Middleware(AddServiceHeaders), *COMPRESSED],
        exception_handlers={HTTPException: error_response},
    )
    app.router.redirect_slashes = False
    return app


class _Routes:
    def __init__(
        self,
        collection: WaifuCollection,
        random: Random,
        users: Mapping[str, Mapping[str, object]],
        ignored: list[Ignored],
    ) -> None:
        self._collection = collection
        self._random = random
        self._users = users
        self._ignored = ignored

    async def images(self, request: Request) -> Response:
        parameters = self._read(request, (*NAMES, *PAGE_NAMES))
        page = Page(parameters, default_size=_IMAGES_A_PAGE)
        images = select_images(self._collection.images, parameters, self._random)
        return page.answer([with_url(image, _files_url(request)) for image in images])

    async def image(self, request: Request) -> Response:
        self._read(request)
        image = self._collection.find(_id(request))
        if image is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, "There is no image with this id.")
        return CompactJson(with_url(image, _files_url(request)))

    async def tags(self, request: Request) -> Response:
        return self._list(request, self._collection.tags)

    async def tag(self, request: Request) -> Response:
        self._read(request)
        return _tag_answer(_row(self._collection.tags, "id", _id(request)))

    async def tag_by_slug(self, request: Request) -> Response:
        self._read(request)
        return _tag_answer(_row(self._collection.tags, "slug", request.path_params["slug"]))

    async def artists(self, request: Request) -> Response:
        return self._list(request, self._collection.artists)

    async def artist(self, request: Request) -> Response:
        self._read(request)
        return _artist_answer(_row(self._collection.artists, "id", _id(request)))

    async def artist_by_name(self, request: Request) -> Response:
        self._read(request)
        return _artist_answer(_row(self._collection.artists, "name", request.path_params["name"]))

    async def stats(self, request: Request) -> Response:
        self._read(request)
        return CompactJson(
            {
                "totalRequests": 41_000_000,
                "totalImages": len(self._collection.images),
                "totalTags": len(self._collection.tags),
                "totalArtists": len(self._collection.artists),
            }
        )

    async def user(self, request: Request) -> Response:
        self._read(request)
        user = self._users.get(request.headers.get("x-api-key", ""))
        if user is None:
            raise HTTPException(HTTPStatus.UNAUTHORIZED, "This needs an API key that is known.")
        return CompactJson(user)

    async def refuse_path(self, request: Request) -> Response:
        self._read(request)
        raise UnknownPath

    async def file(self, request: Request) -> Response:
        number, _, extension = request.path_params["filename"].partition(".")
        path = self._collection.files.get(read_integer(number) or 0)
        if path is None or path.suffix != f".{extension}":
            raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such file.")
        return ranged_file_response(path, {}, request.headers)

    def _list(self, request: Request, rows: Sequence[_RowT]) -> Response:
        parameters = self._read(request, _NAMED)
        name = parameters.one("Name", str.lower, "a text", default="")
        page = Page(parameters, default_size=_ROWS_A_PAGE)
        parameters.check()
        return page.answer([row for row in rows if name in row["name"].lower()])

    def _read(self, request: Request, names: Collection[str] = ()) -> Parameters:
        def ignore(name: str, value: str) -> None:
            self._ignored.append(Ignored(request.url.path, name, value))

        return Parameters(request.query_params, names, ignore)


def _id(request: Request) -> int:
    """Read the id in a path; raise the error for an unknown route if it is not one."""
    number = read_integer(request.path_params["id"])
    if number is None:
        raise UnknownPath
    return number


def _row(rows: Sequence[_RowT], key: str, value: int | str) -> _RowT:
    """Find a row; none is a 404."""
    for row in rows:
        if row.get(key) == value:
            return row
    raise HTTPException(HTTPStatus.NOT_FOUND, f"There is nothing with this {key}.")


def _tag_answer(tag: TagRow) -> Response:
    """Send one tag, without a count of its images, as the service does."""
    return CompactJson({**tag, "imageCount": 0})


def _artist_answer(artist: ArtistRow) -> Response:
    """Answer with an artist alone, which the service writes not quite as in a list."""
    row = {key: value for key, value in artist.items() if key != "imageCount"}
    return CompactJson({**row, "creator": None, "images": []})


def _files_url(request: Request) -> str:
    """Return where the files are by the name that the visitor used for this server."""
    return f"{request.url.scheme}://{request.url.netloc}{FILES}"
