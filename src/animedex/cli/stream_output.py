"""Output of long lists: a thousand rows at a time, with unchanged bytes."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, cast

import msgspec

from animedex.cli.streams import write_out
from animedex.render.json_output import MATCH, SOURCE, format_raw, pick_fields

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from animedex.cli.command_context import CommandSession
    from animedex.http_message import JsonObject, JsonValue

_BATCH = 1000
_keys = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def stream_rows(session: CommandSession, rows: Iterable[bytes], keys: Collection[str]) -> None:
    """Print JSON rows as an array, as lines, or through a jq program, which needs all rows.

    Raises `UnknownField` where a field is asked for that is not among `keys`.
    """
    output = session.output
    narrow = _row_selector(session, keys)
    narrowed = map(narrow, rows) if narrow else iter(rows)
    if output.mode == "jq":
        output.json(_values(narrowed))
    elif output.mode == "jsonl":
        for batch in _batches(narrowed):
            output.json(_values(batch))
    else:
        _print_array(_batches(narrowed), compact=session.shared.compact_output)


def _print_array(batches: Iterator[list[bytes]], *, compact: bool) -> None:
    """Format each batch as an array of its own, and strip its brackets."""
    bracket, divide = (1, ",") if compact else (2, ",\n")
    before = "[" if compact else "[\n"
    for batch in batches:
        text = format_raw(b"[" + b",".join(batch) + b"]", compact=compact)
        write_out(before + text[bracket:-bracket])
        before = divide
    if before == divide:
        write_out("]\n" if compact else "\n]\n")
    else:
        write_out("[]\n")


def _batches(rows: Iterator[bytes]) -> Iterator[list[bytes]]:
    while batch := list(islice(rows, _BATCH)):
        yield batch


def _values(rows: Iterable[bytes]) -> JsonValue:
    """Return rows as values that are encoded as unchanged JSON."""
    return cast("JsonValue", [msgspec.Raw(row) for row in rows])


def _row_selector(
    session: CommandSession, keys: Collection[str]
) -> Callable[[bytes], bytes] | None:
    """Return a function that selects the fields of a row; None if all are printed."""
    bare = session.shared.no_source
    if session.shared.fields is None:
        return _without_source if bare else None
    fields = session.output.fields()
    unsaid = {SOURCE} - set(fields) if bare else set[str]()
    # A field that does not exist is told before anything is printed.
    pick_fields([], fields, keys)

    def narrow(row: bytes) -> bytes:
        (selected,) = pick_fields([cast("JsonObject", _keys(row))], fields, keys)
        return msgspec.json.encode({k: v for k, v in selected.items() if k not in unsaid})

    return narrow


def _without_source(row: bytes) -> bytes:
    return msgspec.json.encode({k: v for k, v in _keys(row).items() if k not in {SOURCE, MATCH}})
