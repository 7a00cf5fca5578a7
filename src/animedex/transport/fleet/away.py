"""What is said where the server cannot be asked just now."""

from __future__ import annotations

from animedex.errors import RateLimited, Unreachable
from animedex.transport.database import Busy


class Away(Busy):
    """Say that the server cannot be asked: which one, why, and how long to leave it alone."""

    def __init__(self, place: str, why: str, pause: float) -> None:
        super().__init__(f"budgets are kept at {place}, which {why}")
        self.place = place
        self.why = why
        self.pause = pause

    def denied(self) -> RateLimited:
        """Give the error for a call that could not wait for longer.

        >>> Away("redis://cache.example", "does not answer", 1.0).denied().message
        'budgets are kept at redis://cache.example, which does not answer'
        """
        error = RateLimited(str(self), hint=_HINT)
        error.retry_after = self.pause
        return error

    def unreachable(self) -> Unreachable:
        """Give the error for somebody who asked for nothing else."""
        return Unreachable(str(self), hint=_HINT)


_HINT = "see that the server runs and can be reached, or name another with ANIMEDEX_STATE"
