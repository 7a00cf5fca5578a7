"""The services that know users, a pipe at standard input, and the file of keys."""

from __future__ import annotations

import io
import os
import shlex
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

from animedex.testing.samples.danbooru_posts import USER
from animedex.testing.samples.danbooru_sample import DanbooruSample
from animedex.testing.samples.waifu_sample import WaifuSample

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def danbooru(monkeypatch: pytest.MonkeyPatch) -> Iterator[DanbooruSample]:
    monkeypatch.setenv("ANIMEDEX_LIMITS", "off")
    with DanbooruSample(limits=False) as running:
        monkeypatch.setenv("ANIMEDEX_DANBOORU_URL", running.url)
        yield running


@pytest.fixture
def waifu(monkeypatch: pytest.MonkeyPatch) -> Iterator[WaifuSample]:
    monkeypatch.setenv("ANIMEDEX_LIMITS", "off")
    with WaifuSample(limits=False) as running:
        monkeypatch.setenv("ANIMEDEX_WAIFU_URL", running.url)
        yield running


class Type(Protocol):
    """Send something to standard input."""

    def __call__(self, text: str | bytes) -> None: ...


@pytest.fixture(autouse=True)
def pipe(monkeypatch: pytest.MonkeyPatch) -> Type:
    """Stand for a pipe at standard input, empty until the test puts something there."""

    def put(text: str | bytes) -> None:
        data = text.encode() if isinstance(text, str) else text
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))

    put("")
    return put


@pytest.fixture
def manager(tmp_path: Path) -> str:
    """Return the command of a program that prints Danbooru's key."""
    script = tmp_path / "manager.py"
    script.write_text(f"print({USER.api_key!r})\n")
    return shlex.join([sys.executable, str(script)])


class KeyFile:
    """Look at the file of keys."""

    @property
    def path(self) -> Path:
        return Path(os.environ["ANIMEDEX_CONFIG_DIR"]) / "credentials.toml"

    @property
    def content(self) -> dict[str, object]:
        return tomllib.loads(self.path.read_text()) if self.path.exists() else {}


@pytest.fixture
def key_file() -> KeyFile:
    return KeyFile()
