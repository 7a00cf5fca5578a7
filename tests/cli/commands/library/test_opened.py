"""The command line where something is wrong with the library's file."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from animedex.http_message import JsonObject
    from tests.cli.commands.library.conftest import Draw, LibraryFolder
    from tests.kit.command_line import Cli


def place() -> Path:
    return Path(os.environ["ANIMEDEX_DATA_DIR"]) / "library.db"


def test_a_corrupt_file_is_kept_aside_and_that_is_said(cli: Cli, draw: Draw) -> None:
    place().parent.mkdir()
    place().write_bytes(b"no database" * 1000)
    outcome = cli("library", "add", str(draw("1.png")), "--jq", "length")
    assert (outcome.code, outcome.text) == (0, "1\n")
    assert "was corrupt: kept as " in outcome.err
    assert "library verify" not in outcome.err
    assert len(cast("list[JsonObject]", cli("library", "list").json)) == 1


def test_a_newer_file_is_refused(cli: Cli, library_folder: LibraryFolder) -> None:
    library_folder.library.close()
    with closing(sqlite3.connect(place())) as db:
        db.execute("PRAGMA user_version = 99")
    outcome = cli("library", "list", "--errors", "json")
    assert (outcome.code, outcome.error["hint"]) == (2, "pip install -U animedex")
    assert "99" in str(outcome.error["message"])


def test_a_place_where_no_file_can_be_is_named(cli: Cli) -> None:
    place().parent.write_bytes(b"this is a file")
    outcome = cli("library", "list", "--errors", "json")
    assert outcome.code == 2
    assert str(place()) in str(outcome.error["message"])
    assert "ANIMEDEX_DATA_DIR" in str(outcome.error["hint"])
