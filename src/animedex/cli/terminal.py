"""The terminal on standard output: queries to it, and keys that are typed meanwhile.

It is read through its own file, as standard input may be a pipe. What is typed is not shown then,
and every way out puts the terminal back as it was.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING, Self

from animedex.cli.terminal_capabilities import (
    FIRST_QUERY,
    SECOND_QUERY,
    TerminalAnswers,
    read_answers,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

# How long an answer may take: of a terminal that is here, and one at the other end of a network.
_NEAR, _FAR = 0.3, 2.0
_ENOUGH = 4096
# A multiplexer answers for itself, and would take kitty's question for a new title.
_MULTIPLEXERS = ("TMUX", "STY", "ZELLIJ")
_MUTE = {"", "dumb", "linux", "eterm-color"}
_ENDINGS = ("SIGTERM", "SIGHUP", "SIGQUIT")
_PAUSE = "SIGTSTP"
_SHOW_CURSOR, _HIDE_CURSOR = b"\x1b[?25h", b"\x1b[?25l"


class Terminal:
    """A terminal that can be queried and read; its settings are restored at the end of a block.

    Where it cannot be read, it answers nothing and no key is ever pressed.
    """

    def __init__(self) -> None:
        self._file: int | None = None
        self._modes: list[int | list[bytes | int]] | None = None
        self._owes = False
        self._handlers: dict[int, object] = {}
        # Whether what was drawn has hidden the cursor.
        self.hidden = False

    def __enter__(self) -> Self:
        self._file = _open_terminal()
        if self._file is not None:
            self._watch()
            try:
                self._hush(self._file)
            except BaseException:
                # Who does not get in is not let out.
                self._restore()
                raise
        return self

    def __exit__(self, *exc_info: object) -> None:
        if self._owes:
            self._read_answers()
        self._restore()
        for number, handler in self._handlers.items():
            # What was there is given back as it came.
            signal.signal(number, handler)  # type: ignore[arg-type]
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def ask(self) -> TerminalAnswers:
        """Query what the terminal supports; keys that are typed already stay unread."""
        if self._file is None or os.environ.get("TERM", "") in _MUTE or self._can_read(0):
            return TerminalAnswers()
        answers = read_answers(self._query(FIRST_QUERY))
        if answers.complete and not answers.sixel and not _is_multiplexed():
            answers = answers._replace(kitty=read_answers(self._query(SECOND_QUERY)).kitty)
        return answers

    def now(self) -> float:
        """Return the time in seconds, counted from some moment."""
        return time.monotonic()

    def wait(self, seconds: float) -> bytes:
        """Wait for so many seconds or for a key; return the keys."""
        if self._file is None:
            time.sleep(max(0.0, seconds))
            return b""
        return os.read(self._file, _ENOUGH) if self._can_read(seconds) else b""

    def _can_read(self, seconds: float) -> bool:
        """Return whether something can be read within so many seconds."""
        assert self._file is not None
        return bool(select.select([self._file], [], [], max(0.0, seconds))[0])

    def _query(self, question: str) -> bytes:
        """Send a query, and return the text up to the last answer or the deadline."""
        assert self._file is not None
        os.write(self._file, question.encode())
        self._owes = True
        return self._read_answers()

    def _read_answers(self) -> bytes:
        """Read text up to the last answer or the deadline."""
        answer = b""
        until = time.monotonic() + (_FAR if _is_far() else _NEAR)
        while self._owes and len(answer) < _ENOUGH and (rest := until - time.monotonic()) > 0:
            piece = self.wait(rest)
            answer += piece
            self._owes = not read_answers(answer).complete
        return answer

    def _hush(self, file: int) -> None:
        """Switch echo and line buffering off."""
        import termios

        before = termios.tcgetattr(file)
        quiet = [*before]
        quiet[3] = before[3] & ~(termios.ICANON | termios.ECHO)
        self._modes = before
        termios.tcsetattr(file, termios.TCSANOW, quiet)
        if self.hidden:
            os.write(file, _HIDE_CURSOR)

    def _restore(self) -> None:
        """Restore the terminal, and discard an answer that has not been read."""
        if self._file is None or self._modes is None:
            return
        import termios

        modes, self._modes = self._modes, None
        if self.hidden:
            os.write(self._file, _SHOW_CURSOR)
        when = termios.TCSAFLUSH if self._owes else termios.TCSADRAIN
        # A terminal that was closed has no modes any more.
        with contextlib.suppress(termios.error):
            termios.tcsetattr(self._file, when, modes)

    def _watch(self) -> None:
        """Restore the terminal too if a signal ends or stops the process."""
        if threading.current_thread() is threading.main_thread():
            for name in _ENDINGS:
                self._handle(getattr(signal, name), self._end)
            self._handle(getattr(signal, _PAUSE), self._pause)

    def _handle(self, number: int, handler: Callable[[int, FrameType | None], None]) -> None:
        self._handlers[number] = signal.signal(number, handler)

    def _end(self, number: int, frame: FrameType | None) -> None:
        del frame
        self._restore()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    def _pause(self, number: int, frame: FrameType | None) -> None:
        self._end(number, frame)
        # Here it goes on, once the user wants that.
        signal.signal(number, self._pause)
        if self._file is not None:
            self._hush(self._file)


def _open_terminal() -> int | None:
    """Open the terminal of standard output for reading; return None if that is impossible."""
    if sys.platform == "win32":
        return None
    try:
        name = os.ttyname(sys.stdout.fileno())
        file = os.open(name, os.O_RDWR | os.O_NOCTTY)
    except (OSError, ValueError, AttributeError):
        return None
    if _is_ours(file):
        return file
    os.close(file)
    return None


def _is_ours(file: int) -> bool:
    """Return whether the terminal may be read: a background job would be stopped."""
    try:
        return os.tcgetpgrp(file) == os.getpgrp()
    except OSError:
        # It controls other processes, and has no say over this one.
        return True


def _is_multiplexed() -> bool:
    inside = any(os.environ.get(name) for name in _MULTIPLEXERS)
    # Through SSH only the terminal's name comes along.
    return inside or os.environ.get("TERM", "").startswith(("screen", "tmux"))


def _is_far() -> bool:
    return "SSH_CONNECTION" in os.environ or "SSH_TTY" in os.environ
