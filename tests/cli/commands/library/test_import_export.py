"""`animedex library export` and `import`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from animedex.library.entry import NewEntry
from animedex.library.picture_library import Library
from animedex.models import ArtPost, Rating
from tests.cli.commands.library.conftest import rows_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.commands.library.conftest import Draw, LibraryFolder
    from tests.kit.command_line import Cli, Process
    from tests.kit.terminal import Terminal


@pytest.mark.parametrize("kind", ["jsonl", "csv"])
def test_what_was_exported_is_taken_in(
    kind: str,
    cli: Cli,
    library_folder: LibraryFolder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = tmp_path / "exported"
    file.write_bytes(cli("library", "export", "--format", kind).out)
    before = rows_of(cli("library", "list", "--all").json)
    assert cli("library", "import", str(file)).err == (
        "animedex: 0 added, 4 already there, 0 failed\n"
    )
    monkeypatch.setenv("ANIMEDEX_DATA_DIR", str(tmp_path / "other"))
    outcome = cli("library", "import", str(file))
    assert (outcome.code, outcome.err) == (0, "animedex: 4 added, 0 already there, 0 failed\n")
    after = rows_of(cli("library", "list", "--all").json)
    if kind == "jsonl":
        assert after == before
    assert [row["path"] for row in after] == [row["path"] for row in before]


def test_filters_narrow_what_is_exported(cli: Cli, library_folder: LibraryFolder) -> None:
    lines = cli("library", "export", "--category", "hug").text.splitlines()
    assert [json.loads(line)["category"] for line in lines] == ["hug"]


def test_bad_lines_are_named(process: Process, library_folder: LibraryFolder) -> None:
    text = process("library", "export").out
    library_folder.files["own"].unlink()
    outcome = process("library", "import", "-", stdin=b"{}\n" + text)
    assert outcome.code == 3
    lines = outcome.err.splitlines()
    assert lines[0].startswith(
        "animedex: standard input, line 1: it is not a line of an exported library"
    )
    assert lines[1].startswith("animedex: standard input, line 5: there is no file")
    assert lines[2] == "animedex: 0 added, 3 already there, 2 failed"


@pytest.mark.parametrize("file", ["/nosuch", "/"])
def test_a_file_to_import_must_be_one(file: str, cli: Cli) -> None:
    outcome = cli("library", "import", file, "--errors", "json")
    assert outcome.code in {2, 3}
    assert file in str(outcome.error["message"])


def test_an_export_does_not_steer_a_terminal(terminal: Terminal, draw: Draw) -> None:
    name = "a\x1b]0;x\x07\x9b31m\u202e\r=1"
    post = ArtPost(id="a:1", rating=Rating.GENERAL, artists=[name])
    with Library() as library:
        library.add(NewEntry(str(draw("1.png")), post))
    for kind in ("jsonl", "csv"):
        screen = terminal("library", "export", "--format", kind).text
        assert not set(screen.replace("\r\n", "\n")) & set("\x1b\x07\x9b\u202e\r")
        if kind == "jsonl":
            assert json.loads(screen)["post"]["artists"] == [name]


def test_a_file_in_another_encoding_is_told_once(
    cli: Cli, library_folder: LibraryFolder, tmp_path: Path
) -> None:
    exported = tmp_path / "library.jsonl"
    exported.write_bytes('{"path": "/ä.png"}\n'.encode("latin-1") * 3)
    outcome = cli("library", "import", str(exported))
    assert outcome.code == 2
    assert outcome.err.count("it is not UTF-8") == 1
    assert f"{exported}, line 1: it is not UTF-8" in outcome.err
    assert "0 added, 0 already there, 3 failed" in outcome.err


@pytest.mark.parametrize("command", ["similar", "import"])
def test_a_file_without_a_name_is_refused(cli: Cli, command: str) -> None:
    outcome = cli("library", command, "")
    assert outcome.code == 2
    assert "the name of the file is empty" in outcome.err
