"""The two drivers: they obey a flow's steps, one by blocking, one by awaiting."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

from animedex.transport.steps import Send, Sleep

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from animedex.transport.run import Steps
    from animedex.transport.steps import Desk
    from animedex.wire import Response

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
                else:
                    found = step.do(desk)
            except BaseException as error:  # noqa: BLE001  the flow gives back what it holds
                step = steps.throw(error)
            else:
                step = steps.send(found)
    except StopIteration as end:
        answer: T = end.value
        return answer
