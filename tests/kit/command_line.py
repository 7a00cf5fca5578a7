"""The command line run in this process, its output in a pipe, or in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

import pytest

from animedex.cli.main import run

if TYPE_CHECKING:
    from collections.abc import Mapping

    from animedex.http_message import JsonObject, JsonValue

# A guard against a command that hangs; no command comes near it.
PATIENCE = 120


class Outcome(NamedTuple):
    """What a command left behind; on a terminal `out` is what was shown there."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode()

    @property
    def json(self) -> JsonValue:
        return cast("JsonValue", json.loads(self.out))

    @property
    def error(self) -> JsonObject:
        """Read the one JSON object on standard error."""
        assert self.err.count("\n") == 1, self.err
        return cast("JsonObject", json.loads(self.err))


class Cli(Protocol):
    """Run a command line."""

    def __call__(self, *arguments: str) -> Outcome: ...


class Process(Protocol):
    """Run a command line in a process of its own; `shell` wraps it, as in `"{} | head -1"`."""

    def __call__(
        self,
        *arguments: str,
        stdin: bytes = b"",
        environment: Mapping[str, str] | None = None,
        redirect: str = "",
    ) -> Outcome: ...


@pytest.fixture
def cli(capfdbinary: pytest.CaptureFixture[bytes]) -> Cli:
    """Run a command line in this process, its output in a pipe."""

    def invoke(*arguments: str) -> Outcome:
        capfdbinary.readouterr()
        code = run(list(arguments))
        out, err = capfdbinary.readouterr()
        return Outcome(code, out, err.decode())

    return invoke


@pytest.fixture
def process() -> Process:
    def invoke(
        *arguments: str,
        stdin: bytes = b"",
        environment: Mapping[str, str] | None = None,
        redirect: str = "",
    ) -> Outcome:
        command = [sys.executable, "-m", "animedex", *arguments]
        if redirect:
            command = ["sh", "-c", f'exec "$@" {redirect}', "sh", *command]
        done = subprocess.run(
            command,
            input=stdin,
            capture_output=True,
            check=False,
            env={**os.environ, **(environment or {})},
            timeout=PATIENCE,
        )
        return Outcome(done.returncode, done.stdout, done.stderr.decode(errors="replace"))

    return invoke
