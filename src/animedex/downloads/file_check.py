"""Whether a file is what it should be.

A new one is compared with what was announced: length, checksum, type, container. One that is there
already is the same picture by the credit in it, or by its bytes.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, NamedTuple

from animedex.downloads.resumable_writer import HINT as HINT_AGAIN
from animedex.downloads.resumable_writer import not_a_picture
from animedex.errors import AnimedexError, BadArguments, Corrupt, TimedOut, TooLarge, UpstreamDecode
from animedex.files import hash_file
from animedex.images.containers import is_intact
from animedex.images.containers.file_reader import HINT, SourceFile
from animedex.images.formats import HEAD_BYTES, identify_format
from animedex.images.sidecar import read_any_credit
from animedex.images.xmp import read_credit
from animedex.library.file_facts import matches_announcement
from animedex.plurals import format_count

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    from animedex.backends.asset_call import FetchedFile
    from animedex.downloads.resumable_file import ResumableFile
    from animedex.downloads.targets import Target
    from animedex.images.formats import Format
    from animedex.images.xmp.credit_text import Credit


class FileCheck(NamedTuple):
    """Represent what a file is by its content.

    `fault` says what is wrong with a picture that is kept all the same, as its service has it so.
    """

    format: Format
    fault: str | None = None


def require_pillow() -> None:
    """Raise `BadArguments` if the packages that decode pictures are not installed."""
    from importlib.util import find_spec

    for name in ("PIL", "numpy"):
        if find_spec(name) is None:
            message = f"downloads need {name}, which is not installed"
            raise BadArguments(message, hint="pip install 'animedex[pictures]'")


def check_file(
    target: Target, fetched: FetchedFile, part: ResumableFile, content: BinaryIO
) -> FileCheck:
    """Check a complete file, whose bytes are in `content`.

    Raises `UpstreamDecode` for another length, for a page and for any unknown type, and `Corrupt`
    for another checksum and for a damaged picture, unless the row announces these very bytes.
    """
    size = content.seek(0, os.SEEK_END)
    _check_length(target, size, part.total)
    content.seek(0)
    head = content.read(HEAD_BYTES)
    kind = identify_format(head)
    if kind is None:
        raise not_a_picture(fetched.header("content-type"), head)
    _check_md5(target, part)
    if not kind.is_picture:
        return FileCheck(kind)
    try:
        check_pixels(part.path, content, kind, part.store)
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


def check_pixels(
    path: str, content: BinaryIO, kind: Format, store: Callable[[], object] = lambda: None
) -> None:
    """Walk over a picture's container, and decode it only if that shows a fault.

    `store` is called before that, as it reads the file from disk.

    Raises `Corrupt` if pixels are missing or damaged, and `TooLarge` if that would cost too much.
    """
    if is_intact(SourceFile(path, content), kind.name):
        return
    from animedex.images.image_inspection import measure_image

    store()
    measure_image(path)


def _check_length(target: Target, size: int, announced: int | None) -> None:
    # A checksum says more than a size, and is compared afterwards.
    row = target.file.byte_size if target.file.md5 is None else None
    for length in (announced, row):
        if length is not None and length != size:
            message = f"the service announced {format_count(length, 'byte')}, but sent {size}"
            raise UpstreamDecode(message, hint=HINT_AGAIN, backend=target.backend)
    if not size:
        message = "the file is empty"
        raise UpstreamDecode(message, hint=HINT_AGAIN, backend=target.backend)


def _check_md5(target: Target, part: ResumableFile) -> None:
    if target.file.md5 is None:
        return
    if (part.md5() or hash_file(part.store(), "md5")) != target.file.md5.lower():
        message = "the file does not match the checksum that the service published"
        raise Corrupt(message, hint=HINT_AGAIN, backend=target.backend)


def has_same_bytes(one: str, other: str) -> bool:
    """Return whether two files have the same bytes; False for one that cannot be read."""
    import filecmp

    try:
        return os.stat(one).st_size == os.stat(other).st_size and filecmp.cmp(
            one, other, shallow=False
        )
    except OSError:
        return False


def is_same_picture(
    target: Target, path: str, new_path: str | None = None, *, is_original: bool = False
) -> bool:
    """Return whether a file is the target's picture, and complete; `new_path` is a new copy.

    With `is_original`, it must have the service's own bytes. No link is followed, as it may lead
    anywhere.
    """
    try:
        status = os.lstat(path)
        if not stat.S_ISREG(status.st_mode) or not status.st_size:
            return False
        if is_original and (new_path or target.file.md5 or read_credit(path)):
            return _has_same_content(target, path, status.st_size, new_path)
        credited = read_any_credit(path)
        if credited is not None and credited.post.id == target.post.id:
            return _is_same_version(target, credited) and _is_whole(target, path, status.st_size)
        return _has_same_content(target, path, status.st_size, new_path)
    except (AnimedexError, OSError):
        # What cannot be read is certainly not it.
        return False


def is_credited(path: str) -> bool:
    """Return whether there is a credit in a file or a sidecar, even a damaged one."""
    try:
        return read_any_credit(path) is not None
    except AnimedexError:
        return True


def _is_same_version(target: Target, credited: Credit) -> bool:
    """Return whether the service has not replaced the file since the one here was downloaded."""
    here, there = credited.post.md5, target.post.md5
    return here is None or there is None or here == there


def _is_whole(target: Target, path: str, size: int) -> bool:
    with open(path, "rb") as file:
        kind = identify_format(file.read(HEAD_BYTES))
        if kind is None:
            return False
        if not kind.is_picture:
            return target.file.byte_size in {None, size}
        try:
            check_pixels(path, file, kind)
        except TooLarge:
            return True
        except Corrupt:
            # It was kept because its row announces these very bytes.
            return matches_announcement(path, target.file.md5, target.file.byte_size)
    return True


def _has_same_content(target: Target, path: str, size: int, fetched: str | None) -> bool:
    if fetched is not None:
        return has_same_bytes(fetched, path)
    if target.file.md5 is None or target.file.byte_size not in {None, size}:
        return False
    return hash_file(path, "md5") == target.file.md5.lower()
