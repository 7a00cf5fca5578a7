"""The clock of budgets and deadlines, which all processes share."""

from __future__ import annotations

import time
from functools import partial
from typing import NamedTuple, Protocol

# Two readings of the time of day that differ by less belong to one clock.
_TOLERANCE = 1.0
_HASTE, _TRIES = 0.1, 5
_BOOT_ID = "/proc/sys/kernel/random/boot_id"


class Clock(Protocol):
    """The moment, in seconds that never step back and that every process shares."""

    def __call__(self) -> float:
        """Return the present moment."""
        ...


def shared_clock() -> float:
    """Return the seconds since the machine started, sleep included where the system counts it.

    Setting the time of day does not move this clock, and all processes read the same one, so that
    a budget written by one means the same to another.
    """
    return _read()


class Boot(NamedTuple):
    """One run of one machine: its id, and the time of day at which its clock read zero.

    Both are empty where the system does not count sleep or has no such id.
    """

    id: str = ""
    zero_at: float = 0.0

    def is_same(self, other: Boot) -> bool:
        """Return whether both count by the same clock.

        >>> Boot("a", 100.0).is_same(Boot("a", 100.5)), Boot("a").is_same(Boot("b"))
        (True, False)
        """
        return self.id == other.id and abs(self.zero_at - other.zero_at) < _TOLERANCE


def read_boot() -> Boot:
    """Return the boot that `shared_clock` counts from.

    The id alone does not do: containers of one machine share it, and may have clocks of their own.
    """
    try:
        with open(_BOOT_ID, encoding="ascii") as file:
            name = file.read().strip()
    except OSError:
        return Boot()
    zero_at = 0.0
    for _ in range(_TRIES):
        # The clock is read before and after, as a process may be stopped between two readings.
        before = shared_clock()
        zero_at = time.time() - before
        if shared_clock() - before < _HASTE:
            break
    return Boot(name, zero_at)


_BOOTTIME = getattr(time, "CLOCK_BOOTTIME", None)
_read: Clock = time.monotonic if _BOOTTIME is None else partial(time.clock_gettime, _BOOTTIME)
