"""`animedex download`, and the searches that download at once."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, cast

import pytest

from animedex.images.filename_template import DEFAULT, FIELDS
from animedex.library.picture_library import Library
from tests.cli.commands.download.conftest import FILE, PATIENCE, reports

if TYPE_CHECKING:
    from pathlib import Path

    from animedex.http_message import JsonObject
    from animedex.testing import SampleServer
    from tests.kit.command_line import Cli, Process
    from tests.kit.terminal import Terminal


def test_a_report_in_a_pipe(cli: Cli, to: str) -> None:
    outcome = cli("download", "waifu:5000", "--to", to)
    (one,) = reports(outcome.out)
    assert (outcome.code, outcome.err) == (0, "")
    assert list(one) == ["path", "id", "url", "status", "bytes", "sha256", "error"]
    assert (one["id"], one["status"], one["error"]) == ("waifu:5000", "fetched", None)
    assert one["bytes"] == os.stat(str(one["path"])).st_size


def test_paths_on_a_terminal_and_bars_that_go_away(terminal: Terminal, to: str) -> None:
    result = terminal("download", "waifu:5000", "waifu:5001", "--to", to, "--name", "{id}")
    assert sorted(result.text.splitlines()) == [f"{to}/5000.png", f"{to}/5001.png"]
    assert result.err == "animedex: 2 fetched\n"
    screen = terminal("download", "waifu:5002", "waifu:5003", "--to", to, errors=True).text
    assert "2 files" in screen
    assert screen.endswith("animedex: 2 fetched\n")


def test_lines_as_they_come(cli: Cli, to: str) -> None:
    outcome = cli("download", "waifu:5000", "waifu:5001", "waifu:1", "--to", to, "--jsonl")
    lines = [json.loads(line) for line in outcome.text.splitlines()]
    assert sorted(one["status"] for one in lines) == ["failed", "fetched", "fetched"]
    assert outcome.err.splitlines()[-1].startswith("animedex: waifu:1: ")


def test_fields_and_jq(cli: Cli, to: str) -> None:
    ids = cli("download", "waifu:5000", "waifu:5001", "--to", to, "--jq", ".[].id", "-r")
    assert ids.text == "waifu:5000\nwaifu:5001\n"
    assert cli("download", "waifu:5000", "--to", to, "--fields", "id", "-c").json == [
        {"id": "waifu:5000"}
    ]
    assert cli("download", "waifu:5000", "--to", to, "--fields", "nme").code == 2


def test_the_worst_failure_is_the_command_s(cli: Cli, nekos: SampleServer, to: str) -> None:
    nekos.answer(f"/neko/{FILE}", status=403, body=b"no", times=None)
    rows = json.dumps({"url": f"{nekos.url}/neko/{FILE}", "artist_name": "a"})
    outcome = cli("download", "waifu:1", rows, "waifu:5000", "--to", to)
    assert outcome.code == 4
    assert [one["status"] for one in reports(outcome.out)] == ["failed", "failed", "fetched"]
    told = outcome.err.splitlines()
    assert told[-2] == "animedex: 1 fetched, 2 failed"
    assert told[-1] == "animedex: 2 pictures could not be fetched"
    assert [sum("waifu:1" in line for line in told), sum(FILE in line for line in told)] == [1, 1]
    error = cast("JsonObject", reports(outcome.out)[0]["error"])
    assert error["reason"] == "not-found"
    assert set(error) == {"reason", "message", "hint"}


def test_what_the_library_has_is_asked_of_nobody(
    cli: Cli, nekos: SampleServer, to: str, tmp_path: Path
) -> None:
    asked = ["waifu:5000", "danbooru:9000013"]
    assert cli("download", *asked, "--to", to).code == 0
    assert cli("nekos", "download", "neko", "--to", to).code == 0
    entries = cast("list[JsonObject]", cli("library", "list").json)
    posts = [cast("JsonObject", entry["post"]) for entry in entries]
    urls = [str(post[key]) for post in posts for key in ("url", "page_url") if post[key]]
    assert len(urls) == 5
    outcome = cli("download", *urls, "--to", f"{tmp_path}/other", "--no-cache", "-v")
    assert {str(one["status"]) for one in reports(outcome.out)} == {"copied", "here"}
    assert "GET" not in outcome.err


def test_rows_of_the_library_are_pictures_too(
    cli: Cli, process: Process, to: str, tmp_path: Path
) -> None:
    asked = ["waifu:5001", "waifu:5000"]
    cli("download", *asked, "--to", to, "--jobs", "1")
    for command in (["list"], ["list", "--no-source"], ["export"], ["random", "--amount", "2"]):
        rows = cli("library", *command).out
        for options, status in (((), "copied"), (("--no-library",), "fetched")):
            folder = str(tmp_path / "-".join([*command, status]))
            done = process("download", "-", "--to", folder, *options, stdin=rows)
            result = reports(done.out)
            assert {str(one["id"]) for one in result} == set(asked)
            assert {str(one["status"]) for one in result} == {status}


def test_a_line_that_is_wrong_does_not_stop_the_others(cli: Cli, process: Process, to: str) -> None:
    first, second = (cli("waifu", "image", number, "-c").out for number in ("5000", "5001"))
    outcome = process("download", "-", "--to", to, stdin=first + b'{"id": broken\n' + second)
    assert [one["status"] for one in reports(outcome.out)] == ["fetched", "failed", "fetched"]
    assert (outcome.code, "row 2: it is no JSON" in outcome.err) == (2, True)


@pytest.mark.parametrize(("name", "told"), [("none.json", "there is no file"), (".", "a folder")])
def test_a_name_of_no_file_is_told(name: str, told: str, cli: Cli, to: str) -> None:
    outcome = cli("download", name, "waifu:5000", "--to", to)
    assert [one["status"] for one in reports(outcome.out)] == ["failed", "fetched"]
    assert (outcome.code, outcome.err.count(told), outcome.err.count("could not be")) == (3, 1, 0)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no such pipes")
def test_rows_come_from_a_named_pipe_too(process: Process, to: str, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(b"waifu:5000\n",))
    writer.start()
    assert process("download", str(pipe), "--to", to).code == 0
    writer.join(PATIENCE)


def test_one_failure_is_told_as_any(cli: Cli, to: str) -> None:
    outcome = cli("download", "waifu:1", "--to", to, "--errors", "json")
    assert outcome.code == 3
    assert outcome.error["reason"] == "not-found"
    assert str(outcome.error["message"]).startswith("waifu:1: ")
    told = cli("download", "waifu:1", "--to", to).err
    assert (told.startswith("animedex: waifu:1: "), told.count("\n")) == (True, 1)


def test_rows_lines_and_common_rows_from_a_pipe(process: Process, cli: Cli, to: str) -> None:
    rows = cli("waifu", "images", "--limit", "2").out
    assert [one["status"] for one in reports(process("download", "--to", to, stdin=rows).out)] == [
        "fetched",
        "fetched",
    ]
    common = cli("nekos", "image", "neko", "--common", "--jsonl").out
    assert process("download", "-", "--to", to, stdin=common).code == 0
    urls = cli("danbooru", "search", "filetype:png", "--limit", "2", "--jq", ".[].file_url").out
    outcome = process("download", "-", "--to", to, "--jq", ".[].status", "-r", stdin=urls)
    assert outcome.text == "fetched\nfetched\n"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_lists_and_rows_in_the_encodings_of_other_systems(
    encoding: str, cli: Cli, process: Process, tmp_path: Path, to: str
) -> None:
    asked = tmp_path / "ids.txt"
    asked.write_bytes("waifu:5000\r\nwaifu:5001\r\n".encode(encoding))
    assert [one["status"] for one in reports(cli("download", str(asked), "--to", to).out)] == [
        "fetched",
        "fetched",
    ]
    rows = cli("waifu", "images", "--limit", "2").text.replace("\n", "\r\n").encode(encoding)
    outcome = process("download", "-", "--to", to, stdin=rows)
    assert [one["error"] for one in reports(outcome.out)] == [None, None]


def test_a_list_in_another_encoding_is_told_once(cli: Cli, tmp_path: Path, to: str) -> None:
    asked = tmp_path / "ids.txt"
    asked.write_bytes("waifu:5000\nwaifu:ä\nwaifu:ö\n".encode("latin-1"))
    outcome = cli("download", str(asked), "--to", to)
    assert outcome.code == 2
    assert outcome.err.count("UTF-8") == 2, "what happened, and what to do"
    assert f"{asked}, line 2: it is not UTF-8" in outcome.err


def test_rows_from_a_file(cli: Cli, tmp_path: Path, to: str) -> None:
    rows = tmp_path / "rows.json"
    rows.write_bytes(cli("waifu", "images", "--limit", "2").out)
    assert cli("download", str(rows), "--to", to, "--jq", "length").text == "2\n"


def test_rows_before_a_broken_one_are_fetched(process: Process, cli: Cli, to: str) -> None:
    rows = cli("waifu", "images", "--limit", "2", "--jsonl").out
    outcome = process("download", "--to", to, stdin=rows + b'{"id": ')
    assert outcome.code == 2
    assert [one["status"] for one in reports(outcome.out)] == ["fetched", "fetched", "failed"]
    assert "standard input, row 3" in outcome.err


def test_nothing_found_is_nothing_to_fetch(process: Process, to: str) -> None:
    outcome = process("download", "-", "--to", to, stdin=b"[]\n")
    assert (outcome.code, outcome.json, outcome.err) == (0, [], "animedex: no pictures\n")


@pytest.mark.parametrize(
    "given", [b"", b"  \n", b"\x89PNG\r\n\x1a\n"], ids=["nothing", "blanks", "a picture"]
)
def test_input_that_names_nothing(given: bytes, process: Process, to: str) -> None:
    outcome = process("download", "--to", to, stdin=given)
    assert (outcome.code, outcome.out) == (2, b"")
    assert "(give a picture's URL" in outcome.err


def test_nothing_on_a_terminal(terminal: Terminal) -> None:
    assert terminal("download").code == 2


def test_fields_of_names_are_listed(cli: Cli) -> None:
    for command in (["download"], ["nekos", "download"]):
        outcome = cli(*command, "--name", "help")
        assert outcome.code == 0
        assert [line.split()[0].strip("{}") for line in outcome.text.splitlines()[:-2]] == [*FIELDS]
        assert outcome.text.endswith(f"Default: {DEFAULT}\n")


@pytest.mark.parametrize(
    "wrong", [["--name", "{artst}"], ["--jobs", "0"], ["--jobs", "x"], ["--sidecar", "xml"]]
)
def test_what_is_wrong_is_told_before_anything_is_asked(
    wrong: list[str], cli: Cli, nekos: SampleServer, to: str
) -> None:
    assert cli("nekos", "download", "neko", "--to", to, *wrong).code == 2
    assert [each for each in nekos.arrivals if each.path != "/neko"] == []


def test_the_library_has_what_was_fetched_unless_it_is_not_to(cli: Cli, to: str) -> None:
    cli("download", "waifu:5000", "--to", to, "--no-library")
    with Library() as library:
        assert library.count() == 0
    cli("download", "waifu:5001", "--to", to)
    with Library() as library:
        assert [entry.post and entry.post.id for entry in library.entries()] == ["waifu:5001"]
    again = cli("download", "waifu:5001", "--to", to)
    assert reports(again.out)[0]["status"] == "here"
    assert again.err == "animedex: 1 already here\n"


def test_what_the_library_has_is_copied_to_where_it_is_asked_for(cli: Cli, to: str) -> None:
    (first,) = reports(cli("download", "waifu:5001", "--to", to).out)
    again = cli(
        "download", "waifu:5001", "--to", f"{to}/elsewhere", "--name", "x", "--sidecar", "xmp"
    )
    (copy,) = reports(again.out)
    assert (copy["status"], copy["path"]) == ("copied", f"{to}/elsewhere/x.png")
    assert sorted(os.listdir(f"{to}/elsewhere")) == ["x.png", "x.png.xmp"]
    assert again.err == "animedex: 1 copied from your library\n"
    assert os.path.exists(str(first["path"]))
    with Library() as library:
        assert [entry.path for entry in library.entries()] == [first["path"]]


def test_the_library_is_neither_read_nor_written_where_it_is_not_to_be(cli: Cli, to: str) -> None:
    path = cli("library", "path").text.strip()
    cli("download", "waifu:5000", "--to", to, "--no-library")
    assert not os.path.exists(path)
    cli("download", "waifu:5000", "--to", to)
    outcome = cli("download", "waifu:5000", "--to", f"{to}/other", "--no-library")
    assert reports(outcome.out)[0]["status"] == "fetched"
    with Library() as library:
        assert library.count() == 1


def test_the_bytes_of_the_service_with_two_sidecars(cli: Cli, to: str) -> None:
    rows = cli("danbooru", "search", "filetype:png", "--limit", "1").json
    (row,) = cast("list[JsonObject]", rows)
    outcome = cli(
        *("download", f"danbooru:{row['id']}", "--to", to, "--name", "x", "--no-embed"),
        *("--sidecar", "xmp", "--sidecar", "hydrus"),
    )
    assert outcome.code == 0
    assert sorted(os.listdir(to)) == ["x.png", "x.png.txt", "x.png.xmp"]
    with open(f"{to}/x.png", "rb") as file:
        assert hashlib.md5(file.read()).hexdigest() == row["md5"]
    cli("download", f"danbooru:{row['id']}", "--to", to, "--name", "y", "--no-embed")
    assert sorted(os.listdir(to))[3:] == ["y.png", "y.png.json"]
    for wrong in (["none", "json"], ["txt", "hydrus"]):
        options = [word for kind in wrong for word in ("--sidecar", kind)]
        assert cli("download", "waifu:5000", "--to", to, *options).code == 2


def test_paths_alone(cli: Cli, to: str) -> None:
    asked = ["waifu:5000", "waifu:1", "waifu:5001"]
    outcome = cli("download", *asked, "--to", to, "--name", "{id}", "--paths", "--quiet")
    assert (outcome.code, outcome.text) == (3, f"{to}/5000.png\n{to}/5001.png\n")
    assert outcome.err.startswith("animedex: waifu:1: ")
    assert outcome.err.count("\n") == 1
    listed = cli("download", *asked[:1], "--to", to, "--paths", "--json", "--name", "{id}")
    assert listed.json == [f"{to}/5000.png"]
    assert cli("download", "waifu:5002", "--to", to, "--paths", "--fields", "id").code == 2
    assert sorted(os.listdir(to)) == ["5000.png", "5001.png"]


def test_paths_that_are_not_utf_8(cli: Cli, terminal: Terminal, tmp_path: Path) -> None:
    to = str(tmp_path / os.fsdecode(b"it's \xff"))
    expected = f"$'{tmp_path}/it\\'s \\xff/5000.png'"
    options = ("--name", "{id}.{ext}", "--to", to)
    (one,) = reports(cli("download", "waifu:5000", *options).out)
    assert (one["path"], one["status"], os.listdir(to)) == (expected, "fetched", ["5000.png"])
    assert expected in terminal("download", "waifu:5000", *options, columns=300).text
    left = os.path.join(to, f".animedex-{'a' * 24}.part")
    with open(left, "wb"):
        pass
    cleaned = cli("download", "--clean", to).json
    assert cleaned == {
        "folder": f"$'{tmp_path}/it\\'s \\xff'",
        "removed": [f"$'{tmp_path}/it\\'s \\xff/.animedex-{'a' * 24}.part'"],
        "bytes": 0,
    }


def test_files_that_are_not_there_and_have_no_name_in_utf_8(cli: Cli, to: str) -> None:
    outcome = cli("download", os.fsdecode(b"no\xfffile"), "waifu:5000", "--to", to)
    missing, fetched = reports(outcome.out)
    assert (outcome.code, missing["status"], fetched["status"]) == (3, "failed", "fetched")
    assert "there is no file no\\xfffile" in str(missing["error"]).replace("\\\\", "\\")


def test_quiet_shows_neither_bars_nor_summary(cli: Cli, terminal: Terminal, to: str) -> None:
    assert cli("download", "waifu:5000", "waifu:5001", "--to", to, "-q").err == ""
    screen = terminal(
        *("download", "waifu:5002", "waifu:5003", "--to", to, "--name", "{id}", "-q"), errors=True
    )
    assert sorted(screen.text.splitlines()) == [f"{to}/5002.png", f"{to}/5003.png"]


def test_categories_are_drawn_from(cli: Cli, nekos: SampleServer, to: str) -> None:
    outcome = cli(
        "nekos", "download", "neko", "--amount", "5", "--to", to, "--name", "{category}/{id}"
    )
    paths = [str(one["path"]) for one in reports(outcome.out)]
    assert len(set(paths)) == len(paths) <= 5
    assert all(path.startswith(f"{to}/neko/") for path in paths)


def test_fewer_different_pictures_are_told(cli: Cli, to: str) -> None:
    outcome = cli("nekos", "download", "hug", "--amount", "100", "--to", to)
    assert outcome.code == 0
    got = len(reports(outcome.out))
    assert f"animedex: only {got} of 100 different pictures were sent" in outcome.err


@pytest.mark.parametrize("amount", ["0", "101"])
def test_amounts_are_few(amount: str, cli: Cli, to: str) -> None:
    outcome = cli("nekos", "download", "neko", "--amount", amount, "--to", to)
    assert outcome.code == 2
    assert "from 1 to 100" in outcome.err


def test_searches_download(cli: Cli, to: str) -> None:
    posts = cli("danbooru", "download", "filetype:png", "--rating", "g", "--limit", "2", "--to", to)
    assert [one["status"] for one in reports(posts.out)] == ["fetched", "fetched"]
    images = cli("waifu", "download", "--tag", "maid", "--limit", "2", "--to", to)
    assert [one["status"] for one in reports(images.out)] == ["fetched", "fetched"]
    nothing = cli("waifu", "download", "--width", ">9999", "--to", to)
    assert (nothing.code, nothing.json) == (0, [])
    assert "nothing matches" in nothing.err


@pytest.mark.parametrize("extra", ["PIL", "numpy"])
def test_what_to_install_is_said_before_anything_is_asked(extra: str, nekos: SampleServer) -> None:
    program = (
        f"import sys; sys.modules[{extra!r}] = None\n"
        "from animedex.__main__ import main; sys.exit(main())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "nekos", "download", "neko"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "pip install 'animedex[pictures]'" in done.stderr
    assert len(nekos.arrivals) == 0
