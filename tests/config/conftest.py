"""A service that knows users, the file of keys, and programs that print one."""

from __future__ import annotations

import os
import shlex
import sys
from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

from animedex.backend import Backend, SignIn
from animedex.ratelimit.limits import Limits, TokenBucket

if TYPE_CHECKING:
    from collections.abc import Mapping

    from animedex.http_message import Headers


def headers_of(fields: Mapping[str, str]) -> Headers:
    whole = f"{fields['login']}:{fields['api_key']}".encode()
    return (("authorization", f"Basic {b64encode(whole).decode()}"),)


CLUB = Backend(
    name="club",
    title="A club with members",
    base_url="https://club.example",
    docs_url="https://club.example/docs",
    limits=Limits(TokenBucket(rate=2.0, burst=4), {}),
    limits_note="",
    guidance="",
    example_path="/pick",
    sign_in=SignIn(
        ("login", "api_key"), "api_key", headers_of, "/me", "https://club.example/keys", "login"
    ),
)


@pytest.fixture(scope="session")
def club() -> Backend:
    return CLUB


@pytest.fixture
def key_file(own_environment: None) -> Path:
    """Name the file of keys, which does not exist yet."""
    folder = Path(os.environ["ANIMEDEX_CONFIG_DIR"])
    folder.mkdir(exist_ok=True)
    return folder / "credentials.toml"


class Program(Protocol):
    """Write a program in Python; give the command that runs it, which tells each run in `runs`."""

    def __call__(self, source: str) -> str: ...


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """Name the file to which a program adds a line each time that it is run."""
    return tmp_path / "runs"


@pytest.fixture
def program(tmp_path: Path, runs: Path) -> Program:
    def write(source: str) -> str:
        script = tmp_path / f"a program {len(list(tmp_path.iterdir()))}.py"
        script.write_text(f"open({str(runs)!r}, 'a').write('run\\n')\n{source}\n")
        return shlex.join([sys.executable, str(script)])

    return write
