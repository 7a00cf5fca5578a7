"""How an answer is printed: as text, JSON, JSON lines, or through a jq program.

A terminal gets text made for reading and a pipe gets JSON, unless an option says otherwise; a
list of plain strings is one per line in both.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Literal, cast

from animedex.cli.streams import is_terminal, text_style, write_bytes, write_out
from animedex.errors import UnknownField

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import TypeVar

    from animedex.cli.shared_options import SharedOptions
    from animedex.http_message import JsonObject, JsonValue
    from animedex.models import ArtPost, PictureRecord, Record
    from animedex.render.jq_program import JqProgram
    from animedex.render.text_output import Card, TextStyle

    R = TypeVar("R", bound=Record)
    S = TypeVar("S", bound=PictureRecord)
    V = TypeVar("V")

Mode = Literal["text", "json", "jsonl", "jq"]


def choose_mode(shared: SharedOptions, *, terminal: bool) -> Mode:
    """Choose the output mode.

    >>> from animedex.cli.shared_options import SharedOptions
    >>> choose_mode(SharedOptions(), terminal=True), choose_mode(SharedOptions(), terminal=False)
    ('text', 'json')
    >>> choose_mode(SharedOptions(jq=".", jsonl=True), terminal=True)
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
    """Prints answers as the options of a command line say."""

    def __init__(self, shared: SharedOptions) -> None:
        self._shared = shared
        self.terminal = is_terminal(sys.stdout)
        self.mode = choose_mode(shared, terminal=self.terminal)
        self.program: JqProgram | None = None
        if shared.jq is not None:
            from animedex.render.jq_program import JqProgram

            self.program = JqProgram(shared.jq)
        # Whether an option says how to print, or it is left to where it is printed.
        self.has_format_option = choose_mode(shared, terminal=True) != "text"
        # A score that is asked for by name is printed even where its neighbour is not.
        self._has_source = shared.fields is not None or not shared.no_source
        self.to_draw: list[PictureRecord] = []

    def names(self, names: Sequence[str]) -> None:
        """Print strings: one per line, or as JSON with an option for it."""
        options = self._shared
        self.refuse_fields()
        if self.mode == "jq" or options.json or options.compact_output or options.jsonl:
            self.json(list(names))
        elif names:
            write_out("".join(f"{self._harmless(name)}\n" for name in names))

    def paths(self, paths: Sequence[str]) -> None:
        """Print paths: one per line, as raw bytes in a pipe, or as JSON."""
        from animedex.cli.entry_output import printable_path

        options = self._shared
        is_json = self.mode == "jq" or options.json or options.compact_output or options.jsonl
        if is_json or self.terminal:
            self.names([printable_path(path) for path in paths])
            return
        self.refuse_fields()
        write_bytes(b"".join(os.fsencode(path) + b"\n" for path in paths))

    def refuse_fields(self) -> None:
        """Raise `UnknownField` if `--fields` is given: strings have no fields."""
        if self._shared.fields is not None:
            message = "names are plain strings, without fields"
            raise UnknownField(message, hint="leave --fields out")

    def records(
        self, rows: Sequence[R], kind: type[R] | Sequence[type[R]], card: Callable[[R], Card]
    ) -> None:
        """Print rows of one kind or several: cards on a terminal, else JSON with their source."""
        if self.mode == "text":
            self._cards(rows, card)
        else:
            kinds = [kind] if isinstance(kind, type) else kind
            keys = [name for one in kinds for name in one.__struct_encode_fields__]
            self.json(cast("list[JsonValue]", self._select_fields(self._plain(rows), keys)))

    def record(self, row: R, card: Callable[[R], Card]) -> None:
        """Print a single row: a card, or a JSON object."""
        if self.mode == "text":
            self._cards([row], card)
        else:
            self.json(self._select_fields(self._plain([row]), row.__struct_encode_fields__)[0])

    def pictures(
        self,
        rows: Sequence[S],
        kind: type[S] | Sequence[type[S]],
        card: Callable[[S], Card] | None = None,
    ) -> None:
        """Print rows that show pictures, or their common shape with `--common`."""
        if self._shared.show:
            self.to_draw += rows
        if self._shared.common:
            self.posts([row.to_common() for row in rows])
        else:
            self.records(rows, kind, card or _common_card)

    def picture(self, row: S, card: Callable[[S], Card] | None = None) -> None:
        """Print a single row that shows a picture, as `pictures` does several."""
        self.draw_later([row])
        if self._shared.common and self.mode != "text":
            self.json(self._posts([row.to_common()])[0])
        else:
            self.record(row, _common_card if self._shared.common else card or _common_card)

    def posts(self, posts: Sequence[ArtPost]) -> None:
        """Print art posts: cards on a terminal, else JSON with the source of each."""
        if self.mode == "text":
            from animedex.render.post_cards import post_card

            self._cards(posts, post_card)
        else:
            self.json(cast("list[JsonValue]", self._posts(posts)))

    def draw_later(self, rows: Sequence[PictureRecord]) -> None:
        """Add rows to those whose pictures are drawn at the end, with `--show`."""
        if self._shared.show:
            self.to_draw += rows

    def _cards(self, rows: Sequence[V], card: Callable[[V], Card]) -> None:
        from animedex.render.text_output import cards

        write_out(cards((card(row) for row in rows), self.look()))

    def _plain(self, rows: Sequence[Record]) -> list[JsonObject]:
        from animedex.render.json_output import row_payload

        return [row_payload(one, source=self._has_source, exact=True) for one in rows]

    def _posts(self, posts: Sequence[ArtPost]) -> list[JsonObject]:
        from animedex.models import ArtPost
        from animedex.render.json_output import post_payload

        keys = [name for name in ArtPost.__struct_fields__ if name != "source_tag"]
        return self._select_fields(
            [post_payload(post, source=self._has_source) for post in posts], keys
        )

    def _select_fields(self, values: list[JsonObject], keys: Sequence[str]) -> list[JsonObject]:
        """Keep only the fields that `--fields` names."""
        if self._shared.fields is None:
            return values
        from animedex.render.json_output import pick_fields

        fields = self.fields()
        unsaid = {"_source"} - set(fields) if self._shared.no_source else set[str]()
        narrowed = pick_fields(values, fields, keys)
        return [{k: v for k, v in row.items() if k not in unsaid} for row in narrowed]

    def mapping(self, value: dict[str, R], kind: type[R]) -> None:
        """Print records by name: in columns on a terminal, else JSON; without their source."""
        if self.mode == "text":
            from animedex.render.text_output import table

            keys = kind.__struct_fields__
            columns = {
                name: [str(getattr(row, key)) for key in keys] for name, row in value.items()
            }
            write_out(table(columns, self.look()))
            return
        from animedex.render.json_output import pick_fields, to_plain_value

        plains = cast("dict[str, JsonObject]", to_plain_value(value, exact=True))
        if self._shared.fields is not None:
            rows = pick_fields(list(plains.values()), self.fields(), kind.__struct_fields__)
            plains = dict(zip(plains, rows, strict=True))
        self.json(cast("JsonValue", plains))

    def facts(self, payload: JsonObject, card: Callable[[], Card] | None = None) -> None:
        """Print a result of this program: a card or an outline on a terminal, else JSON."""
        if self.mode == "text":
            from animedex.render.text_output import cards, outline

            look = self.look()
            write_out(cards([card()], look) if card else outline(payload, look))
            return
        if self._shared.fields is not None:
            from animedex.render.json_output import pick_fields

            (payload,) = pick_fields([payload], self.fields())
        self.json(payload)

    def findings(
        self,
        findings: Sequence[V],
        to_payload: Callable[[V], JsonObject],
        card: Callable[[V], Card],
        keys: Sequence[str],
    ) -> None:
        """Print several results of this program, as `facts` does one.

        `keys` are the keys that `to_payload` gives, for when nothing was found.
        """
        if self.mode == "text":
            self._cards(findings, card)
        else:
            self.rows([to_payload(one) for one in findings], keys)

    def rows(self, values: list[JsonObject], keys: Sequence[str]) -> None:
        """Print JSON objects, on a terminal too; `keys` are their possible keys."""
        self.json(cast("list[JsonValue]", self._select_fields(values, keys)))

    def bytes(self, data: bytes) -> None:
        """Write bytes unchanged."""
        write_bytes(data)

    def json(self, value: JsonValue) -> None:
        """Print a JSON value in the chosen mode."""
        from animedex.render.json_output import format_json

        compact = self._shared.compact_output
        if self.mode == "jq":
            self._run_program(format_json(value, compact=True))
        elif self.mode == "jsonl":
            rows = value if isinstance(value, list) else [value]
            write_out("".join(f"{format_json(row, compact=True)}\n" for row in rows))
        else:
            write_out(f"{format_json(value, compact=compact)}\n")

    def fields(self) -> list[str]:
        """Return the keys that `--fields` names."""
        return [name.strip() for name in (self._shared.fields or "").split(",") if name.strip()]

    def look(self) -> TextStyle:
        """Return what the terminal supports, and the colour setting."""
        from animedex.config.config_file import Config

        return text_style(self._shared.color or str(Config().get("color").value))

    def _run_program(self, document: str) -> None:
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
        from animedex.render.safe_text import escape_control_characters

        return escape_control_characters(text, lines=lines)


def _common_card(row: PictureRecord) -> Card:
    from animedex.render.post_cards import post_card

    return post_card(row.to_common())
