"""Calls with more than one request: a random category, unseen pictures, the nearest name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from animedex.errors import AnimedexError, NotFound, suggest_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from animedex.backends.nekos.models import NekosImage
    from animedex.call import Call, CallContext, Steps

MAX_TRIES = 5
FORGET_HINT = "`animedex cache clear --seen` forgets which you have been shown"


def select_unseen(
    amount: int, again: Call[list[NekosImage]]
) -> Callable[[CallContext, list[NekosImage]], Steps[list[NekosImage]]]:
    """Return what selects rows that this user has not seen, with further requests if needed.

    A warning says that there are fewer than requested; whether there are none is left to the
    caller.
    """

    def select(context: CallContext, rows: list[NekosImage]) -> Steps[list[NekosImage]]:
        chosen = yield from _select_unseen(context, rows, amount)
        why = FORGET_HINT
        for _ in range(MAX_TRIES - 1):
            if len(chosen) >= amount:
                return chosen
            try:
                rows = yield from context.execute(again)
            except AnimedexError as error:
                if not chosen:
                    raise
                # These count as shown now, and would never come again.
                why = error.message
                break
            chosen += yield from _select_unseen(context, rows, amount - len(chosen))
        if 0 < len(chosen) < amount:
            message = (
                f"only {len(chosen)} of {amount} pictures that are new to you were sent ({why})"
            )
            context.warn("nekos", message)
        return chosen

    return select


def _select_unseen(
    context: CallContext, rows: Iterable[NekosImage], amount: int
) -> Steps[list[NekosImage]]:
    """Return up to `amount` unseen rows, and record no others as seen."""
    left = list({row.filename: row for row in rows}.values())
    chosen: list[NekosImage] = []
    while left and len(chosen) < amount:
        part = left[: amount - len(chosen)]
        left = left[len(part) :]
        unseen = yield from context.select_unseen("nekos", (row.filename for row in part))
        chosen += [row for row in part if row.filename in unseen]
    return chosen


def suggest_category(
    category: str, catalogue: Call[list[str]]
) -> Callable[[CallContext, AnimedexError], Steps[list[NekosImage]]]:
    """Return what adds the nearest name to the error for an unknown category."""

    def recover(context: CallContext, error: AnimedexError) -> Steps[list[NekosImage]]:
        if isinstance(error, NotFound):
            try:
                names = yield from context.execute(catalogue)
            except AnimedexError:
                raise error from None
            if category not in names:
                raise no_such_category(category, names)
        raise error

    return recover


def nothing_new(category: str | None) -> NotFound:
    """Return the error for a category with no unseen pictures in its answers."""
    of_category = "" if category is None else f" of category {category!r}"
    message = f"nekos has sent no picture{of_category} that is new to you"
    return NotFound(message, hint=FORGET_HINT, backend="nekos")


def no_such_category(category: str, names: Iterable[str]) -> NotFound:
    """Return the error for an unknown category, which suggests the nearest name."""
    otherwise = "list them with `animedex nekos categories`"
    hint = suggest_name(category.lower(), names, otherwise, cutoff=0.5)
    return NotFound(f"nekos has no category {category!r}", hint=hint, backend="nekos", status=404)
