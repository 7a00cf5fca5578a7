"""Several calls at once through one client, with answers in order of arrival.

Threads are daemons and not a pool's: a pool's are waited for when the process ends, and a service
that hangs would hold up Ctrl-C. The client keeps every service's budget, however many ask.
What the other threads have reserved when Ctrl-C comes frees itself, as after a killed process.
"""

from __future__ import annotations

import threading
from queue import SimpleQueue
from typing import TYPE_CHECKING, TypeVar

from animedex.errors import AnimedexError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator, Mapping

    from animedex.call import Call
    from animedex.session import AsyncSession, Session

T = TypeVar("T")


def run_parallel(
    client: Session, calls: Mapping[str, Call[T]]
) -> Iterator[tuple[str, T | AnimedexError]]:
    """Carry out named calls at once; yield each answer or failure as it arrives."""
    results: SimpleQueue[tuple[str, T | BaseException]] = SimpleQueue()

    def carry_out(name: str, call: Call[T]) -> None:
        try:
            result: T | BaseException = client.perform(call)
        except BaseException as error:  # noqa: BLE001  raised again by the waiting thread
            result = error
        results.put((name, result))

    for name, call in calls.items():
        thread = threading.Thread(
            target=carry_out, args=(name, call), name=f"animedex-{name}", daemon=True
        )
        thread.start()
    for _ in calls:
        name, result = results.get()
        if isinstance(result, BaseException) and not isinstance(result, AnimedexError):
            raise result
        yield name, result


async def run_parallel_async(
    client: AsyncSession, calls: Mapping[str, Call[T]]
) -> AsyncGenerator[tuple[str, T | AnimedexError]]:
    """Do as `run_parallel`, in tasks, which are cancelled when the generator is closed.

    A caller that leaves early closes the generator (`contextlib.aclosing`).
    """
    from asyncio import as_completed, create_task, gather

    async def carry_out(name: str, call: Call[T]) -> tuple[str, T | AnimedexError]:
        try:
            return name, await client.perform(call)
        except AnimedexError as error:
            return name, error

    tasks = [create_task(carry_out(name, call)) for name, call in calls.items()]
    try:
        for done in as_completed(tasks):
            yield await done
    finally:
        for task in tasks:
            task.cancel()
        await gather(*tasks, return_exceptions=True)
