"""What tests of the two senders share: steps that ask, and a sink in memory."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from animedex.transport.effects import Send

if TYPE_CHECKING:
    from collections.abc import Callable

    from animedex.errors import AnimedexError
    from animedex.http_message import BodyWriter, Response

CAP = 1_000_000
USER_AGENT = ("user-agent", "tester/1.0 (tests@example.org)")
# The library collects a body's first pieces before it shows the head, where there is no sink.
LONG_HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\n" + bytes(500_000)


def get(  # noqa: PLR0913  what a step holds
    url: str,
    *,
    method: str = "GET",
    timeout: float | None = 20.0,
    cap: int = CAP,
    sink: Callable[[Response], BodyWriter] | None = None,
    gzipped: bool = False,
) -> Send:
    encoding = ("accept-encoding", "gzip" if gzipped else "identity")
    return Send(method, url, (USER_AGENT, encoding), timeout, cap, sink)


class Pocket:
    """Take a body in memory, and fail when told to."""

    def __init__(self, error: AnimedexError | None = None) -> None:
        self.body = b""
        self.discarded = False
        self.begun = asyncio.Event()
        self._error = error

    def write(self, chunk: bytes | memoryview, /) -> None:
        if self._error is not None:
            raise self._error
        self.body += chunk
        self.begun.set()

    def discard(self) -> None:
        self.discarded = True
