"""`animedex library dupes`: find duplicates, and delete them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import click

from animedex.cli.command import Command
from animedex.cli.command_context import CommandSession, with_local_output
from animedex.cli.filter_options import folders_argument, with_filter_options, within_option
from animedex.errors import BadArguments

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from animedex.cli.batch_failures import BatchFailures
    from animedex.http_message import JsonObject
    from animedex.library.duplicate_evidence import DuplicateGroup
    from animedex.library.entry import Entry
    from animedex.library.filter_sql import Filters
    from animedex.library.keep_policy import Keep
    from animedex.render.text_output import Card

_KEYS = ("evidence", "pictures", "keep", "deleted", "forgotten")
_FACTS = ("id", "size", "format", "width", "height", "frames")
_TITLES = {
    "bytes": "files with the same bytes",
    "pixels": "files with the same pixels",
    "same": "files of the same picture",
    "similar": "similar pictures, of which none is deleted",
}


class _Result(NamedTuple):
    """A group, the picture to keep, and the numbers of those that were deleted or removed."""

    group: DuplicateGroup
    keep: Entry | None
    deleted: tuple[int, ...] = ()
    forgotten: tuple[int, ...] = ()

    def count_to_delete(self) -> int:
        """Return how many pictures would be deleted."""
        return len(self.group.entries) - 1 if self.keep else 0


@click.command(
    "dupes",
    cls=Command,
    examples=(
        "animedex library dupes",
        "animedex library dupes --keep best --jq '.[] | {evidence, keep}'",
    ),
    guidance=(
        "`evidence`: `bytes` or `pixels` are equal; `same` is scaled, recompressed or converted;"
        " `similar` may be another picture and is never deleted. --delete uses the system's trash;"
        " without a terminal it needs --yes. Show the user the groups first."
    ),
)
@folders_argument
@within_option
@click.option(
    "--keep",
    type=click.Choice(["best", "oldest", "newest"]),
    help="Which picture of a group to keep (default: best).",
)
@click.option("--delete", is_flag=True, help="Move the other files to the trash.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@with_local_output
@with_filter_options
def command(  # noqa: PLR0913  each is an option
    session: CommandSession,
    *,
    filters: Filters,
    within: int | None,
    keep: Keep | None,
    delete: bool,
    yes: bool,
) -> None:
    """Find duplicates and similar pictures.

    Each file of a group is decoded and compared with the one to keep. --delete moves only files
    with equal bytes or pixels, and the same picture scaled, recompressed or converted, to the
    trash. It never deletes pictures that are only similar.

    The best picture has the most frames, then the most pixels, then lossless compression, then the
    largest file, then credit, then the lowest number.
    """
    from animedex.cli.batch_failures import BatchFailures
    from animedex.cli.progress_bars import update_outdated_fingerprints

    if delete:
        _check_delete(keep, yes=yes)
    update_outdated_fingerprints(session)
    failures = BatchFailures(session)
    results = _results(session, within, keep, filters)
    count = (
        _delete_all(session, list(results), failures, yes=yes)
        if delete
        else _print(session, results)
    )
    if not count:
        session.note("animedex: there are no duplicates")
    failures.fail("pictures could not be deleted")


def _delete_all(
    session: CommandSession, results: list[_Result], failures: BatchFailures, *, yes: bool
) -> int:
    """Delete after a confirmation, and print each group; return the number of groups."""
    is_asked = any(one.count_to_delete() for one in results) and not yes
    if is_asked and session.output.mode == "text":
        _print(session, iter(results))
    if is_asked and not _may_delete(results):
        session.note("animedex: nothing was deleted")
        return len(results)
    done = [_delete(session, one, failures) for one in results]
    if not is_asked or session.output.mode != "text":
        _print(session, iter(done))
    if done:
        session.note(_summary(done))
    return len(done)


def _check_delete(keep: Keep | None, *, yes: bool) -> None:
    """Raise if there is no --keep, no way to ask for confirmation, or no trash."""
    from animedex.cli.prompts import is_interactive
    from animedex.library.trash import check_trash

    if keep is None:
        message = "--delete needs --keep"
        raise BadArguments(message, hint="add --keep best, oldest or newest")
    if not yes and not is_interactive():
        message = "nothing was deleted: without a terminal, --delete needs --yes"
        raise BadArguments(message, hint="look at the groups without --delete, then add --yes")
    check_trash()


def _may_delete(results: Iterable[_Result]) -> bool:
    """Ask for confirmation, and return whether it was given."""
    from animedex.cli.prompts import ask
    from animedex.plurals import format_count

    groups = [one for one in results if one.count_to_delete()]
    count = sum(one.count_to_delete() for one in groups)
    files, of = format_count(count, "file"), format_count(len(groups), "group")
    return ask(f"Move {files} of {of} to the trash? [y/N]").lower() in {"y", "yes"}


def _results(
    session: CommandSession, within: int | None, keep: Keep | None, filters: Filters
) -> Iterator[_Result]:
    from animedex.library.duplicate_evidence import sort_by_evidence

    for entries in session.library.dupes(within, filters):
        for group in sort_by_evidence(entries, keep or "best"):
            yield _Result(group, group.reference if keep else None)


def _delete(session: CommandSession, result: _Result, failures: BatchFailures) -> _Result:
    """Move all but the one to keep to the trash, unless the group is only similar."""
    from animedex.errors import AnimedexError
    from animedex.library.trash import keep_only

    if result.keep is None:
        return result
    deleted: list[int] = []
    forgotten: list[int] = []
    for entry in result.group.entries:
        if entry.id == result.keep.id:
            continue
        try:
            is_deleted = keep_only(session.library, result.keep, entry)
            (deleted if is_deleted else forgotten).append(entry.id)
        except AnimedexError as error:
            failures.add(error)
    return result._replace(deleted=tuple(deleted), forgotten=tuple(forgotten))


def _summary(results: Iterable[_Result]) -> str:
    from animedex.plurals import format_count

    gone = sum(len(one.deleted) for one in results)
    if not gone:
        return "animedex: no file was moved to the trash"
    return (
        f"animedex: {format_count(gone, 'file')} moved to the trash; to undo that, restore from"
        " your system's trash, then run `animedex library add` on the restored files"
    )


def _print(session: CommandSession, results: Iterator[_Result]) -> int:
    """Print groups one by one; return their number."""
    from animedex.cli.entry_output import print_each

    return print_each(session, results, _card, _row, _KEYS)


def _row(result: _Result) -> JsonObject:
    from animedex.cli.entry_output import printable_path

    group = result.group
    return {
        "evidence": group.evidence,
        "pictures": [
            {
                **{name: getattr(entry, name) for name in _FACTS},
                "path": printable_path(entry.path),
                "post": entry.post.id if entry.post else None,
                "evidence": group.levels.get(entry.id),
            }
            for entry in group.entries
        ],
        "keep": result.keep.id if result.keep else None,
        "deleted": list(result.deleted),
        "forgotten": list(result.forgotten),
    }


def _card(result: _Result) -> Card:
    from animedex.cli.entry_output import format_dimensions, printable_path
    from animedex.render.text_output import Card

    group = result.group
    lines = tuple(
        (
            f"{entry.id} {_fate(result, entry)}".strip(),
            f"{format_dimensions(entry)}  {printable_path(entry.path)}",
        )
        for entry in group.entries
    )
    first = group.reference or group.entries[0]
    title = f"{len(group.entries)} {_TITLES[group.evidence]}"
    return Card(title, lines, printable_path(first.path), "library")


def _fate(result: _Result, entry: Entry) -> str:
    if entry.id in result.deleted:
        return "in the trash"
    if entry.id in result.forgotten:
        return "removed, as it is the same file as the one kept"
    if result.keep and entry.id == result.keep.id:
        return "kept"
    level = result.group.levels.get(entry.id)
    return f"({level})" if level and level != result.group.evidence else ""
