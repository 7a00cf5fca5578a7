"""`animedex library verify`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.cli.commands.library.conftest import rows_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.commands.library.conftest import Draw, LibraryFolder
    from tests.kit.command_line import Cli
    from tests.kit.terminal import Terminal


def test_all_is_well(cli: Cli, library_folder: LibraryFolder) -> None:
    outcome = cli("library", "verify")
    assert (outcome.code, outcome.text) == (0, "[]\n")
    assert outcome.err == "animedex: all 4 pictures are present and intact\n"


def test_what_is_wrong_is_told_and_repaired_where_it_can_be(
    cli: Cli, library_folder: LibraryFolder, tmp_path: Path
) -> None:
    (tmp_path / "there").mkdir()
    library_folder.files["own"].rename(tmp_path / "there" / "renamed.png")
    library_folder.files["hug"].unlink()
    library_folder.files["neko"].write_bytes(b"")
    outcome = cli("library", "verify", str(tmp_path / "there"))
    result = {row["id"]: row for row in rows_of(outcome.json)}
    assert {number: row["state"] for number, row in result.items()} == {
        1: "broken",
        3: "missing",
        4: "moved",
    }
    assert [row["repaired"] for row in result.values()] == [False, False, True]
    assert outcome.code == 3
    assert "2 problems were not repaired" in outcome.err
    assert "library remove 3" in str(result[3]["hint"])
    moved = library_folder.library.get(4)
    assert moved
    assert moved.path == str(tmp_path / "there" / "renamed.png")


def test_missing_files_are_told_once_and_forgotten_together(
    cli: Cli, library_folder: LibraryFolder
) -> None:
    for name in ("own", "hug"):
        library_folder.files[name].unlink()
    outcome = cli("library", "verify")
    rows = rows_of(outcome.json)
    assert (outcome.code, [row["state"] for row in rows]) == (3, ["missing", "missing"])
    assert "holiday.png" not in outcome.err
    assert "library remove --missing" in outcome.err
    outcome = cli("library", "remove", "--missing")
    assert (outcome.code, outcome.err.count("removed")) == (0, 2)
    assert [entry.id for entry in library_folder.library.entries()] == [2, 1]
    assert cli("library", "remove", "--missing").err == "animedex: no file is missing\n"


def test_a_missing_file_whose_path_is_not_utf_8_is_told(
    cli: Cli, draw: Draw, tmp_path: Path
) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.png")
    draw("a.png").rename(path)
    cli("library", "add", str(path))
    path.unlink()
    outcome = cli("library", "verify")
    (row,) = rows_of(outcome.json)
    assert (outcome.code, row["state"]) == (3, "missing")
    assert row["message"] == f"there is no file {tmp_path}/caf\\xe9.png"


@pytest.mark.parametrize(
    "command",
    [
        ("library", "add"),
        ("library", "import"),
        ("library", "similar"),
        ("library", "verify"),
        ("show", "--info"),
        ("art", "dedupe"),
        ("download",),
    ],
)
def test_an_error_in_json_names_a_path_that_is_not_utf_8(
    command: tuple[str, ...], cli: Cli, tmp_path: Path
) -> None:
    outcome = cli(*command, str(tmp_path / os.fsdecode(b"caf\xe9.png")), "--errors", "json")
    assert outcome.code in {2, 3}
    assert "caf\\xe9.png" in str(outcome.error["message"])
    assert "encoding" not in str(outcome.error["message"])


@pytest.mark.parametrize("arguments", [(), ("1", "--missing"), ("--missing", "--delete")])
def test_what_to_forget_is_said_in_one_way(
    arguments: tuple[str, ...], cli: Cli, library_folder: LibraryFolder
) -> None:
    assert cli("library", "remove", *arguments).code == 2
    assert library_folder.library.count() == 4


def test_a_folder_to_look_in_must_be_one(cli: Cli, library_folder: LibraryFolder) -> None:
    assert cli("library", "verify", "/nosuch").code == 3


def test_an_index_made_anew_is_told(
    cli: Cli, terminal: Terminal, library_folder: LibraryFolder
) -> None:
    for show in (cli, terminal):
        library_folder.library.file.change(lambda db: db.execute("DELETE FROM hash_block"))
        outcome = show("library", "verify")
        assert (outcome.code, "index of hashes was wrong" in outcome.text) == (0, True)


def test_findings_are_cards_on_a_terminal(
    terminal: Terminal, library_folder: LibraryFolder
) -> None:
    library_folder.files["own"].unlink()
    outcome = terminal("library", "verify", columns=200)
    assert outcome.code == 3
    assert "holiday.png" in outcome.text
    assert "to do" in outcome.text
