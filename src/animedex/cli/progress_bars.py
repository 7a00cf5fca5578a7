"""Progress bars of downloads and fingerprints, on standard error if that is a terminal."""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from animedex.cli.streams import is_terminal
from animedex.plurals import format_count
from animedex.render.safe_text import escape_control_characters

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from rich.progress import Progress as Display
    from rich.progress import TaskID

    from animedex.cli.command_context import CommandSession
    from animedex.downloads import Progress

_WIDEST_NAME = 30
# Of how many files a bar is worth it.
_ENOUGH = 2


class ProgressWatch(Protocol):
    """Receives progress; `is_visible` is whether a terminal shows it."""

    is_visible: bool

    def report(self, progress: Progress) -> None:
        """Receive the progress of one file; from any thread."""
        ...

    def end(self, number: int) -> None:
        """Receive the end of one file, whether it succeeded or failed."""
        ...


class NoProgress:
    """Shows nothing."""

    is_visible = False

    def report(self, progress: Progress) -> None:
        """Do nothing."""

    def end(self, number: int) -> None:
        """Do nothing."""


class ProgressBars:
    """Shows a bar for all files, and one for each file in progress."""

    is_visible = True

    def __init__(self, display: Display, names: Sequence[str]) -> None:
        self._display = display
        self._names = names
        self._tasks: dict[int, TaskID] = {}
        self._ended: set[int] = set()
        self._lock = threading.Lock()
        self._sizes: dict[int, int] = {}
        self._bytes = 0
        self._all = display.add_task("all", total=len(names), files=True, bytes=0)

    def report(self, progress: Progress) -> None:
        """Advance one file's bar, and the bytes of all files."""
        number, size, total = progress
        with self._lock:
            if number in self._ended:
                return
            if number not in self._tasks:
                name = escape_control_characters(self._names[number])[:_WIDEST_NAME]
                self._tasks[number] = self._display.add_task(name, total=total)
                # What an earlier try has brought is not brought now.
                self._sizes[number] = size
            self._bytes += max(0, size - self._sizes[number])
            self._sizes[number] = size
            self._display.update(self._tasks[number], completed=size, total=total)
            self._display.update(self._all, bytes=self._bytes)

    def end(self, number: int) -> None:
        """Remove one file's bar, and advance the bar of all files."""
        with self._lock:
            self._ended.add(number)
            task = self._tasks.pop(number, None)
            if task is not None:
                self._display.remove_task(task)
            self._display.update(self._all, completed=len(self._ended))


@contextmanager
def open_progress(names: Sequence[str], *, color: str | None) -> Generator[ProgressWatch]:
    """Show bars during a block, and remove them afterwards."""
    if not names or not is_terminal(sys.stderr):
        yield NoProgress()
        return
    from rich.console import Console
    from rich.progress import Progress as Display

    from animedex.cli.bar_columns import progress_columns

    console = Console(stderr=True, no_color=True if color == "never" else None)
    with Display(*progress_columns(), console=console, transient=True) as display:
        yield ProgressBars(display, names)


@contextmanager
def count_with_bar(*, is_seen: bool, color: str | None) -> Generator[Callable[[], None]]:
    """Show a bar with the number of files so far, if standard error is a terminal.

    The total is not known. What is yielded counts one more; `is_seen` may be False.
    """
    if not is_seen or not is_terminal(sys.stderr):
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Display

    console = Console(stderr=True, no_color=True if color == "never" else None)
    bar, text = BarColumn(bar_width=20), TextColumn("{task.description}", markup=False)
    display = Display(bar, text, console=console, transient=True)
    task, number = display.add_task("", total=None), 0

    def count() -> None:
        nonlocal number
        number += 1
        display.update(task, description=format_count(number, "file"))
        if number == _ENOUGH:
            display.start()

    try:
        yield count
    finally:
        if number >= _ENOUGH:
            display.stop()


def update_outdated_fingerprints(session: CommandSession) -> None:
    """Recompute outdated fingerprints, with a bar on a terminal, and print the result."""
    library = session.library
    waiting = library.count_outdated()
    if not waiting:
        return
    session.note(
        f"animedex: reading {format_count(waiting, 'picture')} again: the fingerprints were made"
        " by an older version"
    )
    failed = 0
    with count_with_bar(is_seen=True, color=session.shared.color) as count:
        for one in library.renew_outdated():
            count()
            failed += one.error is not None
    if failed:
        session.note(
            f"animedex: {format_count(failed, 'picture')} could not be read and took no part:"
            " `animedex library verify` shows why"
        )
