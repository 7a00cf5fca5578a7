"""Route the four endpoints of nekos.best v2 to a collection of pictures."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, cast
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse
from starlette.routing import Route

from animedex.asgi.file_responses import ranged_file_response
from animedex.testing.json_responses import COMPRESSED, CompactJson
from animedex.testing.nekos.image_store import CREDITS, Picture
from animedex.testing.nekos.request_params import parse_amount, parse_search

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from starlette.middleware import Middleware
    from starlette.requests import Request
    from starlette.responses import Response

    from animedex.testing.nekos.image_store import Collection

BASE = "/api/v2"
SEARCH = f"{BASE}/search"


def nekos_app(
    collection: Collection,
    *,
    random: Random,
    front_page: str,
    json_guards: Sequence[Middleware] = (),
    picture_guards: Sequence[Middleware] = (),
) -> Starlette:
    """Build an application that serves a collection under ``/api/v2``, and a page at ``/``.

    Guards stand before the routes that answer in JSON, and before the pictures.
    """
    routes = _Routes(collection, random, front_page)
    app = Starlette(
        routes=[
            Route("/", routes.front),
            Route(f"{BASE}/endpoints", routes.endpoints, middleware=json_guards),
            Route(SEARCH, routes.search, middleware=json_guards),
            Route(f"{BASE}/{{category}}", routes.category, middleware=json_guards),
            Route(f"{BASE}/{{category}}/{{filename}}", routes.picture, middleware=picture_guards),
        ],
        middleware=COMPRESSED,
        exception_handlers={HTTPException: error_response},
    )
    app.router.redirect_slashes = False
    return app


class _Routes:
    def __init__(self, collection: Collection, random: Random, front_page: str) -> None:
        self._collection = collection
        self._random = random
        self._front_page = front_page

    async def front(self, _: Request) -> Response:
        return HTMLResponse(self._front_page)

    async def endpoints(self, _: Request) -> Response:
        # The service keeps no order, so nobody may come to rely on one.
        formats = list(self._collection.formats().items())
        self._random.shuffle(formats)
        return CompactJson({category: {"format": extension} for category, extension in formats})

    async def category(self, request: Request) -> Response:
        category = self._require_category(request.path_params["category"])
        try:
            amount = parse_amount(request.query_params.get("amount"))
        except ValueError as error:
            raise HTTPException(HTTPStatus.BAD_REQUEST, str(error)) from None
        return rows_response(self._collection.draw(category, amount, self._random), _url(request))

    async def search(self, request: Request) -> Response:
        try:
            search = parse_search(request.query_params)
        except ValueError as error:
            raise HTTPException(HTTPStatus.BAD_REQUEST, str(error)) from None
        if search.category is not None:
            self._require_category(search.category)
        return rows_response(
            self._collection.search(
                search.query,
                animated=search.animated,
                category=search.category,
                amount=search.amount,
            ),
            _url(request),
        )

    async def picture(self, request: Request) -> Response:
        params = request.path_params
        picture = self._collection.find(params["category"], params["filename"])
        if picture is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such picture.")
        headers = credit_headers(picture)
        if picture.media_type is not None:
            headers["content-type"] = picture.media_type
        return ranged_file_response(picture.path, headers, request.headers)

    def _require_category(self, category: str) -> str:
        if category not in self._collection.formats():
            raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such category.")
        return category


def _url(request: Request) -> str:
    """Return the API's base URL by the name that the visitor used for this server."""
    return f"{request.url.scheme}://{request.url.netloc}{BASE}"


def rows_response(pictures: Sequence[Picture], base_url: str) -> Response:
    """Answer with rows in the service's envelope."""
    return CompactJson({"results": [picture_row(picture, base_url) for picture in pictures]})


def picture_row(picture: Picture, base_url: str) -> dict[str, object]:
    """Describe a picture in a row, its URL below ``base_url``.

    >>> from pathlib import Path
    >>> from animedex.testing.nekos.image_store import Picture, Size
    >>> hug = Picture("hug", "1.gif", Path("1.gif"), {"anime_name": "Miko"}, Size(8, 6))
    >>> picture_row(hug, "http://localhost/api/v2")  # doctest: +NORMALIZE_WHITESPACE
    {'anime_name': 'Miko', 'url': 'http://localhost/api/v2/hug/1.gif',
     'dimensions': {'width': 8, 'height': 6}}
    """
    row: dict[str, object] = {
        key: picture.credits[key] for key in CREDITS if key in picture.credits
    }
    row["url"] = f"{base_url}/{picture.category}/{picture.filename}"
    if picture.size is not None:
        row["dimensions"] = picture.size._asdict()
    return row


def credit_headers(picture: Picture) -> dict[str, str]:
    """Write a picture's credit into headers, percent-encoded.

    >>> from pathlib import Path
    >>> from animedex.testing.nekos.image_store import Picture
    >>> credit_headers(Picture("hug", "1.gif", Path("1.gif"), {"anime_name": "巫女 & Co"}, None))
    {'anime_name': '%E5%B7%AB%E5%A5%B3%20%26%20Co'}
    """
    return {key: quote(value, safe="") for key, value in picture.credits.items() if key in CREDITS}


async def error_response(request: Request, error: Exception) -> Response:
    """Answer an ``HTTPException`` with its status and message, in JSON."""
    del request  # Starlette hands it to every such function
    refusal = cast("HTTPException", error)  # the only kind that this function is registered for
    body = {"code": refusal.status_code, "message": refusal.detail}
    return CompactJson(body, refusal.status_code, refusal.headers)
