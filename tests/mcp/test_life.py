"""How the process begins and ends: its output is the protocol's alone, and it leaves nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any

import pytest

from tests.mcp.conftest import PATIENCE, surroundings

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping
    from pathlib import Path

    from tests.kit.services import Services

OPENING = {
    "jsonrpc": "2.0",
    "id": 0,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "by hand", "version": "1"},
    },
}
INITIALIZED = {"jsonrpc": "2.0", "method": "notifications/initialized"}


@contextmanager
def started(environment: Mapping[str, str], *options: str) -> Generator[subprocess.Popen[bytes]]:
    with subprocess.Popen(
        [sys.executable, "-m", "animedex", "mcp", *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def pipe(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None
    return stream


def send(process: subprocess.Popen[bytes], message: bytes | Mapping[str, object]) -> None:
    line = message if isinstance(message, bytes) else json.dumps(message).encode()
    pipe(process.stdin).write(line + b"\n")
    pipe(process.stdin).flush()


def answer(process: subprocess.Popen[bytes]) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(pipe(process.stdout).readline())
    return result


def open_up(process: subprocess.Popen[bytes]) -> None:
    send(process, OPENING)
    assert answer(process)["result"]["serverInfo"]["name"] == "animedex"
    send(process, INITIALIZED)


def call(number: int, name: object, arguments: object) -> dict[str, object]:
    params = {"name": name, "arguments": arguments}
    return {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}


@pytest.fixture
def environment(tmp_path: Path, services: Services) -> dict[str, str]:
    return surroundings(tmp_path, services.urls(), ANIMEDEX_LIMITS="off")


def test_it_ends_when_standard_input_does(environment: dict[str, str]) -> None:
    with started(environment) as process:
        open_up(process)
        out, err = process.communicate(timeout=PATIENCE)
        assert (process.returncode, out, err) == (0, b"", b"")


def test_it_ends_in_the_midst_of_a_call(environment: dict[str, str], services: Services) -> None:
    services.nekos.faults.add("/neko:delay=600")
    with started(environment) as process:
        open_up(process)
        send(process, call(1, "nekos_image", {"category": "neko"}))
        _, err = process.communicate(timeout=PATIENCE)
        assert (process.returncode, err) == (0, b"")


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C cannot be sent to one child there")
@pytest.mark.parametrize("busy", [False, True])
def test_ctrl_c_ends_it_at_once(
    *, busy: bool, environment: dict[str, str], services: Services
) -> None:
    services.nekos.faults.add("/neko:delay=600")
    with started(environment) as process:
        open_up(process)
        if busy:
            send(process, call(1, "nekos_image", {"category": "neko"}))
            send(process, call(2, "nekos_image", {"category": "a/b"}))
            assert answer(process)["id"] == 2
        process.send_signal(signal.SIGINT)
        code = process.wait(PATIENCE)
        assert (code, pipe(process.stderr).read()) == (130, b"")


def test_lines_that_are_no_messages_end_nothing(environment: dict[str, str]) -> None:
    with started(environment) as process:
        open_up(process)
        for line in (b"", b"hello", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000):
            send(process, line)
        send(process, call(1, ["odd"], "odd"))
        assert answer(process)["error"]["code"] == -32602
        send(process, {"jsonrpc": "2.0", "id": 2, "method": "no/such"})
        assert answer(process)["error"]["code"] == -32601
        send(process, call(3, "nekos_image", {"category": "neko"}))
        assert answer(process)["result"]["isError"] is False


def test_what_is_logged_goes_to_standard_error(
    environment: dict[str, str], services: Services, tmp_path: Path
) -> None:
    (tmp_path / "state").mkdir()
    with started({**environment, "ANIMEDEX_STATE": str(tmp_path / "state")}) as process:
        open_up(process)
        send(process, call(1, "nekos_image", {"category": "neko", "fresh": True}))
        assert answer(process)["result"]["isError"] is False
        out, err = process.communicate(timeout=PATIENCE)
    assert out == b""
    assert b"budgets cannot be kept" in err
    assert b"Traceback" not in err


def test_the_extra_is_named_where_it_lacks(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "without" / "mcp").mkdir(parents=True)
    (tmp_path / "without" / "mcp" / "__init__.py").write_text("raise ImportError(name='mcp')\n")
    done = subprocess.run(
        [sys.executable, "-m", "animedex", "mcp"],
        env={**environment, "PYTHONPATH": str(tmp_path / "without")},
        capture_output=True,
        check=False,
        timeout=PATIENCE,
    )
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr == (
        b"animedex: the server needs mcp, which is not installed (pip install 'animedex[mcp]')\n"
    )


def test_requests_are_told_on_standard_error_if_asked(environment: dict[str, str]) -> None:
    with started(environment, "-v") as process:
        open_up(process)
        send(process, call(1, "nekos_image", {"category": "neko"}))
        assert answer(process)["id"] == 1
        rest, told = process.communicate(timeout=PATIENCE)
    assert rest == b""
    assert b"GET " in told
    assert b"/neko?" in told
