"""Files that go into the system's trash, and the entries that go with them."""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, cast

from animedex.errors import BadArguments
from animedex.library.entry_rows import get_by_ids, read_fingerprints
from animedex.library.file_inspection import missing_extra_error
from animedex.library.keep_policy import fill_credit, is_intact
from animedex.library.repository import delete, upsert_entry

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from animedex.images.fingerprint import Fingerprint
    from animedex.library.entry import Entry
    from animedex.library.picture_library import Library


def check_trash() -> None:
    """Raise where nothing can be put into the trash, as it takes a library that is not there."""
    _trash()


def discard(library: Library, entry: Entry) -> None:
    """Put a file into the trash and forget its entry; raise with both still there.

    Raises `BadArguments` where it is another file by now than the one that was added. Of a link,
    it is the link that goes.
    """
    check_trash()
    _check_its_own(entry)
    _discard(library, entry)


def keep_only(library: Library, keep: Entry, entry: Entry) -> bool:
    """Put one of two files of a picture into the trash, its credit taken over where it is lost.

    Where both are one file, that stays and the entry is forgotten: tells whether a file went.
    Raises `BadArguments` where one of them is another by now than the one that was added.
    """
    check_trash()
    _check_its_own(entry)
    if not is_intact(keep):
        message = f"{keep.path}, which is the copy to keep, has changed since it was added"
        raise BadArguments(
            message, hint="nothing was deleted; `animedex library verify` shows details"
        )
    if keep.post is None and entry.post is not None:
        library.file.change(lambda db: _take_over(db, keep.id, entry))
    if _is_one_file(keep.path, entry.path):
        library.remove(entry.id)
        return False
    _discard(library, entry)
    return True


def _check_its_own(entry: Entry) -> None:
    """Raise where there is a file, but not the one that was added."""
    if os.path.lexists(entry.path) and not is_intact(entry):
        message = f"{entry.path} has changed since it was added"
        hint = f"`animedex library remove {entry.id}` removes its entry and leaves the file"
        raise BadArguments(message, hint=hint)


def _is_one_file(one: str, other: str) -> bool:
    """Return whether two paths lead to one file, as links do; not where there is none."""
    try:
        return os.path.samefile(one, other)
    except (OSError, ValueError):
        return False


def _discard(library: Library, entry: Entry) -> None:
    """Forget an entry, and then its file: if this is killed, no entry is left without one."""

    def forget(db: sqlite3.Connection) -> Fingerprint | None:
        look = read_fingerprints(db, [entry.id]).get(entry.id)
        delete(db, entry.id)
        return look

    look = library.file.change(forget)
    try:
        _to_trash(entry.path)
    except BaseException:
        if os.path.lexists(entry.path):
            library.file.change(lambda db: upsert_entry(db, entry, look))
        raise


def _take_over(db: sqlite3.Connection, number: int, entry: Entry) -> None:
    """Store the credit of another entry in an entry, unless it has one by now."""
    now = get_by_ids(db, [number]).get(number)
    if now is not None:
        upsert_entry(db, fill_credit(now, [entry]), read_fingerprints(db, [number]).get(number))


def _to_trash(path: str) -> None:
    """Move a file into the trash; one that is gone already is no trouble."""
    try:
        # Some names are no text; as bytes it takes them all.
        _trash()(os.fsencode(path) if os.name == "posix" else path)
    except FileNotFoundError:
        return
    except OSError as error:
        if not os.path.lexists(path):
            return
        message = f"{path} cannot be moved to the trash: {error.strerror or error}"
        raise BadArguments(message, hint="remove the file yourself; nothing was deleted") from None


def _trash() -> Callable[[str | bytes], None]:
    """Return what moves a file into the trash; its library has no types."""
    try:
        return cast("Callable[[str | bytes], None]", import_module("send2trash").send2trash)
    except ImportError as error:
        raise missing_extra_error(error.name) from None
