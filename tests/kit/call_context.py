"""A context whose generators yield the calls that they would execute, for tests to answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable

    from animedex.call import Call, SourceTag, Steps
    from animedex.http_message import Response

T = TypeVar("T")


class SelectUnseen(NamedTuple):
    """The question which pictures are new."""

    backend: str
    ids: tuple[str, ...]


class YieldingContext:
    """Yields each call and each question, and returns what is sent back."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def execute(self, call: Call[T]) -> Steps[T]:
        value: T = yield call
        return value

    def select_unseen(self, backend: str, ids: Iterable[str]) -> Steps[frozenset[str]]:
        unseen: frozenset[str] = yield SelectUnseen(backend, tuple(ids))
        return unseen

    def warn(self, backend: str, message: str) -> None:
        del backend
        self.warnings.append(message)


def next_steps(
    call: Call[Any], response: Response, source: SourceTag, context: YieldingContext | None = None
) -> Steps[Any]:
    """Parse the answer of a call, and return the generator that goes on with it."""
    assert call.next_steps is not None
    return call.next_steps(context or YieldingContext(), call.parse(response, source))
