"""The library written out as text, and taken in again."""

from __future__ import annotations

import os
from codecs import BOM_UTF8
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Literal, NamedTuple

from animedex.errors import AnimedexError, BadArguments
from animedex.images.formats import identify_format
from animedex.library import entry_rows
from animedex.library.csv_io import read_table, write_table
from animedex.library.entry import NewEntry
from animedex.library.file_facts import read_head, unreadable_error
from animedex.library.file_inspection import InspectedFile, inspect_file, inspect_or_error
from animedex.library.jsonl import ParsedEntry, read_line, write_line
from animedex.library.keep_policy import fill_credit, fill_from_previous
from animedex.library.repository import store_in_savepoint, upsert, upsert_entry
from animedex.text_encoding import HINT, STANDARD_INPUT, describe_encoding_fault, open_text

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from typing import BinaryIO, TypeAlias

    from animedex.library.entry import Entry
    from animedex.library.filter_sql import Filters
    from animedex.library.picture_library import Library

    Taken: TypeAlias = ParsedEntry | InspectedFile | AnimedexError

Kind = Literal["jsonl", "csv"]
_BATCH = 200
_LONGEST = 32 * 1024 * 1024


class _ParsedLine(NamedTuple):
    """What was read from a line."""

    number: int
    taken: Taken
    is_text: bool = True


class ImportResult(NamedTuple):
    """What came of one line: an entry, or what is wrong; `new` where it was not there.

    `is_repeated` says that a line is not UTF-8, and an earlier one was not either.
    """

    number: int
    entry: Entry | None = None
    error: AnimedexError | None = None
    new: bool = False
    is_repeated: bool = False


def export_entries(library: Library, kind: Kind, filters: Filters | None = None) -> Iterator[bytes]:
    """Write entries as lines, the oldest first, a few at a time."""
    entries = library.iter_entries(filters)
    if kind == "csv":
        yield from write_table(entries)
        return
    while batch := list(islice(entries, _BATCH)):
        looks = library.fingerprints([entry.id for entry in batch])
        yield from (write_line(entry, looks.get(entry.id)) for entry in batch)


def import_lines(
    library: Library, file: BinaryIO, kind: Kind, name: str = STANDARD_INPUT
) -> Iterator[ImportResult]:
    """Import the output of `export_entries`; return the result for each line.

    The text may be in any encoding that `text_input` supports; errors call it `name`. A second
    import changes nothing. A line without its file is an error. If size and format of the file fit
    the line, its values are used; otherwise, or if its fingerprint has another version, the file is
    inspected again.
    """
    plain = open_text(file, name)
    read = _read_table(plain) if kind == "csv" else _read_lines(plain)
    is_repeated = False
    while batch := list(islice(read, _BATCH)):
        numbers = {row.number for row in batch if not row.is_text}
        for one in library.file.change(partial(_store_all, batch)):
            if one.number in numbers:
                yield one._replace(is_repeated=is_repeated)
                is_repeated = True
            else:
                yield one


def detect_format(opening: bytes) -> Kind:
    """Detect whether a file has lines of JSON or a table.

    >>> detect_format(b' {"path": "/a.png"}'), detect_format(b"path,sha256")
    ('jsonl', 'csv')
    """
    return "jsonl" if opening.lstrip()[:1] in {b"{", b""} else "csv"


def _read_lines(file: BinaryIO) -> Iterator[_ParsedLine]:
    number = 0
    while text := file.readline(_LONGEST):
        # Old programs end lines with CR alone, which stands nowhere else in JSON.
        for line in text.splitlines():
            number += 1
            fault = describe_encoding_fault(line)
            if fault is not None:
                yield _ParsedLine(number, BadArguments(fault, hint=HINT), is_text=False)
            elif line.removeprefix(BOM_UTF8).strip():
                yield _ParsedLine(number, _take_line(line.removeprefix(BOM_UTF8)))


def _read_table(file: BinaryIO) -> Iterator[_ParsedLine]:
    for number, new, is_text in read_table(file):
        inspection = new if isinstance(new, AnimedexError) else _inspect(new)
        yield _ParsedLine(number, inspection, is_text)


def _take_line(text: bytes) -> Taken:
    """Read a line, and take its word for what is in the file if there is nothing against it."""
    try:
        parsed = read_line(text)
        entry = parsed.entry
        if not os.path.isabs(entry.path):
            message = f"{entry.path!r:.200} is not an absolute path"
            raise BadArguments(message, hint="use an absolute path")
        kind = identify_format(_read_opening(entry.path))
    except AnimedexError as error:
        return error
    is_as_told = kind is not None and kind.name == entry.format and entry.is_there()
    if is_as_told and not parsed.is_outdated:
        return parsed
    return _inspect(NewEntry(entry.path, entry.post, entry.row, entry.category))


def _inspect(new: NewEntry) -> Taken:
    return inspect_or_error(new.path, lambda: inspect_file(new))


def _read_opening(path: str) -> bytes:
    try:
        return read_head(path)
    except (OSError, ValueError) as error:
        raise unreadable_error(path, error) from None


def _store_all(batch: list[_ParsedLine], db: sqlite3.Connection) -> list[ImportResult]:
    return [_store(db, row.number, row.taken) for row in batch]


def _store(db: sqlite3.Connection, number: int, taken: Taken) -> ImportResult:
    if isinstance(taken, AnimedexError):
        return ImportResult(number, error=taken)
    path = taken.entry.path
    before = entry_rows.get_by_path(db, path)
    store = (
        partial(upsert, db, taken)
        if isinstance(taken, InspectedFile)
        else partial(_merge_and_store, db, before, taken)
    )
    entry = store_in_savepoint(db, path, store)
    if isinstance(entry, AnimedexError):
        return ImportResult(number, error=entry)
    return ImportResult(number, entry, new=before is None)


def _merge_and_store(db: sqlite3.Connection, before: Entry | None, parsed: ParsedEntry) -> Entry:
    """Store an imported line, unless it changes nothing."""
    entry, look = parsed.entry, parsed.fingerprint
    if before is None:
        return upsert_entry(db, entry, look)
    entry = entry._replace(id=before.id, added_at=before.added_at)
    same = entry.sha256 == before.sha256
    entry = fill_from_previous(entry, before) if same else fill_credit(entry, [before])
    stored = entry_rows.read_fingerprints(db, [before.id]).get(before.id)
    if entry == before and (stored or not look):
        return before
    return upsert_entry(db, entry, look or stored)
