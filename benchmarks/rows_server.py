"""A server that does next to nothing: twenty rows, always the same, to whoever asks anything.

It speaks just enough HTTP for clients that send one GET after the other, so that a benchmark of
clients does not measure a server. Prints its base URL, and ends when its input does.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import cast

ROWS = [
    {
        "anime_name": None,
        "artist_href": f"https://art.example/users/{100_000 + number}",
        "artist_name": f"Aoi Hanamura {number}",
        "dimensions": {"height": 1500, "width": 1000},
        "source_url": f"https://art.example/artworks/{90_000_000 + number}",
        "url": f"https://nekos.best/api/v2/neko/00000000-0000-4000-8000-{number:012}.png",
    }
    for number in range(20)
]
BODY = json.dumps({"results": ROWS}).encode()
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (
    len(BODY),
    BODY,
)


class Rows(asyncio.Protocol):
    """Answer each head that comes in; a GET has nothing else."""

    def __init__(self) -> None:
        self._left = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        *heads, self._left = (self._left + data).split(b"\r\n\r\n")
        assert self._transport is not None
        self._transport.write(ANSWER * len(heads))


async def serve() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Rows, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    print(f"http://127.0.0.1:{port}/api/v2", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    try:
        import uvloop
    except ImportError:  # it has no wheel for some systems
        asyncio.run(serve())
    else:
        uvloop.run(serve())
