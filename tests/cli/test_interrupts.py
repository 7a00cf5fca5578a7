"""Ctrl-C, wherever a command may be: exit 130 and no traceback."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import socket
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from animedex.testing import SampleServer
    from tests.kit.command_line import Process
    from tests.kit.raw_server import StartRawServer

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Ctrl-C cannot be sent to one child there")
INTERRUPTED = 130
PATIENCE = 120


@contextmanager
def started(*arguments: str) -> Generator[subprocess.Popen[bytes]]:
    """Start a command whose output is read by nobody unless the test does."""
    with subprocess.Popen(
        [sys.executable, "-m", "animedex", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def interrupt(process: subprocess.Popen[bytes]) -> tuple[int, bytes]:
    """Press Ctrl-C; give the exit code and what is said."""
    process.send_signal(signal.SIGINT)
    # What is in the pipe stays there: a command that writes must not be helped along.
    code = process.wait(PATIENCE)
    return code, _stream(process.stderr).read()


def _stream(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None
    return stream


HEADS = {
    "before the head": b"",
    "in the body": b"HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n" + bytes(1000),
}
PICTURE = b"HTTP/1.1 200 OK\r\ncontent-type: image/png\r\n\r\n\x89PNG\r\n\x1a\n" + bytes(70_000)


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
@pytest.mark.parametrize("timeout", ["30", "none"])
def test_while_an_answer_is_awaited(
    head: bytes, timeout: str, raw_server: StartRawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = threading.Event()

    def stall(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(head)
        seen.set()
        over.wait()

    monkeypatch.setenv("ANIMEDEX_NEKOS_URL", raw_server(stall).url)
    with started("nekos", "image", "neko", "--timeout", timeout) as process:
        assert seen.wait(PATIENCE)
        assert interrupt(process) == (INTERRUPTED, b"")


@pytest.mark.parametrize(
    "command", [("nekos", "asset", "neko/a.png"), ("api", "nekos", "/neko/a.png")], ids=" ".join
)
def test_while_a_file_is_written(
    command: tuple[str, ...],
    picture: Path,
    raw_server: StartRawServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = threading.Event()

    def stall(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(PICTURE)
        seen.set()
        over.wait()

    monkeypatch.setenv("ANIMEDEX_NEKOS_URL", raw_server(stall).url)
    with started(*command, "-o", str(picture)) as process:
        assert seen.wait(PATIENCE)
        assert interrupt(process) == (INTERRUPTED, b"")
    assert os.listdir(picture.parent) == []


COMMANDS = [("nekos", "asset", "neko/a.png"), ("api", "nekos", "/neko/a.png")]


@pytest.fixture
def full_pipe(tmp_path: Path) -> Iterator[tuple[str, int]]:
    """Name a pipe whose reader does not read, and give the reader's end."""
    path = str(tmp_path / "pipe")
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    yield path, reader
    os.close(reader)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("timeout", ["30", "none"])
def test_while_a_file_takes_nothing(
    command: tuple[str, ...], timeout: str, full_pipe: tuple[str, int], service: SampleServer
) -> None:
    path, reader = full_pipe
    service.answer("/neko/a.png", body=PICTURE * 20)
    with started(*command, "-o", path, "--timeout", timeout) as process:
        assert select.select([reader], [], [], PATIENCE)[0]
        assert interrupt(process) == (INTERRUPTED, b"")


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_file_that_takes_nothing_does_not_hold_the_deadline(
    command: tuple[str, ...], full_pipe: tuple[str, int], process: Process, service: SampleServer
) -> None:
    service.answer("/neko/a.png", body=PICTURE * 20)
    outcome = process(*command, "-o", full_pipe[0], "--timeout", "0.5")
    assert (outcome.code, outcome.err.count("\n")) == (6, 1)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_pipe_that_nobody_reads_is_told(
    command: tuple[str, ...], process: Process, service: SampleServer, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "pipe")
    service.answer("/neko/a.png", body=PICTURE)
    outcome = process(*command, "-o", str(tmp_path / "pipe"), "--timeout", "none")
    assert (outcome.code, outcome.err.count("\n")) == (2, 1)
    assert "cannot be written" in outcome.err


def test_while_a_budget_is_awaited(process: Process, service: SampleServer) -> None:
    service.faults.add("/neko:429;retry-after=3600x1")
    assert process("nekos", "image", "neko").code == 5
    with started("nekos", "image", "neko", "--timeout", "none", "-v") as waiting:
        assert b"waiting" in _stream(waiting.stderr).readline()
        assert interrupt(waiting) == (INTERRUPTED, b"")
    assert len(service.arrivals) == 1


def test_while_a_retry_is_awaited(service: SampleServer) -> None:
    service.faults.add("/neko:503;retry-after=3600")
    with started("nekos", "image", "neko", "--timeout", "none", "-v") as waiting:
        for line in _stream(waiting.stderr):
            if b"trying again" in line:
                break
        assert interrupt(waiting) == (INTERRUPTED, b"")


@pytest.mark.parametrize(
    "program", ['"begun", (def f: f; f)', '"begun", ([range(1e12)] | length)'], ids=["f", "range"]
)
def test_while_jq_runs_without_end(program: str, service: SampleServer) -> None:
    with started("nekos", "categories", "--jq", program) as process:
        assert _stream(process.stdout).readline() == b'"begun"\n'
        code, said = interrupt(process)
    # jq holds the interpreter, so that the signal itself ends the process.
    assert (code in {-signal.SIGINT, INTERRUPTED}, said) == (True, b"")


def test_while_jq_writes_without_end(service: SampleServer) -> None:
    with started("nekos", "categories", "--jq", "repeat(.)") as process:
        assert _stream(process.stdout).readline() == b"[\n"
        code, said = interrupt(process)
    assert (code in {-signal.SIGINT, INTERRUPTED}, said) == (True, b"")


def test_while_a_full_pipe_is_written_to(service: SampleServer) -> None:
    row = b'{"url":"https://nekos.best/api/v2/neko/a.png","note":"%s"}' % (b"x" * 1_000_000)
    service.answer("/neko", body=b'{"results": [%s]}' % row)
    with started("nekos", "image", "neko") as process:
        # Once something is there to be read, the rest of it does not fit into the pipe.
        assert select.select([_stream(process.stdout)], [], [], PATIENCE)[0]
        assert interrupt(process) == (INTERRUPTED, b"")
