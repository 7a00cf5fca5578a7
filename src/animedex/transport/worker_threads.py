"""Threads for work that may block, so that an asyncio loop never does.

A thread costs a task some 50 µs; an asyncio client for Redis would cost twice that. Work of one
queue is done in order: whoever comes first is served first, and what is returned to a limiter is
never overtaken by what was taken from it.
"""

from __future__ import annotations

import contextlib
import threading
import time
from functools import partial
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, NamedTuple

from animedex.database import StoreLocked
from animedex.ratelimit.store import StoreUnavailable

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, Future
    from collections.abc import Callable

    from animedex.clock import Clock
    from animedex.transport.effects import Blocking

QUEUES = 8
# Seconds for what is still in the queues when a client is closed.
END_TIMEOUT = 2.0


class Task(NamedTuple):
    """Work, and the future that waits for it; optional work is not begun for a cancelled one."""

    work: Callable[[], Any]
    loop: AbstractEventLoop
    future: Future[Any]
    is_optional: bool = False

    def run(self) -> None:
        """Do the work, and send its result to the loop."""
        if self.is_optional and self.future.cancelled():
            return
        try:
            finish = partial(self.future.set_result, self.work())
        except BaseException as error:  # noqa: BLE001  raised again by the waiting task
            finish = partial(self.future.set_exception, error)
        # A loop that has ended waits for nothing.
        with contextlib.suppress(RuntimeError):
            self.loop.call_soon_threadsafe(self._settle, finish)

    def _settle(self, finish: Callable[[], None]) -> None:
        if not self.future.done():
            finish()


class Worker:
    """A queue of work, and a thread that starts with the first."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def add(self, work: Callable[[], None]) -> None:
        """Do some work after all that was added before."""
        self._queue.put(work)
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._work, name="animedex-worker", daemon=True
                )
                self._thread.start()

    def end(self) -> threading.Thread | None:
        """End the thread when all that was added is done; return it."""
        with self._lock:
            thread, self._thread = self._thread, None
            if thread is not None:
                self._queue.put(None)
        return thread

    def _work(self) -> None:
        while (work := self._queue.get()) is not None:
            work()


class WorkerThreads:
    """The threads of one asyncio client; `path` is the server that the work waits for."""

    def __init__(self, path: str, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._workers = [Worker() for _ in range(QUEUES)]

    async def run(self, effect: Blocking) -> object:
        """Do work on a thread; raise `StoreUnavailable` if that takes until the deadline."""
        from asyncio import get_running_loop, timeout

        loop = get_running_loop()
        task = Task(effect.work, loop, loop.create_future(), effect.is_optional)
        if effect.queue is None:
            # The loop would wait for a thread of its own pool at its end, as after Ctrl-C.
            threading.Thread(target=task.run, name="animedex-account", daemon=True).start()
            return await task.future
        self._workers[effect.queue % QUEUES].add(task.run)
        left = effect.deadline - self._clock()
        try:
            async with timeout(max(0.0, left) if left <= threading.TIMEOUT_MAX else None):
                return await task.future
        except TimeoutError:
            raise StoreUnavailable(self._path, "does not answer", 0.0) from None

    def submit(self, work: Callable[[], None], queue: int) -> None:
        """Queue work on a store whose result is not needed."""

        def run() -> None:
            with contextlib.suppress(StoreLocked):
                work()

        self._workers[queue % QUEUES].add(run)

    async def end(self, work: Callable[[], None]) -> None:
        """End all threads when their queues are empty, or soon, and do some last work."""
        from asyncio import get_running_loop

        threads = [worker.end() for worker in self._workers]

        def finish() -> None:
            ends_at = time.monotonic() + END_TIMEOUT
            for thread in threads:
                if thread is not None:
                    thread.join(max(0.0, ends_at - time.monotonic()))
            work()

        loop = get_running_loop()
        task = Task(finish, loop, loop.create_future())
        threading.Thread(target=task.run, name="animedex-close", daemon=True).start()
        await task.future
