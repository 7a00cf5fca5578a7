"""Entries as a table of comma-separated values, for people and their spreadsheets, and back."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple, cast

import msgspec

from animedex.errors import BadArguments
from animedex.library.entry import BETWEEN, NewEntry
from animedex.models import ArtPost, Rating
from animedex.text_encoding import describe_encoding_fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

    from animedex.library.entry import Entry

_FACTS = ("path", "sha256", "size", "format", "width", "height", "frames", "added_at", "category")
_NAMES = ("artists", "characters", "copyrights", "tags")
_TEXTS = ("url", "page_url", "source_url")
COLUMNS = (*_FACTS, "id", "rating", *_NAMES, *_TEXTS)
# What a table may have between its cells, the most usual first.
_DELIMITERS = (",", ";", "\t", "|")
_LONGEST_CELL = 32 * 1024 * 1024
# A spreadsheet takes a cell that begins with one of these for a formula, and runs it. So does one
# that takes a line within a cell for a row of its own.
_FORMULA = r"'*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]"
_START = r"(?:\A|(?<=[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]))"
_UNSAFE = re.compile(f"{_START}(?={_FORMULA})")
_SAFE = re.compile(f"{_START}'(?={_FORMULA})")
# What a reader could take for the end of a cell or of a line, and blanks that it could strip.
_QUOTED = re.compile(r"""[",;|\x00-\x1f\x7f-\x9f\u2028\u2029]|\A\s|\s\Z""")
_HINT = "give what `animedex library export` wrote"


class CsvRow(NamedTuple):
    """What to add, or what is wrong, and the number of the line that it ends in."""

    number: int
    new: NewEntry | BadArguments
    is_text: bool = True


def write_table(entries: Iterable[Entry]) -> Iterator[bytes]:
    """Write a line of columns and one for each entry, in UTF-8; what is no text stays as it is."""
    yield _line(COLUMNS)
    for entry in entries:
        yield _line(_cells(entry))


def read_table(file: BinaryIO) -> Iterator[CsvRow]:
    """Read what to add from a table in UTF-8, with commas, semicolons, tabs or bars in it.

    Only the path is needed, and with an `id` the rest becomes the credit; other columns are passed
    over. Lines may end as on any system.
    """
    csv.field_size_limit(_LONGEST_CELL)
    # Where a line ends within a cell is for the reader of the cells to know.
    text = io.TextIOWrapper(cast("io.BufferedReader", file), "utf-8", "surrogateescape", newline="")
    try:
        first = text.readline()
        lines = chain([first], text)
        yield from _rows(csv.DictReader(lines, delimiter=_delimiter(first), strict=True))
    finally:
        text.detach()


def _delimiter(first: str) -> str:
    r"""Return the delimiter between the known columns.

    >>> _delimiter("path;sha256;size\r\n"), _delimiter("path\n")
    (';', ',')
    """

    def count_columns(delimiter: str) -> int:
        return len({name.strip(' "\r\n') for name in first.split(delimiter)}.intersection(COLUMNS))

    return max(_DELIMITERS, key=count_columns)


def _rows(reader: csv.DictReader[str]) -> Iterator[CsvRow]:
    _check_columns(reader)
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:
            yield CsvRow(reader.line_num, BadArguments(f"it cannot be read: {error}"))
            continue
        if row is None:
            return
        cells = {name: _unescape_formula(cell or "") for name, cell in row.items() if name}
        strange = _find_non_text_cell(cells)
        if strange is None:
            yield CsvRow(reader.line_num, _parse_entry(cells))
        else:
            wrong = BadArguments(f"its {strange} is not UTF-8", hint="save the table as UTF-8")
            yield CsvRow(reader.line_num, wrong, is_text=False)


def _check_columns(reader: csv.DictReader[str]) -> None:
    try:
        names = "".join(reader.fieldnames or ())
        why = describe_encoding_fault(names.encode(errors="surrogateescape"))
        if why is None and "path" not in (reader.fieldnames or ()):
            why = "there is no column path"
    except csv.Error as error:
        why = str(error)
    if why is not None:
        message = f"it is not a table of an exported library: {why}"
        raise BadArguments(message, hint=_HINT)


def _line(cells: Iterable[object]) -> bytes:
    line = ",".join(_quote("" if cell is None else str(cell)) for cell in cells)
    return f"{line}\n".encode(errors="surrogateescape")


def _quote(cell: str) -> str:
    r"""Return a cell, quoted if necessary.

    >>> _quote("a b"), _quote('a "b" c'), _quote("a\rb")
    ('a b', '"a ""b"" c"', '"a\rb"')
    """
    if not _QUOTED.search(cell):
        return cell
    return '"' + cell.replace('"', '""') + '"'


def _cells(entry: Entry) -> Iterator[object]:
    texts = {"path": _escape_formula(entry.path), "category": _escape_formula(entry.category or "")}
    facts = {**entry._asdict(), "added_at": entry.added_at.isoformat(), **texts}
    yield from (facts[name] for name in _FACTS)
    post = entry.post
    if post is None:
        yield from [""] * (len(COLUMNS) - len(_FACTS))
        return
    yield from (_escape_formula(post.id), post.rating and post.rating.value)
    for name in _NAMES:
        yield _escape_formula(_names_cell(getattr(post, name)))
    yield from (_escape_formula(getattr(post, name) or "") for name in _TEXTS)


def _names_cell(names: list[str]) -> str:
    """Return names as one cell: as JSON if a name contains the separator.

    >>> _names_cell(["a", "b"]), _names_cell(["a; b"])
    ('a; b', '["a; b"]')
    """
    cell = BETWEEN.join(names)
    return cell if _cell_names(cell) == names else json.dumps(names, ensure_ascii=False)


def _cell_names(cell: str) -> list[str]:
    if cell.startswith("["):
        try:
            value: object = json.loads(cell)
        except (ValueError, RecursionError):
            # It is the name of a tag that begins so.
            value = None
        listed = cast("list[object]", value) if isinstance(value, list) else [None]
        if all(isinstance(one, str) for one in listed):
            return cast("list[str]", listed)
    return cell.split(BETWEEN) if cell else []


def _escape_formula(cell: str) -> str:
    r"""Keep a spreadsheet from running what a service sent.

    >>> _escape_formula("=1+1"), _escape_formula("'=")
    ("'=1+1", "''=")
    >>> _unescape_formula("'=1+1"), _unescape_formula("'tis")
    ('=1+1', "'tis")
    >>> _escape_formula("a\r=1")
    "a\r'=1"
    """
    return _UNSAFE.sub("'", cell)


def _unescape_formula(cell: str) -> str:
    return _SAFE.sub("", cell)


def _parse_entry(cells: dict[str, str]) -> NewEntry | BadArguments:
    path = cells["path"]
    if not os.path.isabs(path):
        message = f"{path!r:.200} is not an absolute path"
        return BadArguments(message, hint="use an absolute path")
    category = cells.get("category") or None
    if not cells.get("id"):
        return NewEntry(path, category=category)
    try:
        rating = Rating(cells["rating"]) if cells.get("rating") else None
    except ValueError:
        return BadArguments(f"{cells['rating']!r:.80} is not a rating", hint="g, s, q or e")
    names = {name: _cell_names(cells[name]) for name in _NAMES if cells.get(name)}
    texts = {name: cell for name in _TEXTS if (cell := cells.get(name))}
    post = msgspec.convert({"id": cells["id"], "rating": rating, **names, **texts}, ArtPost)
    return NewEntry(path, post, None, category)


def _find_non_text_cell(row: dict[str, str]) -> str | None:
    """Name a cell that is no text, but for a path that leads to a file as it is."""
    for name in COLUMNS:
        cell = row.get(name, "")
        # As it was decoded, what is no UTF-8 is lone surrogates.
        whole = cell.encode(errors="ignore").decode() == cell
        if not whole and not (name == "path" and os.path.lexists(cell)):
            return name
    return None
