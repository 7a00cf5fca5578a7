"""Write rows, pages and errors as Waifu.im v7 does."""

from __future__ import annotations

import math
from http import HTTPStatus
from itertools import count
from typing import TYPE_CHECKING, TypeVar, cast

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from animedex.testing.json_responses import PROBLEM_TYPE, CompactJson
from animedex.testing.waifu.request_params import InvalidParameters, read_integer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from animedex.testing.waifu.image_rows import ImageRow
    from animedex.testing.waifu.request_params import Parameters

VERSION = "v7"
PAGE_NAMES = ("Page", "PageSize")
_RowT = TypeVar("_RowT")


class Problem(JSONResponse):
    """Answer with an error as RFC 9457 describes it."""

    media_type = PROBLEM_TYPE


class Page:
    """Which rows of a list are wanted."""

    def __init__(self, parameters: Parameters, *, default_size: int) -> None:
        number, size = (
            parameters.one(name, read_integer, "a whole number", default=0) for name in PAGE_NAMES
        )
        self.default_size = default_size
        self.number = max(number, 1)
        self.size = size if size > 0 else default_size

    def answer(self, rows: Sequence[_RowT]) -> Response:
        """Answer with these of the rows, in the service's envelope."""
        start = (self.number - 1) * self.size
        pages = math.ceil(len(rows) / self.size)
        return CompactJson(
            {
                "items": rows[start : start + self.size],
                "pageNumber": self.number,
                "totalPages": pages,
                "totalCount": len(rows),
                "maxPageSize": -1,
                "defaultPageSize": self.default_size,
                "hasPreviousPage": self.number > 1,
                "hasNextPage": self.number < pages,
            }
        )


def with_url(image: ImageRow, files_url: str) -> ImageRow:
    """Return an image with a URL, below ``files_url`` if it has none of its own.

    >>> from animedex.testing.waifu.image_rows import image_row
    >>> with_url(image_row({"id": 7}, 1, artists=[], tags=[]), "http://localhost/cdn")["url"]
    'http://localhost/cdn/7.png'
    """
    return {**image, "url": image["url"] or f"{files_url}/{image['id']}{image['extension']}"}


async def error_response(request: Request, error: Exception) -> Response:
    """Answer an ``HTTPException`` with its status and message, as a problem."""
    del request  # Starlette hands it to every such function
    refusal = cast("HTTPException", error)  # the only kind that this function is registered for
    status = HTTPStatus(refusal.status_code)
    problem: dict[str, object] = {
        "type": f"https://www.rfc-editor.org/rfc/{_SECTIONS.get(status, 'rfc9110#section-15')}",
        "title": status.phrase,
        "status": int(status),
        "detail": refusal.detail,
    }
    if isinstance(refusal, InvalidParameters):
        problem["errors"] = refusal.errors
    if isinstance(refusal, UnknownPath):
        problem["traceId"] = "00-5c1e9d515a3d8a1c4c1e9d515a3d8a1c-0001000100010001-00"
    return Problem(problem, status, refusal.headers)


class UnknownPath(HTTPException):
    """Refuse a path that the service does not know, which it answers with a `traceId`."""

    def __init__(self) -> None:
        super().__init__(HTTPStatus.NOT_FOUND, "There is no such page.")


class AddServiceHeaders:
    """Put version, request id and leave for all web pages on every answer, refusals included."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._numbers = count(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the header of the only API version, whatever the request has."""

        async def send_signed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Version"] = VERSION
                headers["X-Request-ID"] = f"{next(self._numbers):016x}"
                headers["Access-Control-Allow-Origin"] = "*"
            await send(message)

        await self.app(scope, receive, send_signed)


_SECTIONS = {
    HTTPStatus.BAD_REQUEST: "rfc9110#section-15.5.1",
    HTTPStatus.UNAUTHORIZED: "rfc9110#section-15.5.2",
    HTTPStatus.NOT_FOUND: "rfc9110#section-15.5.5",
    HTTPStatus.METHOD_NOT_ALLOWED: "rfc9110#section-15.5.6",
    HTTPStatus.TOO_MANY_REQUESTS: "rfc6585#section-4",
}
