"""Rows read from JSON as it streams by, each with its own bytes.

What any picture command prints is understood: arrays, JSON lines, objects one after the other, and
several of these in turn. An array is opened row by row, so that no more than one row is held.
"""

from __future__ import annotations

import io
import re
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, cast

import msgspec

from animedex.errors import AnimedexError, BadArguments
from animedex.models import decode_json
from animedex.text_encoding import read_pieces, utf8_pieces

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Sequence

    from animedex.http_message import JsonObject

HERE = "-"
LONGEST = 16 * 1024 * 1024
_NAME_OF_HERE = "standard input"
_PIECE = 256 * 1024
_HINT = "give JSON or JSON lines, as any picture command prints with --json"
# Files that were put together have byte order marks between their rows.
_SPACE = re.compile(rb"(?:[ \t\r\n]++|\xef\xbb\xbf)*+")
_LINE = re.compile(rb"\n[{\[]")
_KINDS = {b"[": "it is an array, no object", b'"': "it is a string, no object"}
_TRAILING = re.compile(r"trailing characters \(byte ([0-9]+)\)$")
_NO_UTF8 = "it is not UTF-8"
_NUL = "it has NUL bytes, as UTF-16 without a byte order mark has"
_NO_DIVIDE = "neither a comma nor the end of the array follows it"
_UNCLOSED = "the array ends before it is closed"
_CUT = "Input data was truncated"
_PLACE = re.compile(r"\(byte ([0-9]+)\)$")
_DEEP = "nested too deeply"
_TOO_LONG = f"it is longer than {LONGEST // 2**20} MiB"

_whole = msgspec.json.Decoder(msgspec.Raw).decode


class Row(NamedTuple):
    """One row: its original bytes, and their values."""

    raw: bytes
    value: JsonObject


def read_files(paths: Sequence[str]) -> Iterator[Row]:
    """Read the rows of some files, `-` being standard input; of standard input where none is named.

    Raises `BadArguments` for what cannot be read, once the rows before it were given.
    """
    for path in paths or (HERE,):
        name = _NAME_OF_HERE if path == HERE else path
        with _open_file(path, name) as file:
            yield from read_rows(file, name)


def read_rows(source: BinaryIO | Iterable[bytes], name: str = _NAME_OF_HERE) -> Iterator[Row]:
    r"""Read rows from a file or from pieces of one; `name` is what an error calls it.

    Raises `BadArguments` with the number of the row for what is not JSON in UTF-8, no object, or
    over 16 MiB long, once the rows before it were given.

    >>> [row.value for row in read_rows([b'[{"a": 1}, {"a"', b': 2}]'])]
    [{'a': 1}, {'a': 2}]
    >>> [row.raw for row in read_rows([b'{"a": 1.50}\n{"a": 2}\n'])]
    [b'{"a": 1.50}', b'{"a": 2}']
    """
    return _Reader(_open_pull(source, name), name).read_rows()


def read_rows_and_errors(
    source: BinaryIO | Iterable[bytes], name: str = _NAME_OF_HERE
) -> Iterator[Row | BadArguments]:
    r"""Read rows as `read_rows` does, but yield an error for an invalid line, and continue.

    An error within an array is the last, as nothing behind it can be trusted.

    >>> found = read_rows_and_errors([b'{"a": 1}\n{"a": ?\n{"a": 3}\n'])
    >>> [one.value if isinstance(one, Row) else type(one).__name__ for one in found]
    [{'a': 1}, 'BadArguments', {'a': 3}]
    """
    return _Reader(_open_pull(source, name), name).read_rows_and_errors()


class _Reader:
    """Find where each row begins and ends."""

    def __init__(self, pull: Callable[[int], bytes], name: str) -> None:
        self._pull = pull
        self._name = name
        self._data = b""
        self._at = 0
        self._number = 0
        self._is_inside = False
        self._is_passed = False

    def read_rows(self) -> Iterator[Row]:
        """Return every row of every value."""
        while start := self._next():
            if start == b"[":
                self._at += 1
                self._is_inside = True
                yield from self._elements()
                self._is_inside = False
            else:
                yield self._row(start)

    def read_rows_and_errors(self) -> Iterator[Row | BadArguments]:
        """Yield every row, and every fault; after a fault, continue at the next line like a row."""
        while True:
            try:
                yield from self.read_rows()
            except BadArguments as error:
                if self._is_inside:
                    error.message += "; what follows was not read"
                yield error
                if self._is_inside or not (self._is_passed or self._skip()):
                    return
            else:
                return

    def _skip(self) -> bool:
        """Move to the next line that looks like a row; return whether there is one."""
        while True:
            match = _LINE.search(self._data, self._at)
            if match:
                self._at = match.end() - 1
                return True
            # A line may have ended just here.
            self._at = len(self._data) - self._data.endswith(b"\n")
            if not self._more():
                return False

    def _elements(self) -> Iterator[Row]:
        """Yield the rows of an array behind its opening bracket, and move behind its end."""
        if self._next() == b"]":
            self._at += 1
            return
        while True:
            yield self._row(self._next())
            divide = self._next()
            self._at += 1
            if divide == b"]":
                return
            if divide != b",":
                raise self._invalid_row(_NO_DIVIDE if divide else _UNCLOSED)

    def _next(self) -> bytes:
        """Move to the next character that is not a space, and return it; empty at the end."""
        while True:
            space = _SPACE.match(self._data, self._at)
            self._at = space.end() if space else self._at
            if self._at < len(self._data) or not self._more():
                return self._data[self._at : self._at + 1]

    def _row(self, start: bytes) -> Row:
        self._number += 1
        self._is_passed = False
        if start != b"{":
            raise self._not_an_object(start)
        raw = self._take_row()
        self._is_passed = True
        try:
            return Row(raw, cast("JsonObject", decode_json(raw)))
        except UnicodeDecodeError:
            raise self._invalid_row(_NO_UTF8) from None
        except RecursionError:
            raise self._invalid_row(_describe_error(_DEEP)) from None
        except (msgspec.DecodeError, ValueError) as error:
            raise self._invalid_row(_describe_error(str(error))) from None

    def _take_row(self) -> bytes:
        """Return the bytes of the object that begins here, and go behind it."""
        before = None
        while True:
            length, trouble = _measure_value(memoryview(self._data)[self._at :])
            if length > LONGEST or (trouble and len(self._data) - self._at > LONGEST):
                raise self._invalid_row(_TOO_LONG)
            if trouble is None:
                self._at += length
                return self._data[self._at - length : self._at].rstrip()
            # What is only cut is mended by more; a fault that stays as it was is one.
            if trouble == before != _CUT or not self._more():
                is_wide = self._data[self._at + 1 : self._at + 2] == b"\0"
                raise self._invalid_row(_NUL if is_wide else _describe_error(trouble))
            before = trouble

    def _more(self) -> bool:
        """Read more: what is available or, within a long row, twice as much; return whether any."""
        rest = self._data[self._at :]
        piece = self._pull(len(rest) if len(rest) > _PIECE else 1)
        self._data, self._at = rest + piece, 0
        return bool(piece)

    def _not_an_object(self, start: bytes) -> BadArguments:
        if start == b"\0":
            return self._invalid_row(_NUL)
        return self._invalid_row(_KINDS.get(start, "it is no JSON object") if start else _UNCLOSED)

    def _invalid_row(self, what: str) -> BadArguments:
        return BadArguments(f"{self._name}, row {self._number}: {what}", hint=_HINT)


def _measure_value(view: memoryview) -> tuple[int, str | None]:
    """Return how long the value is that data begins with, or what is wrong with it."""
    try:
        _whole(view)
    except msgspec.DecodeError as error:
        # Where others follow a value, the fault names the place; there is no faster way to know.
        trouble = str(error)
        trailing = _TRAILING.search(trouble)
        if trailing:
            return int(trailing[1]) - 1, None
        # A lone minus sign is such a case.
        place = _PLACE.search(trouble)
        return 0, _CUT if place and int(place[1]) >= len(view) else trouble
    except RecursionError:
        return 0, _DEEP
    return len(view), None


def _describe_error(trouble: str) -> str:
    """Return what msgspec found wrong with a row.

    >>> _describe_error("JSON is malformed: trailing comma in object (byte 7)")
    'it is no JSON: trailing comma in object (byte 7)'
    """
    if trouble == _CUT:
        return "it ends in the middle"
    return f"it is no JSON: {trouble.removeprefix('JSON is malformed: ').partition(' - at ')[0]}"


def _open_pull(source: BinaryIO | Iterable[bytes], name: str) -> Callable[[int], bytes]:
    """Return a function that reads a minimum number of bytes, and fewer only at the end."""
    is_file = isinstance(source, (io.RawIOBase, io.BufferedIOBase))
    pieces = utf8_pieces(read_pieces(cast("BinaryIO", source)) if is_file else source, name)
    return lambda size: b"".join(_gather_pieces(pieces, size))


def _gather_pieces(pieces: Iterator[bytes], size: int) -> Iterator[bytes]:
    """Join pieces, so that parsing a row is not tried again after each of them."""
    for piece in pieces:
        yield piece
        size -= len(piece)
        if size <= 0:
            return


@contextmanager
def _open_file(path: str, name: str) -> Generator[BinaryIO]:
    """Open a file to read; raise `BadArguments` where it cannot be opened or read."""
    try:
        if path == HERE:
            yield _open_stdin()
        else:
            with open(path, "rb") as file:
                yield file
    except AnimedexError:
        raise
    except (OSError, ValueError) as error:
        # A name with a null byte is a ValueError.
        message = f"{name} cannot be read: {getattr(error, 'strerror', None) or error}"
        raise BadArguments(message, hint="give another file, or - for standard input") from None


def _open_stdin() -> BinaryIO:
    # Where a process starts without a standard input, there is nothing to read from.
    if sys.stdin is None:
        message = "standard input is closed"
        raise BadArguments(message, hint=_HINT)
    return sys.stdin.buffer
