"""`animedex show --info`: what a file is, and what travels with it."""

from __future__ import annotations

import hashlib
import json
import os
import struct
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from msgspec.structs import replace

from animedex.images.sidecar import write_sidecar
from animedex.library.entry import NewEntry
from animedex.library.picture_library import Library
from tests.cli.commands.show.conftest import POST, ROW, credited, draw, rows_of
from tests.kit.odd_pictures import cut

if TYPE_CHECKING:
    from animedex.http_message import JsonObject
    from tests.kit.command_line import Cli, Process
    from tests.kit.terminal import Terminal


def test_info_is_json_in_a_pipe(cli: Cli, picture: Path, tmp_path: Path) -> None:
    path = credited(tmp_path / "b.png", picture)
    result = cast("JsonObject", cli("show", str(path), "--info").json)
    post = cast("JsonObject", result.pop("post"))
    assert (post["id"], post["artists"], post["rating"]) == (POST.id, POST.artists, "g")
    assert result == {
        "path": str(path),
        "format": "png",
        "byte_size": path.stat().st_size,
        "width": 40,
        "height": 60,
        "frames": 1,
        "told_by": "file",
        "row": ROW,
    }
    assert cli("show", str(path), "--info", "--jq", ".post.artists[0]", "-r").text == (
        "青葉ミオ\x1b[31m\n"
    )
    told = cast("JsonObject", cli("show", str(path), "--info", "--fields", "width").json)
    assert told == {"width": 40}


def test_info_is_a_card_on_a_terminal(terminal: Terminal, picture: Path, tmp_path: Path) -> None:
    done = terminal(
        "show", str(credited(tmp_path / "b.png", picture)), "--info", "--color", "never"
    )
    assert done.code == 0
    assert "artist       青葉ミオ�[31m" in done.text
    assert "size         40 x 60" in done.text
    assert "tags         maid, waifu" in done.text
    assert "credit from  the file itself" in done.text
    assert "[src: waifu]" in done.text


def test_info_of_a_file_that_tells_nothing_says_so(
    cli: Cli, terminal: Terminal, picture: Path
) -> None:
    result = cast("JsonObject", cli("show", str(picture), "--info").json)
    assert (result["told_by"], result["post"], result["row"]) == (None, None, None)
    done = terminal("show", str(picture), "--info")
    assert "none in the file or beside it" in done.text
    assert done.code == 0


def test_info_reads_what_is_beside_a_file(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(b"\0\0\0\x18ftypmp42" + bytes(60))
    write_sidecar(str(path), "json", POST, json.dumps(ROW).encode())
    result = cast("JsonObject", cli("show", str(path), "--info").json)
    assert (result["told_by"], result["row"]) == ("sidecar", ROW)
    assert (result["format"], result["width"], result["frames"]) == ("mp4", None, None)


@pytest.mark.parametrize("is_right", [True, False])
def test_info_of_a_damaged_picture_that_its_credit_announces(
    is_right: bool,  # noqa: FBT001  one of two cases
    cli: Cli,
    tmp_path: Path,
) -> None:
    path = tmp_path / "cut.jpg"
    path.write_bytes(cut()["jpeg: 400 bytes too few of baseline"].data)
    md5 = hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
    write_sidecar(str(path), "json", replace(POST, md5=md5 if is_right else "0" * 32), None)
    done = cli("show", str(path), "--info")
    assert done.code == (0 if is_right else 1)
    if is_right:
        result = cast("JsonObject", done.json)
        assert (result["told_by"], result["width"], result["frames"]) == ("sidecar", None, None)


def test_info_of_several_is_an_array(cli: Cli, picture: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.png").touch()
    paths = [str(picture), str(tmp_path / "empty.png"), str(picture)]
    done = cli("show", *paths, "--info")
    assert [one["width"] for one in cast("list[JsonObject]", done.json)] == [40, 40]
    assert done.code == 1
    assert "empty.png is empty" in done.err


def test_info_of_what_the_library_has(cli: Cli, picture: Path) -> None:
    with Library() as library:
        entry = library.add(NewEntry(str(picture)))
    assert cast("JsonObject", cli("show", str(entry.id), "--info").json)["path"] == str(picture)


@pytest.mark.parametrize(("what", "code"), [(["waifu:5000"], 3), (["none.png"], 3), (["7"], 3)])
def test_info_reads_files_alone(what: list[str], code: int, cli: Cli) -> None:
    done = cli("show", *what, "--info")
    assert (done.code, done.out, done.err.count("\n")) == (code, b"", 1)


@pytest.mark.parametrize("what", [[], ["-"]])
def test_info_reads_a_picture_from_standard_input(
    what: list[str], process: Process, picture: Path, tmp_path: Path
) -> None:
    data = credited(tmp_path / "b.png", picture).read_bytes()
    (result,) = rows_of(process("show", *what, "--info", stdin=data))
    assert (result["path"], result["width"], result["told_by"]) == ("-", 40, "file")
    done = process("show", *what, "--info", "--jsonl", stdin=data)
    assert done.out.count(b"\n") == 1
    assert cast("JsonObject", json.loads(done.out))["byte_size"] == len(data)


def test_info_reads_rows_from_standard_input(
    process: Process, picture: Path, tmp_path: Path
) -> None:
    other = credited(tmp_path / "b.png", picture)
    given = json.dumps([{"path": str(picture)}, {"path": str(other)}]).encode()
    result = rows_of(process("show", "-", "--info", stdin=given))
    assert [one["path"] for one in result] == [str(picture), str(other)]


def test_info_asks_no_service_for_a_row(process: Process, picture: Path) -> None:
    rows = [{"path": str(picture)}, POST.to_payload()]
    done = process("show", "-", "--info", stdin=json.dumps(rows).encode())
    assert [one["width"] for one in cast("list[JsonObject]", json.loads(done.out))] == [40]
    assert done.code == 3
    assert "not on this machine" in done.err


@pytest.mark.parametrize(
    ("data", "code"), [(b"", 2), (b"[]", 2), (b"\x89PNG\r\n\x1a\n" + bytes(60), 1)]
)
def test_info_tells_what_standard_input_lacks(data: bytes, code: int, process: Process) -> None:
    done = process("show", "-", "--info", stdin=data)
    assert (done.code, done.err.count("\n")) == (code, 1)
    assert "/tmp" not in done.err


def test_a_path_that_is_no_text_is_printed_for_a_shell(cli: Cli, tmp_path: Path) -> None:
    path = draw(tmp_path / os.fsdecode(b"it's \xff.png"))
    result = cast("JsonObject", cli("show", str(path), "--info").json)
    assert result["path"] == f"$'{tmp_path}/it\\'s \\xff.png'"


def test_info_of_what_is_too_large_tells_its_size(cli: Cli, tmp_path: Path) -> None:
    head = b"\0\0\0\x0dIHDR" + struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + head + struct.pack(">I", zlib.crc32(head[4:]))
    data += b"\0\0\0\0IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))
    (tmp_path / "a.png").write_bytes(data + b"\0\0\0\0IEND\xaeB`\x82")
    result = cast("JsonObject", cli("show", str(tmp_path / "a.png"), "--info").json)
    assert (result["width"], result["height"], result["frames"]) == (60_000, 60_000, None)


def test_info_of_a_picture_that_is_cut(cli: Cli, picture: Path, tmp_path: Path) -> None:
    (tmp_path / "cut.png").write_bytes(picture.read_bytes()[:120])
    done = cli("show", str(tmp_path / "cut.png"), "--info")
    assert (done.code, done.out) == (1, b"")
