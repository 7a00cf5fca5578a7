"""`animedex library verify`: check every file, and repair the library."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from animedex.cli.command import Command
from animedex.cli.command_context import CommandSession, with_local_output
from animedex.errors import NotFound, to_encodable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from animedex.errors import AnimedexError
    from animedex.http_message import JsonObject
    from animedex.library.verification import Finding
    from animedex.render.text_output import Card

_KEYS = ("state", "repaired", "id", "path", "message", "hint")


@click.command(
    "verify",
    cls=Command,
    examples=(
        "animedex library verify",
        "animedex library verify ~/Pictures --jq '.[] | select(.repaired | not)'",
    ),
    guidance=(
        "No file is ever changed or deleted. Each row is a problem, with `repaired` and, if that is"
        " false, a `hint` of what to do; the exit code is then that of the worst problem. `[]` and"
        " exit code 0 mean no problems."
    ),
)
@click.argument(
    "folders", metavar="[DIR]...", nargs=-1, help="Folders to search for missing files."
)
@with_local_output
def command(session: CommandSession, folders: tuple[str, ...]) -> None:
    """Check every file, and repair the library where possible.

    A moved file is found by its content below the folders that you name. A file that was rewritten
    but looks the same, as after editing its tags, is read again. A damaged index is rebuilt.
    """
    from animedex.cli.progress_bars import update_outdated_fingerprints
    from animedex.library.file_inspection import find_missing_extra
    from animedex.library.verification import verify

    if find_missing_extra() is None:
        update_outdated_fingerprints(session)
    outcome = _VerifyReport()
    findings = verify(session.library, [_folder(name) for name in folders])
    count = _print(session, outcome.take(findings))
    if not count:
        pictures = session.library.count()
        whole = f"all {pictures} pictures are" if pictures != 1 else "the one picture is"
        session.note(f"animedex: {whole} present and intact")
    outcome.fail()


def _folder(name: str) -> str:
    import os

    if not os.path.isdir(name):
        message = f"{name} is not a folder"
        raise NotFound(message, hint="name folders to search for moved files")
    return os.path.abspath(name)


class _VerifyReport:
    """The number of findings that were not repaired, and the worst error."""

    def __init__(self) -> None:
        self._worst: AnimedexError | None = None
        self._count = self._missing = 0

    def take(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        """Yield findings, and count those that were not repaired."""
        for finding in findings:
            error = finding.error
            if error is not None:
                self._count += 1
                self._missing += finding.state == "missing"
                if self._worst is None or error.exit_code > self._worst.exit_code:
                    self._worst = error
            yield finding

    def fail(self) -> None:
        """Raise one error for all of them, as each has been printed already."""
        if self._worst is None:
            return
        message, hint = self._worst.message, self._worst.hint
        if self._count > 1:
            message, hint = f"{self._count} problems were not repaired", "see the rows above"
        if self._missing > 1:
            missing = f"{self._missing} files are missing"
            hint = f"{missing}: `animedex library remove --missing` removes all of their entries"
        raise type(self._worst)(message, hint=hint)


def _print(session: CommandSession, findings: Iterator[Finding]) -> int:
    """Print findings one by one; return their number."""
    from animedex.cli.entry_output import print_each

    return print_each(session, findings, _card, _finding_payload, _KEYS)


def _finding_payload(finding: Finding) -> JsonObject:
    from animedex.cli.entry_output import printable_path

    entry, error = finding.entry, finding.error
    return {
        "state": finding.state,
        "repaired": error is None,
        "id": entry.id if entry else None,
        "path": printable_path(entry.path) if entry else None,
        "message": to_encodable(finding.message),
        "hint": _remedy(finding),
    }


def _remedy(finding: Finding) -> str | None:
    hint = finding.error and finding.error.hint_for("command line")
    return to_encodable(hint) if hint else None


def _card(finding: Finding) -> Card:
    from animedex.cli.entry_output import entry_card, printable_path
    from animedex.render.text_output import Card

    status = "repaired" if finding.error is None else "problem"
    lines = ((status, finding.message), ("to do", _remedy(finding)))
    if finding.entry is None:
        return Card("the library itself", lines, "", "library")
    entry = finding.entry
    card = entry_card(entry)
    return Card(card.title, lines, printable_path(entry.path), card.source)
