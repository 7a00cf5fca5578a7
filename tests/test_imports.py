"""What each command must not load: a cold start is quick because of what it leaves out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from animedex.testing import SampleServer

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAM = """
import sys
before = set(sys.modules)
from animedex.__main__ import main
try:
    main()
except SystemExit as end:
    code = end.code
modules = sorted(set(sys.modules) - before)
import json
sys.stderr.write(json.dumps([code, modules]))
"""
SLOW = {
    "asyncio",
    "concurrent.futures",
    "dataclasses",
    "difflib",
    "email",
    "html",
    "http.client",
    "importlib.metadata",
    "logging",
    "platformdirs",
    "pydantic",
    "random",
    "rapidfuzz",
    "redis",
    "rich",
    "secrets",
    "shlex",
    "ssl",
    "starlette",
    "tempfile",
    "tomlkit",
    "urllib.request",
    "uvicorn",
}
# What only a service with users needs.
SIGNING = {
    "animedex.config.credentials",
    "animedex.config.accounts",
    "animedex.cli.login",
    "getpass",
    "hashlib",
    "subprocess",
}
SENDING = {"pyreqwest", "animedex.transport.http", "animedex.transport.permit"}


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    with SampleServer(limits=False) as server:
        yield server.url


def loaded(url: str, *arguments: str) -> set[str]:
    """Run the command in a process of its own; name what it loaded beyond a bare interpreter."""
    # A measurement of coverage would load modules of its own.
    variables = {k: v for k, v in os.environ.items() if not k.startswith("COVERAGE_")}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        env={**variables, "ANIMEDEX_NEKOS_URL": url},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    code, modules = json.loads(done.stderr.splitlines()[-1])
    assert code == 0
    assert done.stdout
    return set(modules)


def test_version(service: str) -> None:
    modules = loaded(service, "--version")
    assert "animedex.__main__" in modules
    assert not modules & (SLOW | SENDING | {"click", "inspect", "msgspec", "sqlite3", "threading"})


@pytest.mark.parametrize(
    "arguments", [["--help"], ["nekos", "--help"], ["nekos", "image", "--help"]]
)
def test_help(service: str, arguments: list[str]) -> None:
    modules = loaded(service, *arguments)
    assert "animedex.backends.nekos.commands" in modules
    assert not modules & (SLOW | SENDING | {"animedex.client", "jq", "json", "msgspec", "sqlite3"})


def test_categories_from_the_cache(service: str) -> None:
    asked = loaded(service, "nekos", "categories")
    assert asked >= SENDING
    assert not asked & SIGNING
    kept = loaded(service, "nekos", "categories")
    assert "animedex.transport.response_cache" in kept
    assert not kept & (
        SLOW | SENDING | {"animedex.ratelimit.rate_limiter", "jq", "msgspec", "shutil"}
    )


@pytest.mark.parametrize(
    "arguments",
    [["library", "path"], ["library", "list"], ["library", "stats"], ["library", "random"]],
)
def test_the_library_without_looking_at_pictures(service: str, arguments: list[str]) -> None:
    modules = loaded(service, *arguments, "--no-source")
    assert "animedex.library" in modules
    assert not modules & (SLOW | SENDING | {"PIL", "numpy", "animedex.client", "jq", "csv"})


@pytest.mark.parametrize("arguments", [["library", "dupes"], ["library", "verify"]])
def test_no_progress_bars_in_a_pipe(service: str, arguments: list[str]) -> None:
    modules = loaded(service, *arguments)
    assert "animedex.cli.progress_bars" in modules
    assert not modules & {"rich", "animedex.cli.bar_columns"}


def test_image_through_jq(service: str) -> None:
    modules = loaded(service, "nekos", "image", "neko", "--jq", ".[0].url")
    assert modules >= SENDING | {"jq"}
    assert not modules & (
        SLOW | SIGNING | {"animedex.render.text_output", "animedex.record_schema", "shutil"}
    )
