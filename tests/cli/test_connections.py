"""Connections that do not come about, break or never end: exit 6 within the deadline."""

from __future__ import annotations

import socket
import struct
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import threading

    from animedex.testing import SampleServer
    from tests.kit.command_line import Cli
    from tests.kit.raw_server import StartRawServer

BRIEFLY = ("--timeout", "0.4")
# Long enough for a busy machine to find out that there is no connection.
AWHILE = ("--timeout", "120")
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 5000\r\n\r\n"


def check(cli: Cli, url: str, reason: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Expect one failure of the connection; give what is said about it."""
    monkeypatch.setenv("ANIMEDEX_NEKOS_URL", url)
    patience = BRIEFLY if reason == "timeout" else AWHILE
    outcome = cli("nekos", "image", "neko", *patience, "--errors", "json")
    assert (outcome.code, outcome.out) == (6, b"")
    assert (outcome.error["reason"], outcome.error["backend"]) == (reason, "nekos")
    return str(outcome.error["message"])


def test_refused(cli: Cli, monkeypatch: pytest.MonkeyPatch, closed_url: str) -> None:
    assert "refused" in check(cli, closed_url, "unreachable", monkeypatch)


def test_unresolvable(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANIMEDEX_NEKOS_URL", "http://nowhere.invalid/api/v2")
    outcome = cli("nekos", "image", "neko", "--timeout", "3")
    assert (outcome.code, outcome.err.count("\n")) == (6, 1)


def test_reset(cli: Cli, monkeypatch: pytest.MonkeyPatch, raw_server: StartRawServer) -> None:
    def reset(connection: socket.socket, over: threading.Event) -> None:
        linger = struct.pack("ii", 1, 0)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

    check(cli, raw_server(reset).url, "unreachable", monkeypatch)


def test_hung_up(cli: Cli, monkeypatch: pytest.MonkeyPatch, raw_server: StartRawServer) -> None:
    check(cli, raw_server(b"").url, "unreachable", monkeypatch)


def test_cut_in_mid_body(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, raw_server: StartRawServer
) -> None:
    check(cli, raw_server(HEAD + b'{"results": [').url, "unreachable", monkeypatch)


def test_no_tls_where_tls_should_be(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, raw_server: StartRawServer
) -> None:
    url = raw_server(HEAD).url.replace("http://", "https://")
    assert "TLS" in check(cli, url, "unreachable", monkeypatch)


def test_silent(cli: Cli, monkeypatch: pytest.MonkeyPatch, raw_server: StartRawServer) -> None:
    def say_nothing(connection: socket.socket, over: threading.Event) -> None:
        over.wait()

    check(cli, raw_server(say_nothing).url, "timeout", monkeypatch)


def test_silent_after_the_head(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, raw_server: StartRawServer
) -> None:
    def stall(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(HEAD)
        over.wait()

    check(cli, raw_server(stall).url, "timeout", monkeypatch)


@pytest.mark.parametrize("fault", ["delay=600", "drip=0.05"])
def test_slow(fault: str, cli: Cli, service: SampleServer) -> None:
    service.faults.add(f"/neko:{fault}")
    outcome = cli("nekos", "image", "neko", *BRIEFLY, "--errors", "json")
    assert (outcome.code, outcome.error["reason"]) == (6, "timeout")
    assert cli("nekos", "image", "neko", *BRIEFLY).err.count("\n") == 1


def test_garbled(cli: Cli, monkeypatch: pytest.MonkeyPatch, raw_server: StartRawServer) -> None:
    monkeypatch.setenv("ANIMEDEX_NEKOS_URL", raw_server(b"\x00\x01 nonsense\r\n\r\n").url)
    outcome = cli("nekos", "image", "neko")
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (7, b"", 1)


def test_an_endless_head(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, raw_server: StartRawServer
) -> None:
    def boast(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while not over.is_set():
            connection.sendall(b"x-note: " + b"x" * 4000 + b"\r\n")

    monkeypatch.setenv("ANIMEDEX_NEKOS_URL", raw_server(boast).url)
    outcome = cli("nekos", "image", "neko", *AWHILE)
    assert (outcome.code, outcome.err.count("\n")) == (7, 1)


def test_a_body_that_never_ends_is_cut_off(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, raw_server: StartRawServer
) -> None:
    def flood(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n[")
        while not over.is_set():
            connection.sendall(b"1," * 100_000)

    monkeypatch.setenv("ANIMEDEX_NEKOS_URL", raw_server(flood).url)
    outcome = cli("nekos", "image", "neko", "--errors", "json")
    assert (outcome.code, outcome.error["reason"]) == (7, "upstream-decode")
