"""Entries as a table of comma-separated values, for people and their spreadsheets, and back."""

from __future__ import annotations

import csv
import io
import os
from typing import TYPE_CHECKING

import msgspec

from animedex.errors import BadArguments
from animedex.library.entry import BETWEEN, New
from animedex.models import ArtPost, Rating

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from animedex.library.entry import Entry

_FACTS = ("path", "sha256", "size", "format", "width", "height", "frames", "added_at", "category")
_NAMES = ("artists", "characters", "copyrights", "tags")
_TEXTS = ("url", "page_url", "source_url")
COLUMNS = (*_FACTS, "id", "rating", *_NAMES, *_TEXTS)
# A spreadsheet takes what begins with these for a formula, and runs it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_table(entries: Iterable[Entry]) -> Iterator[bytes]:
    """Write a line of columns and one for each entry, in UTF-8; what is no text stays as it is."""
    yield _line(COLUMNS)
    for entry in entries:
        yield _line(_cells(entry))


def read_table(lines: Iterable[bytes]) -> Iterator[tuple[int, New | BadArguments]]:
    """Read what to add from a table, each with the number of the line that it ends in.

    Only the path is needed, and with an `id` the rest becomes the credit; other columns are passed
    over.
    """
    reader = csv.DictReader(_decoded(lines), strict=True)
    _check_columns(reader)
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:
            yield reader.line_num, BadArguments(f"it cannot be read: {error}")
            continue
        if row is None:
            return
        yield reader.line_num, _new({name: cell or "" for name, cell in row.items() if name})


def _check_columns(reader: csv.DictReader[str]) -> None:
    try:
        why = None if "path" in (reader.fieldnames or ()) else "there is no column path"
    except csv.Error as error:
        why = str(error)
    if why is not None:
        message = f"it is no table of an exported library: {why}"
        raise BadArguments(message, hint="give what `animedex library export` wrote")


def _decoded(lines: Iterable[bytes]) -> Iterator[str]:
    for number, line in enumerate(lines):
        # Spreadsheets mark what they save as UTF-8.
        yield line.removeprefix(b"\xef\xbb\xbf" if not number else b"").decode(
            errors="surrogateescape"
        )


def _line(cells: Iterable[object]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue().encode(errors="surrogateescape")


def _cells(entry: Entry) -> Iterator[object]:
    category = _guarded(entry.category or "")
    facts = {**entry._asdict(), "added_at": entry.added_at.isoformat(), "category": category}
    yield from (facts[name] for name in _FACTS)
    post = entry.post
    if post is None:
        yield from [""] * (len(COLUMNS) - len(_FACTS))
        return
    yield from (_guarded(post.id), post.rating.value)
    for name in _NAMES:
        names: list[str] = getattr(post, name)
        yield _guarded(BETWEEN.join(names))
    yield from (_guarded(getattr(post, name) or "") for name in _TEXTS)


def _guarded(cell: str) -> str:
    """Keep a spreadsheet from running what a service sent.

    >>> _guarded("=1+1"), _unguarded("'=1+1"), _unguarded("'tis"), _guarded("'=")
    ("'=1+1", '=1+1', "'tis", "''=")
    """
    return f"'{cell}" if cell.lstrip("'").startswith(_FORMULA) else cell


def _unguarded(cell: str) -> str:
    bare = cell.lstrip("'")
    return cell[1:] if bare != cell and bare.startswith(_FORMULA) else cell


def _new(row: dict[str, str]) -> New | BadArguments:
    path = row["path"]
    if not os.path.isabs(path):
        message = f"{path!r:.200} is no whole path"
        return BadArguments(message, hint="begin it at the root")
    strange = _no_text(row)
    if strange:
        message = f"its {strange} is not UTF-8"
        return BadArguments(message, hint="save the table as UTF-8")
    told = {name: _unguarded(cell) for name, cell in row.items()}
    category = told.get("category") or None
    if not told.get("id"):
        return New(path, category=category)
    try:
        # The strictest, as everywhere, where it is not told.
        rating = Rating(told.get("rating") or "e")
    except ValueError:
        return BadArguments(f"{told['rating']!r:.80} is no rating", hint="g, s, q or e")
    names = {name: cell.split(BETWEEN) for name in _NAMES if (cell := told.get(name))}
    texts = {name: cell for name in _TEXTS if (cell := told.get(name))}
    post = msgspec.convert({"id": told["id"], "rating": rating, **names, **texts}, ArtPost)
    return New(path, post, None, category)


def _no_text(row: dict[str, str]) -> str | None:
    """Name a cell that is no text, but for a path that leads to a file as it is."""
    for name in COLUMNS:
        cell = row.get(name, "")
        # As it was decoded, what is no UTF-8 is lone surrogates.
        whole = cell.encode(errors="ignore").decode() == cell
        if not whole and not (name == "path" and os.path.lexists(cell)):
            return name
    return None
