"""The target of a download: the file of a service and its credit, from what the user names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import msgspec

from animedex import backends
from animedex.art.providers import LOOKUP_HINT, find_picture_call, to_service_url
from animedex.art.row_provider import identify_row, read_picture
from animedex.art.row_reader import Row
from animedex.errors import AnimedexError, BadArguments, NotFound
from animedex.models import ArtPost, PictureFile, PictureRecord

if TYPE_CHECKING:
    from animedex.downloads.save_options import Deadline
    from animedex.http_message import JsonObject, JsonValue
    from animedex.session import Session

Source: TypeAlias = "str | Mapping[str, JsonValue] | Row | PictureRecord | ArtPost | AnimedexError"
ROW_HINT = "use rows as any picture command prints them"
# The name of an input that cannot be read.
UNREADABLE = "what could not be read"


class Target(NamedTuple):
    """Represent a picture to download; `row` is the service's own, in JSON."""

    post: ArtPost
    file: PictureFile
    row: bytes | None = None
    category: str | None = None

    @property
    def backend(self) -> str:
        """Return the name of the service."""
        return self.post.id.partition(":")[0]


def format_source(what: Source) -> str:
    """Return what to call a source in messages and reports."""
    if isinstance(what, str):
        return what.strip()
    if isinstance(what, AnimedexError):
        return UNREADABLE
    identified = identify_row(_to_row(what))
    return identified.keys.id if identified and identified.keys.id else "a row of no service"


def find_id(what: Source, base_urls: Mapping[str, str]) -> str | None:
    """Return the id of a source, if no request is needed for it."""
    if isinstance(what, AnimedexError):
        return None
    if not isinstance(what, str):
        identified = identify_row(_to_row(what))
        return identified.keys.id if identified else None
    text = what.strip()
    if text.partition(":")[0] in backends.list_names() and "/" not in text:
        return text
    # Of some services a picture's URL is all that its id is made of.
    identified = identify_row({"url": to_service_url(text, base_urls)})
    return identified.keys.id if identified else None


def find_target(client: Session, what: Source, deadline: Deadline) -> Target:
    """Return the picture that a source names, with a request to its service if needed.

    Raises `NotFound` for a picture that is withheld, and `BadArguments` for what no service has.
    """
    if isinstance(what, AnimedexError):
        raise what
    picture = _look_up(client, what.strip(), deadline) if isinstance(what, str) else _read_row(what)
    record = picture if isinstance(picture, PictureRecord) else None
    post = record.to_common() if record else picture
    assert isinstance(post, ArtPost)
    file = record.file() if record else _picture_file(post)
    if file is None:
        message = f"{post.id} is withheld by the service: there is no file to fetch"
        raise NotFound(
            message,
            hint="its page may show it to users who are signed in",
            backend=_service_of(post),
        )
    for url in filter(None, (file.url, post.url)):
        _require_url(url)
    return Target(post, file, record.raw if record else None, record.category if record else None)


def _look_up(client: Session, text: str, deadline: Deadline) -> PictureRecord:
    call = find_picture_call(text, client.config.base_urls)
    if call is None:
        message = f"{text!r:.80} is not a picture of any service"
        raise BadArguments(message, hint=LOOKUP_HINT)
    return client.perform(deadline.limit_call(call))


def _read_row(
    what: Mapping[str, JsonValue] | Row | PictureRecord | ArtPost,
) -> PictureRecord | ArtPost:
    if isinstance(what, PictureRecord | ArtPost):
        return what
    row, raw = (what.value, what.raw) if isinstance(what, Row) else (dict(what), None)
    try:
        picture = read_picture(row, raw)
    except msgspec.ValidationError as error:
        message = f"the row is not an art post: {error}"
        raise BadArguments(message, hint=ROW_HINT) from None
    if picture is None:
        message = "the row is not from a supported service"
        raise BadArguments(message, hint=ROW_HINT)
    return picture


def _to_row(
    what: Mapping[str, JsonValue] | Row | PictureRecord | ArtPost,
) -> JsonObject | PictureRecord | ArtPost:
    if isinstance(what, Row):
        return what.value
    return dict(what) if isinstance(what, Mapping) else what


def _picture_file(post: ArtPost) -> PictureFile | None:
    if post.url is None:
        return None
    return PictureFile(post.url, post.md5, post.byte_size, post.extension)


def _require_url(url: str) -> None:
    from urllib.parse import urlsplit

    try:
        urlsplit(url)
    except ValueError:
        message = f"{url!r:.80} is not a valid URL"
        raise BadArguments(message, hint=ROW_HINT) from None


def _service_of(post: ArtPost) -> str:
    return post.id.partition(":")[0]
