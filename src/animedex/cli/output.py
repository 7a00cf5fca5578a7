"""Choosing how an answer is printed, and printing it.

A terminal gets text made for reading and a pipe gets JSON, unless an option says otherwise; a
list of plain strings is one per line in both.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Literal, cast

from animedex.cli.streams import is_terminal, look, write_bytes, write_out
from animedex.errors import UnknownField

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeVar

    from animedex.cli.options import Shared
    from animedex.models import Record
    from animedex.render.jq import JqProgram
    from animedex.render.text import Card, Look
    from animedex.wire import JsonObject, JsonValue

    R = TypeVar("R", bound=Record)

Mode = Literal["text", "json", "jsonl", "jq"]


def chosen_mode(shared: Shared, *, terminal: bool) -> Mode:
    """Decide how to print.

    >>> from animedex.cli.options import Shared
    >>> chosen_mode(Shared(), terminal=True), chosen_mode(Shared(), terminal=False)
    ('text', 'json')
    >>> chosen_mode(Shared(jq=".", jsonl=True), terminal=True)
    'jq'
    """
    if shared.jq is not None:
        return "jq"
    if shared.jsonl:
        return "jsonl"
    if shared.json or shared.fields is not None or shared.compact_output or not terminal:
        return "json"
    return "text"


class Output:
    """Print answers as one command line wants them."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self.terminal = is_terminal(sys.stdout)
        self.mode = chosen_mode(shared, terminal=self.terminal)
        self.program = _compiled(shared.jq)
        # Whether an option says how to print, or it is left to where it is printed.
        self.asked = chosen_mode(shared, terminal=True) != "text"

    def names(self, names: Sequence[str]) -> None:
        """Print plain strings: one per line, unless an option asks for JSON."""
        asked = self._shared
        if asked.fields is not None:
            message = "names are plain strings, without fields"
            raise UnknownField(message, hint="leave --fields out")
        if self.mode == "jq" or asked.json or asked.compact_output or asked.jsonl:
            self.json(list(names))
        elif names:
            write_out("".join(f"{self._harmless(name)}\n" for name in names))

    def records(self, rows: Sequence[R], kind: type[R], card: Callable[[R], Card]) -> None:
        """Print rows: cards on a terminal, else JSON with the source of each."""
        if self.mode == "text":
            from animedex.render.text import cards

            write_out(cards((card(row) for row in rows), self.look()))
            return
        from animedex.render.json import picked, plain

        fields = None if self._shared.fields is None else self.fields()
        # A score that is asked for by name is printed even where its neighbour is not.
        beside = fields is not None or not self._shared.no_source
        values = cast("list[JsonObject]", plain(list(rows), source=beside))
        if fields is not None:
            unsaid = {"_source"} - set(fields) if self._shared.no_source else set[str]()
            kept = picked(values, fields, kind.__struct_fields__)
            values = [{k: v for k, v in row.items() if k not in unsaid} for row in kept]
        self.json(cast("list[JsonValue]", values))

    def mapping(self, value: dict[str, R], kind: type[R]) -> None:
        """Print records by name: in columns on a terminal, else JSON; without their source."""
        if self.mode == "text":
            from animedex.render.text import table

            known = kind.__struct_fields__
            columns = {
                name: [str(getattr(row, key)) for key in known] for name, row in value.items()
            }
            write_out(table(columns, self.look()))
            return
        from animedex.render.json import picked, plain

        plains = cast("dict[str, JsonObject]", plain(value))
        if self._shared.fields is not None:
            rows = picked(list(plains.values()), self.fields(), kind.__struct_fields__)
            plains = dict(zip(plains, rows, strict=True))
        self.json(cast("JsonValue", plains))

    def facts(self, told: JsonObject, card: Callable[[], Card] | None = None) -> None:
        """Print what this program has found out: a card or an outline on a terminal, else JSON."""
        if self.mode == "text":
            from animedex.render.text import cards, outline

            look = self.look()
            write_out(cards([card()], look) if card else outline(told, look))
            return
        if self._shared.fields is not None:
            from animedex.render.json import picked

            (told,) = picked([told], self.fields())
        self.json(told)

    def bytes(self, data: bytes) -> None:
        """Write bytes untouched."""
        write_bytes(data)

    def json(self, value: JsonValue) -> None:
        """Print a JSON value in the mode that was asked for."""
        from animedex.render.json import layout

        compact = self._shared.compact_output
        if self.mode == "jq":
            self._filtered(layout(value, compact=True))
        elif self.mode == "jsonl":
            rows = value if isinstance(value, list) else [value]
            write_out("".join(f"{layout(row, compact=True)}\n" for row in rows))
        else:
            write_out(f"{layout(value, compact=compact)}\n")

    def fields(self) -> list[str]:
        """Give the keys that were asked for."""
        return [name.strip() for name in (self._shared.fields or "").split(",") if name.strip()]

    def look(self) -> Look:
        """Find out what the terminal can do, and what colour the user wants."""
        from animedex.config import Config

        return look(self._shared.color or str(Config().get("color").value))

    def _filtered(self, document: str) -> None:
        """Run the jq program; Ctrl-C ends the process at once, as jq cannot be interrupted."""
        from animedex.cli.interrupts import default_interrupt

        assert self.program is not None
        shared = self._shared
        with default_interrupt():
            results = self.program.run(
                document, raw=shared.raw_output, compact=shared.compact_output
            )
            for result in results:
                write_out(f"{self._harmless(result, lines=True)}\n")

    def _harmless(self, text: str, *, lines: bool = False) -> str:
        if not self.terminal:
            return text
        from animedex.render.clean import clean

        return clean(text, lines=lines)


def _compiled(source: str | None) -> JqProgram | None:
    if source is None:
        return None
    from animedex.render.jq import JqProgram

    return JqProgram(source)
