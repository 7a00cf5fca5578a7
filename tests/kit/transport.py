"""What tests outside transport and rate limiter use of them, so that they know few names."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import msgspec

from animedex.clock import shared_clock
from animedex.ratelimit.fallback_store import FallbackStore
from animedex.ratelimit.rate_limiter import LimiterState, move_to
from animedex.ratelimit.store import FILE_NAME as LIMITER_FILE
from animedex.transport.events import Event
from animedex.transport.response_cache import FILE_NAME as CACHE_FILE
from animedex.transport.status_errors import status_error
from animedex.transport.urls import resolve_url

if TYPE_CHECKING:
    from pathlib import Path

    from animedex.backend import Backend
    from animedex.call import Call
    from animedex.errors import AnimedexError
    from animedex.http_message import Response

__all__ = ["CACHE_FILE", "LIMITER_FILE", "Event"]

USER_AGENT = "animedex (test)"


def request_url(call: Call[object]) -> str:
    """Return the URL that a call is sent to when no base URL is configured."""
    return resolve_url(call, {})


def error_of(response: Response, backend: Backend) -> AnimedexError:
    """Return the error that a service's response becomes."""
    return status_error(response, backend, USER_AGENT)


def read_limiter_state(path: Path) -> LimiterState:
    """Return the state of the only origin in a file of budgets."""
    store = FallbackStore(str(path), shared_clock, print)
    try:
        (state,) = store.states().values()
    finally:
        store.close()
    return state


def postpone_limits(path: Path, seconds: float) -> None:
    """Move all moments in a file of budgets by some seconds, so that no test waits for them."""
    with closing(sqlite3.connect(path)) as db, db:
        ((origin, body),) = db.execute("SELECT origin, body FROM ledger")
        state = msgspec.msgpack.decode(body, type=LimiterState)
        moved = move_to(state, state.clock + seconds)._replace(clock=state.clock)
        db.execute(
            "UPDATE ledger SET body = ? WHERE origin = ?", (msgspec.msgpack.encode(moved), origin)
        )
