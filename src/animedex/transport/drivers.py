"""The two drivers: they obey a flow's steps, one by blocking, one by awaiting."""

from __future__ import annotations

import contextlib
import time
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from animedex.transport.steps import FarStep, Identify, Send, Sleep

if TYPE_CHECKING:
    from asyncio import Future
    from collections.abc import Awaitable, Callable

    from animedex.call import Response
    from animedex.transport.run import Steps
    from animedex.transport.steps import Desk

T = TypeVar("T")


def drive(steps: Steps[T], send: Callable[[Send], Response], desk: Desk) -> T:
    """Obey steps until they end in an answer."""
    try:
        step = next(steps)
        while True:
            try:
                found: object = None
                if isinstance(step, Send):
                    found = send(step)
                elif isinstance(step, Sleep):
                    time.sleep(max(0.0, step.seconds))
                else:
                    found = step.do(desk)
            except BaseException as error:  # noqa: BLE001  the flow gives back what it holds
                step = steps.throw(error)
            else:
                step = steps.send(found)
    except StopIteration as end:
        answer: T = end.value
        return answer


async def drive_async(
    steps: Steps[T], send: Callable[[Send], Awaitable[Response]], desk: Desk
) -> T:
    """Obey steps until they end in an answer, leaving the loop free meanwhile."""
    from asyncio import sleep

    try:
        step = next(steps)
        while True:
            try:
                found: object = None
                if isinstance(step, Send):
                    found = await send(step)
                elif isinstance(step, Sleep):
                    await sleep(max(0.0, step.seconds))
                elif isinstance(step, Identify):
                    found = await _aside(partial(step.do, desk))
                elif desk.workers is not None and isinstance(step, FarStep):
                    found = await desk.workers.do(step, desk)
                else:
                    found = step.do(desk)
            except BaseException as error:  # noqa: BLE001  the flow gives back what it holds
                step = steps.throw(error)
            else:
                step = steps.send(found)
    except StopIteration as end:
        answer: T = end.value
        return answer


async def _aside(work: Callable[[], T]) -> T:
    """Have a thread do what may take a person's time, and leave it behind if nobody waits.

    The loop's own threads would be waited for when the loop ends, as after Ctrl-C.
    """
    from asyncio import get_running_loop
    from threading import Thread

    loop = get_running_loop()
    future: Future[T] = loop.create_future()

    def settle(give: Callable[[], None]) -> None:
        if not future.done():
            give()

    def run() -> None:
        try:
            give = partial(future.set_result, work())
        except BaseException as error:  # noqa: BLE001  raised again by the waiting task
            give = partial(future.set_exception, error)
        # A loop that has ended waits for nothing.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, give)

    Thread(target=run, name="animedex-identify", daemon=True).start()
    return await future
