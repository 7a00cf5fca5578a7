"""What is fixed while one call is carried out: the client's manner, the clock, the deadline."""

from __future__ import annotations

from collections.abc import Callable, Generator
from math import inf
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypeVar

from animedex.database import StoreLocked
from animedex.errors import AnimedexError, TimedOut
from animedex.ratelimit.store import StoreUnavailable
from animedex.transport.steps import Event, LocalStep, Sleep, Step, Tell

if TYPE_CHECKING:
    from animedex.call import Account
    from animedex.clock import Clock

T = TypeVar("T")
# A driver answers each step according to its kind, which a generator's type cannot say.
Steps: TypeAlias = Generator[Step, Any, T]


class Manner(NamedTuple):
    """Hold how a client carries out calls.

    `pace` is 1, or less to go easier on the services; `limited` is false only where the budgets
    of a loopback origin were switched off. `timeout` is in seconds, None for no deadline;
    `is_timeout_set` is false where nobody has chosen it.
    """

    user_agent: str
    base_urls: dict[str, str]
    timeout: float | None = 30.0
    cached: bool = True
    refresh: bool = False
    pace: float = 1.0
    limited: bool = True
    is_timeout_set: bool = False


class Known:
    """Hold what a client has learnt, and neither asks for nor tells again.

    `accounts` are the user's by service and origin, None where nobody is signed in.
    """

    def __init__(self) -> None:
        self.accounts: dict[tuple[str, str], Account | None] = {}
        self._told: dict[str, object] = {}

    def is_news(self, message: str) -> bool:
        """Tell whether this is the first to come with a message, whoever else does just now."""
        mark = object()
        return self._told.setdefault(message, mark) is mark

    def hide(self, text: str) -> str:
        """Strike the keys of all accounts out of a text."""
        for account in list(self.accounts.values()):
            text = account.hide(text) if account else text
        return text


class Run(NamedTuple):
    """Hold what one performance of a call goes by; `deadline` is a moment on the clock."""

    manner: Manner
    clock: Clock
    jitter: Callable[[], float]
    deadline: float
    known: Known

    def left(self) -> float | None:
        """Tell how many seconds remain, None without a deadline; raise `TimedOut` after it."""
        if self.deadline == inf:
            return None
        left = self.deadline - self.clock()
        if left <= 0:
            message = f"no complete answer came within {self.manner.timeout:g} s"
            raise TimedOut(message, hint="allow more with --timeout")
        return left

    def fits(self, seconds: float) -> bool:
        """Tell whether a pause would end before the deadline."""
        return self.clock() + seconds < self.deadline

    def unlocked(self, step: LocalStep, backend: str = "") -> Steps[Any]:
        """Have a local step done, waiting while what it needs cannot be had.

        That is a file that another process keeps locked, or a server that does not answer. With the
        `backend` whose call it is for, it is told once that this waits for the server.
        """
        told = not backend
        while True:
            try:
                return (yield step)
            except StoreLocked as busy:
                pause = busy.pause * (0.5 + self.jitter())
                if not self.fits(pause):
                    raise _given_up(busy) from None
                if isinstance(busy, StoreUnavailable) and not told:
                    told = True
                    yield Tell(Event("wait", backend, seconds=self.left(), message=str(busy)))
                yield Sleep(pause)


def _given_up(busy: StoreLocked) -> AnimedexError:
    if isinstance(busy, StoreUnavailable):
        return busy.rate_limited()
    message = "another process kept the file of budgets locked until the deadline"
    return TimedOut(message, hint="`animedex status` tells where it is")
