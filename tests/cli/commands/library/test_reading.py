"""`animedex library list`, `show`, `search`, `random`, `stats`, `path`: what is there is told."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, cast

import pytest

from animedex.library import entry_rows as rows
from tests.cli.commands.library.conftest import rows_of

if TYPE_CHECKING:
    from animedex.http_message import JsonObject
    from tests.cli.commands.library.conftest import LibraryFolder
    from tests.kit.command_line import Cli
    from tests.kit.terminal import Emulator, Terminal


def test_the_newest_comes_first(cli: Cli, library_folder: LibraryFolder) -> None:
    outcome = cli("library", "list")
    assert [row["id"] for row in rows_of(outcome.json)] == [4, 3, 2, 1]
    assert outcome.err == ""


def test_a_row_has_the_file_the_post_and_the_row_as_it_came(
    cli: Cli, library_folder: LibraryFolder
) -> None:
    row = rows_of(cli("library", "list").json)[-1]
    assert row["path"] == str(library_folder.files["neko"])
    assert (row["there"], row["format"], row["width"], row["frames"]) == (True, "png", 160, 1)
    assert cast("JsonObject", row["post"])["id"] == "nekos:1.png"
    assert row["row"] == json.loads(library_folder.rows["neko"])
    assert row["_source"] == {
        "backend": "nekos",
        "fetched_at": "2026-11-01T12:00:00Z",
        "cached": False,
        "rate_limited": False,
        "library": True,
    }
    assert b"100000000000000000000" in cli("library", "list").out


def test_a_long_list_comes_whole(cli: Cli, library_folder: LibraryFolder) -> None:
    entry = library_folder.library.get(4)
    assert entry
    copies = [entry._replace(id=0, path=f"/nowhere/{number}.png") for number in range(600)]
    library_folder.library.file.change(lambda db: [rows.write_entry(db, copy) for copy in copies])
    listed = cli("library", "list", "--all", "--jq", "[.[].id]").json
    assert listed == list(range(604, 0, -1))
    assert cli("library", "list", "--limit", "550", "--jq", "length").text == "550\n"


def test_there_are_more_than_are_listed(cli: Cli, library_folder: LibraryFolder) -> None:
    outcome = cli("library", "list", "--limit", "2", "--fields", "id", "--no-source", "-c")
    assert outcome.text == '[{"id":4},{"id":3}]\n'
    assert outcome.err == "animedex: the newest 2 of 4; use --limit or --all for more\n"
    assert len(rows_of(cli("library", "list", "--all").json)) == 4


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        (["--source", "nekos"], [3, 2, 1]),
        (["--source", "own"], [4]),
        (["--category", "hug"], [3]),
        (["--artist", "tove red"], [2]),
        (["--rating", "g", "--larger-than", "100x100"], [3, 2, 1]),
        (["--larger-than", "2mp"], []),
        (["--added", ">2026-01-01"], [4, 3, 2, 1]),
        (["--added", "<2020"], []),
        (["--animated"], []),
        (["--no-animated", "--source", "own"], [4]),
    ],
)
def test_filters_narrow_the_list(
    options: list[str], numbers: list[int], cli: Cli, library_folder: LibraryFolder
) -> None:
    outcome = cli("library", "list", *options)
    assert [row["id"] for row in rows_of(outcome.json)] == numbers
    assert bool(outcome.err) == (not numbers)


@pytest.mark.parametrize(
    "option",
    [("--added", "yesterday"), ("--larger-than", "big"), ("--source", "x"), ("--limit", "0")],
)
def test_filters_that_mean_nothing_are_refused(option: tuple[str, str], cli: Cli) -> None:
    outcome = cli("library", "list", *option, "--errors", "json")
    assert (outcome.code, outcome.error["reason"]) == (2, "bad-args")


def test_a_file_that_is_gone_is_marked(
    cli: Cli, terminal: Terminal, library_folder: LibraryFolder
) -> None:
    library_folder.files["own"].unlink()
    there = {row["id"]: row["there"] for row in rows_of(cli("library", "list").json)}
    assert there == {4: False, 3: True, 2: True, 1: True}
    assert "the file is not there any more" in terminal("library", "list", "--limit", "1").text


def test_an_empty_library_has_nothing(cli: Cli) -> None:
    outcome = cli("library", "list")
    assert (outcome.code, outcome.text) == (0, "[]\n")
    assert outcome.err == "animedex: the library has no matching picture\n"


def test_cards_are_for_terminals(terminal: Terminal, library_folder: LibraryFolder) -> None:
    screen = terminal("library", "list", "--color", "never", columns=100).text
    assert "[src: nekos, library]" in screen
    assert "[src: own, library]" in screen
    assert "artist    青葉ミオ" in screen
    assert "Tove [red]" in screen
    assert str(library_folder.files["own"]) in screen


def test_one_is_shown_whole(cli: Cli, terminal: Terminal, library_folder: LibraryFolder) -> None:
    row = cast("JsonObject", cli("library", "show", "1").json)
    assert (row["id"], row["row"]) == (1, json.loads(library_folder.rows["neko"]))
    assert "[src: nekos, library]" in terminal("library", "show", "1").text


@pytest.mark.parametrize(
    ("number", "code"), [("99", 3), ("9" * 400, 3), ("x", 2), ("-1", 2), ("1.5", 2), ("", 2)]
)
def test_numbers_that_are_none_are_told_apart(
    number: str, code: int, cli: Cli, library_folder: LibraryFolder
) -> None:
    outcome = cli("library", "show", "--errors", "json", "--", number)
    assert outcome.code == code
    assert "library list" in str(outcome.error["hint"])


def test_words_find_what_they_are_about(cli: Cli, library_folder: LibraryFolder) -> None:
    outcome = cli("library", "search", "lantern", "street")
    (row,) = rows_of(outcome.json)
    assert (row["id"], outcome.err) == (3, "")
    assert cast("float", row["_match"]) > 0
    assert [row["id"] for row in rows_of(cli("library", "search", "ミオ").json)] == [1]


def test_nothing_found_is_nothing(cli: Cli, library_folder: LibraryFolder) -> None:
    outcome = cli("library", "search", "qqqqzzzz")
    assert (outcome.code, outcome.text) == (0, "[]\n")
    assert outcome.err == "animedex: nothing matches 'qqqqzzzz'\n"
    assert rows_of(cli("library", "search", "lantern", "--category", "neko").json) == []


def test_a_service_s_picture_is_drawn_as_its_own_row(
    cli: Cli, library_folder: LibraryFolder
) -> None:
    (row,) = rows_of(cli("library", "random", "--category", "neko", "--artist", "青葉ミオ").json)
    assert row.pop("_source") == {
        "backend": "nekos",
        "fetched_at": "2026-11-01T12:00:00Z",
        "cached": False,
        "rate_limited": False,
        "library": True,
    }
    assert row == json.loads(library_folder.rows["neko"])
    bare = cli("library", "random", "--artist", "青葉ミオ", "--no-source").json
    assert bare == [json.loads(library_folder.rows["neko"])]
    (post,) = rows_of(cli("library", "random", "--artist", "青葉ミオ", "--common").json)
    assert (post["id"], cast("JsonObject", post["_source"])["library"]) == ("nekos:1.png", True)


def test_one_s_own_is_drawn_as_what_it_is(cli: Cli, library_folder: LibraryFolder) -> None:
    (row,) = rows_of(cli("library", "random", "--source", "own").json)
    assert (row["id"], row["post"]) == (4, None)
    outcome = cli("library", "random", "--source", "own", "--paths")
    assert outcome.text == f"{library_folder.files['own']}\n"


def test_files_are_shown_on_a_terminal_alone(
    cli: Cli, emulator: Emulator, library_folder: LibraryFolder
) -> None:
    shown = emulator("library", "random", "--source", "own", "--show")
    assert (shown.code, "\N{UPPER HALF BLOCK}".encode() in shown.out) == (0, True)
    outcome = cli("library", "random", "--show")
    assert (outcome.code, "needs a terminal" in outcome.err) == (0, True)


def test_only_what_is_there_is_drawn(cli: Cli, library_folder: LibraryFolder) -> None:
    for name in ("neko", "hug", "own"):
        library_folder.files[name].unlink()
    outcome = cli("library", "random", "--amount", "4", "--paths")
    assert outcome.text == f"{library_folder.files['neko again']}\n"
    library_folder.files["neko again"].unlink()
    outcome = cli("library", "random")
    assert (outcome.code, outcome.text) == (0, "[]\n")
    assert "no matching picture" in outcome.err


def test_fields_of_a_service_are_known_even_where_nothing_is(cli: Cli) -> None:
    assert cli("library", "random", "--fields", "artist_name,path").text == "[]\n"
    assert cli("library", "random", "--fields", "artist_nam").code == 2


def test_counts_are_objects_or_bars(
    cli: Cli, terminal: Terminal, library_folder: LibraryFolder
) -> None:
    counted = cast("JsonObject", cli("library", "stats").json)
    assert counted["pictures"] == 4
    assert counted["sources"] == {"nekos": 3, "own": 1}
    assert counted["categories"] == {"neko": 2, "hug": 1}
    screen = terminal("library", "stats", "--color", "never").text
    assert screen.startswith("4 pictures, ")
    assert "  nekos  3  █" in screen


def test_the_path_is_that_of_the_file(cli: Cli, library_folder: LibraryFolder) -> None:
    assert cli("library", "path").text == f"{os.environ['ANIMEDEX_DATA_DIR']}/library.db\n"
    assert os.path.exists(cli("library", "path").text.strip())


@pytest.mark.parametrize("extra", ["PIL", "numpy"])
@pytest.mark.parametrize("arguments", [("similar", "1"), ("dupes",)])
def test_what_compares_pictures_says_what_to_install(
    extra: str, arguments: tuple[str, ...], library_folder: LibraryFolder
) -> None:
    program = (
        f"import sys; sys.modules[{extra!r}] = None\n"
        "from animedex.__main__ import main; sys.exit(main())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "library", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"animedex: this needs {extra}, which is not installed (pip install 'animedex[pictures]')\n"
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("list", "--jq", "length"),
        ("show", "1", "--jq", ".id"),
        ("search", "ミオ", "--jq", "length"),
        ("random", "--jq", "length"),
        ("stats", "--jq", ".pictures"),
        ("export",),
        ("remove", "1"),
        ("path",),
    ],
)
def test_what_reads_needs_no_pillow(
    arguments: tuple[str, ...], library_folder: LibraryFolder
) -> None:
    program = (
        "import sys; sys.modules.update(dict.fromkeys(['PIL', 'numpy', 'send2trash']))\n"
        "from animedex.__main__ import main; sys.exit(main())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "library", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout != "" or arguments[0] == "remove") == (0, True), (
        done.stderr
    )
