"""What is asked for, found out: which picture, which file of which service, whose credit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import msgspec

from animedex import backends
from animedex.art.row_lookup import LOOKUP_HINT, at_home, lookup
from animedex.art.row_provider import picture_of, recognise
from animedex.art.row_reader import Row
from animedex.errors import AnimedexError, BadArguments, NotFound
from animedex.models import ArtPost, PictureFile, PictureRecord

if TYPE_CHECKING:
    from animedex.download.download_deadline import Deadline
    from animedex.http_message import JsonObject, JsonValue
    from animedex.session import Session

What: TypeAlias = "str | Mapping[str, JsonValue] | Row | PictureRecord | ArtPost | AnimedexError"
ROW_HINT = "give rows as any picture command prints them"
# What an input is called that names no picture.
UNREADABLE = "what could not be read"


class Target(NamedTuple):
    """Hold a picture that is to be fetched; `row` is the service's own, in JSON."""

    post: ArtPost
    file: PictureFile
    row: bytes | None = None
    category: str | None = None

    @property
    def backend(self) -> str:
        """Name the service."""
        return self.post.id.partition(":")[0]


def name_of(what: What) -> str:
    """Say what was asked for, in a few words."""
    if isinstance(what, str):
        return what.strip()
    if isinstance(what, AnimedexError):
        return UNREADABLE
    seen = recognise(_plain(what))
    return seen.evidence.id if seen and seen.evidence.id else "a row of no service"


def known_id(what: What, base_urls: Mapping[str, str]) -> str | None:
    """Tell the id of what is asked for, if that can be told without asking anybody."""
    if isinstance(what, AnimedexError):
        return None
    if not isinstance(what, str):
        seen = recognise(_plain(what))
        return seen.evidence.id if seen else None
    text = what.strip()
    if text.partition(":")[0] in backends.names() and "/" not in text:
        return text
    # Of some services a picture's URL is all that its id is made of.
    seen = recognise({"url": at_home(text, base_urls)})
    return seen.evidence.id if seen else None


def target_of(client: Session, what: What, deadline: Deadline) -> Target:
    """Find out all that must be known to fetch a picture, and ask its service where need be.

    Raises `NotFound` for a picture that is withheld, and `BadArguments` for what no service has.
    """
    if isinstance(what, AnimedexError):
        raise what
    found = _asked(client, what.strip(), deadline) if isinstance(what, str) else _given(what)
    record = found if isinstance(found, PictureRecord) else None
    post = record.to_common() if record else found
    assert isinstance(post, ArtPost)
    file = record.file() if record else _file_of(post)
    if file is None:
        message = f"{post.id} is withheld by the service: there is no file to fetch"
        raise NotFound(message, hint="its page may show it to who is signed in", backend=_of(post))
    for url in filter(None, (file.url, post.url)):
        _require_url(url)
    return Target(post, file, record.raw if record else None, record.category if record else None)


def _asked(client: Session, text: str, deadline: Deadline) -> PictureRecord:
    call = lookup(text, client.config.base_urls)
    if call is None:
        message = f"{text!r:.80} is no picture of any service"
        raise BadArguments(message, hint=LOOKUP_HINT)
    return client.perform(deadline.bound(call))


def _given(
    what: Mapping[str, JsonValue] | Row | PictureRecord | ArtPost,
) -> PictureRecord | ArtPost:
    if isinstance(what, PictureRecord | ArtPost):
        return what
    row, raw = (what.value, what.raw) if isinstance(what, Row) else (dict(what), None)
    try:
        found = picture_of(row, raw)
    except msgspec.ValidationError as error:
        message = f"that is no art post: {error}"
        raise BadArguments(message, hint=ROW_HINT) from None
    if found is None:
        message = "that is no row of any service"
        raise BadArguments(message, hint=ROW_HINT)
    return found


def _plain(
    what: Mapping[str, JsonValue] | Row | PictureRecord | ArtPost,
) -> JsonObject | PictureRecord | ArtPost:
    if isinstance(what, Row):
        return what.value
    return dict(what) if isinstance(what, Mapping) else what


def _file_of(post: ArtPost) -> PictureFile | None:
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


def _of(post: ArtPost) -> str:
    return post.id.partition(":")[0]
