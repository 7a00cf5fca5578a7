"""Carry out a plan whose calls ask several services, one after the other.

A client follows a plan by itself where one call begins it, within one deadline. Here each call has
its own, so that a service that hangs leaves the next one its time.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, TypeVar, cast

from animedex.errors import AnimedexError

if TYPE_CHECKING:
    from animedex.call import Call, Plan
    from animedex.client import AsyncClient, Client

T = TypeVar("T")


def follow(client: Client, plan: Plan[T]) -> T:
    """Carry out a plan's calls, and give what it ends in; it wishes for nothing but calls."""
    with closing(plan):
        try:
            wish = next(plan)
            while True:
                try:
                    found = client.perform(cast("Call[object]", wish))
                except AnimedexError as error:
                    wish = plan.throw(error)
                else:
                    wish = plan.send(found)
        except StopIteration as end:
            return cast("T", end.value)


async def follow_async(client: AsyncClient, plan: Plan[T]) -> T:
    """Do as `follow`, from a task."""
    with closing(plan):
        try:
            wish = next(plan)
            while True:
                try:
                    found = await client.perform(cast("Call[object]", wish))
                except AnimedexError as error:
                    wish = plan.throw(error)
                else:
                    wish = plan.send(found)
        except StopIteration as end:
            return cast("T", end.value)
