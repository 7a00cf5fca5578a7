"""What the server keeps, read as ledgers of this machine."""

from __future__ import annotations

from typing import Any, cast

import msgspec

from animedex.transport.ledger import Ledger
from animedex.transport.limits import BucketState, Entry, Waiter, WindowState

_decode = msgspec.msgpack.Decoder().decode


def ledger_of(body: bytes, shift: float) -> Ledger:
    """Read a ledger as the script wrote it, and move all its moments by so many seconds.

    One that makes no sense is told as new; the script will begin it anew.
    """
    try:
        clock, full_at, spare, windows, blocked, _ = cast("list[Any]", _decode(body))
        return Ledger(
            clock + shift,
            BucketState(
                (clock if full_at is False else full_at) + shift,
                tuple(slot + shift for slot in spare),
            ),
            {route: _window(window, shift) for route, window in dict(windows).items()},
            {path: until + shift for path, until in dict(blocked).items()},
        )
    except (msgspec.MsgspecError, TypeError, ValueError):
        return Ledger()


def _window(window: list[list[Any]], shift: float) -> WindowState:
    """Read a window, whose lists are flat as the script likes them."""
    entries, queue = window
    return WindowState(
        tuple(
            Entry(ticket, free_at + shift, answered)
            for ticket, free_at, answered in zip(*[iter(entries)] * 3, strict=True)
        ),
        tuple(
            Waiter(ticket, asks_at + shift)
            for ticket, asks_at in zip(*[iter(queue)] * 2, strict=True)
        ),
    )
