"""What an agent may call, as declared values: a tool's name, arguments, answer and guidance.

Each service's folder has a module `tools` with its `TOOLS`, made from the same calls as the command
line and the library; those that ask several services are in `animedex.art.art_tools`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

import msgspec

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from animedex.call import Call
    from animedex.session import AsyncSession

A = TypeVar("A", bound="Arguments")
T = TypeVar("T")


class Arguments(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a tool is called with; subclasses name, bound and describe each argument.

    Where there is an argument `picture`, the pictures themselves may be asked for.
    """


class Tool(NamedTuple, Generic[A]):
    """Declare one tool.

    `answer` maps the keys of what comes back to their types: records, art posts, or what JSON
    has. `run` gives just these keys. `varies` is true where the same arguments bring another
    answer each time. `line` says in one line what a record tells, where it is no picture.
    """

    name: str
    title: str
    guidance: str
    arguments: type[A]
    answer: Mapping[str, object]
    run: Callable[[AsyncSession, A], Awaitable[Mapping[str, object]]]
    varies: bool = False
    line: Callable[[Any], str] = str


def rows(
    build: Callable[[A], Call[Sequence[T]]], key: str = "rows"
) -> Callable[[AsyncSession, A], Awaitable[dict[str, object]]]:
    """Return the runner of a tool whose call returns rows."""

    async def run(client: AsyncSession, arguments: A) -> dict[str, object]:
        return {key: list(await client.perform(build(arguments)))}

    return run


def row(
    build: Callable[[A], Call[T]],
) -> Callable[[AsyncSession, A], Awaitable[dict[str, object]]]:
    """Return the runner of a tool whose call returns a single row."""

    async def run(client: AsyncSession, arguments: A) -> dict[str, object]:
        return {"rows": [await client.perform(build(arguments))]}

    return run
