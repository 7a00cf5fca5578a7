"""A server on loopback that need not speak HTTP."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator


class Script(Protocol):
    """Do something to a connection on which a request has just come in."""

    def __call__(self, connection: socket.socket, over: threading.Event) -> None:
        """Answer, or not; `over` is set when the test has ended."""
        ...


class RawServer:
    """Listen on loopback and treat every connection by a script, as no proper server would."""

    def __init__(self, script: Script) -> None:
        self.requests: list[bytes] = []
        self._script = script
        self._over = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._listen, daemon=True)]
        self._threads[0].start()

    @property
    def url(self) -> str:
        """Return the server's address."""
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        """Hang up on everyone."""
        self._over.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(timeout=10)

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            self.requests.append(connection.recv(65536))
            try:
                self._script(connection, self._over)
            except OSError:
                return  # The client had enough first.


class StartRawServer(Protocol):
    """Start a server that answers as the script says, or always with the same bytes."""

    def __call__(self, script: Script | bytes) -> RawServer:
        """Start it; it ends with the test."""
        ...


@pytest.fixture
def raw_server() -> Iterator[StartRawServer]:
    """Start servers that cut, garble, stall or reset."""
    running: list[RawServer] = []

    def start(script: Script | bytes) -> RawServer:
        running.append(RawServer(_saying(script) if isinstance(script, bytes) else script))
        return running[-1]

    yield start
    for server in running:
        server.close()


def _saying(answer: bytes) -> Script:
    def say(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(answer)

    return say


@pytest.fixture
def closed_url() -> Iterator[str]:
    """Return the URL of a port that refuses connections, and that no other test can get."""
    with socket.socket() as holder:
        # Bound, and not listening.
        holder.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{holder.getsockname()[1]}"
