"""Decoding a body as it came over the wire: never to more than a cap, and in bounded time."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from animedex.errors import UpstreamDecode

if TYPE_CHECKING:
    from collections.abc import Callable

    from animedex.call import Response

_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS
# Compressors that work in parallel write a member for every 64 KiB or more, and the largest
# answers are 16 MiB long. An empty member takes 20 bytes.
MOST_MEMBERS = 1024
_PIECE = 64 * 1024


def decoded(response: Response, cap: int, check: Callable[[], object]) -> Response:
    """Return the answer with its content encoding undone.

    `check` is called between pieces, and may raise to end the work. Raises `UpstreamDecode` where
    the body is not what the encoding says, is cut, or would grow beyond `cap` bytes.
    """
    encoding = (response.header("content-encoding") or "identity").strip().lower()
    if encoding == "identity" or not response.body:
        return response
    if encoding not in {"gzip", "x-gzip", "deflate"}:
        message = f"the answer came in an encoding that was not asked for: {encoding[:40]}"
        raise UpstreamDecode(message)
    return response._replace(body=_inflated(response.body, cap, check))


def _inflated(body: bytes, cap: int, check: Callable[[], object]) -> bytes:
    """Return a body unpacked.

    >>> import gzip
    >>> _inflated(gzip.compress(b"{}"), cap=10, check=int)
    b'{}'
    >>> _inflated(gzip.compress(b"0" * 99), cap=10, check=int)
    Traceback (most recent call last):
        ...
    animedex.errors.UpstreamDecode: the answer grows beyond 10 bytes when it is unpacked
    """
    pieces: list[bytes] = []
    rest, room = memoryview(body), cap + 1
    # One gzip stream may follow another.
    for _ in range(MOST_MEMBERS):
        rest, room = _inflate_member(rest, room, pieces, check)
        if room == 0:
            message = f"the answer grows beyond {cap} bytes when it is unpacked"
            raise UpstreamDecode(message)
        if not rest:
            return b"".join(pieces)
    message = f"the answer is compressed in more than {MOST_MEMBERS} parts"
    raise UpstreamDecode(message)


def _inflate_member(
    rest: memoryview, room: int, pieces: list[bytes], check: Callable[[], object]
) -> tuple[memoryview, int]:
    """Unpack one stream into `pieces`; return what follows it, and the room that is left."""
    inflater = zlib.decompressobj(_GZIP_OR_ZLIB)
    while not inflater.eof and room:
        check()
        packed = rest[:_PIECE]
        try:
            piece = inflater.decompress(packed, min(room, _PIECE))
        except zlib.error:
            message = "the answer's compression is damaged"
            raise UpstreamDecode(message) from None
        used = len(packed) - len(inflater.unconsumed_tail) - len(inflater.unused_data)
        if not used and not piece:
            message = "the answer's compressed data ends too soon"
            raise UpstreamDecode(message)
        pieces.append(piece)
        rest, room = rest[used:], room - len(piece)
    return rest, room
