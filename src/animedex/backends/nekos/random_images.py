"""Drawing more pictures than one answer holds, each of them once."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from animedex.backends.nekos import calls
from animedex.call import Say, ask
from animedex.errors import AnimedexError, BadArguments

if TYPE_CHECKING:
    from animedex.backends.nekos.models import NekosImage
    from animedex.call import Call, Plan, Response, SourceTag

MOST_DRAWN = 100
# Rows are random and repeat; how many different ones there are, nobody tells.
_IN_VAIN = 3


def draw(category: str, amount: int, *, fresh: bool = False) -> Call[list[NekosImage]]:
    """Draw up to 100 different pictures from a category, 20 an answer.

    Where three answers on end bring nothing new it says so, and gives what there is. With `fresh`
    none comes that this user has been shown before.
    """
    if type(amount) is not int or not 1 <= amount <= MOST_DRAWN:
        message = f"an amount is a whole number from 1 to {MOST_DRAWN}, not {amount!r:.80}"
        raise BadArguments(message, backend="nekos")

    def read(response: Response, source: SourceTag) -> Plan[list[NekosImage]]:
        # Whatever is drawn is noted as shown, and that takes a plan.
        plan = cast("Plan[list[NekosImage]]", first.parse(response, source))
        return (yield from _gathered((yield from plan), category, amount, fresh=fresh))

    first = calls.image(category, min(amount, calls.MOST), fresh=fresh)
    return first._replace(parse=read)


def _gathered(
    rows: list[NekosImage], category: str, amount: int, *, fresh: bool
) -> Plan[list[NekosImage]]:
    """Ask again for what is lacking, until nothing new comes."""
    found = {row.filename: row for row in rows}
    if fresh and not rows:
        # It was asked again and again already.
        return []
    why, in_vain = f"nothing new came {_IN_VAIN} times on end", 0
    while len(found) < amount and in_vain < _IN_VAIN:
        before, lacking = len(found), amount - len(found)
        try:
            more = yield from ask(calls.image(category, min(lacking, calls.MOST), fresh=fresh))
        except AnimedexError as error:
            why = error.message
            break
        found.update((row.filename, row) for row in more if row.filename not in found)
        in_vain = in_vain + 1 if len(found) == before else 0
    if len(found) < amount:
        yield Say("nekos", f"only {len(found)} of {amount} different pictures came ({why})")
    return list(found.values())
