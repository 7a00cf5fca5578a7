"""Files named on a command line, or in a list on standard input."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, cast

from animedex.cli.streams import is_piped, standard_input
from animedex.errors import BadArguments
from animedex.text_encoding import HINT, NUL_BYTES, STANDARD_INPUT, decode_text, to_utf8

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from io import BufferedReader
    from typing import BinaryIO

    from animedex.http_message import JsonValue

_USUAL = b'./\\\n"'
_HINT = "pipe a list in, as in `find . -name '*.png' | animedex library add -`"


def expand_paths(names: Iterable[str]) -> Iterator[str]:
    """Yield the names, with those from standard input in place of `-`."""
    for name in names:
        if name == "-":
            yield from read_list(piped_paths())
        else:
            yield name


def piped_paths() -> BufferedReader:
    """Return standard input, unless it is closed or a terminal."""
    if not is_piped():
        message = "there is nothing to read on standard input"
        raise BadArguments(message, hint=_HINT)
    return standard_input(_HINT)


def read_list(file: BinaryIO) -> Iterator[str]:
    r"""Read paths, separated by line ends or NUL, or JSON rows that have a `path`.

    >>> import io
    >>> list(read_list(io.BytesIO(b"a.png\n\nb.png\n"))), list(read_list(io.BytesIO(b"a\nb\0c\0")))
    (['a.png', 'b.png'], ['a\nb', 'c'])
    >>> list(read_list(io.BytesIO(b'[{"path": "a.png"}]')))
    ['a.png']
    """
    text = _in_utf8(file.read())
    if text.lstrip()[:1] in {b"[", b"{"}:
        return _paths(text)
    parts = [part for part in (text.split(b"\0") if b"\0" in text else text.splitlines()) if part]
    if b"\0" in text and _is_utf16(parts):
        message = f"{STANDARD_INPUT}, line 1: {NUL_BYTES}"
        raise BadArguments(message, hint=HINT)
    return map(os.fsdecode, parts)


def _in_utf8(data: bytes) -> bytes:
    """Return a list in UTF-8; a first path that only resembles a byte order mark is kept."""
    try:
        text = to_utf8(data, STANDARD_INPUT)
    except BadArguments:
        if _is_utf16([part for part in data.split(b"\0") if part]):
            raise
        return data
    # In UTF-16, too, a list has dots, slashes, line ends or quotes.
    return text if any(byte in text for byte in _USUAL) else data


def _is_utf16(parts: list[bytes]) -> bool:
    r"""Return whether the parts between NUL bytes are the letters of a text in UTF-16.

    Read as paths they would name the root of the file system.

    >>> _is_utf16([b"p", b"/", b"a"]), _is_utf16([b"./a", b"/"]), _is_utf16([b"a", b"b"])
    (True, False, False)
    """
    letters = [part for part in parts if len(part) == 1]
    return 1 < len(parts) < 2 * len(letters) and any(part in _USUAL for part in letters)


def _paths(text: bytes) -> Iterator[str]:
    from animedex.errors import UpstreamDecode
    from animedex.models import parse_json

    # Names the line that is not text, before a parser trips over it.
    decode_text(text, STANDARD_INPUT)
    whole = text.lstrip()[:1] == b"["
    for number, part in enumerate([text] if whole else text.splitlines(), 1):
        if not part.strip():
            continue
        try:
            value = cast("JsonValue", parse_json(part, object))
        except UpstreamDecode:
            message = f"{STANDARD_INPUT}, line {number}: it is not JSON"
            raise BadArguments(message, hint=_HINT) from None
        for row in value if isinstance(value, list) else [value]:
            yield _path(row)


def _path(row: JsonValue) -> str:
    path = row.get("path") if isinstance(row, dict) else None
    if not isinstance(path, str):
        message = "standard input: a row has no path"
        raise BadArguments(message, hint="pipe in what `animedex library list` prints, or paths")
    return path
