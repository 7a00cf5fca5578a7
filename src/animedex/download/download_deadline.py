"""How long fetching a picture may take, with all its tries."""

from __future__ import annotations

import time
from math import inf
from typing import TYPE_CHECKING, TypeVar

from animedex.errors import TimedOut

if TYPE_CHECKING:
    from animedex.call import Call
    from animedex.session import Session

T = TypeVar("T")
_PATIENCE = 60.0


class Deadline:
    """Represent the moment by which one picture, or all of them together, must be fetched.

    `end` is that moment on the monotonic clock, infinite where there is no timeout.
    """

    def __init__(self, timeout: float | None) -> None:
        self._timeout = timeout
        self.end = inf if timeout is None else time.monotonic() + timeout

    def for_picture(self, client: Session) -> Deadline:
        """Return the deadline of a picture that is begun now, which this one bounds.

        If nobody has set the client's timeout, a file may take as long as bytes keep coming.
        """
        config = client.config
        own = Deadline(config.timeout if config.is_timeout_set else None)
        return min(own, self, key=lambda deadline: deadline.end)

    def bound(self, call: Call[T]) -> Call[T]:
        """Return a call that ends by the deadline; raise `TimedOut` after it."""
        if self._timeout is None:
            return call
        left = self.end - time.monotonic()
        if left <= 0:
            message = f"not everything came within {self._timeout:g} s"
            raise TimedOut(message, hint="allow more with --timeout, or try again to go on")
        return call._replace(timeout=left)

    def bound_file(self, client: Session, call: Call[T]) -> Call[T]:
        """Do as `bound` for the call that brings a file, which may be open-ended."""
        is_free = self._timeout is None and not client.config.is_timeout_set
        return self.bound(call._replace(is_open_ended=is_free))

    def patience(self, client: Session) -> float:
        """Return for how many seconds another process is waited for that makes no headway."""
        return max(0.0, min(client.config.timeout or _PATIENCE, self.end - time.monotonic()))

    def moment(self) -> float | None:
        """Return when it is, by the monotonic clock; None if there is no timeout."""
        return None if self._timeout is None else self.end

    def is_over(self) -> bool:
        """Return whether no time is left."""
        return time.monotonic() >= self.end
