"""A clock that is set by hand."""

from __future__ import annotations


class Clock:
    """A clock that stands still until a test sets it, and fails while it is broken."""

    def __init__(self, now: float = 1000.0) -> None:
        self.start = self.now = now
        self.is_broken = False

    def __call__(self) -> float:
        if self.is_broken:
            raise RuntimeError
        return self.now
