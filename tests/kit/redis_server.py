"""Real Redis servers, on ports of their own, that come to every kind of grief."""

from __future__ import annotations

import contextlib
import random
import shutil
import signal
import socket
import subprocess
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

from animedex.ratelimit.limits import Limits, SlidingWindow, TokenBucket
from animedex.ratelimit.redis_store import limiter_key

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from pathlib import Path

PROGRAM = shutil.which("redis-server") or shutil.which("valkey-server")


class Server:
    """Run a server in a folder of its own; it keeps port and folder when it is started again."""

    limits = Limits(
        TokenBucket(rate=2.0, burst=4), {"/search": SlidingWindow(calls=2, seconds=5.0)}
    )
    origin = "https://shelf.example"

    def __init__(self, folder: Path, *settings: str) -> None:
        self.folder = folder
        self.settings = settings
        self.process: subprocess.Popen[str] | None = None
        # Somebody else may take a port just before the server does.
        for _ in range(20):
            self.port = free_port()
            if self._started():
                return
        message = "no server started"
        raise AssertionError(message)

    @property
    def url(self) -> str:
        """Return the server's address."""
        return f"redis://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it again, and wait until it says that it is ready."""
        assert self._started()

    def _started(self) -> bool:
        assert PROGRAM is not None
        command = [PROGRAM, "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        self.process = subprocess.Popen(
            [*command, "--dir", str(self.folder), *self.settings],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if "eady to accept connections" in line:
                return True
        self.kill()
        return False

    def kill(self) -> None:
        """Kill it, with all that it had in memory."""
        assert self.process is not None
        assert self.process.stdout is not None
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def pause(self) -> None:
        """Stop it in its tracks: connections stay open, and nothing answers."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it go on."""
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    @contextlib.contextmanager
    def asked(self) -> Generator[Any]:
        """Ask it with the library's own client, whose types tell nothing."""
        library: Any = import_module("redis")
        with library.Redis(port=self.port) as client:
            yield client

    def does(self, *command: str) -> Any:
        """Have one command done."""
        with self.asked() as client:
            return client.execute_command(*command)

    def begin(self, origin: str = origin) -> None:
        """Write budgets that were begun long ago, so that nothing counts as lost."""
        ledger = bytes([0x96, 0, 0, 0x90, 0x80, 0x80, 0])
        with self.asked() as client:
            client.set(limiter_key(origin), ledger)


def free_port() -> int:
    """Find a port that nobody has, and that no connection is given by the system."""
    while True:
        port = random.randrange(12_000, 30_000)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Start servers with settings; they end with the test."""
    if PROGRAM is None:
        pytest.skip("there is no redis-server here")
    running: list[Server] = []

    def start(*settings: str) -> Server:
        folder = tmp_path / f"redis-{len(running)}"
        folder.mkdir()
        running.append(Server(folder, *settings))
        return running[-1]

    yield start
    for server in running:
        server.kill()


@pytest.fixture
def redis_server(start_server: Callable[..., Server]) -> Server:
    return start_server()
