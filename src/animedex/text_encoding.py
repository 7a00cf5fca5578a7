"""Text from people and other programs: UTF-8, or UTF-16 and UTF-32 with a byte order mark.

Everything that reads a text file or standard input decodes it here.
"""

from __future__ import annotations

import codecs
import io
from typing import TYPE_CHECKING

from animedex.errors import BadArguments

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

    from _typeshed import WriteableBuffer

STANDARD_INPUT = "standard input"
# The mark of UTF-32 begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF8, "UTF-8"),
    (codecs.BOM_UTF32_LE, "UTF-32-LE"),
    (codecs.BOM_UTF32_BE, "UTF-32-BE"),
    (codecs.BOM_UTF16_LE, "UTF-16-LE"),
    (codecs.BOM_UTF16_BE, "UTF-16-BE"),
)
_LONGEST_MARK = 4
_PIECE = 256 * 1024
NUL_BYTES = "it has NUL bytes, as UTF-16 without a byte order mark has"
HINT = "save it as UTF-8, or as UTF-16 with a byte order mark"


def decode_text(data: bytes, name: str) -> str:
    r"""Return a text without its byte order mark; an error calls it `name`.

    Raises `BadArguments` with the line for what is not text in one of the encodings above.

    >>> decode_text("\ufeffa\r\n".encode("utf-16-le"), "a.txt")
    'a\r\n'
    """
    plain = to_utf8(data, name)
    if describe_encoding_fault(plain) is None:
        return plain.decode()
    faults = map(describe_encoding_fault, plain.split(b"\n"))
    number, why = next((number, why) for number, why in enumerate(faults, 1) if why)
    message = f"{name}, line {number}: {why}"
    raise BadArguments(message, hint=HINT)


def describe_encoding_fault(text: bytes) -> str | None:
    r"""Return why bytes are not text in UTF-8; return None where they are.

    >>> describe_encoding_fault("a\u732b".encode()), describe_encoding_fault(b"\xe4")
    (None, 'it is not UTF-8')
    """
    if b"\0" in text:
        return NUL_BYTES
    try:
        text.decode()
    except UnicodeDecodeError:
        return "it is not UTF-8"
    return None


def to_utf8(data: bytes, name: str) -> bytes:
    r"""Return a text in UTF-8 without its byte order mark.

    What has no mark is returned as it is. Raises `BadArguments` where the mark is wrong.

    >>> to_utf8("\ufeff猫".encode("utf-16-be"), "a.txt").decode()
    '猫'
    """
    return b"".join(utf8_pieces([data], name))


def utf8_pieces(pieces: Iterable[bytes], name: str) -> Iterator[bytes]:
    """Yield a text in UTF-8 without its byte order mark, piece by piece.

    Raises `BadArguments` where it is not in the encoding that the mark says.
    """
    left = iter(pieces)
    opening = b""
    while len(opening) < _LONGEST_MARK and (piece := next(left, b"")):
        opening += piece
    mark, encoding = next((one for one in _MARKS if opening.startswith(one[0])), (b"", ""))
    opening = opening.removeprefix(mark)
    if encoding in {"", "UTF-8"}:
        yield opening
        yield from left
        return
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    for piece, is_last in _with_last(opening, left):
        text, is_whole = _decode(decoder, piece, is_last=is_last)
        line += text.count("\n")
        if not is_whole:
            message = f"{name}, line {line}: it is not {encoding}, as its byte order mark says"
            raise BadArguments(message, hint=HINT)
        yield text.encode()


def open_text(file: BinaryIO, name: str) -> io.BufferedReader:
    """Return a file that reads as UTF-8, with its own bytes where it has no byte order mark."""
    return io.BufferedReader(_Pieces(utf8_pieces(read_pieces(file), name)))


def read_pieces(file: BinaryIO) -> Iterator[bytes]:
    """Yield what is available in a file, without waiting for the end of a pipe."""
    read = file.read1 if isinstance(file, io.BufferedIOBase) else file.read
    return iter(lambda: read(_PIECE) or b"", b"")


def _with_last(first: bytes, rest: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    yield first, False
    for piece in rest:
        yield piece, False
    yield b"", True


def _decode(decoder: codecs.IncrementalDecoder, piece: bytes, *, is_last: bool) -> tuple[str, bool]:
    """Decode a piece; return the text before the first fault, and whether there is no fault."""
    try:
        text = decoder.decode(piece, is_last)
    except UnicodeDecodeError as error:
        return error.object[: error.start].decode(error.encoding), False
    return text, True


class _Pieces(io.RawIOBase):
    """Read pieces as a file."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = piece
        room = memoryview(buffer)
        size = min(len(room), len(self._rest))
        room[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size
