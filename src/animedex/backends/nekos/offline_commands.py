"""`--offline`: answer the commands of nekos.best from the user's library; no request is sent."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from animedex.backends.nekos import calls, composite_calls, parsers
from animedex.backends.nekos.models import NekosImage
from animedex.cli.seen_record import open_seen_store
from animedex.errors import NotFound
from animedex.library.file_credit import service_record
from animedex.library.filter_sql import Filters
from animedex.library.picture_library import pick_random
from animedex.plurals import format_count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from animedex.backends.nekos.calls import Kind
    from animedex.cli.command_context import CommandSession
    from animedex.library.entry import Entry
    from animedex.library.picture_library import Library

# The service gives 20 rows at most; some of these are of the other kind.
_MOST_HITS = 1000


def categories(library: Library) -> list[str]:
    """Return the categories of the library's pictures, in alphabetical order."""
    return sorted(library.categories("nekos"))


def image(
    session: CommandSession, category: str | None, amount: int, *, fresh: bool
) -> list[NekosImage]:
    """Draw pictures whose files exist, as `calls.image` does, but none of them twice.

    Raises `NotFound` where there is none of the category.
    """
    # What cannot be asked of the service cannot be asked of the library.
    calls.image(category, amount, fresh=fresh)
    category_names = categories(session.library)
    if category is None and category_names:
        category = random.choice(category_names)  # noqa: S311  nothing depends on it
    if category not in category_names:
        raise _no_entries(category, category_names)
    filters = Filters(source="nekos", category=category)
    count = session.library.count(filters) if fresh else amount
    rows = _records(pick_random(session.library, filters, count))
    with open_seen_store(session) as seen_names:
        entries = _select_unseen(seen_names.select_unseen, rows, amount) if fresh else rows
        if not fresh:
            seen_names.record("nekos", tuple(row.filename for row in rows))
    if len(entries) < amount and (entries or not fresh):
        new = " that are new to you" if fresh else ""
        pictures = f"{len(entries)} of {format_count(amount, 'picture')}"
        session.note(f"animedex: the library has only {pictures}{new}")
    return entries


def search(  # noqa: PLR0913, PLR0917  as the command has them
    session: CommandSession,
    query: str,
    kind: Kind | None,
    category: str | None,
    amount: int,
    min_match: float | None,
) -> list[NekosImage]:
    """Search what is there, the best answer first, as `calls.search` does; it may be nothing.

    Raises `NotFound` where there is no picture of the category.
    """
    calls.search(query, kind, category, amount, min_match=min_match)
    category_names = categories(session.library)
    if category is not None and category not in category_names:
        raise _no_entries(category, category_names)
    hits = session.library.search(query, Filters(source="nekos", category=category), _MOST_HITS)
    if kind is not None or category is None:
        gif = kind is not None and calls.is_animated(kind)
        hits = [hit for hit in hits if (hit.entry.format == "gif") == gif]
    rows = parsers.rank_rows(query, _records([hit.entry for hit in hits]))
    rows.sort(key=lambda row: -(row.match or 0.0))
    return [row for row in rows if (row.match or 0.0) >= (min_match or 0.0)][:amount]


def _records(entries: Iterable[Entry]) -> list[NekosImage]:
    """Return the rows of entries, tagged as from the library; entries without a row are skipped."""
    records = (service_record(entry) for entry in entries)
    return [row for row in records if isinstance(row, NekosImage)]


def _no_entries(category: str | None, category_names: Sequence[str]) -> NotFound:
    """Return the error for what the library does not have, with the nearest name."""
    hint = "fetch some with `animedex nekos download`, or ask without --offline"
    if category is None:
        return NotFound("the library has no pictures of nekos.best", hint=hint, backend="nekos")
    near = (
        composite_calls.no_such_category(category, category_names).hint if category_names else None
    )
    advice = near if near and near.startswith("did you mean") else hint
    return NotFound(
        f"the library has no pictures of nekos category {category!r}", hint=advice, backend="nekos"
    )


def _select_unseen(
    unseen: Callable[[str, tuple[str, ...]], frozenset[str]], rows: list[NekosImage], amount: int
) -> list[NekosImage]:
    """Return rows that this user has not seen, and record no others as seen."""
    selected: list[NekosImage] = []
    while rows and len(selected) < amount:
        part, rows = rows[: amount - len(selected)], rows[amount - len(selected) :]
        new = unseen("nekos", tuple(row.filename for row in part))
        selected += [row for row in part if row.filename in new]
    return selected
