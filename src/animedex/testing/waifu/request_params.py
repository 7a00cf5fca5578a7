"""Read a query as the service does: names in any case, and what it does not know passed over."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from starlette.exceptions import HTTPException

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from starlette.datastructures import QueryParams

_ValueT = TypeVar("_ValueT")
_INTEGER = re.compile(r"-?[0-9]{1,18}")


class Ignored(NamedTuple):
    """Name a parameter that had no effect on an answer, although its sender may think so."""

    path: str
    name: str
    value: str


class InvalidParameters(HTTPException):
    """Refuse a request for its parameters: each one's name with what is wrong with it."""

    def __init__(self, errors: Mapping[str, Sequence[str]]) -> None:
        super().__init__(HTTPStatus.BAD_REQUEST, "Some parameters cannot be used; see errors.")
        self.errors = errors


class Parameters:
    """The parameters of a request to a route that knows some names.

    Whatever has no effect is told to ``ignore``. What cannot be used is gathered, for
    ``check`` to raise at once.
    """

    def __init__(
        self, query: QueryParams, allowed: Collection[str], ignore: Callable[[str, str], object]
    ) -> None:
        names = {name.lower(): name for name in allowed}
        self._ignore = ignore
        self._values: dict[str, list[str]] = {}
        self._errors: dict[str, list[str]] = {}
        for name, value in query.multi_items():
            if name.lower() in names:
                self._values.setdefault(names[name.lower()], []).append(value)
            else:
                ignore(name, value)

    def every(
        self, name: str, read: Callable[[str], _ValueT | None], expected: str
    ) -> list[_ValueT]:
        """Read all values of a name; where ``read`` returns None they are not ``expected``."""
        values = [(text, read(text)) for text in self._values.get(name, ())]
        for text, value in values:
            if value is None:
                self._refuse(name, f"'{text}' is not {expected}.")
        return [value for _, value in values if value is not None]

    def one(
        self, name: str, read: Callable[[str], _ValueT | None], expected: str, *, default: _ValueT
    ) -> _ValueT:
        """Read the first value of a name."""
        text = self._first(name)
        value = default if text is None else read(text)
        if value is None:
            self._refuse(name, f"'{text}' is not {expected}.")
            return default
        return value

    def lenient(self, name: str, read: Callable[[str], _ValueT | None]) -> _ValueT | None:
        """Read the first value of a name, which has no effect where it cannot be read."""
        text = self._first(name)
        value = None if text is None else read(text)
        if text is not None and value is None:
            self._ignore(name, text)
        return value

    def check(self) -> None:
        """Raise ``InvalidParameters`` if anything that was read cannot be used."""
        if self._errors:
            raise InvalidParameters(self._errors)

    def _first(self, name: str) -> str | None:
        first, *others = self._values.get(name, [None])
        for other in others:
            self._ignore(name, str(other))
        return first

    def _refuse(self, name: str, message: str) -> None:
        self._errors.setdefault(name, []).append(message)


def read_integer(text: str) -> int | None:
    """Parse an integer.

    >>> read_integer("12"), read_integer("-3"), read_integer("1.5"), read_integer("")
    (12, -3, None, None)
    """
    return int(text) if _INTEGER.fullmatch(text) else None
