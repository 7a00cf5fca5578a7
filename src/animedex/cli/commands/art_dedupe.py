"""`animedex art dedupe`: rows that show the same picture."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING, cast

import click

from animedex.cli.command import Command
from animedex.cli.command_context import CommandSession, with_output
from animedex.cli.streams import is_terminal, write_out
from animedex.errors import BadArguments
from animedex.plurals import format_count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from animedex.art.dedupe import DedupeResult, DuplicateGroup, KeepPolicy, RowMatch
    from animedex.art.row_reader import Row
    from animedex.art.temporary_rows import TemporaryRows
    from animedex.http_message import JsonObject, JsonValue
    from animedex.render.text_output import Card

_MOST_LINES = 8
_EXPLAINED = ("joined", "refused")
_KEYS = ("rows", "evidence", "work", "page", "same_work", *_EXPLAINED)


def _distance(ctx: click.Context, param: click.Parameter, value: str) -> int | None:
    """Parse a number of bits; the comparison itself checks the limit."""
    del ctx
    if value == "none":
        return None
    if not (value.isascii() and value.isdigit()):
        message = f"{value!r} is not a number of bits"
        raise click.BadParameter(message, param=param)
    # A number of a thousand digits is too many, too.
    return int(value[:9])


@click.command(
    "dedupe",
    cls=Command,
    examples=(
        "animedex art search frieren | animedex art dedupe --explain",
        "animedex nekos image neko --amount 20 | animedex art dedupe --keep best --jsonl",
    ),
    guidance=(
        "No request is sent. Without --keep the output is an array of groups; `same_work` lists"
        " rows that may show another page of the same work, so do not drop them. With --keep the"
        " output is the rows, unchanged, without duplicates."
    ),
)
@click.argument(
    "files", metavar="[FILE|-]...", nargs=-1, help="Files of rows as JSON or JSON lines."
)
@click.option(
    "--keep",
    type=click.Choice(["best", "first"]),
    help="Print one row of each group: the largest picture, or the first.",
)
@click.option(
    "--distance",
    metavar="BITS",
    default="3",
    callback=_distance,
    help="Largest Hamming distance of hashes, 0 to 8; `none` ignores them.",
)
@click.option(
    "--same-work", is_flag=True, help="Count rows without a page as the work's first page."
)
@click.option("--explain", is_flag=True, help="Show why rows were grouped.")
@with_output
def command(  # noqa: PLR0913, PLR0917  one for each option
    session: CommandSession,
    files: tuple[str, ...],
    keep: KeepPolicy | None,
    distance: int | None,
    same_work: bool,  # noqa: FBT001  click passes it by name
    explain: bool,  # noqa: FBT001  click passes it by name
) -> None:
    """Find rows that show the same picture, of one service or of several.

    Reads rows of any picture command, from files or standard input. Two rows are the same picture
    if they have the same md5, if their sources are the same page of the same work, or if their
    perceptual hashes are almost equal. Two pages of one work are never the same picture.
    """
    if explain and keep:
        message = "--explain describes groups, but --keep prints rows"
        raise BadArguments(message, hint="leave one of them out")
    if not files and is_terminal(sys.stdin):
        message = "there is nothing to read"
        raise BadArguments(message, hint="name a file, or pipe rows in; - reads what is typed")
    from animedex.art.dedupe import dedupe
    from animedex.art.row_reader import read_files
    from animedex.art.temporary_rows import open_temporary_rows

    with open_temporary_rows() if keep else nullcontext() as spool:
        names: set[str] | None = None if session.shared.fields is None else set()
        rows = _spool_rows(read_files(files), spool, names)
        result = dedupe(rows, distance=distance, same_work=same_work)
        if keep and spool:
            _print_rows(session, spool.read(result.select_rows(keep)), names or set())
        else:
            _print_groups(session, result, explain=explain)
    session.note(f"animedex: {summary(result)}")


def summary(result: DedupeResult) -> str:
    """Return a summary in one line."""
    groups = format_count(result.group_count, "group")
    duplicates = f"{format_count(result.duplicate_count, 'duplicate')} in {groups}"
    parts = [
        (True, duplicates if result.duplicate_count else "no duplicates"),
        (result.same_work_count, f"{result.same_work_count} only the same work as another"),
        (result.refused_count, f"{result.refused_count} kept apart as other pages of one work"),
        (result.unknown_count, f"{result.unknown_count} of which nothing is known"),
    ]
    rows = format_count(result.row_count, "row")
    return f"{rows}: {', '.join(text for count, text in parts if count)}"


def _spool_rows(
    rows: Iterator[Row], spool: TemporaryRows | None, names: set[str] | None
) -> Iterator[JsonObject]:
    """Yield rows, and store their bytes and the names of their keys for later."""
    for row in rows:
        if spool:
            spool.add(row.raw)
        if names is not None:
            names.update(row.value)
        yield row.value


def _print_rows(session: CommandSession, rows: Iterator[bytes], names: set[str]) -> None:
    if session.output.mode == "text":
        from animedex.render.text_output import cards

        write_out(cards(map(_card, rows), session.output.look()))
        return
    from animedex.art.row_provider import list_fields
    from animedex.cli.stream_output import stream_rows

    stream_rows(session, rows, names | list_fields() if names else names)


def _print_groups(session: CommandSession, result: DedupeResult, *, explain: bool) -> None:
    payload = (
        _group_payload(result, group, explain=explain)
        for group in result.iter_groups()
        if len(group.rows) > 1 or group.same_work or explain
    )
    if session.output.mode == "text":
        _print_text(session, payload)
        return
    import msgspec

    from animedex.cli.stream_output import stream_rows

    stream_rows(session, map(msgspec.json.encode, payload), _KEYS)


def _group_payload(result: DedupeResult, group: DuplicateGroup, *, explain: bool) -> JsonObject:
    """Return a group as JSON, with its rows under their names."""
    payload: JsonObject = {
        "rows": [result.label_row(row) for row in group.rows],
        "evidence": list(group.reasons),
        "work": group.work,
        "page": group.page,
        "same_work": [result.label_row(row) for row in group.same_work],
    }
    if explain:
        payload["joined"] = [_join_payload(result, one) for one in group.matches]
        payload["refused"] = [_join_payload(result, one) for one in group.refused]
    return payload


def _join_payload(result: DedupeResult, join: RowMatch) -> JsonValue:
    return {
        "row": result.label_row(join.row),
        "with": result.label_row(join.other),
        "evidence": join.reason,
    }


def _print_text(session: CommandSession, groups: Iterator[JsonObject]) -> None:
    """Print groups on a terminal: the first row of each, and the rows like it."""
    from animedex.render.text_output import outline

    look = session.output.look()
    for number, payload in enumerate(groups):
        write_out(("\n" if number else "") + outline(_lines(payload), look))


def _lines(payload: JsonObject) -> JsonObject:
    """Format a group in a few lines, without empty ones."""
    first, *others = cast("list[str]", payload["rows"])
    page = "" if payload["page"] is None else f"#{payload['page']}"
    lines: JsonObject = {
        "same as": ", ".join(others),
        "evidence": ", ".join(cast("list[str]", payload["evidence"])),
        "work": f"{payload['work']}{page}" if payload["work"] else None,
        "same work": ", ".join(cast("list[str]", payload["same_work"])),
    }
    for name in _EXPLAINED:
        joins = cast("list[dict[str, str]]", payload.get(name, []))
        lines[name] = "; ".join(
            f"{one['row']} with {one['with']} by {one['evidence']}" for one in joins
        )
    return {first: {name: line for name, line in lines.items() if line}}


def _card(raw: bytes) -> Card:
    """Return the card of a row, even of an unknown service."""
    from animedex.art.row_provider import read_post
    from animedex.models import decode_json
    from animedex.render.post_cards import post_card
    from animedex.render.text_output import Card

    row = cast("JsonObject", decode_json(raw))
    post = read_post(row)
    if post:
        return post_card(post)
    plain = tuple((key, str(value)) for key, value in row.items() if isinstance(value, (str, int)))
    return Card("a row of no known service", plain[:_MOST_LINES], "no address", "unknown")
