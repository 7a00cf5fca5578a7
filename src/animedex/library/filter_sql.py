"""Which entries are meant, whatever they are called."""

from __future__ import annotations

import os
from typing import NamedTuple

from animedex.library.tokenizer import extract_words, join_words

OWN = "own"
_ARTIST = (
    "entry.id IN (SELECT naming.entry FROM name CROSS JOIN naming ON naming.name = name.id"
    " WHERE replace(name.words, ' ', '') = ? AND name.kind = 'artist')"
)

# Paths that are no text are stored as bytes.
_BELOW = "(entry.path >= ? AND entry.path < ? OR entry.path >= ? AND entry.path < ?)"


class Filters(NamedTuple):
    """Which entries are meant; None asks for nothing.

    `source` is a service's name, or `own` for pictures of none. An artist's name is compared by
    its folded letters, a category's whatever its case. Times are in seconds since 1970: the first
    that counts, and the first that no longer does. `larger_than` is in pixels, of width times
    height; what has no size is not larger than anything. What has one frame is not animated; a
    film has 0, as nobody counts them. `folders` are whole paths: entries below any of them.
    """

    source: str | None = None
    rating: str | None = None
    category: str | None = None
    artist: str | None = None
    added_from: float | None = None
    added_before: float | None = None
    larger_than: int | None = None
    animated: bool | None = None
    folders: tuple[str, ...] = ()

    def where(self) -> tuple[str, tuple[str | float | bytes, ...]]:
        """Return a condition on `entry` as SQL, with its parameters; it is empty for no filters.

        >>> Filters(rating="g", animated=True).where()
        ('entry.rating = ? AND entry.frames <> 1', ('g',))
        """
        artist = None if self.artist is None else join_words(extract_words(self.artist))
        conditions: list[tuple[str, str | float | None]] = [
            ("entry.backend = ?", None if self.source == OWN else self.source),
            ("entry.rating = ?", self.rating),
            ("entry.category = ? COLLATE NOCASE", self.category),
            (_ARTIST, artist),
            ("entry.added_at >= ?", self.added_from),
            ("entry.added_at < ?", self.added_before),
            ("entry.width * entry.height > ?", self.larger_than),
        ]
        active = [(condition, value) for condition, value in conditions if value is not None]
        fixed = ["entry.backend IS NULL"] if self.source == OWN else []
        if self.animated is not None:
            fixed.append("entry.frames <> 1" if self.animated else "entry.frames = 1")
        if self.folders:
            fixed.append(f"({' OR '.join([_BELOW] * len(self.folders))})")
        where = " AND ".join((*(condition for condition, _ in active), *fixed))
        below = [value for folder in self.folders for value in _range_below(folder)]
        return where, (*(_stored_text(value) for _, value in active), *below)


EVERYTHING = Filters()


def _range_below(folder: str) -> list[str | bytes]:
    """Return between what the paths below a folder are: those that are text, then the others."""
    path = folder.rstrip(os.sep) + os.sep
    below = path.encode("utf-8", "surrogateescape" if _is_encodable(path) else "replace")
    after = below[:-1] + bytes([below[-1] + 1])
    return [*(part.decode("utf-8", "replace") for part in (below, after)), below, after]


def _is_encodable(path: str) -> bool:
    try:
        path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False
    return True


def _stored_text(value: str | float) -> str | float:
    # A lone surrogate, as in an argument that is not UTF-8, is in no text of SQLite's.
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
