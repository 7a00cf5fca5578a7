"""`animedex library dupes`: the same picture kept several times."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import click

from animedex.cli.command import Command
from animedex.cli.session import Session, keeping
from animedex.errors import BadArguments

if TYPE_CHECKING:
    from collections.abc import Iterator

    from animedex.cli.failures import Failures
    from animedex.library.choosing import Keep
    from animedex.library.entry import Entry
    from animedex.render.text import Card
    from animedex.wire import JsonObject

_KEYS = ("pictures", "keep", "deleted", "forgotten")
_FACTS = ("id", "size", "format", "width", "height", "frames")


class _Group(NamedTuple):
    entries: list[Entry]
    keep: Entry | None
    deleted: tuple[int, ...] = ()
    forgotten: tuple[int, ...] = ()


@click.command(
    "dupes",
    cls=Command,
    examples=(
        "animedex library dupes",
        "animedex library dupes --keep best --jq '.[] | {keep, ids: [.pictures[].id]}'",
        "animedex library dupes --keep best --delete",
    ),
    guidance=(
        "Nothing is deleted without --delete, and nothing is deleted for good: files go into the"
        " system's trash. Look at the groups first. The picture that is kept is checked to be"
        " whole before any other goes, and takes over the credit if it has none. What leads to the"
        " very file that is kept, as a link does, is forgotten and no file touched."
    ),
)
@click.option(
    "--within",
    type=click.IntRange(0, 64),
    metavar="BITS",
    help="Let hashes differ in so many bits; what is usual for the same picture if unsaid.",
)
@click.option(
    "--keep",
    type=click.Choice(["best", "oldest", "newest"]),
    help="Say which picture of each group to keep.",
)
@click.option("--delete", is_flag=True, help="Put all others into the system's trash.")
@keeping
def command(session: Session, *, within: int | None, keep: Keep | None, delete: bool) -> None:
    """Find groups of the same picture in other sizes, formats or crops.

    The best picture is the one with the most frames, then the most pixels, then without losses,
    then with the largest file, then with credit, then that was there first.
    """
    from animedex.cli.failures import Failures

    if delete and keep is None:
        message = "--delete needs to know what to keep"
        raise BadArguments(message, hint="add --keep best, oldest or newest")
    if delete:
        from animedex.library.trash import check_trash

        check_trash()
    failures = Failures(session)
    groups = _groups(session, within, keep)
    if delete:
        groups = (_deleted(session, group, failures) for group in groups)
    if not _print(session, groups):
        session.note("animedex: no picture is there twice")
    failures.fail("pictures could not be deleted")


def _groups(session: Session, within: int | None, keep: Keep | None) -> Iterator[_Group]:
    from animedex.library.choosing import chosen

    for entries in session.library.dupes(within):
        yield _Group(entries, chosen(entries, keep) if keep else None)


def _deleted(session: Session, group: _Group, failures: Failures) -> _Group:
    """Put all but one into the trash; none where nothing is whole that could be kept."""
    from animedex.errors import AnimedexError
    from animedex.library.trash import keep_only

    if group.keep is None:
        return group
    deleted: list[int] = []
    forgotten: list[int] = []
    for entry in group.entries:
        if entry.id == group.keep.id:
            continue
        try:
            went = keep_only(session.library, group.keep, entry)
            (deleted if went else forgotten).append(entry.id)
        except AnimedexError as error:
            failures.add(error)
    return group._replace(deleted=tuple(deleted), forgotten=tuple(forgotten))


def _print(session: Session, groups: Iterator[_Group]) -> int:
    """Print groups as they come; give how many there were."""
    counted = 0

    def counting() -> Iterator[_Group]:
        nonlocal counted
        for group in groups:
            counted += 1
            yield group

    if session.output.mode == "text":
        from animedex.cli.entries import print_cards

        print_cards(session, map(_card, counting()))
    else:
        import msgspec

        from animedex.cli.long import print_long

        print_long(session, (msgspec.json.encode(_told(one)) for one in counting()), _KEYS)
    return counted


def _told(group: _Group) -> JsonObject:
    from animedex.cli.entries import printable

    return {
        "pictures": [
            {
                **{name: getattr(entry, name) for name in _FACTS},
                "path": printable(entry.path),
                "post": entry.post.id if entry.post else None,
            }
            for entry in group.entries
        ],
        "keep": group.keep.id if group.keep else None,
        "deleted": list(group.deleted),
        "forgotten": list(group.forgotten),
    }


def _card(group: _Group) -> Card:
    from animedex.cli.entries import measures, printable
    from animedex.render.text import Card

    def fate(entry: Entry) -> str:
        if entry.id in group.deleted:
            return "in the trash"
        if entry.id in group.forgotten:
            return "forgotten, as it is the file that is kept"
        return "kept" if group.keep and entry.id == group.keep.id else ""

    lines = tuple(
        (f"{entry.id} {fate(entry)}".strip(), f"{measures(entry)}  {printable(entry.path)}")
        for entry in group.entries
    )
    first = group.keep or group.entries[0]
    return Card(f"{len(group.entries)} times the same", lines, printable(first.path), "library")
