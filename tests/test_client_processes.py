"""Clients in processes of their own: what is shared, forks, Ctrl-C, and the end of a program."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest

from animedex.client import Client
from animedex.errors import ClientUnusable

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from pathlib import Path

    from animedex.client_options import ClientOptions
    from animedex.testing import SampleServer
    from tests.kit.raw_server import StartRawServer

FREEZE = {
    "Date": "Fri, 08 May 2026 09:08:00 GMT",
    "x-rate-limit-limit": "1m",
    "x-rate-limit-remaining": "0",
    "x-rate-limit-reset": "2026-05-08T09:09:00.0000000Z",
}


@pytest.fixture
def start(tmp_path: Path, options: ClientOptions) -> Callable[..., subprocess.Popen[str]]:
    """Run a script that finds its client's arguments in `options`."""

    def start(script: str, **changes: object) -> subprocess.Popen[str]:
        plain: dict[str, Any] = {**options, **changes}
        plain |= {name: str(plain[name]) for name in ("state", "cache")}
        whole = f"options = {plain!r}\n{PRELUDE}\n{script}"
        return subprocess.Popen(
            [sys.executable, "-c", whole],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start


PRELUDE = """
import asyncio, os, sys, threading
from animedex import AnimedexError, AsyncClient, Client

def attempt(work):
    try:
        print(work())
    except (AnimedexError, KeyboardInterrupt) as error:
        print(type(error).__name__, getattr(error, "hint", ""))
    sys.stdout.flush()
"""


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    with process:
        output, errors = process.communicate(timeout=120)
    return process.returncode, output, errors


def test_a_pause_is_remembered_for_the_next_process(
    server: SampleServer, start: Callable[..., subprocess.Popen[str]]
) -> None:
    server.answer("/neko", status=429, headers={"Retry-After": "3600"})
    for _ in range(2):
        script = "attempt(lambda: Client(**options).nekos.image('neko'))"
        code, output, errors = ended(start(script))
        assert (code, output[:11], errors) == (0, "RateLimited", "")
    assert len(server.arrivals) == 1


FORK = """
# Newer Pythons warn of any fork while there are threads, which is just what is tried here.
import warnings
warnings.simplefilter("ignore", DeprecationWarning)
client = Client(**options)
attempt(lambda: len(client.nekos.image("neko")))
child = os.fork()
if child == 0:
    attempt(lambda: client.nekos.image("neko"))
    attempt(client.close)
    attempt(lambda: Client(**options).nekos.image("neko"))
    attempt(lambda: asyncio.run(AsyncClient(**options).nekos.image("neko")))
    os._exit(0)
os.waitpid(child, 0)
attempt(lambda: len(client.nekos.image("neko")))
"""


@pytest.mark.skipif(not hasattr(sys.modules["os"], "fork"), reason="nothing forks there")
def test_no_client_crosses_a_fork(start: Callable[..., subprocess.Popen[str]]) -> None:
    code, output, errors = ended(start(FORK))
    before, old, closed, new, new_async, after = output.splitlines()
    assert (code, before, closed, after, errors) == (0, "1", "None", "1", "")
    assert old.startswith("ClientUnusable start processes with `spawn`")
    assert "before forking" in old
    assert new.startswith("ClientUnusable ")
    assert "spawn" in new
    assert new_async == new


def stalling(raw_server: StartRawServer) -> tuple[str, threading.Event]:
    """Start a server that never answers; the event tells that somebody has asked."""
    arrived = threading.Event()

    def stall(connection: socket.socket, over: threading.Event) -> None:
        arrived.set()
        over.wait()

    return raw_server(stall).url, arrived


not_on_windows = pytest.mark.skipif(
    sys.platform == "win32", reason="Ctrl-C cannot be sent to one child there"
)


@not_on_windows
def test_ctrl_c_ends_a_request(
    raw_server: StartRawServer, start: Callable[..., subprocess.Popen[str]]
) -> None:
    url, arrived = stalling(raw_server)
    script = "attempt(lambda: Client(**options).nekos.search('a'))"
    process = start(script, base_urls={"nekos": url}, timeout=None)
    assert arrived.wait(120)
    process.send_signal(signal.SIGINT)
    assert ended(process) == (0, "KeyboardInterrupt \n", "")


@not_on_windows
def test_ctrl_c_leaves_no_file_half_written(
    raw_server: StartRawServer, start: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    arrived = threading.Event()

    def stall(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n" + bytes(900_000))
        arrived.set()
        over.wait()

    folder = tmp_path / "pictures"
    folder.mkdir()
    script = f"attempt(lambda: Client(**options).nekos.asset('neko/a.png', {str(folder)!r} + '/a'))"
    process = start(script, base_urls={"nekos": raw_server(stall).url}, timeout=None)
    assert arrived.wait(120)
    process.send_signal(signal.SIGINT)
    assert ended(process) == (0, "KeyboardInterrupt \n", "")
    assert list(folder.iterdir()) == []


WAIT = """
def note(event):
    if event.kind == "wait":
        print("waiting", flush=True)

client = Client(**options, on_event=note)
client.nekos.image("neko")
attempt(lambda: client.nekos.image("neko"))
"""


@not_on_windows
def test_ctrl_c_ends_a_wait(
    server: SampleServer, start: Callable[..., subprocess.Popen[str]]
) -> None:
    server.answer("/neko", headers=FREEZE, body=b'{"results": []}')
    process = start(WAIT, timeout=None)
    assert process.stdout is not None
    assert process.stdout.readline() == "waiting\n"
    process.send_signal(signal.SIGINT)
    assert ended(process) == (0, "KeyboardInterrupt \n", "")
    assert len(server.arrivals) == 1


def test_a_program_may_end_while_a_request_is_under_way(
    raw_server: StartRawServer, start: Callable[..., subprocess.Popen[str]]
) -> None:
    url, arrived = stalling(raw_server)
    script = (
        "threading.Thread(target=Client(**options).nekos.categories, daemon=True).start()\n"
        "sys.stdin.readline()\n"
        "print('end')"
    )
    process = start(script, base_urls={"nekos": url}, timeout=None)
    assert arrived.wait(120)
    assert ended(process)[:2] == (0, "end\n")


def test_a_client_of_another_process_is_told_apart(
    options: ClientOptions, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client(**options)
    assert len(client.nekos.image("neko")) == 1
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr("os.getpid", lambda: 1)
        with pytest.raises(ClientUnusable, match="before this process was forked"):
            client.nekos.image("neko")
        client.close()
    with pytest.raises(ClientUnusable, match="closed"):
        client.nekos.image("neko")
    client.runtime.limiter.close()
    client.runtime.cache.close()


WORKERS = """
from concurrent.futures import ThreadPoolExecutor
def ask(name):
    with Client(**options) as client:
        return len(client.nekos.image(name))
for _ in range(3):
    with ThreadPoolExecutor(2) as pool:
        attempt(lambda: list(pool.map(ask, ["neko", "hug"])))
"""


def test_threads_that_end_may_be_the_first_to_ask(
    start: Callable[..., subprocess.Popen[str]],
) -> None:
    assert ended(start(WORKERS)) == (0, "[1, 1]\n" * 3, "")


def test_a_module_that_is_not_there_is_for_the_caller_to_miss() -> None:
    from threading import Thread

    from animedex.session import import_on_lasting_thread

    asking = Thread(
        target=import_on_lasting_thread, args=("animedex.transport.nothing",), daemon=True
    )
    asking.start()
    asking.join(timeout=120)
    assert not asking.is_alive()
