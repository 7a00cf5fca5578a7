"""What was fetched, compared with what was promised: length, checksum, type; and decoded."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, NamedTuple

from animedex.download.resumable_writer import HINT as HINT_AGAIN
from animedex.download.resumable_writer import no_picture
from animedex.errors import BadArguments, Corrupt, TimedOut, TooLarge, UpstreamDecode
from animedex.images.containers.file_reader import HINT
from animedex.images.formats import format_of
from animedex.library.file_facts import file_md5
from animedex.plurals import format_count

if TYPE_CHECKING:
    from animedex.backends.asset_call import Fetched
    from animedex.download.resumable_file import Partial
    from animedex.download.targets import Target
    from animedex.images.formats import Format
    from animedex.images.image_inspection import Examined


class Checked(NamedTuple):
    """Hold what a file is by its content; `examined` is None where nobody has looked at it.

    `fault` says why a picture could not be looked at that is to be kept all the same.
    """

    format: Format
    examined: Examined | None
    fault: str | None = None
    is_damaged: bool = False


def require_pillow() -> None:
    """Raise `BadArguments` where pictures cannot be decoded, before any is asked for."""
    from importlib.util import find_spec

    for name in ("PIL", "numpy"):
        if find_spec(name) is None:
            message = f"downloads are checked with {name}, which is not installed"
            raise BadArguments(message, hint="pip install 'animedex[pictures]'")


def checked(target: Target, fetched: Fetched, partial: Partial, *, look: bool) -> Checked:
    """Check a file that has come to its end, and tell what it is, and what it looks like if asked.

    Raises `UpstreamDecode` for another length, for a page and for any unknown type, and `Corrupt`
    for another checksum and for what cannot be decoded, unless the row announces these very bytes.
    """
    size, opening = partial.size(), partial.opening()
    _check_length(target, size, partial.total)
    kind = format_of(opening)
    if kind is None:
        raise no_picture(fetched.header("content-type"), opening)
    _check_sum(target, partial)
    if not kind.is_picture:
        return Checked(kind, None)
    from animedex.images.image_inspection import examine, measure

    try:
        if look:
            return Checked(kind, examine(partial.path))
        measure(partial.path)
    except TimedOut as error:
        error.message = error.message.replace(partial.path, target.post.id)
        raise
    except (Corrupt, BadArguments) as error:
        # What it is called here says nothing to anybody.
        message = error.message.replace(partial.path, target.post.id)
        # A checksum was compared already.
        is_announced = target.file.md5 is not None or target.file.byte_size == size
        if is_announced or isinstance(error, TooLarge):
            return Checked(kind, None, message, is_damaged=not isinstance(error, TooLarge))
        hint = HINT_AGAIN if error.hint == HINT else error.hint
        raise Corrupt(message, hint=hint, backend=target.backend) from None
    return Checked(kind, None)


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


def _check_sum(target: Target, partial: Partial) -> None:
    if target.file.md5 is None:
        return
    if (partial.md5() or file_md5(partial.path)) != target.file.md5.lower():
        message = "the file has not the checksum that the service tells"
        raise Corrupt(message, hint=HINT_AGAIN, backend=target.backend)


def file_sum(path: str) -> str:
    """Give a file's SHA-256."""
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
