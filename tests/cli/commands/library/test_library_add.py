"""`animedex library add`: files come in, and each that cannot is named."""

from __future__ import annotations

import json
import os
import signal
import struct
import subprocess
import sys
from typing import TYPE_CHECKING, cast

import pytest

from animedex.images.xmp import write_credit
from animedex.library import index_check as indexes
from animedex.library.picture_library import Library

if TYPE_CHECKING:
    from pathlib import Path

    from animedex.http_message import JsonObject
    from tests.cli.commands.library.conftest import Draw, LibraryFolder
    from tests.kit.command_line import Cli, Process
    from tests.kit.terminal import Terminal

WITHOUT_PILLOW = "import sys; sys.modules['PIL'] = sys.modules['numpy'] = None\n"


def test_files_and_folders_come_in(cli: Cli, draw: Draw, tmp_path: Path) -> None:
    one, two = draw("1.png", 1), draw("more/deep/2.gif", 2)
    outcome = cli("library", "add", str(one), str(tmp_path / "more"))
    result = cast("list[JsonObject]", outcome.json)
    assert [row["path"] for row in result] == [str(one), str(two)]
    assert [row["id"] for row in result] == [1, 2]
    assert result[0]["_source"] == {"backend": "own", "library": True}
    assert (outcome.code, outcome.err) == (0, "animedex: 2 added\n")


def test_one_file_is_added_without_a_word(cli: Cli, draw: Draw) -> None:
    outcome = cli("library", "add", str(draw("1.png")), "--fields", "id", "--no-source", "-c")
    assert (outcome.code, outcome.text, outcome.err) == (0, '[{"id":1}]\n', "")


def test_what_is_too_large_to_decode_is_added_with_a_warning(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "a.gif"
    screen = struct.pack("<HHBBB", 60_000, 60_000, 0, 0, 0)
    frame = b",\0\0\0\0\1\0\1\0\0\2\2\x44\1\0"
    path.write_bytes(b"GIF89a" + screen + frame + b";")
    outcome = cli("library", "add", str(path), "--jq", ".[].id")
    assert (outcome.code, outcome.text) == (0, "1\n")
    assert outcome.err == (
        f"animedex: {path} has 60000 x 60000 pixels, more than the limit of 36 megapixels for GIF:"
        " too large to decode; it is added, but not compared with other pictures\n"
    )
    assert cli("library", "add", str(path)).err == "animedex: 1 already there\n"


def test_the_summary_tells_what_was_there_and_what_is_not_supported(
    cli: Cli, draw: Draw, tmp_path: Path
) -> None:
    for number in range(3):
        draw(f"{number}.png", number)
    for name in ("a.bmp", "b.bmp", "c.bmp"):
        (tmp_path / name).write_bytes(b"BM\x36\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0" + bytes(99))
    (tmp_path / "d.tif").write_bytes(b"II*\0\x08\0\0\0" + bytes(99))
    told = "4 not supported (3 BMP, 1 TIFF)"
    outcome = cli("library", "add", str(tmp_path))
    assert (outcome.code, outcome.err) == (0, f"animedex: 3 added, {told}\n")
    draw("1.png", 9)
    draw("3.png", 3)
    outcome = cli("library", "add", str(tmp_path))
    assert (outcome.code, outcome.err) == (
        0,
        f"animedex: 1 added, 2 already there, 1 updated, {told}\n",
    )
    assert len(cast("list[JsonObject]", outcome.json)) == 4
    assert cli("library", "add", str(tmp_path / "0.png")).err == "animedex: 1 already there\n"
    outcome = cli("library", "add", str(tmp_path / "d.tif"))
    assert outcome.code == 2
    assert outcome.err == (
        f"animedex: {tmp_path}/d.tif is a TIFF file, which is not supported"
        " (convert it to png or jpeg, and add that)\n"
    )


def test_a_folder_without_pictures_is_told(cli: Cli, tmp_path: Path) -> None:
    outcome = cli("library", "add", str(tmp_path))
    assert (outcome.code, outcome.text) == (0, "[]\n")
    assert outcome.err == "animedex: there is no picture to add\n"


def test_a_terminal_gets_a_summary_and_cards_where_they_are_asked_for(
    terminal: Terminal, draw: Draw
) -> None:
    paths = [str(draw(f"{number}.png", number)) for number in range(2)]
    outcome = terminal("library", "add", *paths)
    assert (outcome.text, outcome.err) == ("", "animedex: 2 added\n")
    outcome = terminal("library", "add", paths[0], "-v")
    assert "1  0.png" in outcome.text
    assert outcome.err == "animedex: 1 already there\n"
    screen = terminal("library", "add", *paths, errors=True).text
    assert "2 files" in screen
    assert screen.endswith("animedex: 2 already there\n")
    assert "0.png" not in screen


def test_an_empty_name_is_refused(cli: Cli, draw: Draw) -> None:
    outcome = cli("library", "add", "", str(draw("1.png")))
    assert (outcome.code, len(cast("list[JsonObject]", outcome.json))) == (2, 1)
    assert outcome.err == (
        "animedex: 1 added, 1 failed\n"
        "animedex: the name of the file or folder is empty"
        " (give a path, such as . for the current folder)\n"
    )


def test_the_credit_in_a_file_comes_with_it(
    cli: Cli, library_folder: LibraryFolder, tmp_path: Path
) -> None:
    entry = library_folder.library.get(1)
    assert entry
    assert entry.post
    path = tmp_path / "copy.png"
    with path.open("wb") as file:
        write_credit(entry.path, file, entry.post, entry.row)
    (row,) = cast("list[JsonObject]", cli("library", "add", str(path)).json)
    assert cast("JsonObject", row["post"])["artists"] == ["青葉ミオ"]
    assert (row["row"], row["category"]) == (json.loads(library_folder.rows["neko"]), "neko")
    assert cast("JsonObject", row["_source"])["fetched_at"] == "2026-11-01T12:00:00Z"


def test_each_broken_file_is_named_and_the_rest_go_on(cli: Cli, draw: Draw, tmp_path: Path) -> None:
    draw("a.png", 1)
    (tmp_path / "b.png").write_bytes(b"")
    (tmp_path / "c.jpg").write_bytes(draw("d.png", 2).read_bytes()[:-40])
    outcome = cli("library", "add", str(tmp_path), str(tmp_path / "gone.png"))
    rows = cast("list[JsonObject]", outcome.json)
    assert [os.path.basename(str(row["path"])) for row in rows] == ["a.png", "d.png"]
    assert outcome.code == 3
    lines = outcome.err.splitlines()
    assert ["b.png is empty" in lines[0], "c.jpg" in lines[1], "gone.png" in lines[2]] == [True] * 3
    assert lines[3] == "animedex: 2 added, 3 failed"
    assert lines[4] == "animedex: 3 files could not be added"


def test_a_lone_broken_file_is_told_once(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "1.png"
    path.write_bytes(b"<html>")
    outcome = cli("library", "add", str(path), "--errors", "json")
    assert (outcome.code, outcome.error["reason"]) == (1, "corrupt")
    assert str(path) in str(outcome.error["message"])


@pytest.mark.parametrize("between", [b"\n", b"\0"])
def test_a_list_on_standard_input_names_files(between: bytes, process: Process, draw: Draw) -> None:
    paths = [draw("1.png", 1), draw("2.png", 2)]
    text = between.join(bytes(path) for path in paths) + between
    outcome = process("library", "add", "-", "--jq", ".[].path", "-r", stdin=text)
    assert outcome.text.splitlines() == [str(path) for path in paths]


def test_standard_input_is_not_read_from_a_terminal(terminal: Terminal) -> None:
    outcome = terminal("library", "add", "-")
    assert (outcome.code, "nothing to read" in outcome.err) == (2, True)


def test_blank_lines_between_rows_are_nothing(process: Process, draw: Draw) -> None:
    text = f'{{"path": "{draw("1.png")}"}}\n\n'.encode()
    assert process("library", "add", "-", "--jq", "length", stdin=text).text == "1\n"


def test_rows_on_standard_input_name_files(process: Process, draw: Draw) -> None:
    rows = [{"path": str(draw("1.png", 1))}, {"path": str(draw("2.png", 2))}]
    lines = "".join(f"{json.dumps(row)}\n" for row in rows).encode()
    for text in (json.dumps(rows).encode(), lines):
        outcome = process("library", "add", "-", "--jq", "length", stdin=text)
        assert (outcome.code, outcome.text) == (0, "2\n")


@pytest.mark.parametrize("text", [b"[{]", b'[{"url": "x"}]', b"{}", b"[1]"])
def test_rows_without_paths_are_no_list(text: bytes, process: Process) -> None:
    outcome = process("library", "add", "-", "--errors", "json", stdin=text)
    assert (outcome.code, outcome.error["reason"]) == (2, "bad-args")


def test_names_that_are_no_text_and_names_over_two_lines_are_printed(
    process: Process, draw: Draw, tmp_path: Path
) -> None:
    drawn = draw("1.png")
    for name in (b"\xff.png", b"a\nb.png", "\x1b[31mred\u202e.png".encode()):
        os.link(bytes(drawn), bytes(tmp_path) + b"/" + name)
    outcome = process("library", "add", str(tmp_path), "--jq", "[.[].path]")
    assert (outcome.code, len(json.loads(outcome.out))) == (0, 4)
    shown = process("library", "list", "--jsonl")
    assert shown.text.count("\n") == 4


def test_text_of_a_file_name_does_nothing_to_a_terminal(terminal: Terminal, draw: Draw) -> None:
    path = draw("1.png")
    path.rename(path.with_name("\x1b[31mred\u202e.png"))
    terminal("library", "add", str(path.parent))
    screen = terminal("library", "list").out
    assert b"\x1b[31m" not in screen
    assert "\u202e".encode() not in screen


def test_without_pillow_it_is_said_what_to_install(draw: Draw) -> None:
    path = str(draw("1.png"))
    program = f"{WITHOUT_PILLOW}from animedex.__main__ import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", program, "library", "add", path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "pip install 'animedex[pictures]'" in done.stderr


def test_what_two_processes_add_at_once_is_there_once(draw: Draw) -> None:
    paths = [str(draw(f"{n}.png", n)) for n in range(6)]
    command = [sys.executable, "-m", "animedex", "library", "add", *paths, "-c"]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(2)]
    outputs = [process.communicate()[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert [len(json.loads(out)) for out in outputs] == [6, 6]
    with Library() as library:
        assert sorted(entry.path for entry in library.entries()) == paths


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C cannot be sent to one child there")
def test_ctrl_c_leaves_what_was_added(draw: Draw, tmp_path: Path) -> None:
    drawn = draw("many/0.png")
    for number in range(1, 3000):
        os.link(drawn, drawn.with_name(f"{number}.png"))
    command = [sys.executable, "-m", "animedex", "library", "add", str(drawn.parent)]
    with (
        Library() as library,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process,
    ):
        while not library.count():
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        _, told = process.communicate()
        assert (process.returncode, told) == (130, b"")
        assert 0 < library.count() < 3000
        assert library.file.change(indexes.words_agree)
        assert library.file.change(indexes.hashes_agree)
