"""What all tests share: an untouched environment, and a server that need not speak HTTP."""

from __future__ import annotations

import os
import signal
import socket
import threading
from typing import TYPE_CHECKING, Protocol

import pytest
from hypothesis import settings

from animedex.testing import SampleServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from animedex.client_options import ClientOptions

# A shell starts what it runs in the background with Ctrl-C ignored, and children would ignore it,
# too: who has a function for it hands on the default.
signal.signal(signal.SIGINT, signal.default_int_handler)
# How long an example takes says nothing on a busy machine.
settings.register_profile("animedex", deadline=None)
settings.register_profile("slow", deadline=None, max_examples=1000)
IS_SLOW = os.environ.get("HYPOTHESIS_PROFILE") == "slow"
settings.load_profile("slow" if IS_SLOW else "animedex")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out tests marked `slow`, unless the slow profile is chosen."""
    if not IS_SLOW:
        items[:] = [item for item in items if item.get_closest_marker("slow") is None]


@pytest.fixture(autouse=True)
def own_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the tests and whatever the user has configured apart from each other."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(("ANIMEDEX_", "XDG_")) or name.upper().endswith("_PROXY"):
                patch.delenv(name)
        patch.setenv("HOME", str(home))
        patch.setenv("TMPDIR", str(home))
        for kind in ("CONFIG", "CACHE", "DATA"):
            patch.setenv(f"ANIMEDEX_{kind}_DIR", str(home / kind.lower()))
        yield


@pytest.fixture
def config_file(own_environment: None) -> Path:
    """Name the configuration file, which does not exist yet."""
    from pathlib import Path

    folder = Path(os.environ["ANIMEDEX_CONFIG_DIR"])
    folder.mkdir(exist_ok=True)
    return folder / "config.toml"


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
        """Give the server's address."""
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
def server() -> Iterator[SampleServer]:
    with SampleServer(limits=False, seed=1) as running:
        yield running


@pytest.fixture
def options(server: SampleServer, tmp_path: Path) -> ClientOptions:
    """Lead to the server, with files of the test's own."""
    return {
        "base_urls": {"nekos": server.url},
        "state": tmp_path / "state.db",
        "cache": tmp_path / "cache",
        "timeout": 20.0,
    }
