"""`--offline` on the commands of nekos.best: the library answers, and nothing is asked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, cast

import pytest

from tests.cli.commands.library.conftest import rows_of

if TYPE_CHECKING:
    from animedex.http_message import JsonObject
    from animedex.testing import SampleServer
    from tests.cli.commands.library.conftest import LibraryFolder
    from tests.kit.command_line import Cli
    from tests.kit.terminal import Terminal

LOADED = """
import sys
from animedex.cli.main import run
code = run(sys.argv[1:])
names = ("animedex.client", "animedex.transport.http", "animedex.transport.flow", "pyreqwest")
print([name for name in names if name in sys.modules], file=sys.stderr)
sys.exit(code)
"""
COMMANDS = [
    ("categories", "--offline"),
    ("image", "--offline"),
    ("image", "neko", "--amount", "2", "--offline", "--fresh"),
    ("search", "ミオ", "--offline"),
]


@pytest.mark.parametrize("arguments", COMMANDS)
def test_nothing_is_asked(
    arguments: tuple[str, ...], cli: Cli, library_folder: LibraryFolder, service: SampleServer
) -> None:
    outcome = cli("nekos", *arguments)
    assert (outcome.code, len(outcome.out) > 3, outcome.err) == (0, True, "")
    assert list(service.arrivals) == []


def test_a_server_that_keeps_budgets_is_not_asked_either(
    cli: Cli, library_folder: LibraryFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANIMEDEX_STATE", "redis://127.0.0.1:9/0")
    for _ in range(2):
        outcome = cli("nekos", "image", "neko", "--offline", "--fresh")
        assert (outcome.code, len(rows_of(outcome.json))) == (0, 1)


@pytest.mark.parametrize("arguments", COMMANDS)
def test_no_client_is_loaded(arguments: tuple[str, ...], library_folder: LibraryFolder) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED, "nekos", *arguments],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "ANIMEDEX_NEKOS_URL": "http://127.0.0.1:9/"},
    )
    assert done.stderr.splitlines()[-1] == "[]"


def test_categories_are_those_that_are_there(cli: Cli, library_folder: LibraryFolder) -> None:
    assert cli("nekos", "categories", "--offline").text == "hug\nneko\n"


def test_pictures_are_rows_that_say_where_they_were_kept(
    cli: Cli, library_folder: LibraryFolder
) -> None:
    result = rows_of(cli("nekos", "image", "neko", "--amount", "2", "--offline").json)
    assert {str(row["url"]) for row in result} == {
        "https://nekos.best/api/v2/neko/1.png",
        "https://nekos.best/api/v2/neko/2.png",
    }
    for row in result:
        source = cast("JsonObject", row["_source"])
        assert (source["backend"], source["library"], source["cached"]) == ("nekos", True, False)
    (row,) = rows_of(cli("nekos", "image", "hug", "--offline", "--no-source").json)
    assert row == json.loads(library_folder.rows["hug"])


def test_fewer_are_there_than_were_asked_for(cli: Cli, library_folder: LibraryFolder) -> None:
    outcome = cli("nekos", "image", "neko", "--amount", "5", "--offline")
    assert len(rows_of(outcome.json)) == 2
    assert outcome.err == "animedex: the library has only 2 of 5 pictures\n"


def test_a_picture_whose_file_is_gone_is_not_drawn(cli: Cli, library_folder: LibraryFolder) -> None:
    library_folder.files["neko"].unlink()
    result = rows_of(cli("nekos", "image", "neko", "--amount", "2", "--offline").json)
    assert [row["artist_name"] for row in result] == ["Tove [red]"]


def test_fresh_ones_are_those_that_were_not_shown(cli: Cli, library_folder: LibraryFolder) -> None:
    first = rows_of(cli("nekos", "image", "neko", "--offline").json)
    second = rows_of(cli("nekos", "image", "neko", "--offline", "--fresh").json)
    assert {str(row["url"]) for row in first + second} == {
        "https://nekos.best/api/v2/neko/1.png",
        "https://nekos.best/api/v2/neko/2.png",
    }
    outcome = cli("nekos", "image", "neko", "--offline", "--fresh")
    assert (outcome.text, outcome.code) == ("[]\n", 3)
    assert outcome.err == (
        "animedex: nekos has sent no picture of category 'neko' that is new to you"
        " (`animedex cache clear --seen` forgets which you have been shown)\n"
    )


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("image", "nekos", "--offline"), "did you mean neko?"),
        (("image", "waifu", "--offline"), "animedex nekos download"),
        (("search", "ミオ", "--category", "waifu", "--offline"), "animedex nekos download"),
    ],
)
def test_a_category_of_which_nothing_is_there(
    arguments: tuple[str, ...],
    hint: str,
    cli: Cli,
    library_folder: LibraryFolder,
    service: SampleServer,
) -> None:
    outcome = cli("nekos", *arguments, "--errors", "json")
    assert (outcome.code, outcome.error["reason"]) == (3, "not-found")
    assert hint in str(outcome.error["hint"])
    assert list(service.arrivals) == []


def test_an_empty_library_has_no_categories(cli: Cli) -> None:
    outcome = cli("nekos", "categories", "--offline")
    told = "animedex: the library has no pictures of nekos.best\n"
    assert (outcome.code, outcome.text, outcome.err) == (0, "", told)


def test_an_empty_library_has_no_pictures(cli: Cli) -> None:
    outcome = cli("nekos", "image", "--offline", "--errors", "json")
    assert (outcome.code, outcome.error["reason"]) == (3, "not-found")
    assert cli("nekos", "categories", "--offline").text == ""


def test_a_search_is_scored_as_the_service_s_rows_are(
    cli: Cli, library_folder: LibraryFolder
) -> None:
    (row,) = rows_of(cli("nekos", "search", "lantern street", "--type", "gif", "--offline").json)
    assert row["anime_name"] == "Lantern Street Diaries"
    assert 0.8 <= cast("float", row["_match"]) <= 1
    assert rows_of(cli("nekos", "search", "lantern street", "--offline").json) == []
    outcome = cli("nekos", "search", "lantern street", "--category", "hug", "--offline")
    assert len(rows_of(outcome.json)) == 1


def test_a_search_may_find_nothing(cli: Cli, library_folder: LibraryFolder) -> None:
    outcome = cli("nekos", "search", "qqqqzzzz", "--offline")
    assert (outcome.code, outcome.text) == (0, "[]\n")
    assert outcome.err == "animedex: nothing matches 'qqqqzzzz'\n"
    outcome = cli("nekos", "search", "mio lantern", "--min-match", "1", "--offline")
    assert rows_of(outcome.json) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("image", "neko", "--amount", "21"),
        ("image", "search"),
        ("search", " "),
        ("search", "x", "--type", "film"),
        ("search", "x", "--min-match", "2"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    arguments: tuple[str, ...], cli: Cli, library_folder: LibraryFolder
) -> None:
    assert cli("nekos", *arguments, "--offline").code == 2


def test_a_terminal_shows_where_they_were_kept(
    terminal: Terminal, library_folder: LibraryFolder
) -> None:
    for arguments in (("image", "neko"), ("search", "ミオ"), ("image", "neko", "--common")):
        screen = terminal("nekos", *arguments, "--offline", "--color", "never").text
        assert "[src: nekos, library]" in screen
