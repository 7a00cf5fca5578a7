"""The routes of the gallery: the list, a picture's page, small pictures and files."""

from __future__ import annotations

import os
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple

from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response

from animedex.asgi.file_responses import is_not_modified
from animedex.errors import BadArguments
from animedex.gallery import entry_files, entry_pages
from animedex.gallery.page_templates import STATIC_FOLDER
from animedex.gallery.query_params import parse_query_params
from animedex.gallery.thumbnails import MEDIA_TYPE
from animedex.gallery.view_models import picture_view

if TYPE_CHECKING:
    from starlette.requests import Request

    from animedex.gallery.category_counts import CategoryCounts
    from animedex.gallery.entry_files import EntryFiles
    from animedex.gallery.page_templates import PageTemplates
    from animedex.gallery.query_params import QueryParams
    from animedex.gallery.thumbnails import Thumbnails
    from animedex.library.entry import Entry
    from animedex.library.picture_library import Library

STATIC_TYPES = {
    "page.css": "text/css",
    "pictures.css": "text/css",
    "gallery.js": "text/javascript",
    "icon.svg": "image/svg+xml",
    "placeholder.svg": "image/svg+xml",
}


class Gallery(NamedTuple):
    """Answer from a library; each route runs in a thread of its own."""

    library: Library
    census: CategoryCounts
    files: EntryFiles
    thumbnails: Thumbnails
    pages: PageTemplates

    def grid(self, request: Request) -> Response:
        """Answer with the pictures that an address asks for."""
        params = _query_params(request)
        return self.pages.page(
            "grid.html", entry_pages.list_entries(self.library, self.census, params)
        )

    def picture(self, request: Request) -> Response:
        """Answer with the page of one picture."""
        params = _query_params(request)
        entry = self._entry(request)
        file_status = self.files.check(entry)
        older, newer = entry_pages.neighbours(self.library, params, entry.id)
        return self.pages.page(
            "picture.html",
            {
                "shown": picture_view(
                    entry,
                    is_film=entry_files.is_video(file_status.format),
                    trouble=file_status.problem,
                ),
                "back": params.address(),
                "older": older,
                "newer": newer,
                "rows": [
                    entry_pages.entry_strip("similar", "Similar pictures", self._similar(entry)),
                    entry_pages.entry_strip("same", *entry_pages.same_artist(self.library, entry)),
                ],
            },
        )

    def thumbnail(self, request: Request) -> Response:
        """Send a thumbnail, or a placeholder if there is none."""
        entry = self._entry(request)
        if self.files.check_cached(entry):
            return _static("placeholder.svg", "no-store")
        etag = f'"{entry.sha256}"'
        if is_not_modified(etag, request.headers.get("if-none-match")):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers={"ETag": etag})
        small = self.thumbnails.get(entry.sha256) or self._draw_thumbnail(entry)
        if small is None:
            return _static("placeholder.svg", "no-store")
        lasting = {"Cache-Control": entry_files.FOR_GOOD, "ETag": etag}
        return Response(small, media_type=MEDIA_TYPE, headers=lasting)

    def file(self, request: Request) -> Response:
        """Answer with the file of an entry, if it is what was added."""
        entry = self._entry(request)
        file_status = self.files.check(entry)
        if file_status.format is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, file_status.problem)
        lasting = request.query_params.get("v") == entry.sha256[:16]
        return entry_files.file_response(
            entry, file_status.format, request.headers, lasting=lasting
        )

    def static(self, request: Request) -> Response:
        """Answer with a file that goes with the pages, of those that there are."""
        name = request.path_params["name"]
        if name not in STATIC_TYPES:
            raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such file.")
        return _static(name, entry_files.FOR_GOOD)

    def _entry(self, request: Request) -> Entry:
        entry = self.library.get(request.path_params["number"])
        if entry is None:
            raise HTTPException(
                HTTPStatus.NOT_FOUND, "Your library has no picture with that number."
            )
        return entry

    def _draw_thumbnail(self, entry: Entry) -> bytes | None:
        """Draw a small picture of a file, but of no other than was added."""
        file_status = self.files.check(entry)
        if file_status.format is None or not file_status.format.is_picture:
            return None
        return self.thumbnails.make(entry.sha256, entry.path)

    def _similar(self, entry: Entry) -> list[Entry]:
        fingerprint = self.library.fingerprint(entry.id)
        if fingerprint is None:
            return []
        matches = self.library.similar(fingerprint, limit=entry_pages.MOST_BESIDE + 1)
        return [each.entry for each in matches if each.entry.id != entry.id][
            : entry_pages.MOST_BESIDE
        ]


def _query_params(request: Request) -> QueryParams:
    try:
        return parse_query_params(request.query_params)
    except BadArguments as error:
        raise HTTPException(HTTPStatus.BAD_REQUEST, str(error)) from None


def _static(name: str, lasting: str) -> Response:
    path, kind = os.path.join(STATIC_FOLDER, name), STATIC_TYPES[name]
    return FileResponse(path, media_type=kind, headers={"Cache-Control": lasting})
