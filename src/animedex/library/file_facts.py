"""What a file is, whatever it is called: its size, its hash, its format."""

from __future__ import annotations

import hashlib
import os
import stat
from typing import TYPE_CHECKING, NamedTuple

from animedex.errors import AnimedexError, BadArguments, Corrupt, NotFound
from animedex.files import hash_file, open_nonblocking

if TYPE_CHECKING:
    from animedex.images.formats import Format

_PIECE = 1024 * 1024


class FileFacts(NamedTuple):
    """What is in a file; `mark` is another as soon as it is written to or replaced."""

    size: int
    sha256: str
    format: Format
    mark: tuple[int, ...]


def read_file_facts(path: str) -> FileFacts:
    """Read a file whole; raise where there is none, or none of a known format."""
    from animedex.images.formats import HEAD_BYTES, identify_format

    try:
        with open(path, "rb", buffering=0, opener=open_nonblocking) as file:
            mark = file_version(os.fstat(file.fileno()), path)
            digest = hashlib.sha256()
            opening, size = b"", 0
            while piece := file.read(_PIECE):
                opening += piece[: HEAD_BYTES - len(opening)]
                size += len(piece)
                digest.update(piece)
    except AnimedexError:
        raise
    except (OSError, ValueError) as error:
        raise unreadable_error(path, error) from None
    kind = identify_format(opening)
    if kind is None:
        raise _unknown_format(path, opening)
    return FileFacts(size, digest.hexdigest(), kind, mark)


def _unknown_format(path: str, opening: bytes) -> BadArguments | Corrupt:
    from animedex.images.formats import identify_unsupported

    name = identify_unsupported(opening)
    if name is not None:
        message = f"{path} is a {name} file, which is not supported"
        return BadArguments(message, hint="convert it to png or jpeg, and add that")
    what = "is empty" if not opening else "is no picture of a known format"
    hint = "supported are png, jpeg, gif, webp, avif, mp4 and webm"
    return Corrupt(f"{path} {what}", hint=hint)


def matches_announcement(path: str, md5: str | None, byte_size: int | None) -> bool:
    """Return whether a file is the one that a row announces, by its MD5 or else by its size."""
    if md5 is not None:
        return hash_file(path, "md5") == md5.lower()
    return byte_size == os.stat(path).st_size


def is_unchanged(path: str, mark: tuple[int, ...]) -> bool:
    """Return whether a file is the one that it was when its mark was taken."""
    try:
        return file_version(os.stat(path), path) == mark
    except (OSError, ValueError, BadArguments):
        return False


def read_head(path: str) -> bytes:
    """Return the bytes at the beginning of a file that identify its format."""
    from animedex.images.formats import HEAD_BYTES

    with open(path, "rb", buffering=0, opener=open_nonblocking) as file:
        return file.read(HEAD_BYTES)


def check_unchanged(path: str, mark: tuple[int, ...]) -> None:
    """Raise where a file is another than it was when its mark was taken."""
    try:
        changed = file_version(os.stat(path), path) != mark
    except OSError as error:
        raise unreadable_error(path, error) from None
    if changed:
        message = f"{path} is being written to"
        raise BadArguments(message, hint="add it again when it is complete")


def unreadable_error(path: str, error: OSError | ValueError) -> NotFound | BadArguments:
    """Make the error for a file that cannot be read."""
    if not path:
        return BadArguments("the name of the file is empty", hint="give a file")
    if isinstance(error, FileNotFoundError):
        return NotFound(f"there is no file {path}", hint="check the path")
    why = error.strerror or error if isinstance(error, OSError) else error
    return BadArguments(f"{path} cannot be read: {why}", hint="give another file")


def file_version(status: os.stat_result, path: str) -> tuple[int, ...]:
    """Return the mark of a file from its status; raise where that is no file's."""
    if not stat.S_ISREG(status.st_mode):
        kind = "a folder" if stat.S_ISDIR(status.st_mode) else "no ordinary file"
        message = f"{path} is {kind}"
        raise BadArguments(message, hint="give the file of a picture")
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
