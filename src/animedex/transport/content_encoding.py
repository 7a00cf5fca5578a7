"""Decoding compressed bodies: never to more than a limit, and in bounded time."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from animedex.errors import UpstreamDecode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from animedex.http_message import Response

# Compressors that work in parallel write a member for every 64 KiB or more, and the largest
# answers are 16 MiB long. An empty member takes 20 bytes.
MAX_MEMBERS = 1024
_PIECE = 64 * 1024
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS
_HINT = "try again later"


class Decompressor:
    """Decompresses gzip or zlib data as it arrives, or raw deflated data (`is_raw`)."""

    def __init__(self, *, is_raw: bool = False) -> None:
        self._window = -zlib.MAX_WBITS if is_raw else _GZIP_OR_ZLIB
        self._stream = zlib.decompressobj(self._window)
        self._members = 1

    def feed(self, data: bytes | memoryview) -> Iterator[bytes]:
        """Take the next piece, and yield its content in pieces of 64 KiB at most.

        Raises `UpstreamDecode` for damaged data.
        """
        piece = b""
        while data or len(piece) == _PIECE:
            if self._stream.eof:
                self._begin_member()
            try:
                piece = self._stream.decompress(data, _PIECE)
            except zlib.error:
                message = "the compressed response is damaged"
                raise UpstreamDecode(message, hint=_HINT) from None
            data = self._stream.unused_data if self._stream.eof else self._stream.unconsumed_tail
            yield piece

    def finish(self) -> None:
        """Raise `UpstreamDecode` unless the data is complete."""
        if not self._stream.eof:
            message = "the compressed response is truncated"
            raise UpstreamDecode(message, hint=_HINT)

    def _begin_member(self) -> None:
        """Begin the next of several gzip members; each costs time, however short it is."""
        self._members += 1
        if self._members > MAX_MEMBERS:
            message = f"the response is compressed in more than {MAX_MEMBERS} parts"
            raise UpstreamDecode(message, hint=_HINT)
        self._stream = zlib.decompressobj(self._window)


def decode_body(response: Response, max_bytes: int, check: Callable[[], object]) -> Response:
    """Return the answer with its content encoding undone.

    `check` is called between pieces, and may raise to end the work. Raises `UpstreamDecode` if the
    body is not what the encoding says, is cut, or would grow beyond `max_bytes`.

    >>> import gzip
    >>> from animedex.http_message import Response
    >>> zeros = Response(200, (("content-encoding", "gzip"),), gzip.compress(b"0" * 99), "")
    >>> len(decode_body(zeros, max_bytes=99, check=int).body)
    99
    >>> decode_body(zeros, max_bytes=10, check=int)
    Traceback (most recent call last):
        ...
    animedex.errors.UpstreamDecode: the response is more than 10 bytes when decompressed
    """
    encoding = (response.header("content-encoding") or "identity").strip().lower()
    if encoding == "identity" or not response.body:
        return response
    if encoding not in {"gzip", "x-gzip", "deflate"}:
        message = f"the response has an encoding that was not requested: {encoding[:40]}"
        raise UpstreamDecode(message)
    decompressor, body = Decompressor(), memoryview(response.body)
    pieces: list[bytes] = []
    size = 0
    for start in range(0, len(body), _PIECE):
        for piece in decompressor.feed(body[start : start + _PIECE]):
            check()
            pieces.append(piece)
            size += len(piece)
            if size > max_bytes:
                message = f"the response is more than {max_bytes} bytes when decompressed"
                raise UpstreamDecode(message)
    decompressor.finish()
    return response._replace(body=b"".join(pieces))
