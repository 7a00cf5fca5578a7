"""The command line run on a terminal, and on one that answers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple, Protocol

import pytest

from tests.kit.command_line import PATIENCE, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from signal import Signals
    from typing import TypeAlias

    Reply: TypeAlias = bytes | Signals
    Replies: TypeAlias = Mapping[bytes, Reply | list[Reply]]


class Terminal(Protocol):
    """Run a command line on a terminal, and type something there.

    `errors` puts standard error there as well.
    """

    def __call__(
        self,
        *arguments: str,
        columns: int = 80,
        environment: Mapping[str, str] | None = None,
        errors: bool = False,
        typed: str = "",
    ) -> Outcome: ...


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
        typed: str = "",
    ) -> Outcome:
        command = [sys.executable, "-m", "animedex", *arguments]
        around = {**os.environ, **(environment or {})}
        return _on_terminal(command, columns, around, errors=errors, typed=typed)

    return invoke


def _on_terminal(
    command: Sequence[str],
    columns: int,
    environment: Mapping[str, str],
    *,
    errors: bool,
    typed: str,
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
        os.write(ours, typed.encode())
        shown = b"".join(iter(lambda: _read(ours), b""))
        os.close(ours)
        told = started.stderr.read().decode() if started.stderr else ""
        code = started.wait(PATIENCE)
    return Outcome(code, shown.replace(b"\r\n", b"\n"), told)


class Watched(NamedTuple):
    """What happened on a terminal: beside what was shown, how it was left.

    `restored` tells whether it was left as it was found, also where the command halted. `left` is
    what is still to be read there, which whoever comes next would take for typed.
    """

    code: int
    out: bytes
    err: str
    restored: bool
    left: bytes


class Emulator(Protocol):
    """Run a command line on a terminal that answers, of so many columns and rows.

    Whenever a text is shown that `replies` has, its reply is typed, or sent if it is a signal; of
    several replies the next one. Without `replies` it answers as a terminal that draws no pixels.
    A command that halts is let go on. `typed` is there before it is.
    """

    def __call__(
        self,
        *arguments: str,
        replies: Replies | None = None,
        typed: bytes = b"",
        stdin: Path | None = None,
        size: tuple[int, int] = (80, 24),
        environment: Mapping[str, str] | None = None,
    ) -> Watched: ...


# Every terminal answers the question for its attributes, so that nobody waits for it.
ANSWERS: Replies = {b"\x1b[c": b"\x1b[?1;2c"}
# It leads the terminal's session, as a shell does, and outlives the command: with it the terminal
# would hang up, and nothing could be told of how it was left.
LEADER = """
import fcntl, json, os, select, signal, subprocess, sys, termios, tty

fcntl.ioctl(1, termios.TIOCSCTTY, 0)
signal.signal(signal.SIGINT, lambda *_: None)
report = os.fdopen(int(sys.argv[1]), "w")
before = termios.tcgetattr(1)
stdin = open(sys.argv[2], "rb") if sys.argv[2] else None
process = subprocess.Popen(sys.argv[3:], stdin=stdin)
print(process.pid, file=report, flush=True)
restored = True
while True:
    _, status = os.waitpid(process.pid, os.WUNTRACED)
    restored = restored and termios.tcgetattr(1) == before
    if not os.WIFSTOPPED(status):
        break
    os.kill(process.pid, signal.SIGCONT)
code = os.waitstatus_to_exitcode(status)
tty.setraw(1, termios.TCSANOW)
left = os.read(1, 4096) if select.select([1], [], [], 0)[0] else b""
print(json.dumps([code, restored, left.hex()]), file=report, flush=True)
"""


@pytest.fixture
def emulator(monkeypatch: pytest.MonkeyPatch) -> Emulator:
    pytest.importorskip("pty", reason="there are no terminals to be had")
    monkeypatch.setenv("TERM", "xterm-256color")
    names = ("NO_COLOR", "CLICOLOR_FORCE", "COLORTERM", "COLUMNS", "LINES", "TMUX", "STY", "ZELLIJ")
    for name in names:
        monkeypatch.delenv(name, raising=False)
    # On a busy machine it may answer as late as from far away.
    monkeypatch.setenv("SSH_CONNECTION", "far away")

    def invoke(
        *arguments: str,
        replies: Replies | None = None,
        typed: bytes = b"",
        stdin: Path | None = None,
        size: tuple[int, int] = (80, 24),
        environment: Mapping[str, str] | None = None,
    ) -> Watched:
        command = [sys.executable, "-m", "animedex", *arguments]
        everything = {**os.environ, **(environment or {})}
        return _watched(
            command, size, everything, ANSWERS if replies is None else replies, typed, stdin
        )

    return invoke


def _watched(  # noqa: PLR0913, PLR0917  what makes up a terminal and what goes on there
    command: Sequence[str],
    size: tuple[int, int],
    environment: Mapping[str, str],
    replies: Replies,
    typed: bytes,
    stdin: Path | None,
) -> Watched:
    import pty
    import termios

    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (size[1], size[0]))
    os.write(ours, typed)
    reads, writes = os.pipe()
    with subprocess.Popen(
        [sys.executable, "-c", LEADER, str(writes), str(stdin or ""), *command],
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.PIPE,
        pass_fds=[writes],
        start_new_session=True,
        env=environment,
    ) as leader:
        os.close(theirs)
        os.close(writes)
        with os.fdopen(reads) as report:
            shown = _talk(ours, int(report.readline()), replies)
            told = leader.stderr.read().decode() if leader.stderr else ""
            code, restored, left = json.loads(report.readline())
        os.close(ours)
    return Watched(code, shown.replace(b"\r\n", b"\n"), told, restored, bytes.fromhex(left))


def _talk(terminal: int, process: int, replies: Replies) -> bytes:
    """Read all that is shown, and reply to it."""
    shown = b""
    given = dict.fromkeys(replies, 0)
    while chunk := _read(terminal):
        shown += chunk
        for text, reply in replies.items():
            while given[text] < shown.count(text):
                now = reply[given[text]] if isinstance(reply, list) else reply
                given[text] += 1
                if isinstance(now, bytes):
                    os.write(terminal, now)
                else:
                    os.kill(process, now)
    return shown


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux's way of saying that nobody holds the other end any more.
        return b""
