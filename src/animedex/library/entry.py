"""What goes into the library, and what comes out of it."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from animedex.images.image_inspection import ImageFacts
    from animedex.library.file_facts import FileFacts
    from animedex.models import ArtPost

# SQLite knows no larger numbers; and the first and the last time that is one everywhere.
LARGEST = (1 << 63) - 1
_FIRST, _END = (datetime(year, 1, 1, tzinfo=UTC).timestamp() for year in (1970, 9999))

_OWN = "file"
# What stands between names where they are one text.
BETWEEN = "; "


class NewEntry(NamedTuple):
    """Name a picture to add; the library examines the file itself where `examined` is None.

    `path` is absolute. `row` is the service's row as it came, in JSON. `facts` are of who has just
    written the file; it is read anew where they are None, or it is another by now. A picture that
    `is_opaque` was examined in vain: it is damaged or too large, and to be kept all the same.
    """

    path: str
    post: ArtPost | None = None
    row: bytes | None = None
    category: str | None = None
    examined: ImageFacts | None = None
    facts: FileFacts | None = None
    is_opaque: bool = False


class Entry(NamedTuple):
    """One picture of the library.

    `frames` is 1 for a still picture, and 0 if unknown. `row` is the service's row as JSON, as the
    service sent it.
    """

    id: int
    path: str
    sha256: str
    size: int
    format: str
    width: int | None
    height: int | None
    frames: int
    added_at: datetime
    category: str | None
    post: ArtPost | None
    row: bytes | None

    def is_there(self) -> bool:
        """Return whether the file is where it was, and as long as it was."""
        try:
            return os.stat(self.path).st_size == self.size
        except (OSError, ValueError):
            return False


def is_moment(time: datetime) -> bool:
    """Return whether a time is in the years that can be worked with, 1970 to 9998."""
    return time.tzinfo is not None and _FIRST <= time.timestamp() < _END


def sanitize_record(post: ArtPost | None) -> ArtPost | None:
    """Return a post without its source where the time of that is none."""
    if post is None or post.source_tag is None or is_moment(post.source_tag.fetched_at):
        return post
    from msgspec.structs import replace

    return replace(post, source_tag=None)


def library_id(sha256: str) -> str:
    """Return the id for a post without a supported service."""
    return f"{_OWN}:{sha256[:16]}"


def service_name(post: ArtPost | None) -> str | None:
    """Return the service of a post; None where its credit names none.

    >>> from animedex.models import ArtPost
    >>> service_name(ArtPost(id="nekos:1.png", rating=None))
    'nekos'
    >>> service_name(ArtPost(id=library_id("0f" * 32), rating=None)) is None
    True
    """
    name = post.id.partition(":")[0] if post else None
    return None if name == _OWN else name


class SimilarEntry(NamedTuple):
    """A picture that looks like another, and in how many bits of 64 they differ."""

    entry: Entry
    distance: int
