"""A small TOML file of the user's: read leniently, written at once and for its owner alone."""

from __future__ import annotations

import contextlib
import os
import stat
from typing import TYPE_CHECKING, cast

from animedex.errors import BadArguments
from animedex.files import open_nonblocking, replace_file, write_error
from animedex.text_encoding import decode_text

if TYPE_CHECKING:
    from collections.abc import Generator, MutableMapping


def read_toml(path: str) -> dict[str, object]:
    """Read the file; an absent one is empty. Raises `BadArguments` where it is not TOML."""
    content = _content(path)
    if not content:
        return {}
    # Only who has a file pays for the parser.
    import tomllib

    try:
        return tomllib.loads(content)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        message = f"{path} is not TOML{_place_of(error)}"
        raise BadArguments(
            message, hint="correct it, or move it away to start with a new file"
        ) from None


def _place_of(error: Exception) -> str:
    """Return the position of a fault; the parser's own message is not printed.

    >>> _place_of(ValueError("Invalid value (at line 3, column 7)"))
    ': line 3, column 7 cannot be read'
    """
    _, _, place = str(error).rpartition("(at ")
    if place.startswith("line "):
        return f": {place.rstrip(')')} cannot be read"
    return (
        ": it is nested too deeply" if isinstance(error, RecursionError) else ": its end is missing"
    )


@contextlib.contextmanager
def edit_toml(path: str) -> Generator[MutableMapping[str, object]]:
    """Return the file's content to be changed, and write it back with its comments and order."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    read_toml(path)
    try:
        document = tomlkit.parse(_content(path))
    except TOMLKitError:
        # Its words quote the file, which may hold keys.
        message = f"{path} is TOML that animedex cannot change"
        raise BadArguments(message, hint="change it by hand") from None
    yield cast("MutableMapping[str, object]", document)
    try:
        content = tomlkit.dumps(document).encode()
    except UnicodeEncodeError:
        message = f"this text cannot be stored in {path}"
        raise BadArguments(message) from None
    _replace(os.path.realpath(path), content)


def get_table(
    document: MutableMapping[str, object], name: str, path: str
) -> MutableMapping[str, object]:
    """Return a table of the content, created if it is missing."""
    import tomlkit

    place = document.setdefault(name, tomlkit.table())
    if not isinstance(place, dict):
        message = f"{name}: a table is expected in {path}"
        raise BadArguments(message)
    return cast("MutableMapping[str, object]", place)


def _content(path: str) -> str:
    try:
        # A pipe would be waited for, for ever, and so would be what some devices say.
        with open(path, "rb", opener=open_nonblocking) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                message = f"{path} cannot be read: it is not a regular file"
                raise BadArguments(message)
            data = file.read()
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}"
        raise BadArguments(message) from None
    return decode_text(data, path) if data else ""


def _replace(path: str, content: bytes) -> None:
    try:
        replace_file(path, content)
    except OSError as error:
        raise write_error(path, error) from None
