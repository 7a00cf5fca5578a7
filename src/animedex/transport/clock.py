"""The one clock that budgets and deadlines are kept by."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Tell the moment, in seconds that never step back and that every process shares."""

    def __call__(self) -> float:
        """Give the present moment."""
        ...


def shared_clock() -> float:
    """Tell the seconds since the machine started, sleep included where the system counts it.

    Setting the time of day does not move this clock, and all processes read the same one, so that
    a budget written by one means the same to another.
    """
    return _read()


def _reader() -> Clock:
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    if boot is None:
        return time.monotonic
    return lambda: time.clock_gettime(boot)


_read = _reader()
