"""The three effects that a call yields, and the two drivers that run them.

A call is a generator without I/O of its own. `drive` runs each effect that it yields in ordinary
code, `drive_async` in an asyncio task, and sends the result back.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from math import inf
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias, TypeVar

if TYPE_CHECKING:
    from animedex.http_message import BodyWriter, Headers, Response
    from animedex.transport.http import AsyncHttp, SyncHttp
    from animedex.transport.worker_threads import WorkerThreads

T = TypeVar("T")
# A driver answers each effect according to its kind, which a generator's type cannot say.
Steps: TypeAlias = "Generator[Effect, Any, T]"


class SyncRuntime(Protocol):
    """What `run` needs."""

    @property
    def http(self) -> SyncHttp:
        """What sends requests."""
        ...


class AsyncRuntime(Protocol):
    """What `run_async` needs."""

    @property
    def http(self) -> AsyncHttp:
        """What sends requests."""
        ...

    @property
    def workers(self) -> WorkerThreads:
        """The threads for work that blocks."""
        ...


class Sleep(NamedTuple):
    """A pause, in seconds."""

    seconds: float

    def run(self, runtime: SyncRuntime) -> None:
        """Block this thread."""
        del runtime
        time.sleep(max(0.0, self.seconds))

    async def run_async(self, runtime: AsyncRuntime) -> None:
        """Let other tasks run meanwhile."""
        from asyncio import sleep

        del runtime
        await sleep(max(0.0, self.seconds))


class Send(NamedTuple):
    """One HTTP exchange; the result is a `Response`, and its body is still encoded.

    `timeout` is in seconds. The encoded body may have `max_bytes`; that of a success goes to the
    writer that `open_writer` makes from the head. An `is_open_ended` exchange has no time limit,
    but the server is never silent for longer than `http.FILE_READ_TIMEOUT`.
    """

    method: str
    url: str
    headers: Headers
    timeout: float | None
    max_bytes: int
    open_writer: Callable[[Response], BodyWriter] | None = None
    is_open_ended: bool = False

    def run(self, runtime: SyncRuntime) -> Response:
        """Send it, blocking this thread."""
        return runtime.http.send(self)

    async def run_async(self, runtime: AsyncRuntime) -> Response:
        """Send it from a task."""
        return await runtime.http.send(self)


class Blocking(NamedTuple):
    """Work that may block: a request to Redis, or a user's program that prints a key.

    In a task it runs on a thread: work of one `queue` in order, and without a queue on a thread of
    its own. It has to end before the `deadline`. `is_optional` work is not begun after its task was
    cancelled.
    """

    work: Callable[[], Any]
    queue: int | None = None
    deadline: float = inf
    is_optional: bool = False

    def run(self, runtime: SyncRuntime) -> object:
        """Do it on this thread."""
        del runtime
        return self.work()

    async def run_async(self, runtime: AsyncRuntime) -> object:
        """Do it on another thread; raise `StoreUnavailable` after the deadline."""
        return await runtime.workers.run(self)


Effect: TypeAlias = "Sleep | Send | Blocking"


def drive(steps: Steps[T], runtime: SyncRuntime) -> T:
    """Run effects until the steps return a value."""
    try:
        effect = next(steps)
        while True:
            try:
                result = effect.run(runtime)
            except BaseException as error:  # noqa: BLE001  the steps release what they hold
                effect = steps.throw(error)
            else:
                effect = steps.send(result)
    except StopIteration as end:
        value: T = end.value
        return value


async def drive_async(steps: Steps[T], runtime: AsyncRuntime) -> T:
    """Run effects until the steps return a value, with the event loop free meanwhile."""
    try:
        effect = next(steps)
        while True:
            try:
                result = await effect.run_async(runtime)
            except BaseException as error:  # noqa: BLE001  the steps release what they hold
                effect = steps.throw(error)
            else:
                effect = steps.send(result)
    except StopIteration as end:
        value: T = end.value
        return value
