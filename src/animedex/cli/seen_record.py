"""The record of seen pictures, for commands that need no client."""

from __future__ import annotations

import os
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from animedex.client_options import set_up
from animedex.clock import shared_clock
from animedex.config.paths import user_folder
from animedex.ratelimit.fallback_store import FallbackStore
from animedex.ratelimit.seen_store import SeenStore
from animedex.ratelimit.store import FILE_NAME

if TYPE_CHECKING:
    from collections.abc import Generator

    from animedex.cli.command_context import CommandSession


@contextmanager
def open_seen_store(session: CommandSession) -> Generator[SeenStore]:
    """Open the record; what is pending is written at the end of the block.

    If a server keeps it for many machines, one of this machine's own is used instead: nothing is
    asked of a server.
    """
    path = set_up(session.shared.client_options()).state
    if "://" in path:
        path = os.path.join(user_folder("data"), FILE_NAME)
    store = FallbackStore(path, shared_clock, lambda text: session.note(f"animedex: {text}"))
    with closing(store), closing(SeenStore(store, shared_clock)) as seen:
        yield seen
