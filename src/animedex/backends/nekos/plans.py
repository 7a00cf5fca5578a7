"""What takes more than one request: drawing a category, pictures never shown, near names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from animedex.call import Say, Unseen, ask, ask_unseen
from animedex.errors import AnimedexError, NotFound

if TYPE_CHECKING:
    from collections.abc import Iterable

    from animedex.backends.nekos.models import NekosImage
    from animedex.call import Call, Plan

MOST_ASKS = 5
FORGET_HINT = "`animedex cache clear --seen` forgets which you have been shown"


def noted(found: list[NekosImage]) -> Plan[list[NekosImage]]:
    """Note the rows as shown, and give them all."""
    yield from ask_unseen(Unseen("nekos", tuple(row.filename for row in found), quiet=True))
    return found


def unshown(
    found: list[NekosImage], amount: int, again: Call[list[NekosImage]]
) -> Plan[list[NekosImage]]:
    """Return rows that this user was never shown, asking again while some are lacking.

    That there are fewer than asked for is said, and that there is none is left to the caller.
    """
    chosen = yield from _new(found, amount)
    why = FORGET_HINT
    for _ in range(MOST_ASKS - 1):
        if len(chosen) >= amount:
            return chosen
        try:
            more = yield from ask(again)
        except AnimedexError as error:
            if not chosen:
                raise
            # These count as shown now, and would never come again.
            why = error.message
            break
        chosen += yield from _new(more, amount - len(chosen))
    if 0 < len(chosen) < amount:
        yield Say(
            "nekos", f"only {len(chosen)} of {amount} pictures that are new to you came ({why})"
        )
    return chosen


def _new(found: Iterable[NekosImage], wanted: int) -> Plan[list[NekosImage]]:
    """Choose so many rows that are new, and note no others as shown."""
    left = list({row.filename: row for row in found}.values())
    chosen: list[NekosImage] = []
    while left and len(chosen) < wanted:
        part = left[: wanted - len(chosen)]
        left = left[len(part) :]
        new = yield from ask_unseen(Unseen("nekos", tuple(row.filename for row in part)))
        chosen += [row for row in part if row.filename in new]
    return chosen


def nothing_new(category: str | None) -> NotFound:
    """Return the error for a category of which this user was shown every picture that came."""
    of_category = "" if category is None else f" of category {category!r}"
    message = f"nekos has sent no picture{of_category} that is new to you"
    return NotFound(message, hint=FORGET_HINT, backend="nekos")


def no_such_category(category: str, known: Iterable[str]) -> NotFound:
    """Make the error for an unknown category, with the nearest name as the next thing to try."""
    from difflib import get_close_matches

    near = get_close_matches(category.lower(), list(known), n=1, cutoff=0.5)
    hint = "list them with `animedex nekos categories`"
    if near:
        hint = f"did you mean {near[0] if near[0].isprintable() else repr(near[0])}?"
    return NotFound(f"nekos has no category {category!r}", hint=hint, backend="nekos", status=404)
