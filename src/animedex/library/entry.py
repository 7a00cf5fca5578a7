"""What goes into the library, and what comes out of it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

    from animedex.models import ArtPost
    from animedex.pictures.examining import Examined


class New(NamedTuple):
    """Name a picture to add; the library examines the file itself where `examined` is None.

    `path` is absolute. `row` is the service's row as it came, in JSON.
    """

    path: str
    post: ArtPost | None = None
    row: bytes | None = None
    category: str | None = None
    examined: Examined | None = None


class Entry(NamedTuple):
    """Tell what the library knows of one picture.

    `frames` is 1 for a still picture, and 0 where nobody knows. `row` is the service's row as it
    came, in JSON.
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
        """Tell whether the file is where it was, and as long as it was."""
        try:
            return os.stat(self.path).st_size == self.size
        except (OSError, ValueError):
            return False


class Similar(NamedTuple):
    """Hold a picture that looks like another, and in how many bits of 64 they differ."""

    entry: Entry
    distance: int
