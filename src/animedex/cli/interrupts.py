"""Ctrl-C while code runs that Python cannot interrupt."""

from __future__ import annotations

import contextlib
import signal
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator


@contextlib.contextmanager
def default_interrupt() -> Generator[None]:
    """Let Ctrl-C end the process by the signal itself, as other programs do.

    A running jq program holds the interpreter, so that Python's own handler would never run.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
