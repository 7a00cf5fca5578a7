"""Where a picture to show comes from: a file, the library, or a service; and its label."""

from __future__ import annotations

import io
import os
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urlsplit

from animedex import backends
from animedex.errors import AnimedexError, BadArguments, NotFound
from animedex.render.picture_grid import Label

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from animedex.backend import Backend
    from animedex.backends.asset_call import FetchedFile
    from animedex.call import Call
    from animedex.cli.command_context import CommandSession
    from animedex.http_message import JsonObject
    from animedex.images.open_image import Viewable
    from animedex.library.entry import Entry
    from animedex.models import ArtPost

# More than any picture of these services has.
_CAP = 100 * 1024 * 1024
_FILMS = {"mp4", "webm", "zip", "swf"}
_HINT = "give a file, a picture's URL, an id such as waifu:6460 or a number of the library's"


class PictureSource(NamedTuple):
    """One picture: a file at `path`, or its bytes, or the call that fetches them.

    `name` is what an error calls it.
    """

    label: Label
    name: str
    path: str = ""
    body: bytes = b""
    call: Call[FetchedFile] | None = None

    def open(self) -> AbstractContextManager[Viewable]:
        """Open the picture."""
        from animedex.images.open_image import open_image, read_image

        return open_image(self.path) if self.path else read_image(io.BytesIO(self.body), self.name)


def file_source(path: str) -> PictureSource:
    """Return the source for a file, labelled with the artist if the file names one.

    What can be read but once, such as a pipe, is read now.
    """
    from animedex.cli.file_info import read_credit_and_row

    if os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path):
        # Whatever is wrong with it is told when it is opened to be drawn.
        with suppress(OSError), open(path, "rb") as file:
            return PictureSource(Label(os.path.basename(path), None), path, body=file.read(_CAP))

    # Whatever is wrong with the file is told when it is drawn.
    with suppress(AnimedexError):
        _, credit = read_credit_and_row(path)
        if credit is not None:
            return PictureSource(_label(credit.post), path, path)
    return PictureSource(Label(os.path.basename(path) or path, None), path, path)


def entry_source(entry: Entry) -> PictureSource:
    """Return the source for a library entry."""
    if entry.post is None:
        return file_source(entry.path)
    return PictureSource(_label(entry.post, "library"), entry.path, entry.path)


def post_source(session: CommandSession, post: ArtPost, *, small: bool = False) -> PictureSource:
    """Return the source for a post: the library's copy, or else the service.

    `small` is for one of many: the service's smaller picture will do. Raises `NotFound` for a
    picture that is withheld, and `BadArguments` for a film.
    """
    entry = _find_entry(session, post.id)
    if entry is not None:
        return entry_source(entry)
    if post.url is None:
        message = f"{post.id} is withheld by the service, and cannot be shown"
        raise NotFound(message, hint="its page may show it to users who are signed in")
    if (post.extension or _extension(post.url)) in _FILMS:
        message = f"{post.id} is a video, which cannot be shown in a terminal"
        raise BadArguments(message, hint=f"`animedex download {post.id}`, and open it in a player")
    name = post.id.partition(":")[0]
    smaller = post.sample_url if small and not post.animated else None
    call = _fetch(backends.find_backend(name), smaller or post.url)
    return PictureSource(_label(post), post.id, call=call)


def row_source(session: CommandSession, row: JsonObject, *, small: bool = False) -> PictureSource:
    """Return the source for a row of a service, an art post, or a row that names a file."""
    from animedex.art.row_provider import read_post

    path = row.get("path")
    if isinstance(path, str) and os.path.isfile(path):
        return file_source(path)
    post = read_post(row)
    if post is None:
        message = "the row is not from a supported service"
        raise BadArguments(message, hint="pass rows as the picture commands print them")
    return post_source(session, post, small=small)


def text_source(session: CommandSession, text: str) -> PictureSource:
    """Return the source for a file, the number of an entry, or a service's URL or id."""
    if os.path.exists(text):
        return file_source(text)
    if text.isascii() and text.isdecimal():
        return entry_number_source(session, text)
    service = text.partition(":")[0] in backends.list_names()
    if not service and not text.startswith(("https://", "http://")):
        message = f"there is no file {text}"
        raise NotFound(message, hint=_HINT)
    return _remote_source(session, text)


def entry_number_source(session: CommandSession, text: str) -> PictureSource:
    """Return the source for the number of an entry; raise `NotFound` if there is none."""
    entry = session.library.get(int(text[:19]))
    if entry is None:
        message = f"the library has no picture {text}"
        raise NotFound(message, hint="list them with `animedex library list`")
    return entry_source(entry)


def _remote_source(session: CommandSession, text: str) -> PictureSource:
    """Return the source for a URL or an id: the library's copy if no request is needed for it."""
    from animedex.art.providers import find_picture_call, to_service_url
    from animedex.art.row_provider import identify_row

    base_urls = session.client.config.base_urls
    seen = identify_row({"url": to_service_url(text, base_urls)})
    entry = _find_entry(session, seen.keys.id if seen else text)
    if entry is not None:
        return entry_source(entry)
    call = find_picture_call(text, base_urls)
    if call is not None:
        return post_source(session, session.ask(call).to_common())
    backend = _owner(text, base_urls)
    return PictureSource(Label(_file_name(text), backend.name), text, call=_fetch(backend, text))


def _owner(url: str, base_urls: dict[str, str]) -> Backend:
    """Return the service that hosts a file; raise `BadArguments` if none does."""
    from animedex.transport.urls import resolve_url

    for backend in map(backends.find_backend, backends.list_names()):
        try:
            resolve_url(_fetch(backend, url), base_urls)
        except BadArguments:
            continue
        return backend
    message = f"{url!r:.80} is not a picture of any service"
    raise BadArguments(message, hint=_HINT)


def _find_entry(session: CommandSession, post_id: str) -> Entry | None:
    """Return the library's copy; a library that cannot be read is a note, not a failure."""
    if not os.path.exists(session.library.path):
        return None
    try:
        return session.library.holding(post_id)
    except AnimedexError as error:
        session.note(f"animedex: {error.message}")
        return None


def _fetch(backend: Backend, url: str) -> Call[FetchedFile]:
    from animedex.backends.asset_call import fetch_file

    return fetch_file(backend, url, cap=_CAP)


def _label(post: ArtPost, *beside: str) -> Label:
    """Return the artist, or else the series, or else the file name."""
    named = [*post.artists[:1], *post.copyrights[:1], post.url and _file_name(post.url), post.id]
    source = ", ".join((post.id.partition(":")[0], *beside))
    return Label(next(name for name in named if name), source)


def _file_name(url: str) -> str:
    try:
        return unquote(urlsplit(url).path.rpartition("/")[2]) or url
    except ValueError:
        # A service may tell what is no URL; who asks for it will say so.
        return url


def _extension(url: str) -> str:
    return _file_name(url).rpartition(".")[2].lower()
