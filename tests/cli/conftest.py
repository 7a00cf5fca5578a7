"""Run the command line as a user does: in a pipe, on a terminal, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

import pytest

from animedex.cli.main import run
from animedex.server import SampleServer
from animedex.server.sample.collection import SampleCollection
from animedex.server.sample.danbooru import DanbooruSample
from animedex.server.sample.waifu import WaifuSample

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from animedex.wire import JsonObject, JsonValue

# A guard against a command that hangs; no command comes near it.
PATIENCE = 60
PICTURES: list[dict[str, str | int]] = [
    {
        "category": "neko",
        "file": "11111111-0001-4c1e-9d51-5a3d8a1c0001.png",
        "width": 300,
        "height": 420,
        "artist_name": "青葉ミオ",
        "artist_href": "https://gallery.example/mio",
        "source_url": "https://gallery.example/mio/100",
    },
    {
        "category": "husbando",
        "file": "11111111-0002-4c1e-9d51-5a3d8a1c0002.png",
        "width": 250,
        "height": 370,
        "artist_name": "Tove [red] Lindgaard, who paints under a name that needs more than a line",
    },
    {"category": "waifu", "file": "11111111-0003-4c1e-9d51-5a3d8a1c0003.png"},
    {
        "category": "baka",
        "file": "11111111-0004-4c1e-9d51-5a3d8a1c0004.gif",
        "width": 156,
        "height": 116,
        "anime_name": "Lantern Street Diaries",
    },
    {"category": "hug", "file": "11111111-0005-4c1e-9d51-5a3d8a1c0005.gif", "anime_name": "星屑"},
]
PNG = b"\x89PNG\r\n\x1a\n drawn"
GIF = b"GIF89a drawn"
NEKO = "neko/11111111-0001-4c1e-9d51-5a3d8a1c0001.png"


class Outcome(NamedTuple):
    """Hold what a command left behind; on a terminal `out` is what was shown there."""

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


class Terminal(Protocol):
    """Run a command line on a terminal; `errors` puts standard error there as well."""

    def __call__(
        self,
        *arguments: str,
        columns: int = 80,
        environment: Mapping[str, str] | None = None,
        errors: bool = False,
    ) -> Outcome: ...


@pytest.fixture(scope="session")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> SampleCollection:
    """Give a small collection that stays as it is when the drawn one changes."""
    folder = tmp_path_factory.mktemp("gallery")
    (folder / "manifest.json").write_text(json.dumps({"pictures": PICTURES}), encoding="utf-8")
    for row in PICTURES:
        place = folder / str(row["category"]) / str(row["file"])
        place.parent.mkdir()
        place.write_bytes(PNG if place.suffix == ".png" else GIF)
    return SampleCollection.load(folder)


@pytest.fixture(scope="session")
def running(gallery: SampleCollection) -> Iterator[SampleServer]:
    with SampleServer(gallery, limits=False) as server:
        yield server


@pytest.fixture
def service(running: SampleServer, monkeypatch: pytest.MonkeyPatch) -> SampleServer:
    """Point the command line at a server that has seen nothing yet and does nothing wrong."""
    running.arrivals.clear()
    running.faults.clear()
    monkeypatch.setenv("ANIMEDEX_NEKOS_URL", running.url)
    return running


@pytest.fixture(scope="session")
def drawn() -> Iterator[dict[str, str]]:
    """Run the neighbours of nekos with their drawn collections; give the variables to them."""
    with DanbooruSample(limits=False) as danbooru, WaifuSample(limits=False) as waifu:
        yield {"ANIMEDEX_DANBOORU_URL": danbooru.url, "ANIMEDEX_WAIFU_URL": waifu.url}


@pytest.fixture
def neighbours(drawn: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Point the command line at the neighbours."""
    for variable, url in drawn.items():
        monkeypatch.setenv(variable, url)


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


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    pytest.importorskip("pty", reason="there are no terminals to be had")
    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("NO_COLOR", "CLICOLOR_FORCE", "COLUMNS", "LINES"):
        monkeypatch.delenv(name, raising=False)

    def invoke(
        *arguments: str,
        columns: int = 80,
        environment: Mapping[str, str] | None = None,
        errors: bool = False,
    ) -> Outcome:
        command = [sys.executable, "-m", "animedex", *arguments]
        return _on_terminal(command, columns, {**os.environ, **(environment or {})}, errors=errors)

    return invoke


def _on_terminal(
    command: Sequence[str], columns: int, environment: Mapping[str, str], *, errors: bool
) -> Outcome:
    import pty
    import termios

    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, columns))
    with subprocess.Popen(
        command,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs if errors else subprocess.PIPE,
        env=environment,
    ) as started:
        os.close(theirs)
        shown = b"".join(iter(lambda: _read(ours), b""))
        os.close(ours)
        told = started.stderr.read().decode() if started.stderr else ""
        code = started.wait(PATIENCE)
    return Outcome(code, shown.replace(b"\r\n", b"\n"), told)


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux's way of saying that nobody holds the other end any more.
        return b""


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """Name a file that does not exist yet."""
    return tmp_path / "picture.png"
