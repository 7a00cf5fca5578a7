"""Rows in a temporary file, until it is clear which of them to print."""

from __future__ import annotations

from array import array
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

from animedex.errors import AnimedexError, NoSpace, is_full

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator
    from typing import IO

_BUFFER = 1024 * 1024
_HINT = "name a folder with room in TMPDIR"


class TemporaryRows:
    """Rows as bytes, in a private file that is deleted with the process."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._lengths = array("I")

    def add(self, raw: bytes) -> None:
        """Store a row; raise `NoSpace` if it does not fit."""
        try:
            self._file.write(raw)
        except OSError as error:
            raise _write_error(error) from None
        self._lengths.append(len(raw))

    def read(self, rows: Iterable[int]) -> Iterator[bytes]:
        """Return the rows of these ascending numbers; raise `NoSpace` if they did not fit."""
        try:
            # What is still buffered is written now.
            self._file.seek(0)
        except OSError as error:
            raise _write_error(error) from None
        row_numbers = iter(rows)
        next_one = next(row_numbers, None)
        for row, length in enumerate(self._lengths):
            raw = self._file.read(length)
            if row == next_one:
                yield raw
                next_one = next(row_numbers, None)


@contextmanager
def open_temporary_rows() -> Generator[TemporaryRows]:
    """Open a spool, which is gone at the end."""
    try:
        file = TemporaryFile(buffering=_BUFFER, prefix="animedex-")  # noqa: SIM115  closing it may fail, see below
    except OSError as error:
        raise _write_error(error) from None
    try:
        yield TemporaryRows(file)
    finally:
        _close(file)


def _close(file: IO[bytes]) -> None:
    """Close the file, whatever became of what was to be written."""
    try:
        file.close()
    except OSError:
        # Its bytes are not wanted any more; that they did not fit was told where they were.
        return


def _write_error(error: OSError) -> AnimedexError:
    message = f"rows cannot be written to a temporary file: {error.strerror or error}"
    return (NoSpace if is_full(error) else AnimedexError)(message, hint=_HINT)
