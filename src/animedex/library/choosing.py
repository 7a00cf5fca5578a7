"""Which of several files of one picture to keep, and the credit that goes over to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from animedex.errors import AnimedexError
from animedex.library.file_facts import file_facts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from animedex.library.entry import Entry

Keep = Literal["best", "oldest", "newest"]
# What compresses without loss, at the same size in pixels, is nearer to what was drawn.
_LOSSLESS = {"png"}


def chosen(group: Sequence[Entry], keep: Keep) -> Entry | None:
    """Choose the entry to keep, among those whose files are whole; None where none is.

    The best one has the most frames, then the most pixels, then is kept without loss, then is the
    largest file, then is credited, then has been there longest.
    """
    if keep == "best":
        found = sorted(group, key=_worth)
    else:
        found = sorted(group, key=lambda entry: entry.id, reverse=keep == "newest")
    return next((entry for entry in found if is_intact(entry)), None)


def is_intact(entry: Entry) -> bool:
    """Tell whether a file is what was added, byte for byte."""
    if not entry.is_there():
        return False
    try:
        return file_facts(entry.path).sha256 == entry.sha256
    except AnimedexError:
        return False


def with_credit(entry: Entry, others: Sequence[Entry]) -> Entry:
    """Give an entry with the credit of another where it has none of its own."""
    if entry.post is not None:
        return entry
    for other in others:
        if other.post is not None:
            category = entry.category or other.category
            return entry._replace(post=other.post, row=other.row, category=category)
    return entry


def _worth(entry: Entry) -> tuple[int, int, bool, int, bool, int]:
    pixels = (entry.width or 0) * (entry.height or 0)
    return (
        -entry.frames,
        -pixels,
        entry.format not in _LOSSLESS,
        -entry.size,
        entry.post is None,
        entry.id,
    )
