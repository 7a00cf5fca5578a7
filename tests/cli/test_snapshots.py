"""What every command prints, in a pipe and on terminals, as files to look at.

`WRITE_SNAPSHOTS=1 pytest tests/cli/test_snapshots.py` writes them anew.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from animedex import __version__

if TYPE_CHECKING:
    from animedex.testing import SampleServer
    from tests.kit.command_line import Cli, Outcome
    from tests.kit.terminal import Terminal

FOLDER = Path(__file__).parent / "snapshots"
NEKO = "neko/11111111-0001-4c1e-9d51-5a3d8a1c0001.png"


class Snapshot(NamedTuple):
    """A command, and the widths of the terminals that it is shown on."""

    arguments: tuple[str, ...]
    widths: tuple[int, ...] = (80,)


WIDE = (80, 200)
COMMANDS = {
    "categories": Snapshot(("nekos", "categories")),
    "categories-full": Snapshot(("nekos", "categories-full")),
    "image": Snapshot(("nekos", "image", "neko"), WIDE),
    "image-long-name": Snapshot(("nekos", "image", "husbando"), WIDE),
    "image-without-credit": Snapshot(("nekos", "image", "waifu")),
    "image-animated": Snapshot(("nekos", "image", "baka", "--amount", "2")),
    "image-unknown": Snapshot(("nekos", "image", "nekoo")),
    "search": Snapshot(("nekos", "search", "Lantern Street Diaries", "--type", "gif"), WIDE),
    "search-nothing": Snapshot(("nekos", "search", "zzzz", "--min-match", "0.9")),
    "asset": Snapshot(("nekos", "asset", NEKO, "-o", "picture.png"), WIDE),
    "asset-bytes": Snapshot(("nekos", "asset", NEKO)),
    "api": Snapshot(("api", "nekos", "/neko", "--include")),
    "api-unknown": Snapshot(("api", "nekos", "/nekoo")),
    "cache-info": Snapshot(("cache", "info")),
    "cache-clear": Snapshot(("cache", "clear", "--seen")),
    "config-list": Snapshot(("config", "list")),
    "config-get": Snapshot(("config", "get", "timeout")),
    "config-path": Snapshot(("config", "path")),
    "status": Snapshot(("status",)),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_output(  # noqa: PLR0913, PLR0917  fixtures
    name: str,
    cli: Cli,
    terminal: Terminal,
    service: SampleServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ANIMEDEX_LIMITS", "off")
    arguments, widths = COMMANDS[name]
    parts = [("in a pipe", cli(*arguments))]
    for width in widths:
        for color in ("never", "always"):
            screen = terminal(
                *arguments, columns=width, environment={"ANIMEDEX_COLOR": color}, errors=True
            )
            parts.append((f"on a terminal of {width} columns, color={color}", screen))
    text = "\n".join(f"=== {title}\n{_format_snapshot(outcome)}" for title, outcome in parts)
    _compare(FOLDER / f"{name}.txt", _normal(text, service))


def test_no_snapshot_is_left_over() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(COMMANDS)


def _format_snapshot(outcome: Outcome) -> str:
    out = outcome.out.decode(errors="backslashreplace")
    end = "" if out.endswith("\n") or not out else "<no line end>\n"
    errors = f"--- standard error\n{outcome.err}" if outcome.err else ""
    return f"{out}{end}{errors}--- exit code {outcome.code}\n"


def _normal(text: str, service: SampleServer) -> str:
    """Write what differs from run to run by its name, and control characters visibly."""
    home = os.environ["HOME"]
    text = text.replace(home, "HOME").replace(service.origin, "http://127.0.0.1:PORT")
    text = text.replace(f"animedex/{__version__}", "animedex/VERSION")
    text = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "TIME", text)
    text = re.sub(r"(?m)^date: .*$", "date: TIME", text)
    text = re.sub(r"\x1b\]8;id=\d+;", "\x1b]8;id=ID;", text)
    return "".join(_visible(character) for character in text)


def _visible(character: str) -> str:
    """Return a control character the picture that Unicode has of it."""
    code = ord(character)
    return chr(0x2400 + code) if code < 0x20 and character != "\n" else character


def _compare(path: Path, text: str) -> None:
    if os.environ.get("WRITE_SNAPSHOTS"):
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text
