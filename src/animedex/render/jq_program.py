"""jq programs over an answer, with jq's own formatting.

The jq library's text output escapes what need not be and rounds numbers, so the program is run
with `tojson` behind it and its results are laid out here.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import jq

from animedex.errors import JqFailed, JqInvalid
from animedex.render.json_output import format_raw

if TYPE_CHECKING:
    from collections.abc import Iterator

_HALTED = "the program called halt_error: "
# The library does not say that a program halted, nor with which text: an error can be seen.
_HALT_ERROR = (
    f'def halt_error($code): error("{_HALTED}" + if type == "string" then . else tojson end);'
    " def halt_error: halt_error(5); "
)


class JqProgram:
    """A compiled program; raises `JqInvalid` if it does not compile."""

    def __init__(self, source: str) -> None:
        try:
            jq.compile(source)
            # The line end closes a comment that the program may end in. An empty text, which is
            # not JSON, comes after the last result of a program that does not halt.
            self._source = f'(({source}\n)|tojson),""'
            self._program = jq.compile(self._source)
        except ValueError as error:
            message = f"the jq program does not compile: {_first_line(error)}"
            raise JqInvalid(
                message, hint="quote it for your shell, as in --jq '.[0].url'"
            ) from None

    def run(self, document: str, *, raw: bool = False, compact: bool = False) -> Iterator[str]:
        """Yield each result as text at once; `raw` prints strings without quotes.

        Raises `JqFailed` where the program fails or calls `halt_error`, after the results that
        came before.
        """
        count = 0
        try:
            for result in self._program.input_text(document):
                if not result:
                    return
                count += 1
                yield _bare(result, compact=compact) if raw else format_raw(result, compact=compact)
        except ValueError as error:
            message = f"the jq program failed: {_first_line(error)}"
            raise JqFailed(message, hint="look at the document with --json") from None
        self._check_halt(document, count)

    def _check_halt(self, document: str, count: int) -> None:
        """Raise `JqFailed` with its text if `halt_error` ended the program, and not `halt`.

        `count` is how many results came before that.
        """
        text, again = "", 0
        try:
            program = jq.compile(_HALT_ERROR + self._source)
            again = len(list(islice(program.input_text(document), count + 1)))
        except ValueError as error:
            text, again = str(error).removeprefix(_HALTED).removesuffix("\n"), count + 1
        # With more results than before, `try` stands before it, and the text is lost.
        if again > count:
            message = "the jq program stopped with halt_error"
            raise JqFailed(f"{message}: {text}" if text else message)


def _bare(result: str, *, compact: bool) -> str:
    if not result.startswith('"'):
        return format_raw(result, compact=compact)
    import msgspec

    return msgspec.json.decode(result, type=str)


def _first_line(error: ValueError) -> str:
    text = str(error).strip().partition("\n")[0]
    return text.removeprefix("jq: error: ").rstrip(":")
