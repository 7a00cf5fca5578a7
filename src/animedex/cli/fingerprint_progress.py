"""Fingerprints of an older version, made again before pictures are compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from animedex.cli.command_context import CommandSession


def update_outdated_fingerprints(session: CommandSession) -> None:
    """Make outdated fingerprints again, with a bar on a terminal; note how that went."""
    library = session.library
    waiting = library.count_outdated()
    if not waiting:
        return
    from animedex.cli.progress_bars import count_with_bar
    from animedex.plurals import format_count

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
            " `animedex library verify` tells why"
        )
