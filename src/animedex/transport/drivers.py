"""The two drivers of a call's steps: one blocks its thread, one awaits in an asyncio task."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from animedex.transport.effects import AsyncRuntime, Steps, SyncRuntime

T = TypeVar("T")


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
