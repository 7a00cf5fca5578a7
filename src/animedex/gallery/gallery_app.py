"""The gallery as an application: its pages, and nekos.best v2 over the same library."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple, cast

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import Route

from animedex.errors import AnimedexError
from animedex.gallery.access_middleware import AccessError, AccessMiddleware
from animedex.gallery.category_counts import CategoryCounts
from animedex.gallery.entry_files import EntryFiles
from animedex.gallery.nekos_library_adapter import NekosLibraryAdapter
from animedex.gallery.page_templates import PageTemplates
from animedex.gallery.routes import Gallery
from animedex.gallery.thumbnails import Thumbnails
from animedex.testing.nekos.app import BASE, nekos_app

if TYPE_CHECKING:
    from random import Random

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

    from animedex.gallery.access_tokens import Token
    from animedex.gallery.host_allow_list import HostAllowList
    from animedex.library.picture_library import Library

_log = logging.getLogger("animedex")


def gallery_app(
    library: Library, *, thumbnails: str, hosts: HostAllowList, token: Token | None, random: Random
) -> ASGIApp:
    """Build the ASGI application; `thumbnails` is the folder of the thumbnails."""
    census, files, pages = CategoryCounts(library), EntryFiles(), PageTemplates()
    gallery = Gallery(library, census, files, Thumbnails(thumbnails), pages)
    telling = _ErrorPages(pages)
    site = _site(gallery, telling)
    api = nekos_app(NekosLibraryAdapter(library, census, files), random=random, front_page="")
    api.add_exception_handler(AnimedexError, telling.trouble)
    api.add_exception_handler(Exception, telling.fault)
    return AccessMiddleware(_Split(site, api), hosts, token, pages.refusal)


def _site(gallery: Gallery, telling: _ErrorPages) -> Starlette:
    app = Starlette(
        routes=[
            Route("/", gallery.grid),
            Route("/picture/{number:int}", gallery.picture),
            Route("/thumbnail/{number:int}", gallery.thumbnail),
            Route("/file/{number:int}", gallery.file),
            Route("/static/{name}", gallery.static),
        ],
        exception_handlers={
            HTTPException: telling.refusal,
            AnimedexError: telling.trouble,
            Exception: telling.fault,
        },
    )
    app.router.redirect_slashes = False
    return app


class _Split:
    """Have the one application answer what is below the API's path, the other everything else."""

    def __init__(self, site: ASGIApp, api: ASGIApp) -> None:
        self._site = site
        self._api = api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        below = str(scope["path"]).startswith(f"{BASE}/")
        await (self._api if below else self._site)(scope, receive, send)


class _ErrorPages(NamedTuple):
    """Error answers: a page for people, JSON for programs."""

    pages: PageTemplates

    async def refusal(self, request: Request, error: Exception) -> Response:
        """Return why there is no such thing."""
        refused = cast("HTTPException", error)  # the only kind that this is registered for
        status = HTTPStatus(refused.status_code)
        return self.pages.refusal(request, AccessError(status, refused.detail))

    async def trouble(self, request: Request, error: Exception) -> Response:
        """Send an error page for an unreadable library; the log has its path and the reason."""
        _log.error("%s failed: %s", request.url.path, error)
        message = "The library cannot be read. See the terminal where the gallery runs for details."
        return self.pages.refusal(request, AccessError(HTTPStatus.SERVICE_UNAVAILABLE, message))

    async def fault(self, request: Request, error: Exception) -> Response:
        """Answer that the gallery failed, without details."""
        del error
        message = "Something went wrong. See the terminal where the gallery runs for details."
        return self.pages.refusal(request, AccessError(HTTPStatus.INTERNAL_SERVER_ERROR, message))
