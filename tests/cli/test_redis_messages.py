"""What the command line says of a server that keeps budgets, and never of its password."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from animedex.cli.error_conversion import to_animedex_error
from animedex.ratelimit.store import StoreUnavailable

if TYPE_CHECKING:
    from animedex.testing import SampleServer
    from tests.kit.command_line import Cli
    from tests.kit.redis_server import Server


@pytest.fixture
def secret(redis_server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    redis_server.does("CONFIG", "SET", "requirepass", "hunter2")
    url = f"redis://:hunter2@127.0.0.1:{redis_server.port}/0"
    monkeypatch.setenv("ANIMEDEX_STATE", url)
    return redis_server


@pytest.mark.parametrize(
    "command",
    ["status", "config list", "config get state", "cache info", "nekos image neko -v"],
)
def test_a_password_is_never_printed(
    command: str, cli: Cli, secret: Server, service: SampleServer
) -> None:
    done = cli(*command.split())
    assert done.code == 0
    assert done.out
    assert b"hunter2" not in done.out
    assert "hunter2" not in done.err


def test_status_tells_where_budgets_are(cli: Cli, secret: Server) -> None:
    place = f"redis://***@127.0.0.1:{secret.port}/0"
    done = cli("status", "--jq", ".budgets_path, .cache.path", "-r")
    assert done.out.decode() == f"{place}\n{place}\n"


def test_a_server_that_is_away_is_told_at_once(
    cli: Cli, redis_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANIMEDEX_STATE", redis_server.url)
    redis_server.kill()
    done = cli("status", "--timeout", "none")
    assert done.code == 6
    assert f"budgets are kept at {redis_server.url}, which cannot be reached" in done.err
    redis_server.start()


def test_a_warning_is_printed_once(
    cli: Cli, service: SampleServer, redis_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANIMEDEX_STATE", redis_server.url)
    redis_server.kill()
    done = cli("nekos", "image", "neko", "--timeout", "0.5")
    assert done.code == 5
    assert done.err.count("calls wait for it") == 1
    assert len(service.arrivals) == 0
    redis_server.start()


def test_whatever_raises_that_a_server_is_away_is_understood() -> None:
    error = to_animedex_error(StoreUnavailable("redis://cache.example", "does not answer", 1.0))
    assert (error.reason, error.exit_code) == ("unreachable", 6)
