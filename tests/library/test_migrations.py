"""The tables are made once, in one transaction, and by nobody else at the same time."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
from typing import TYPE_CHECKING

import pytest

from animedex.library import migrations
from animedex.library.picture_library import Library

if TYPE_CHECKING:
    from pathlib import Path


def connected(path: Path) -> contextlib.closing[sqlite3.Connection]:
    return contextlib.closing(sqlite3.connect(path, isolation_level=None))


def tables(db: sqlite3.Connection) -> list[str]:
    return [name for (name,) in db.execute("SELECT name FROM sqlite_master ORDER BY name")]


def test_a_new_file_is_brought_to_this_version(tmp_path: Path) -> None:
    with connected(tmp_path / "library.db") as db:
        migrations.migrate(db)
        made = tables(db)
        migrations.migrate(db)
        assert tables(db) == made
        assert {"entry", "credit", "fingerprint", "wording", "hash_block"} <= set(made)
        assert db.execute("PRAGMA user_version").fetchone() == (migrations.VERSION,)
        assert not db.in_transaction


def test_each_step_is_done_once_and_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "library.db"
    with connected(path) as db:
        migrations.migrate(db)
        later = (*migrations.MIGRATIONS, "CREATE TABLE later (a);", "ALTER TABLE later ADD b;")
        monkeypatch.setattr(migrations, "MIGRATIONS", later)
        monkeypatch.setattr(migrations, "VERSION", len(later))
        migrations.migrate(db)
        assert db.execute("SELECT a, b FROM later").fetchall() == []


def test_a_step_that_fails_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "library.db"
    with connected(path) as db:
        migrations.migrate(db)
        before = tables(db)
        later = (*migrations.MIGRATIONS, "CREATE TABLE later (a);\nCREATE TABLE entry (a);")
        monkeypatch.setattr(migrations, "MIGRATIONS", later)
        monkeypatch.setattr(migrations, "VERSION", len(later))
        with pytest.raises(sqlite3.OperationalError, match="already exists"):
            migrations.migrate(db)
    with connected(path) as db:
        assert tables(db) == before
        assert db.execute("PRAGMA user_version").fetchone() == (len(later) - 1,)


def test_addresses_of_the_first_version_are_found(tmp_path: Path) -> None:
    """What no credit is, too, is passed over."""
    path = tmp_path / "library.db"
    post = {"id": "a:1", "url": "https://a.example/1", "source_url": "https://b.example/1"}
    with connected(path) as db:
        for statement in migrations.statements(migrations.MIGRATIONS[0]):
            db.execute(statement)
        db.execute("PRAGMA user_version = 1")
        for number, text in enumerate([json.dumps({**post, "page_url": None}), "{", None], 1):
            db.execute(
                "INSERT INTO entry (path, sha256, size, format, frames, added_at)"
                " VALUES (?, '', 1, 'png', 1, 1)",
                (str(number),),
            )
            credit = None if text is None else text.encode()
            db.execute("INSERT INTO credit VALUES (?, ?, NULL)", (number, credit))
        migrations.migrate(db)
        result = db.execute("SELECT url, entry FROM address ORDER BY url").fetchall()
        assert result == [("https://a.example/1", 1), ("https://b.example/1", 1)]


def test_many_open_a_new_one_at_once(tmp_path: Path) -> None:
    counts: list[int] = []

    def open_one() -> None:
        with Library(str(tmp_path / "library.db")) as library:
            counts.append(library.count())

    threads = [threading.Thread(target=open_one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == [0] * 8
