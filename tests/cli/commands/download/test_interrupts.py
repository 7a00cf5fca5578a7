"""Ctrl-C during a download, and what unfinished downloads leave."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, cast

import pytest

from animedex.downloads.resumable_file import ResumableFile
from animedex.http_message import Response
from tests.cli.commands.download.conftest import FILE, PATIENCE, reports

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from animedex.http_message import JsonObject
    from animedex.testing import SampleServer
    from tests.kit.command_line import Cli
    from tests.kit.raw_server import StartRawServer
    from tests.kit.terminal import Terminal

INTERRUPTED = 130


@pytest.fixture
def interrupt(
    raw_server: StartRawServer, monkeypatch: pytest.MonkeyPatch, to: str
) -> Callable[..., tuple[int, bytes, str]]:
    """Run a command, and press Ctrl-C when the beginning of a picture has been sent."""
    seen = threading.Event()
    head = b'HTTP/1.1 200 OK\r\ncontent-length: 400000\r\netag: "1"\r\n\r\n'

    def script(connection: socket.socket, over: threading.Event) -> None:
        if not server.requests[-1].startswith(b"GET /neko/"):
            row = {"url": f"{server.url}/neko/{FILE}", "artist_name": "a"}
            body = json.dumps({"results": [row]}).encode()
            length = b"content-length: %d\r\n\r\n" % len(body)
            connection.sendall(b"HTTP/1.1 200 OK\r\n" + length + body)
            return
        connection.sendall(head + b"\x89PNG\r\n\x1a\n" + bytes(200_000))
        seen.set()
        over.wait()

    server = raw_server(script)
    monkeypatch.setenv("ANIMEDEX_NEKOS_URL", server.url)

    def run(*arguments: str) -> tuple[int, bytes, str]:
        command = [sys.executable, "-m", "animedex", *arguments, "--to", to]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert seen.wait(PATIENCE)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=PATIENCE)
        return process.returncode, out, err.decode()

    return run


no_signals = pytest.mark.skipif(os.name == "nt", reason="Ctrl-C cannot be sent to one child there")


@no_signals
def test_ctrl_c_leaves_nothing_but_a_hidden_part_and_says_how_to_go_on(
    interrupt: Callable[..., tuple[int, bytes, str]], nekos: SampleServer, to: str
) -> None:
    url = f"{os.environ['ANIMEDEX_NEKOS_URL']}/neko/{FILE}"
    code, out, err = interrupt("download", json.dumps({"url": url, "artist_name": "a"}))
    assert (code, out, err.count("\n")) == (INTERRUPTED, b"", 1)
    assert err.startswith("animedex: interrupted: run the same command again to fetch the rest")
    assert all(name.startswith(".animedex-") for name in os.listdir(to))


@no_signals
def test_ctrl_c_removes_the_parts_of_pictures_picked_at_random(
    interrupt: Callable[..., tuple[int, bytes, str]], to: str
) -> None:
    code, out, err = interrupt("nekos", "download", "neko")
    assert (code, out, err.count("\n")) == (INTERRUPTED, b"", 1)
    assert "unfinished pictures were removed" in err
    assert os.listdir(to) == []


def test_left_parts_are_removed_on_request(cli: Cli, terminal: Terminal, to: str) -> None:
    os.mkdir(to)
    with ResumableFile(to, "https://x.example/1.png", 1.0) as partial:
        partial.open_writer(Response(200, (("etag", '"a"'),), b"", "")).write(b"12345")
    outcome = cli("download", "--clean", to)
    removed = sorted([partial.path, partial.path.replace(".part", ".state.part")])
    assert outcome.code == 0
    report = cast("JsonObject", outcome.json)
    assert (report["folder"], report["bytes"]) == (to, 9)
    assert sorted(cast("list[str]", report["removed"])) == removed
    assert os.listdir(to) == []
    assert b"removed 0 unfinished files (0 bytes)" in terminal("download", "--clean", to).out
    assert cli("download", "--clean", to, "waifu:5000").code == 2
    assert cli("download", "--clean", f"{to}/none").code == 2


def test_files_that_are_too_long(cli: Cli, to: str, monkeypatch: pytest.MonkeyPatch) -> None:
    outcome = cli("download", "waifu:5000", "--to", to, "--max-size", "500")
    assert (outcome.code, reports(outcome.out)[0]["status"]) == (7, "failed")
    assert "more than the limit of 500 bytes" in outcome.err
    monkeypatch.setenv("ANIMEDEX_MAX_SIZE", "0.5k")
    outcome = cli("download", "waifu:5000", "--to", to)
    assert "more than the limit of 512 bytes" in outcome.err
    assert cli("download", "waifu:5000", "--to", to, "--max-size", "none").code == 0
    outcome = cli("download", "waifu:5001", "--to", to, "--max-size", "much")
    assert (outcome.code, outcome.err.startswith("animedex: --max-size: 'much'")) == (2, True)
