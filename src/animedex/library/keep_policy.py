"""Which of several files of one picture to keep, and the credit that goes over to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, cast

from animedex.errors import AnimedexError
from animedex.library.entry import BETWEEN, service_name
from animedex.library.file_facts import read_file_facts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from animedex.library.entry import Entry
    from animedex.models import ArtPost

Keep = Literal["best", "oldest", "newest"]
# What compresses without loss, at the same size in pixels, is nearer to what was drawn.
_LOSSLESS = {"png"}


def choose_keeper(group: Sequence[Entry], keep: Keep) -> Entry | None:
    """Return the entry to keep, among those with intact files; None if there is none.

    The best one has the most frames, then the most pixels, then is kept without loss, then is the
    largest file, then is credited, then has been there longest.
    """
    if keep == "best":
        ranked = sorted(group, key=_preference)
    else:
        ranked = sorted(group, key=lambda entry: entry.id, reverse=keep == "newest")
    return next((entry for entry in ranked if is_intact(entry)), None)


def is_intact(entry: Entry) -> bool:
    """Return whether a file is what was added, byte for byte."""
    if not entry.is_there():
        return False
    try:
        return read_file_facts(entry.path).sha256 == entry.sha256
    except AnimedexError:
        return False


def fill_credit(entry: Entry, others: Sequence[Entry]) -> Entry:
    """Return an entry with the credit of another where it has none of its own."""
    if entry.post is not None:
        return entry
    for other in others:
        if other.post is not None:
            category = entry.category or other.category
            return entry._replace(post=other.post, row=other.row, category=category)
    return entry


def fill_from_previous(entry: Entry, before: Entry) -> Entry:
    """Return an entry with the details of the previous one that it lacks."""
    post, old = entry.post, before.post
    if post and old and service_name(old) and not service_name(post):
        # What another program says beside a service's credit adds to it, and is none of its own.
        return entry._replace(post=_fill(old, post), row=entry.row or before.row)
    if post is not None and (old is None or old.id != post.id):
        return entry
    return entry._replace(
        post=_fill(post, old) if post and old else old,
        row=entry.row or before.row,
        category=entry.category or before.category,
    )


def _fill(post: ArtPost, old: ArtPost) -> ArtPost:
    """Return a post with the values of an old one where it has none."""
    from msgspec.structs import replace

    values = ((name, getattr(post, name), getattr(old, name)) for name in post.__struct_fields__)
    return replace(
        post, **{name: present for name, new, present in values if not _has_new_value(new, present)}
    )


def _has_new_value(new: object, old: object) -> bool:
    """Return whether a value is one, and not a list that a table could only write as text."""
    if isinstance(new, list) and isinstance(old, list):
        text = BETWEEN.join(cast("list[str]", new))
        return text not in {"", BETWEEN.join(cast("list[str]", old))}
    return new is not None and new != ""


def _preference(entry: Entry) -> tuple[int, int, bool, int, bool, int]:
    pixels = (entry.width or 0) * (entry.height or 0)
    return (
        -entry.frames,
        -pixels,
        entry.format not in _LOSSLESS,
        -entry.size,
        entry.post is None,
        entry.id,
    )
