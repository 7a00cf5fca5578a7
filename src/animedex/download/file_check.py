"""What was fetched, compared with what was announced: length, checksum, type, container."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, NamedTuple

from animedex.download.resumable_writer import HINT as HINT_AGAIN
from animedex.download.resumable_writer import no_picture
from animedex.errors import BadArguments, Corrupt, TimedOut, TooLarge, UpstreamDecode
from animedex.images.containers import select_parts
from animedex.images.containers.file_reader import HINT, SourceFile
from animedex.images.formats import identify_format
from animedex.library.file_facts import hash_file_md5
from animedex.plurals import format_count

if TYPE_CHECKING:
    from typing import BinaryIO

    from animedex.backends.asset_call import Fetched
    from animedex.download.resumable_file import Partial
    from animedex.download.targets import Target
    from animedex.images.formats import Format

_HEAD_BYTES = 64
# What complete files end with; a RIFF file begins with its length instead.
_ENDS = {"jpeg": b"\xff\xd9", "png": b"\0\0\0\0IEND\xaeB`\x82", "gif": b"\0;", "webp": b""}


class FileCheck(NamedTuple):
    """Represent what a file is by its content.

    `fault` says what is wrong with a picture that is kept all the same, as its service has it so.
    """

    format: Format
    fault: str | None = None


def require_pillow() -> None:
    """Raise `BadArguments` where pictures cannot be decoded, before any is asked for."""
    from importlib.util import find_spec

    for name in ("PIL", "numpy"):
        if find_spec(name) is None:
            message = f"downloads are checked with {name}, which is not installed"
            raise BadArguments(message, hint="pip install 'animedex[pictures]'")


def check_file(target: Target, fetched: Fetched, part: Partial, content: BinaryIO) -> FileCheck:
    """Check a file that has come to its end: `content` is what is in it.

    Raises `UpstreamDecode` for another length, for a page and for any unknown type, and `Corrupt`
    for another checksum and for a damaged picture, unless the row announces these very bytes.
    """
    size = content.seek(0, os.SEEK_END)
    _check_length(target, size, part.total)
    content.seek(0)
    head = content.read(_HEAD_BYTES)
    kind = identify_format(head)
    if kind is None:
        raise no_picture(fetched.header("content-type"), head)
    _check_md5(target, part)
    if not kind.is_picture:
        return FileCheck(kind)
    try:
        check_pixels(part.path, content, kind)
    except TimedOut as error:
        error.message = error.message.replace(part.path, target.post.id)
        raise
    except TooLarge:
        # Nothing else can be said of it.
        return FileCheck(kind)
    except (Corrupt, BadArguments) as error:
        # What it is called here says nothing to anybody.
        message = error.message.replace(part.path, target.post.id)
        # A checksum was compared already.
        if target.file.md5 is not None or target.file.byte_size == size:
            return FileCheck(kind, message)
        hint = HINT_AGAIN if error.hint == HINT else error.hint
        raise Corrupt(message, hint=hint, backend=target.backend) from None
    return FileCheck(kind)


def check_pixels(path: str, content: BinaryIO, kind: Format) -> None:
    """Walk over a picture's container, and decode it only if that shows a fault.

    Raises `Corrupt` if pixels are missing or damaged, and `TooLarge` if that would cost too much.
    """
    if _is_intact(content, kind, path):
        return
    from animedex.images.image_inspection import measure_image

    measure_image(path)


def _is_intact(content: BinaryIO, kind: Format, path: str) -> bool:
    """Return whether a container is complete: all its parts and its end; False if undecided."""
    if kind.name not in _ENDS:
        return False
    try:
        parts = select_parts(SourceFile(path, content), kind.name)
    except Corrupt:
        return False
    if kind.name == "webp":
        return parts is None
    end = _ENDS[kind.name]
    content.seek(-len(end), os.SEEK_END)
    return content.read() == end


def _check_length(target: Target, size: int, announced: int | None) -> None:
    # A checksum says more than a size, and is compared afterwards.
    row = target.file.byte_size if target.file.md5 is None else None
    for length in (announced, row):
        if length is not None and length != size:
            message = f"the service announced {format_count(length, 'byte')}, and {size} came"
            raise UpstreamDecode(message, hint=HINT_AGAIN, backend=target.backend)
    if not size:
        message = "the file is empty"
        raise UpstreamDecode(message, hint=HINT_AGAIN, backend=target.backend)


def _check_md5(target: Target, part: Partial) -> None:
    if target.file.md5 is None:
        return
    if (part.md5() or hash_file_md5(part.path)) != target.file.md5.lower():
        message = "the file has not the checksum that the service tells"
        raise Corrupt(message, hint=HINT_AGAIN, backend=target.backend)


def file_sha256(path: str) -> str:
    """Return a file's SHA-256."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def same_bytes(one: str, other: str) -> bool:
    """Tell whether two files hold the same bytes; what cannot be read is another."""
    import filecmp

    try:
        return os.stat(one).st_size == os.stat(other).st_size and filecmp.cmp(
            one, other, shallow=False
        )
    except OSError:
        return False
