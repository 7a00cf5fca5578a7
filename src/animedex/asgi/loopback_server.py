"""Run an ASGI application on a port of this machine, in a thread that starts and stops at once."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import threading
from typing import TYPE_CHECKING, Self

import uvicorn

from animedex.asgi.bounded_http import BoundedHttpProtocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.types import ASGIApp

LOOPBACK = "127.0.0.1"
# Longer than any pause of a client under test: who closes an idle connection is then the client.
KEEP_ALIVE_SECONDS = 75
CROWDED_TURNS = 1_000
BACKLOG = 128
_WEBSOCKET_ADVICE = ("Unsupported upgrade request", "No supported WebSocket library")


class DropConnection(Exception):
    """An application raises it to close the connection in the middle of an answer."""


class LoopbackServer:
    """Serve an application on loopback for as long as the ``with`` block lasts.

    The port is open once the block is entered; port 0 takes a free one. A port in use is an
    ``OSError``. Leaving the block drops every connection, without waiting for answers under way.
    Another ``host`` than 127.0.0.1 may let in others: whoever gives one has to guard the door.
    """

    def __init__(self, app: ASGIApp, *, port: int = 0, host: str = LOOPBACK) -> None:
        self._app = app
        self._port = port
        self._host = host
        self._running: _Running | None = None

    @property
    def port(self) -> int:
        """Return the port that is bound."""
        if self._running is None:
            message = "the server is not running: enter it with `with`, or call start()"
            raise RuntimeError(message)
        return self._running.port

    @property
    def origin(self) -> str:
        """Return where the server is, as ``http://127.0.0.1:PORT``."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self.port}"

    def start(self) -> None:
        """Open the port and answer on it from now on."""
        if self._running is None:
            self._running = _Running(self._app, self._host, self._port)

    def wait(self) -> None:
        """Block until the server is closed by another thread, or until Ctrl-C."""
        if self._running is not None:
            self._running.wait()

    def close(self) -> None:
        """Stop answering and free the port; closing twice is harmless."""
        if self._running is not None:
            self._running.stop()
            self._running = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


class _Running:
    """One run of an application: its socket, its thread and its event loop."""

    def __init__(self, app: ASGIApp, host: str, port: int) -> None:
        self._socket = _listen(host, port)
        self.port: int = self._socket.getsockname()[1]
        self._failure: SystemExit | None = None
        self._uvicorn = _PromptServer(_settings(app))
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="animedex-server", daemon=True)
        self._thread.start()
        self._uvicorn.settled.wait()
        if not self._uvicorn.started:
            self.stop()
            message = "the server did not start; the log of uvicorn.error may say why"
            raise RuntimeError(message) from self._failure

    def _run(self) -> None:
        log, quiet = logging.getLogger("uvicorn.error"), _DropFilter(threading.get_ident())
        log.addFilter(quiet)
        try:
            self._uvicorn.run(sockets=[self._socket])
        except SystemExit as failure:  # uvicorn's word for a start that failed
            self._failure = failure
        finally:
            self._uvicorn.settled.set()
            log.removeFilter(quiet)
            self._ended.set()

    def wait(self) -> None:
        # Not a join: if Ctrl-C interrupts it, Python takes the thread for ended, and a later join
        # returns while it still runs. Without a timeout, not every system could interrupt it.
        while not self._ended.wait(0.2):
            pass

    def stop(self) -> None:
        self._uvicorn.stop()
        self._thread.join()
        self._socket.close()


class _PromptServer(uvicorn.Server):
    """Wait for an order to stop instead of polling for one, and then stop without grace."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.settled = threading.Event()
        self._order = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._cancelled: set[asyncio.Task[None]] = set()

    async def main_loop(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.settled.set()
        await self._order.wait()

    def stop(self) -> None:
        """Order the end, from any thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._order.set)

    async def shutdown(self, sockets: Sequence[socket.socket] | None = None) -> None:
        del sockets  # closed by the servers that listen on them
        # A listener that closes loses, still open, what asyncio is just accepting for it: so first
        # comes a quiet turn of the loop. A crowd of visitors may leave none.
        await self._drop()
        for _ in range(CROWDED_TURNS):
            if not self._busy():
                break
            await self._drop()
        for server in self.servers:
            server.close()
        await self._drop()
        while self._busy():
            await self._drop()

    def _busy(self) -> bool:
        """Return whether anything but this server's own task is under way."""
        return bool(self.server_state.connections) or len(asyncio.all_tasks()) > 1

    async def _drop(self) -> None:
        """Drop what is connected and under way now."""
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await asyncio.sleep(0)  # the connections learn that they are gone
        for task in self.server_state.tasks - self._cancelled:
            task.cancel()
            self._cancelled.add(task)


class _DropFilter(logging.Filter):
    """Filters expected endings and WebSocket attempts out of the log.

    For the latter, uvicorn advises to install something, which would not help.
    """

    def __init__(self, thread: int) -> None:
        super().__init__()
        self._thread = thread

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        ordered = isinstance(error, (DropConnection, asyncio.CancelledError))
        harmless = ordered or str(record.msg).startswith(_WEBSOCKET_ADVICE)
        return not (harmless and record.thread == self._thread)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0][0]
    # Only of a socket that says it is TCP does asyncio switch off the delay of small packets.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":  # elsewhere it would share a port that is in use
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except (OSError, OverflowError):  # a port that is taken, and one that there is not
        listener.close()
        raise
    return listener


def _settings(app: ASGIApp) -> uvicorn.Config:
    """Leave to the application what uvicorn would add, and the log as the program has it."""
    return uvicorn.Config(
        app,
        http=BoundedHttpProtocol,
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        date_header=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
    )
