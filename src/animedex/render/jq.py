"""jq's language over an answer, with jq's own formatting.

The jq library's text output escapes what need not be and rounds numbers, so the program is run
with `tojson` behind it and its results are laid out here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import jq

from animedex.errors import JqFailed, JqInvalid
from animedex.render.json import layout_raw

if TYPE_CHECKING:
    from collections.abc import Iterator


class JqProgram:
    """Hold a program that compiles; raise `JqInvalid` for one that does not."""

    def __init__(self, source: str) -> None:
        try:
            jq.compile(source)
            # The line end closes a comment that the program may end in.
            self._program = jq.compile(f"({source}\n)|tojson")
        except ValueError as error:
            message = f"the jq program does not compile: {_first_line(error)}"
            raise JqInvalid(
                message, hint="quote it for your shell, as in --jq '.[0].url'"
            ) from None

    def run(self, document: str, *, raw: bool = False, compact: bool = False) -> Iterator[str]:
        """Give each result as text, as soon as it is there; `raw` gives strings bare.

        Raises `JqFailed` where the program fails, after the results that came before.
        """
        try:
            for result in self._program.input_text(document):
                yield _bare(result, compact=compact) if raw else layout_raw(result, compact=compact)
        except ValueError as error:
            message = f"the jq program failed: {_first_line(error)}"
            raise JqFailed(message, hint="look at the document with --json") from None


def _bare(result: str, *, compact: bool) -> str:
    import msgspec

    value: object = msgspec.json.decode(result)
    return value if isinstance(value, str) else layout_raw(result, compact=compact)


def _first_line(error: ValueError) -> str:
    text = str(error).strip().partition("\n")[0]
    return text.removeprefix("jq: error: ").rstrip(":")
