"""The record of which pictures a user was shown, without the client that has it otherwise."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from animedex.client_options import set_up
from animedex.config.paths import folder
from animedex.transport.clock import shared_clock
from animedex.transport.state import FILE_NAME, State

if TYPE_CHECKING:
    from collections.abc import Generator

    from animedex.cli.command_context import Session


@contextmanager
def shown(session: Session) -> Generator[State]:
    """Open the record; what is noted in it is there when this ends.

    Where a server keeps it for many machines, one of this machine's own stands in: nothing is to
    be asked of anybody.
    """
    path = set_up(session.shared.client_options()).state
    if "://" in path:
        path = os.path.join(folder("data"), FILE_NAME)
    state = State(path, shared_clock, lambda message: session.note(f"animedex: {message}"))
    try:
        yield state
    finally:
        state.close()
