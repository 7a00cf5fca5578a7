"""What the benchmarks share: the project's folder, and servers in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator

HERE = os.path.dirname(os.path.abspath(__file__))


def sources() -> str:
    """Name the project's folder."""
    return os.path.dirname(HERE)


@contextmanager
def server(kind: str) -> Generator[str]:
    """Run `KIND_server.py` beside this process; give the base URL that it prints."""
    command = [sys.executable, os.path.join(HERE, f"{kind}_server.py")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.stdin.close()


def path_of(name: str) -> str:
    """Return the path of a file beside this one."""
    return os.path.join(HERE, name)
