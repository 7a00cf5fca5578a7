"""The full-text index of entries: the tables of their names, and of the words of these.

A name is what a service calls an artist, a character, a show or a tag; a file's name counts as
well. `name` has each name once, with the number of its entries, and `naming` which entries these
are, except for tags. `word` has the words that typos are compared with, and how many names have
each; `vocabulary` gets a new `edition` with every new word. `wording` is an FTS5 index without
content, with a column for each group of names: to delete an entry from it, the text that was
inserted is built again from `named`.
"""

from __future__ import annotations

import os
import re
import struct
from typing import TYPE_CHECKING, NamedTuple

from animedex.library.tokenizer import extract_words, tokens
from animedex.text_normalization import is_short

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence

    from animedex.models import ArtPost

SCHEMA = """
CREATE TABLE name (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    words TEXT NOT NULL,
    entries INTEGER NOT NULL,
    UNIQUE (text, kind)
);
CREATE INDEX name_joined ON name (replace(words, ' ', ''), kind);
CREATE TABLE naming (
    name INTEGER NOT NULL,
    entry INTEGER NOT NULL,
    PRIMARY KEY (name, entry)
) WITHOUT ROWID;
CREATE TABLE named (entry INTEGER PRIMARY KEY, names BLOB NOT NULL, file TEXT NOT NULL);
CREATE TABLE word (text TEXT PRIMARY KEY, uses INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE vocabulary (edition BLOB NOT NULL);
INSERT INTO vocabulary VALUES (randomblob(16));
CREATE VIRTUAL TABLE wording USING fts5 (
    name, tag, file,
    content = '', columnsize = 0, prefix = '2', tokenize = "ascii tokenchars '=~'"
);
"""
TAG = "tag"
_DIGIT = re.compile(r"\d")


class EntryTexts(NamedTuple):
    """The names by which searches match an entry; `file` is its path or file name."""

    artists: Sequence[str] = ()
    characters: Sequence[str] = ()
    copyrights: Sequence[str] = ()
    tags: Sequence[str] = ()
    file: str = ""

    @classmethod
    def of(cls, path: str, post: ArtPost | None = None, category: str | None = None) -> EntryTexts:
        """Return the names of a picture; its category counts as a tag."""
        tags = (category,) if category else ()
        if post is None:
            return cls(tags=tags, file=path)
        return cls(post.artists, post.characters, post.copyrights, (*tags, *post.tags), path)


class _IndexedName(NamedTuple):
    id: int
    kind: str
    words: str


def index_entry(connection: sqlite3.Connection, id: int, texts: EntryTexts) -> None:  # noqa: A002  the column's name
    """Index an entry under these names, in place of any that it had before."""
    unindex_entry(connection, id)
    names = [_increase_counts(connection, kind, text) for kind, text in _names(texts)]
    file = " ".join(extract_words(os.path.splitext(os.path.basename(texts.file))[0]))
    _add_words(connection, file)
    packed = struct.pack(f"<{len(names)}I", *(name.id for name in names))
    connection.execute("INSERT INTO named VALUES (?, ?, ?)", (id, packed, file))
    connection.executemany("INSERT INTO naming VALUES (?, ?)", _index_pairs(names, id))
    query = "INSERT INTO wording (rowid, name, tag, file) VALUES (?, ?, ?, ?)"
    connection.execute(query, (id, *_columns(names, file)))


def unindex_entry(connection: sqlite3.Connection, id: int) -> None:  # noqa: A002  the column's name
    """Remove an entry from the index, if it is there."""
    query = "SELECT names, file FROM named WHERE entry = ?"
    row: tuple[bytes, str] | None = connection.execute(query, (id,)).fetchone()
    if row is None:
        return
    packed, file = row
    names = [_read_name(connection, number) for (number,) in struct.iter_unpack("<I", packed)]
    query = "INSERT INTO wording (wording, rowid, name, tag, file) VALUES ('delete', ?, ?, ?, ?)"
    connection.execute(query, (id, *_columns(names, file)))
    query = "DELETE FROM naming WHERE name = ? AND entry = ?"
    connection.executemany(query, _index_pairs(names, id))
    connection.execute("DELETE FROM named WHERE entry = ?", (id,))
    _remove_words(connection, file)
    for name in names:
        _decrease_counts(connection, name)


def _names(texts: EntryTexts) -> Iterator[tuple[str, str]]:
    """Return each name once, with its kind."""
    groups = {
        "artist": texts.artists,
        "character": texts.characters,
        "copyright": texts.copyrights,
        TAG: texts.tags,
    }
    for kind, names in groups.items():
        # A lone surrogate cannot be stored.
        for name in dict.fromkeys(name.encode("utf-8", "replace").decode() for name in names):
            yield kind, name


def _columns(names: Sequence[_IndexedName], file: str) -> tuple[str, str, str]:
    named = [name.words.split() for name in names if name.kind != TAG]
    tagged = [name.words.split() for name in names if name.kind == TAG]
    return tokens(named), tokens(tagged), tokens([file.split()])


def _index_pairs(names: Sequence[_IndexedName], entry: int) -> list[tuple[int, int]]:
    # Most names are tags, and the entries of a tag are only searched by its words.
    return [(name.id, entry) for name in names if name.kind != TAG]


def _increase_counts(connection: sqlite3.Connection, kind: str, text: str) -> _IndexedName:
    """Count one more entry of a name, and return its row."""
    query = "SELECT id, words FROM name WHERE text = ? AND kind = ?"
    row: tuple[int, str] | None = connection.execute(query, (text, kind)).fetchone()
    if row is not None:
        connection.execute("UPDATE name SET entries = entries + 1 WHERE id = ?", row[:1])
        return _IndexedName(row[0], kind, row[1])
    words = " ".join(extract_words(text))
    _add_words(connection, words)
    query = "INSERT INTO name (kind, text, words, entries) VALUES (?, ?, ?, 1)"
    number = connection.execute(query, (kind, text, words)).lastrowid
    return _IndexedName(number or 0, kind, words)


def _decrease_counts(connection: sqlite3.Connection, name: _IndexedName) -> None:
    """Count one entry less of a name, and delete it with the last."""
    last = "DELETE FROM name WHERE id = ? AND entries = 1"
    if connection.execute(last, (name.id,)).rowcount:
        _remove_words(connection, name.words)
    else:
        connection.execute("UPDATE name SET entries = entries - 1 WHERE id = ?", (name.id,))


def _read_name(connection: sqlite3.Connection, number: int) -> _IndexedName:
    query = "SELECT id, kind, words FROM name WHERE id = ?"
    return _IndexedName(*connection.execute(query, (number,)).fetchone())


def _add_words(connection: sqlite3.Connection, words: str) -> None:
    """Add the words of a name to the vocabulary."""
    for word in _typo_candidates(words):
        query = "UPDATE word SET uses = uses + 1 WHERE text = ?"
        if not connection.execute(query, (word,)).rowcount:
            connection.execute("INSERT INTO word VALUES (?, 1)", (word,))
            connection.execute("UPDATE vocabulary SET edition = randomblob(16)")


def _remove_words(connection: sqlite3.Connection, words: str) -> None:
    """Remove the words of a name from the vocabulary, each with its last use."""
    for word in _typo_candidates(words):
        last = "DELETE FROM word WHERE text = ? AND uses = 1"
        if not connection.execute(last, (word,)).rowcount:
            connection.execute("UPDATE word SET uses = uses - 1 WHERE text = ?", (word,))


def _typo_candidates(words: str) -> set[str]:
    """Return the words to compare typos with; a number with a typo would be another number.

    >>> sorted(_typo_candidates("neko 3fa85f64 no neko mimi"))
    ['mimi', 'neko']
    """
    return {word for word in words.split() if not is_short(word) and not _DIGIT.search(word)}
