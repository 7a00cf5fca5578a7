"""Progress reports: a call that waits for a rate limit says so to the client."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from animedex.render.safe_text import escape_control_characters
from animedex.transport.events import format_event

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator

    from animedex.transport.events import Event

    Report = Callable[[float, str], Awaitable[None]]

_heard: ContextVar[Callable[[Event], None] | None] = ContextVar("heard", default=None)


def report_event(event: Event, *, verbose: bool = False) -> None:
    """Hand an event on to the call in whose task, or a task of whose, it happens.

    Warnings, and all that happens if it is `verbose`, are for whoever reads standard error, as
    standard output is the protocol's.
    """
    heard = event.kind == "warning" or (verbose and event.kind != "request")
    if heard and sys.stderr is not None:
        name = "animedex: " if event.kind == "warning" else ""
        sys.stderr.write(f"{name}{escape_control_characters(format_event(event))}\n")
    listener = _heard.get()
    if listener is not None:
        listener(event)


@contextmanager
def report_progress(report: Report) -> Generator[None]:
    """Report each wait and each retry of what is done inside, counted from 1."""
    from asyncio import Task, create_task

    # A task that nobody holds may be collected before it has run.
    tasks: list[Task[None]] = []

    async def send(count: int, message: str) -> None:
        await report(float(count), message)

    def listen(event: Event) -> None:
        if event.kind in {"wait", "retry"}:
            tasks.append(create_task(send(len(tasks) + 1, format_event(event))))

    token = _heard.set(listen)
    try:
        yield
    finally:
        _heard.reset(token)
        for task in tasks:
            task.cancel()
