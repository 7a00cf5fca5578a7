"""`animedex library add`: add pictures, with the credit that they carry."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import click

from animedex.cli.command import Command
from animedex.cli.command_context import CommandSession, with_local_output

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from animedex.cli.batch_failures import BatchFailures
    from animedex.library.add_files import AddResult
    from animedex.library.entry import Entry

_WORDS = {"added": "added", "known": "already there", "updated": "updated", "failed": "failed"}


@click.command(
    "add",
    cls=Command,
    examples=(
        "animedex library add picture.png",
        "animedex library add ~/Pictures",
        "find . -name '*.gif' -print0 | animedex library add -",
    ),
    guidance=(
        "Files stay where they are. A file that is already in the library is read again and keeps"
        " its number. Standard error counts the files that were added, were already there, failed,"
        " or have a format that is not supported (HEIC, JXL, BMP, TIFF). A broken file is named"
        " there, and the rest are added; the exit code is then that of the worst failure."
    ),
)
@click.argument(
    "files",
    metavar="FILE|DIR|-...",
    nargs=-1,
    required=True,
    help="Files, folders, or - for a list.",
)
@click.option("-v", "--verbose", is_flag=True, help="Print details of each file.")
@with_local_output
def command(session: CommandSession, files: tuple[str, ...]) -> None:
    """Add pictures or folders to your library.

    Credit is read from the file itself, or from a sidecar beside it, written by animedex or by
    another program. Folders are searched with all their subfolders, except for hidden and
    unfinished files and, unless you name them, system folders such as @eaDir, #recycle, lost+found
    and $RECYCLE.BIN. With -, a list is read from standard input: paths, one per line or separated
    by NUL, or JSON rows with a `path`.
    """
    from animedex.cli.batch_failures import BatchFailures
    from animedex.cli.path_arguments import expand_paths
    from animedex.library.add_files import add_all, files_below

    failures, outcome = BatchFailures(session), AddReport(session)
    paths = (
        path
        for name in expand_paths(files)
        for path in files_below(name, failures.add, outcome.unsupported.append)
    )
    _print(session, outcome.take(add_all(session.library, paths), failures))
    outcome.report(failures)
    failures.fail("files could not be added")


class AddReport:
    """Counts of files by status, and the formats of those that are not supported."""

    def __init__(self, session: CommandSession) -> None:
        self._session = session
        self.counts: Counter[str] = Counter()
        self.unsupported: list[str] = []

    def take(self, added: Iterable[AddResult], failures: BatchFailures) -> Iterator[Entry]:
        """Yield entries, and count all."""
        for one in added:
            self.counts[one.status] += 1
            if one.error is not None:
                failures.add(one.error)
            if one.fault is not None and one.status != "known":
                note = "it is added, but not compared with other pictures"
                self._session.note(f"animedex: {one.fault}; {note}")
            if one.entry is not None:
                yield one.entry

    def report(self, failures: BatchFailures) -> None:
        """Print the summary, unless the row or the error of a single file says the same."""
        self.counts["failed"] = failures.count
        parts = [f"{self.counts[key]} {word}" for key, word in _WORDS.items() if self.counts[key]]
        if self.unsupported:
            formats = Counter(self.unsupported)
            counts = ", ".join(f"{count} {name}" for name, count in sorted(formats.items()))
            parts.append(f"{len(self.unsupported)} not supported ({counts})")
        is_silent = parts == ["1 failed"] or (
            parts == ["1 added"] and not _is_summary_only(self._session)
        )
        if not is_silent:
            self._session.note(f"animedex: {', '.join(parts) or 'there is no picture to add'}")


def _is_summary_only(session: CommandSession) -> bool:
    """Return whether only a summary is printed, as on a terminal without --verbose."""
    return session.output.mode == "text" and not session.shared.verbose


def _print(session: CommandSession, entries: Iterator[Entry]) -> None:
    """Print entries, or on a terminal a progress bar."""
    from animedex.cli.entry_output import pair_with_nothing, print_entries
    from animedex.cli.progress_bars import count_with_bar

    is_summary = _is_summary_only(session)
    is_torn = session.output.terminal and not is_summary
    with count_with_bar(is_seen=not is_torn, color=session.shared.color) as count:
        entries = _count(entries, count)
        if is_summary:
            for _ in entries:
                pass
        else:
            print_entries(session, pair_with_nothing(entries))


def _count(entries: Iterator[Entry], count: Callable[[], None]) -> Iterator[Entry]:
    for entry in entries:
        count()
        yield entry
