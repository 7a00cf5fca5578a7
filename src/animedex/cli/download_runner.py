"""Downloads from the command line: progress, report and exit code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from animedex.cli.batch_failures import BatchFailures
from animedex.cli.entry_output import printable_path
from animedex.cli.progress_bars import open_progress
from animedex.cli.streams import write_out
from animedex.plurals import format_count
from animedex.render.safe_text import escape_control_characters

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from animedex.cli.command_context import CommandSession
    from animedex.cli.download_options import DownloadOptions
    from animedex.cli.progress_bars import ProgressWatch
    from animedex.downloads import DownloadReport
    from animedex.downloads.targets import Source
    from animedex.downloads.unfinished_files import UnfinishedFiles
    from animedex.errors import AnimedexError
    from animedex.http_message import JsonObject, JsonValue


def download_all(
    session: CommandSession,
    whats: Sequence[Source],
    saving: DownloadOptions,
    *,
    is_repeatable: bool = True,
) -> None:
    """Download pictures, print a report, and raise the worst failure.

    A command that picks at random is not `is_repeatable`: what it leaves is of no use to the next.
    """
    from animedex.downloads.download_report import summarize_reports
    from animedex.downloads.targets import format_source
    from animedex.downloads.unfinished_files import UnfinishedFiles

    _check_fields(session, saving)
    report = ReportPrinter(session, len(whats), paths=saving.paths)
    names = [] if session.quiet else [format_source(what) for what in whats]
    parts = UnfinishedFiles(keep=is_repeatable)
    try:
        with open_progress(names, color=session.shared.color) as watch:
            for number, one in _download_results(session, whats, saving, watch, parts):
                watch.end(number)
                report.add(number, one, at_once=not watch.is_visible)
    except KeyboardInterrupt:
        # What was fetched until then is told, too.
        report.end()
        _interrupt(session, parts)
        raise
    report.end()
    results = list(report.results.values())
    alone = len(results) == 1 and results[0].status in {"fetched", "failed"}
    if not (session.quiet or alone):
        session.note(f"animedex: {summarize_reports(results)}")
    report.failures.fail("pictures could not be fetched")


def print_nothing(session: CommandSession, saving: DownloadOptions) -> None:
    """Print an empty answer; a jq program gets none, as it would make null of it."""
    from animedex.downloads.download_report import KEYS

    _check_fields(session, saving)
    if session.output.mode == "json" and saving.paths:
        session.output.names([])
    elif session.output.mode == "json":
        session.output.rows([], KEYS)


def _check_fields(session: CommandSession, saving: DownloadOptions) -> None:
    """Raise an error for an unknown field before a request is sent."""
    from animedex.downloads.download_report import KEYS
    from animedex.render.json_output import pick_fields

    if saving.paths:
        session.output.refuse_fields()
    if session.shared.fields is not None:
        pick_fields([], session.output.fields(), KEYS)


def clean_up(session: CommandSession, folder: str) -> None:
    """Delete unfinished files in a folder, and print how many there were."""
    from animedex.downloads.unfinished_files import remove_unfinished_files

    removed = remove_unfinished_files(folder)
    if session.output.mode != "text":
        paths: list[JsonValue] = [printable_path(path) for path in removed.paths]
        row: JsonObject = {
            "folder": printable_path(folder),
            "removed": paths,
            "bytes": removed.size,
        }
        session.output.json(row)
        return
    files = format_count(len(removed.paths), "unfinished file")
    write_out(f"removed {files} ({format_count(removed.size, 'byte')})\n")


def _download_results(
    session: CommandSession,
    whats: Sequence[Source],
    saving: DownloadOptions,
    watch: ProgressWatch,
    parts: UnfinishedFiles,
) -> Iterator[tuple[int, DownloadReport]]:
    from animedex.downloads import iter_downloads

    config = session.client.config
    return iter_downloads(
        session.client,
        whats,
        saving.to,
        name=saving.name,
        jobs=saving.jobs,
        sidecar=saving.sidecar or None,
        embed=not saving.no_embed,
        library=None if saving.no_library else session.library,
        warn=lambda message: session.note(f"animedex: {message}"),
        on_progress=watch.report,
        max_size=saving.max_bytes(),
        timeout=config.timeout if config.is_timeout_set else None,
        unfinished=parts,
    )


def _interrupt(session: CommandSession, parts: UnfinishedFiles) -> None:
    """Keep the unfinished files that can be resumed, and print how."""
    count = parts.abandon()
    message = "interrupted: run the same command again to fetch the rest"
    if not parts.is_kept:
        message = "interrupted: unfinished pictures were removed, because another run picks others"
    elif count:
        message = f"{message}; {format_count(count, 'unfinished file')} will be resumed"
    session.note(f"animedex: {message}")


class ReportPrinter:
    """Prints the result of each download: lines as they finish, an array at the end."""

    def __init__(self, session: CommandSession, amount: int, *, paths: bool = False) -> None:
        self.results: dict[int, DownloadReport] = {}
        self.failures = BatchFailures(session)
        self._session = session
        self._amount = amount
        self._paths = paths
        self._unprinted: list[int] = []

    def add(self, number: int, one: DownloadReport, *, at_once: bool) -> None:
        """Print one result, or keep it while progress bars are visible."""
        self.results[number] = one
        if one.error is not None:
            self.failures.add(_name_result(one, one.error))
        if at_once and not self._paths and self._session.output.mode in {"text", "jsonl"}:
            self._print([one])
        else:
            self._unprinted.append(number)

    def end(self) -> None:
        """Print the results that were not printed yet, in the order of the arguments."""
        if self._unprinted or not self._amount:
            self._print([self.results[number] for number in sorted(self._unprinted)])
        self._unprinted.clear()

    def _print(self, some: Sequence[DownloadReport]) -> None:
        from animedex.downloads.download_report import KEYS

        output = self._session.output
        paths = [one.path for one in some if one.path is not None]
        if self._paths:
            output.paths(paths)
        elif output.mode == "text":
            write_out(
                "".join(f"{escape_control_characters(printable_path(path))}\n" for path in paths)
            )
        else:
            output.rows([_payload(one) for one in some], KEYS)


def _payload(one: DownloadReport) -> JsonObject:
    return {
        **one.to_payload("command line"),
        "path": None if one.path is None else printable_path(one.path),
    }


def _name_result(one: DownloadReport, error: AnimedexError) -> AnimedexError:
    """Return an error whose message names the picture."""
    from copy import copy

    from animedex.downloads.targets import UNREADABLE

    if one.name == UNREADABLE or one.name in error.message:
        return error
    named = copy(error)
    named.message = f"{one.name:.100}: {error.message}"
    return named
