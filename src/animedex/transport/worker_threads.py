"""Threads on which tasks have done what may wait for a server, so that their loop never does.

A thread costs a task some 50 µs, a client of its own for asyncio would cost twice that. All that is
done for one origin's claims is done in one lane, and so in the order in which it was wished for:
who comes first is served first, and what is given back is never overtaken by what was taken.
Looking into the cache, which comes before, has one lane for the same reason.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from functools import partial
from itertools import count
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from animedex.ratelimit.rate_limiter import Proceed
from animedex.ratelimit.store import StoreUnavailable
from animedex.transport.steps import Drop, Keep, Recall, Release, Reserve, Show

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, Future

    from animedex.clock import Clock
    from animedex.transport.steps import Desk, FarStep

T = TypeVar("T")
WORKERS = 8


class Task(NamedTuple):
    """Hold something to be done, and who waits for it; `needed` even when nobody does any more."""

    work: Callable[[], object]
    loop: AbstractEventLoop
    future: Future[Any]
    needed: bool

    def run(self) -> None:
        """Do it, and tell who waits."""
        if self.future.cancelled() and not self.needed:
            return
        try:
            give = partial(self.future.set_result, self.work())
        except BaseException as error:  # noqa: BLE001  raised again by the waiting task
            give = partial(self.future.set_exception, error)
        # A loop that has ended waits for nothing.
        with contextlib.suppress(RuntimeError):
            self.loop.call_soon_threadsafe(self._settle, give)

    def _settle(self, give: Callable[[], None]) -> None:
        if not self.future.done():
            give()


class Worker:
    """Do one task after the other, on a thread that starts with the first."""

    def __init__(self) -> None:
        self._tasks: SimpleQueue[Task | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def add(self, task: Task) -> None:
        """Have an task done after all those that were added before."""
        self._tasks.put(task)
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._work, name="animedex-worker", daemon=True
                )
                self._thread.start()

    def end(self) -> None:
        """End the thread when all that was added is done."""
        with self._lock:
            if self._thread is not None:
                self._thread = None
                self._tasks.put(None)

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            task.run()


class WorkerThreads:
    """Have far steps done on threads, for tasks that wait for them without blocking their loop."""

    def __init__(self, place: str, clock: Clock) -> None:
        self._place = place
        self._clock = clock
        self._lanes = [Worker() for _ in range(WORKERS)]
        self._next = count()
        # Slots that were given to claims, until whoever waits for them has heard of it.
        self._given: dict[str, float] = {}

    async def do(self, step: FarStep, desk: Desk) -> object:
        """Run a step on a thread; raise `StoreUnavailable` after its moment `latest`."""
        from asyncio import timeout

        left = step.latest - self._clock()
        # What takes nothing, or is not begun yet, is left undone where nobody waits for it.
        needed = not isinstance(step, Reserve | Recall)
        work = partial(self._done, step, desk)
        try:
            async with timeout(max(0.0, left) if left <= threading.TIMEOUT_MAX else None):
                found = await self.run(work, self._lane(step), needed=needed)
        except TimeoutError:
            raise StoreUnavailable(self._place, "does not answer", 0.0) from None
        if isinstance(step, Reserve):
            self._given.pop(step.reservation.ticket, None)
        return found

    def _done(self, step: FarStep, desk: Desk) -> object:
        """Do a step; a slot that nobody has heard of any more is given back with its claim."""
        if isinstance(step, Release):
            given = self._given.pop(step.reservation.ticket, None)
            step = step._replace(slot=given if step.slot is None else step.slot)
        found = step.do(desk)
        if isinstance(step, Reserve) and isinstance(found, Proceed):
            self._given[step.reservation.ticket] = found.at
        return found

    def _lane(self, step: FarStep) -> int:
        if isinstance(step, Recall):
            return 0
        if isinstance(step, Keep | Drop | Show):
            return next(self._next)
        return hash(step.origin)

    async def run(self, work: Callable[[], T], lane: int, *, needed: bool) -> T:
        """Have some work done in a lane."""
        from asyncio import get_running_loop

        loop = get_running_loop()
        future: Future[T] = loop.create_future()
        self._lanes[lane % WORKERS].add(Task(work, loop, future, needed))
        return await future

    def end(self) -> None:
        """End all threads when they have done what they were given."""
        for lane in self._lanes:
            lane.end()
