"""The credit that a file brings along, in itself or in a file beside it."""

from __future__ import annotations

import os
from itertools import islice
from typing import TYPE_CHECKING

from animedex.errors import AnimedexError, TooLarge
from animedex.library.entry import NewEntry
from animedex.library.file_facts import unreadable_error

if TYPE_CHECKING:
    from animedex.art.row_reader import Row
    from animedex.call import SourceTag
    from animedex.images.xmp.credit_text import Credit
    from animedex.library.entry import Entry
    from animedex.models import ArtPost, PictureRecord


def read_file_credit(path: str) -> NewEntry:
    """Return what to add for a file: with the credit that it carries, or a sidecar's, if any.

    What this program wrote is taken, or else what others did. Raises `Corrupt` for a damaged
    credit of ours, `NotFound` where there is no file.
    """
    from animedex.images.foreign_credit import read_foreign_credit
    from animedex.images.sidecar import read_any_credit

    try:
        os.stat(path)
    except (OSError, ValueError) as error:
        raise unreadable_error(path, error) from None
    try:
        credit = read_any_credit(path) or _read_saved_output(path)
    except TooLarge:
        # Nobody goes through so many parts to find a credit.
        credit = _read_saved_output(path)
    if credit is None:
        return NewEntry(path, read_foreign_credit(path))
    return NewEntry(path, credit.post, credit.row, read_category(credit.post, credit.row))


def _read_saved_output(path: str) -> Credit | None:
    """Read what this program printed with `--json` or `--common` into a file beside a picture."""
    from msgspec import ValidationError

    from animedex.art.row_provider import read_picture
    from animedex.images.foreign_credit.sidecar_credit import is_gallery_dl_row, sidecar_paths
    from animedex.images.xmp.credit_text import Credit
    from animedex.models import PictureRecord

    for row in filter(None, map(_row_without_post, sidecar_paths(path, ".json"))):
        try:
            picture = None if is_gallery_dl_row(row.value) else read_picture(row.value, row.raw)
        except (AnimedexError, ValidationError):
            continue
        if isinstance(picture, PictureRecord):
            return Credit(picture.to_common(), picture.raw)
        if picture is not None:
            return Credit(picture)
    return None


def _row_without_post(place: str) -> Row | None:
    """Return the row in a file of JSON; None if there is no such file, or not one row in it."""
    from animedex.art.row_reader import read_rows
    from animedex.images.sidecar import read_small_file

    try:
        rows = list(islice(read_rows([read_small_file(place) or b""], place), 2))
    except AnimedexError:
        return None
    return rows[0] if len(rows) == 1 else None


def read_category(post: ArtPost | None, row: bytes | None) -> str | None:
    """Return the service's category of a picture, if its row has one."""
    record = parse_service_row(post, row)
    return record.category if record else None


def service_record(entry: Entry) -> PictureRecord | None:
    """Return the service's record of an entry, with its source; None for a picture of one's own."""
    return parse_service_row(entry.post, entry.row, library_source_tag(entry))


def library_source_tag(entry: Entry) -> SourceTag | None:
    """Return the source tag of a picture, marked as from the library."""
    tag = entry.post.source_tag if entry.post else None
    return tag._replace(library=True) if tag else None


def parse_service_row(
    post: ArtPost | None, row: bytes | None, tag: SourceTag | None = None
) -> PictureRecord | None:
    """Build a service's record from a stored row; None if the row no longer fits."""
    import msgspec

    from animedex import backends
    from animedex.backends.provider import find_provider
    from animedex.models import parse_record

    name = post.id.partition(":")[0] if post else ""
    if row is None or name not in backends.list_names():
        return None
    try:
        return parse_record(find_provider(name).record, row, "", tag)
    except (AnimedexError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        # Somebody else may have written it, or another version.
        return None
