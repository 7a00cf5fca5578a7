"""Decoding a body as it came over the wire, never to more than a cap."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from animedex.errors import UpstreamDecode

if TYPE_CHECKING:
    from animedex.wire import Response

_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS


def decoded(response: Response, cap: int) -> Response:
    """Undo the content encoding of an answer.

    Raises `UpstreamDecode` where the body is not what the encoding says, is cut, or would grow
    beyond `cap` bytes.
    """
    encoding = (response.header("content-encoding") or "identity").strip().lower()
    if encoding == "identity" or not response.body:
        return response
    if encoding not in {"gzip", "x-gzip", "deflate"}:
        message = f"the answer came in an encoding that was not asked for: {encoding[:40]}"
        raise UpstreamDecode(message)
    return response._replace(body=_inflated(response.body, cap))


def _inflated(body: bytes, cap: int) -> bytes:
    """Unpack a body.

    >>> import gzip
    >>> _inflated(gzip.compress(b"{}"), cap=10)
    b'{}'
    >>> _inflated(gzip.compress(b"0" * 99), cap=10)
    Traceback (most recent call last):
        ...
    animedex.errors.UpstreamDecode: the answer grows beyond 10 bytes when it is unpacked
    """
    plain = b""
    while body:
        inflater = zlib.decompressobj(_GZIP_OR_ZLIB)
        try:
            plain += inflater.decompress(body, cap - len(plain) + 1)
        except zlib.error as error:
            message = f"the answer's compression is damaged: {error}"
            raise UpstreamDecode(message) from None
        if len(plain) > cap:
            message = f"the answer grows beyond {cap} bytes when it is unpacked"
            raise UpstreamDecode(message)
        if not inflater.eof:
            message = "the answer's compressed data ends too soon"
            raise UpstreamDecode(message)
        # One gzip stream may follow another.
        body = inflater.unused_data
    return plain
