"""The credit that a file brings along, in itself or in a file beside it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from animedex.errors import TooLarge
from animedex.library.entry import New
from animedex.library.file_facts import unreadable

if TYPE_CHECKING:
    from animedex.library.entry import Entry
    from animedex.models import ArtPost, PictureRecord
    from animedex.wire import SourceTag


def credited(path: str) -> New:
    """Give what to add for a file: with the credit that it carries, or a sidecar's, if any.

    Raises `Corrupt` for a damaged one, `NotFound` where there is no file.
    """
    from animedex.pictures.sidecar import credit_of

    try:
        os.stat(path)
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from None
    try:
        found = credit_of(path)
    except TooLarge:
        # Nobody goes through so many parts to find a credit.
        return New(path)
    if found is None:
        return New(path)
    return New(path, found.post, found.row, category_of(found.post, found.row))


def category_of(post: ArtPost | None, row: bytes | None) -> str | None:
    """Name the category that a service keeps a picture in, where its row tells."""
    found = record_of(post, row)
    return found.category if found else None


def kept_record(entry: Entry) -> PictureRecord | None:
    """Give the service's record of an entry, with its source; None for a picture of one's own."""
    return record_of(entry.post, entry.row, tag_of(entry))


def tag_of(entry: Entry) -> SourceTag | None:
    """Give the tag that a picture was fetched with, as one of what is kept."""
    tag = entry.post.source_tag if entry.post else None
    return tag._replace(library=True) if tag else None


def record_of(
    post: ArtPost | None, row: bytes | None, tag: SourceTag | None = None
) -> PictureRecord | None:
    """Make a service's record of a row that was kept; None where it is no such row any more."""
    import msgspec

    from animedex import backends
    from animedex.backends.art import part
    from animedex.errors import AnimedexError
    from animedex.models import parse_record

    name = post.id.partition(":")[0] if post else ""
    if row is None or name not in backends.names():
        return None
    try:
        return parse_record(part(name).record, row, "", tag)
    except (AnimedexError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        # Somebody else may have written it, or another version.
        return None
