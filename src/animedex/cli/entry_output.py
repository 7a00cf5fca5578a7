"""Library entries as output: rows of JSON, and cards on a terminal."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeVar, cast

import msgspec

from animedex.library.entry import service_name
from animedex.library.file_credit import library_source_tag
from animedex.library.filter_sql import OWN
from animedex.models import is_json
from animedex.plurals import format_count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from animedex.cli.command_context import CommandSession
    from animedex.http_message import JsonObject, JsonValue
    from animedex.library.entry import Entry
    from animedex.render.text_output import Card

T = TypeVar("T")

_FACTS = ("sha256", "size", "format", "width", "height", "frames")
KEYS = ("id", "path", "there", *_FACTS, "added_at", "category", "post", "row")
_KILO = 1000
_UNITS = ("bytes", "kB", "MB", "GB")


def entry_payload(entry: Entry, *, source: bool = True, **beside: JsonValue) -> JsonObject:
    """Return an entry as JSON: the file's properties, the art post, and the service's row.

    `_source` and what else stands `beside` the row are left out where no source is wanted.
    """
    # What somebody else has written may be no JSON.
    row = entry.row if entry.row and is_json(entry.row) else b"null"
    facts: JsonObject = {
        "id": entry.id,
        "path": printable_path(entry.path),
        "there": entry.is_there(),
        **{name: getattr(entry, name) for name in _FACTS},
        "added_at": entry.added_at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "category": entry.category,
        "post": entry.post.to_payload() if entry.post else None,
        # It is written into the JSON untouched.
        "row": cast("JsonValue", msgspec.Raw(row)),
    }
    return {**facts, **beside, "_source": source_payload(entry)} if source else facts


def source_payload(entry: Entry) -> JsonObject:
    """Return the service that a picture was fetched from, and that it is in the library."""
    tag = library_source_tag(entry)
    if tag is None:
        return {"backend": service_name(entry.post) or OWN, "library": True}
    return cast("JsonObject", tag.to_payload())


def printable_path(path: str) -> str:
    r"""Return a path as text; bytes that are not UTF-8 are escaped for a shell.

    >>> printable_path("/a/b c.png")
    '/a/b c.png'
    >>> print(printable_path("/a/\udcff'.png"))
    $'/a/\xff\'.png'
    """
    data = os.fsencode(path)
    try:
        return data.decode()
    except UnicodeDecodeError:
        text = data.decode("ascii", errors="surrogateescape")
        return "$'" + "".join(map(_shell_escape, text)) + "'"


def _shell_escape(letter: str) -> str:
    if letter in "\\'":
        return "\\" + letter
    return letter if letter.isprintable() else f"\\x{os.fsencode(letter)[0]:02x}"


def entry_card(entry: Entry, *more: tuple[str, str | None]) -> Card:
    """Return the card of an entry."""
    from animedex.render.post_cards import RATINGS, join_few
    from animedex.render.text_output import Card

    post = entry.post
    path = printable_path(entry.path)
    return Card(
        title=f"{entry.id}  {os.path.basename(path)}",
        lines=(
            ("artist", join_few(post.artists) if post else None),
            ("characters", join_few(post.characters) if post else None),
            ("series", join_few(post.copyrights) if post else None),
            ("category", entry.category),
            ("rating", RATINGS[post.rating] if post and post.rating else None),
            ("size", format_dimensions(entry)),
            ("added", f"{entry.added_at.astimezone():%Y-%m-%d %H:%M}"),
            *more,
            ("missing", None if entry.is_there() else "the file is not there any more"),
            ("page", (post.page_url or post.source_url or post.url) if post else None),
        ),
        url=path,
        source=f"{service_name(post) or OWN}, library",
    )


def format_dimensions(entry: Entry) -> str:
    """Format a file's size in pixels and bytes, and its type."""
    pixels = f"{entry.width} x {entry.height}, " if entry.width and entry.height else ""
    frames = f", {entry.frames} frames" if entry.frames > 1 else ""
    return f"{pixels}{format_bytes(entry.size)}, {entry.format}{frames}"


def format_bytes(size: int) -> str:
    """Format a number of bytes.

    >>> format_bytes(999), format_bytes(1_234_567), format_bytes(10**13)
    ('999 bytes', '1.2 MB', '10000.0 GB')
    """
    value, unit = float(size), _UNITS[0]
    for unit in _UNITS:
        if value < _KILO or unit == _UNITS[-1]:
            break
        value /= _KILO
    return format_count(size, "byte") if unit == _UNITS[0] else f"{value:.1f} {unit}"


def print_entries(
    session: CommandSession, matches: Iterable[tuple[Entry, JsonObject]], keys: Sequence[str] = ()
) -> None:
    """Print entries with their extra keys: cards on a terminal, else JSON.

    However many there are, they go out as they come. `keys` are the keys of what stands beside.
    """
    source = session.shared.fields is not None or not session.shared.no_source
    print_each(
        session,
        matches,
        lambda hit: _hit_card(*hit),
        lambda hit: entry_payload(hit[0], source=source, **hit[1]),
        (*KEYS, *keys),
    )


def pair_with_nothing(entries: Iterable[Entry]) -> Iterator[tuple[Entry, JsonObject]]:
    """Return entries without extra keys."""
    return ((entry, {}) for entry in entries)


def print_each(
    session: CommandSession,
    items: Iterable[T],
    to_card: Callable[[T], Card],
    to_payload: Callable[[T], JsonObject],
    keys: Sequence[str],
) -> int:
    """Print items one by one, as cards on a terminal, else as JSON; return their number."""
    count = 0

    def count_items() -> Iterator[T]:
        nonlocal count
        for item in items:
            count += 1
            yield item

    if session.output.mode == "text":
        _print_cards(session, map(to_card, count_items()))
    else:
        from animedex.cli.stream_output import stream_rows

        stream_rows(session, (msgspec.json.encode(to_payload(one)) for one in count_items()), keys)
    return count


def _print_cards(session: CommandSession, entry_cards: Iterable[Card]) -> None:
    """Print cards with a line between them."""
    from animedex.cli.streams import write_out
    from animedex.render.text_output import cards

    look = session.output.look()
    between = ""
    for card in entry_cards:
        write_out(between + cards([card], look))
        between = "\n"


def _hit_card(entry: Entry, beside: JsonObject) -> Card:
    return entry_card(entry, *((name.lstrip("_"), str(value)) for name, value in beside.items()))
