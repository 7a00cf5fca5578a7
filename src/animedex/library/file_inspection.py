"""Inspect a file before it is added."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING, NamedTuple

from animedex.errors import AnimedexError, BadArguments, Corrupt, TooLarge
from animedex.library.entry import LARGEST, Entry, library_id, sanitize_record
from animedex.library.file_facts import (
    check_unchanged,
    is_unchanged,
    matches_announcement,
    read_file_facts,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from animedex.images.fingerprint import Fingerprint
    from animedex.images.image_inspection import ImageFacts
    from animedex.library.entry import NewEntry
    from animedex.library.file_facts import FileFacts
    from animedex.models import ArtPost


class InspectedFile(NamedTuple):
    """The values to store for a file; `mark` shows whether the file changed since.

    `fault` is why a picture has no fingerprint, if its file is the reason.
    """

    entry: Entry
    fingerprint: Fingerprint | None
    mark: tuple[int, ...]
    fault: str | None = None


def inspect_file(new: NewEntry) -> InspectedFile:
    """Read and examine a file; the entry has no number yet.

    Raises `Corrupt` for what is no whole picture, `NotFound` where there is no file, and
    `BadArguments` where it cannot be read, or is written to meanwhile.
    """
    new = new._replace(path=os.path.abspath(new.path))
    new_facts = new.facts
    facts = (
        new_facts
        if new_facts and is_unchanged(new.path, new_facts.mark)
        else read_file_facts(new.path)
    )
    examined, fault = (new.examined, None) if new.examined else _inspect_image(new, facts)
    check_unchanged(new.path, facts.mark)
    entry = Entry(
        0,
        new.path,
        facts.sha256,
        facts.size,
        facts.format.name,
        *_measures(new, facts, examined),
        datetime.now(UTC),
        new.category,
        sanitize_record(_identify(new.post, facts.sha256)),
        new.row,
    )
    return InspectedFile(entry, examined.fingerprint if examined else None, facts.mark, fault)


def _identify(post: ArtPost | None, sha256: str) -> ArtPost | None:
    """Return a post that has an id, though its credit may name no service."""
    if post is None or post.id:
        return post
    from msgspec.structs import replace

    return replace(post, id=library_id(sha256))


def _inspect_image(new: NewEntry, facts: FileFacts) -> tuple[ImageFacts | None, str | None]:
    """Decode a picture; None for what is none, such as a film, or with what is wrong with it.

    A service's picture was checked when it was fetched, and is kept even where Pillow is missing.
    It may be damaged if its row announces these very bytes; what is too large is never looked at.
    """
    if new.is_opaque or not facts.format.is_picture:
        return None, None
    lacking = find_missing_extra()
    if lacking is not None:
        if new.post is None:
            raise lacking
        return None, None
    from animedex.images.image_inspection import inspect_image

    try:
        return inspect_image(new.path), None
    except TooLarge as error:
        return None, error.message
    except Corrupt as error:
        if new.post and matches_announcement(new.path, new.post.md5, new.post.byte_size):
            return None, error.message
        raise


def _measures(
    new: NewEntry, facts: FileFacts, examined: ImageFacts | None
) -> tuple[int | None, int | None, int]:
    """Return width, height and frames, decoded or from the service's row.

    Frames are 1 for a still picture, and 0 for an animation that was not decoded.
    """
    if examined:
        return examined.width, examined.height, examined.frames
    width, height, animated = (
        (new.post.width, new.post.height, new.post.animated) if new.post else (None, None, None)
    )
    moves = animated or not facts.format.is_picture
    return _valid_size(width), _valid_size(height), 0 if moves else 1


def _valid_size(number: int | None) -> int | None:
    """Return a number of pixels; None if it is out of range."""
    return number if number is not None and 0 <= number <= LARGEST else None


def inspect_or_error(path: str, look: Callable[[], InspectedFile]) -> InspectedFile | AnimedexError:
    """Inspect one of many files; return its error, so that the others go on."""
    try:
        return look()
    except AnimedexError as error:
        return error
    except Exception as error:  # noqa: BLE001  what others wrote fails in ways of its own
        return unexpected_error(path, error)


def unexpected_error(path: str, error: Exception) -> Corrupt:
    """Return the error for an unexpected failure."""
    import logging  # not before: loading it takes longer than a request

    logging.getLogger("animedex").debug("%s: %s: %s", path, type(error).__name__, error)
    message = f"{path} cannot be added: reading it failed unexpectedly ({type(error).__name__})"
    return Corrupt(message, hint="move it away, or what is beside it")


def find_missing_extra() -> BadArguments | None:
    """Make the error for what it takes to look into pictures, where it is not installed."""
    lacking = next((name for name in ("PIL", "numpy") if find_spec(name) is None), None)
    return None if lacking is None else missing_extra_error(lacking)


def missing_extra_error(name: str | None) -> BadArguments:
    """Make the error for a library that is not installed."""
    message = f"this needs {name}, which is not installed"
    return BadArguments(message, hint="pip install 'animedex[pictures]'")
