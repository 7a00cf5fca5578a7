"""uvicorn's HTTP protocol, with limits on how large a request may be and how long it may take.

httptools keeps all of a head in memory, however long it is, and waits for it as long as it takes.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

if TYPE_CHECKING:
    import asyncio

# Browsers and proxies send less, cookies included; most servers allow 8 to 64 KiB.
HEAD_BYTES = 64 * 1024
# Nothing here takes a body; whoever sends one all the same is heard out to this size.
REQUEST_BYTES = 1024 * 1024
REQUEST_SECONDS = 20.0
# How exactly is counted: where in a piece a request begins, the parser does not tell.
_PIECE_BYTES = 1024
# What a header costs beside its text, so that very many empty ones are too large as well.
_HEADER_BYTES = 32


class BoundedHttpProtocol(HttpToolsProtocol):
    """Refuses a request whose head is too large, and drops one that does not end in time."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  uvicorn's own
        super().__init__(*args, **kwargs)
        self._head = 0
        self._received = 0
        self._piece = 0
        self._is_in_head = False
        self._timer: asyncio.TimerHandle | None = None
        self._refusal = HTTPStatus.BAD_REQUEST

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn's own
        """Expect a first request, within the time for one."""
        super().connection_made(transport)
        self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """Expect nothing any more."""
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, unless the request is too large by now.

        The parser tells of a header only when it is complete: what comes before is counted here.
        """
        for begin in range(0, len(data), _PIECE_BYTES):
            if self.transport.is_closing():
                return
            self._receive(data[begin : begin + _PIECE_BYTES])

    def _receive(self, piece: bytes) -> None:
        self._piece = len(piece)
        self._received += len(piece)
        super().data_received(piece)
        if self.transport.is_closing():
            return
        if self._is_in_head and self._received > HEAD_BYTES:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        elif self._received > REQUEST_BYTES:
            self.transport.abort()

    def on_message_begin(self) -> None:
        """Begin to count."""
        super().on_message_begin()
        self._head, self._received = 0, self._piece
        self._is_in_head = True
        self._start_timer()

    def on_url(self, url: bytes) -> None:
        """Count a part of the address."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count a header, be it in the head or behind a body in chunks."""
        self._count(len(name) + len(value) + _HEADER_BYTES)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Answer: the head is not too large."""
        self._is_in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Expect nothing more of this request."""
        self._received = 0
        self._stop_timer()
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer a request that the parser refused."""
        if self._refusal is HTTPStatus.BAD_REQUEST:
            super().send_400_response(msg)
        else:
            self._refuse(self._refusal)

    def _count(self, size: int) -> None:
        self._head += size
        if self._head > HEAD_BYTES:
            self._refusal = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
            raise _TooLarge

    def _refuse(self, status: HTTPStatus) -> None:
        text = status.phrase.encode()
        head = (
            f"HTTP/1.1 {status} {status.phrase}\r\nconnection: close\r\n"
            f"content-type: text/plain; charset=utf-8\r\ncontent-length: {len(text)}\r\n\r\n"
        )
        self.transport.write(head.encode() + text)
        self.transport.close()

    def _start_timer(self) -> None:
        self._stop_timer()
        self._timer = self.loop.call_later(REQUEST_SECONDS, self._run_out)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _run_out(self) -> None:
        if self._is_in_head:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)
        else:
            self.transport.abort()


class _TooLarge(Exception):
    """End the parser's work on a request."""
