"""Random pictures, each once, over as many requests as it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from animedex.backends.nekos import calls
from animedex.errors import AnimedexError, BadArguments

if TYPE_CHECKING:
    from animedex.backends.nekos.models import NekosImage
    from animedex.call import Call, CallContext, Steps

MOST_DRAWN = 100
# Rows are random and repeat; how many different ones there are, nobody tells.
MAX_TRIES_IN_VAIN = 3


def fetch_images(category: str, amount: int, *, fresh: bool = False) -> Call[list[NekosImage]]:
    """Draw up to 100 different pictures from a category, 20 an answer.

    Where three answers on end bring nothing new it says so, and gives what there is. With `fresh`
    none comes that this user has been shown before.
    """
    if type(amount) is not int or not 1 <= amount <= MOST_DRAWN:
        message = f"an amount is a whole number from 1 to {MOST_DRAWN}, not {amount!r:.80}"
        raise BadArguments(message, backend="nekos")

    def add_more(context: CallContext, first: list[NekosImage]) -> Steps[list[NekosImage]]:
        rows = {row.filename: row for row in first}
        if fresh and not rows:
            # It was asked again and again already.
            return []
        why, tries_in_vain = f"nothing new came {MAX_TRIES_IN_VAIN} times on end", 0
        while len(rows) < amount and tries_in_vain < MAX_TRIES_IN_VAIN:
            before, missing = len(rows), amount - len(rows)
            call = calls.image(category, min(missing, calls.MOST), fresh=fresh)
            try:
                more = yield from context.execute(call)
            except AnimedexError as error:
                why = error.message
                break
            rows.update((row.filename, row) for row in more if row.filename not in rows)
            tries_in_vain = tries_in_vain + 1 if len(rows) == before else 0
        if len(rows) < amount:
            message = f"only {len(rows)} of {amount} different pictures were sent ({why})"
            context.warn("nekos", message)
        return list(rows.values())

    return calls.image(category, min(amount, calls.MOST), fresh=fresh).then(add_more)
