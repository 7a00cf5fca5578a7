"""Pictures drawn at random, of those whose files are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from animedex.library.entry import Entry
    from animedex.library.filter_sql import Filters
    from animedex.library.picture_library import Library


def pick_random(library: Library, filters: Filters, amount: int) -> list[Entry]:
    """Draw different entries whose files are there, fewer where there are not so many."""
    wanted = amount
    while True:
        found = library.random(filters, wanted)
        there = [entry for entry in found if entry.is_there()]
        if len(there) >= amount or len(found) < wanted:
            return there[:amount]
        wanted *= 4
