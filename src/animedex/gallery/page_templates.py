"""Pages out of templates, and the few files that go with them."""

from __future__ import annotations

import hashlib
import os
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from animedex.gallery.access_tokens import PARAMETER
from animedex.testing.json_responses import CompactJson
from animedex.testing.nekos.app import BASE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from animedex.gallery.access_middleware import AccessError

HERE = os.path.dirname(os.path.abspath(__file__))
STATIC_FOLDER = os.path.join(HERE, "static")


class PageTemplates:
    """Fill templates in; whatever is put in is text, and never markup."""

    def __init__(self) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(os.path.join(HERE, "templates")),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.globals["static"] = static_address

    def page(
        self, name: str, values: Mapping[str, object], status: HTTPStatus = HTTPStatus.OK
    ) -> HTMLResponse:
        """Answer with a page."""
        return HTMLResponse(self._environment.get_template(name).render(values), status)

    def refusal(self, request: Request, refusal: AccessError) -> Response:
        """Return an error answer: JSON for programs, a page for people."""
        if request.url.path.startswith(f"{BASE}/"):
            return CompactJson({"code": refusal.status, "message": refusal.message}, refusal.status)
        context = {
            "title": _TITLES.get(refusal.status, "Something went wrong"),
            "message": refusal.message,
            "signing_in": refusal.signing_in,
            "params": [each for each in request.query_params.multi_items() if each[0] != PARAMETER],
        }
        return self.page("refusal.html", context, refusal.status)


_TITLES = {
    HTTPStatus.UNAUTHORIZED: "Access token required",
    HTTPStatus.NOT_FOUND: "Page not found",
}


@cache
def static_address(name: str) -> str:
    """Return the address of a file that goes with the pages, another one for each version of it."""
    with open(os.path.join(STATIC_FOLDER, name), "rb") as file:
        version = hashlib.sha256(file.read()).hexdigest()[:12]
    return f"/static/{name}?v={version}"
