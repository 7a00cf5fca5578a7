"""What the page about nekos.best promises, word by word."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from animedex.testing import SampleServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.kit.command_line import Cli, Process
    from tests.kit.terminal import Terminal

NAME = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


@pytest.fixture(scope="module")
def drawn() -> Iterator[SampleServer]:
    """Run the server with the collection that comes with the package."""
    with SampleServer(limits=False) as server:
        yield server


@pytest.fixture(autouse=True)
def sample(drawn: SampleServer, monkeypatch: pytest.MonkeyPatch) -> SampleServer:
    monkeypatch.setenv("ANIMEDEX_NEKOS_URL", drawn.url)
    drawn.arrivals.clear()
    return drawn


def test_categories_are_names_in_alphabetical_order(cli: Cli, terminal: Terminal) -> None:
    names = cli("nekos", "categories").text.splitlines()
    assert names == sorted(names)
    assert {"baka", "bite", "blush", "bored", "cry", "cuddle", "husbando", "neko"} <= set(names)
    screen = terminal("nekos", "categories").text
    assert screen.splitlines() == names
    assert "[src:" not in screen


def test_categories_go_through_head(process: Process) -> None:
    outcome = process("nekos", "categories", redirect="| head -n 2")
    assert outcome.text.splitlines() == ["angry", "baka"]
    assert (outcome.code, outcome.err) == (0, "")


def test_categories_as_json_can_be_counted(cli: Cli) -> None:
    names = cli("nekos", "categories", "--json").json
    assert isinstance(names, list)
    assert len(names) == 63
    assert cli("nekos", "categories", "--json", "--jq", "length").text == "63\n"


def test_a_category_s_format_is_all_there_is(cli: Cli) -> None:
    outcome = cli("nekos", "categories-full", "--json", "--jq", '."husbando"')
    assert outcome.out == b'{\n  "format": "png"\n}\n'


def test_categories_are_filtered_by_format(cli: Cli) -> None:
    program = 'with_entries(select(.value.format == "gif")) | keys'
    names = cli("nekos", "categories-full", "--json", "--jq", program).json
    assert isinstance(names, list)
    assert names[:2] == ["angry", "baka"]
    assert "husbando" not in names


def test_a_picture_s_credit_is_picked(cli: Cli) -> None:
    program = ".[0] | {url, artist: .artist_name, source_url}"
    outcome = cli("nekos", "image", "husbando", "--jq", program)
    result = outcome.json
    assert isinstance(result, dict)
    assert list(result) == ["url", "artist", "source_url"]
    assert outcome.text.startswith('{\n  "url": "http')
    assert re.search(rf"/api/v2/husbando/{NAME}\.png$", str(result["url"]))


def test_three_pictures_have_three_addresses(cli: Cli) -> None:
    outcome = cli("nekos", "image", "neko", "--amount", "3", "--jq", "[.[].url]")
    line = rf'  "http://127\.0\.0\.1:\d+/api/v2/neko/{NAME}\.png"'
    assert re.fullmatch(rf"\[\n({line},\n){{2}}{line}\n\]\n", outcome.text)


def test_a_reaction_s_address_ends_in_gif(cli: Cli) -> None:
    outcome = cli("nekos", "image", "baka", "--jq", ".[0].url")
    assert re.fullmatch(rf'"http://[^"]+/api/v2/baka/{NAME}\.gif"\n', outcome.text)


def test_a_row_keeps_every_key_that_was_sent(cli: Cli, sample: SampleServer) -> None:
    (row,) = cli("nekos", "image", "neko", "--jq", '.[0] | keys | join(",")', "-r").text.split()
    assert "dimensions" in row
    assert "url" in row
    assert "_source" in row
    assert [arrival.status for arrival in sample.arrivals] == [200]


def test_a_search_covers_all_categories(cli: Cli) -> None:
    rows = cli("nekos", "search", "Frieren", "--jq", 'map(.url | endswith(".png")) | all').text
    assert rows == "true\n"


def test_bytes_of_a_picture_come_through_the_raw_passthrough(cli: Cli) -> None:
    url = cli("nekos", "image", "neko", "-r", "--jq", ".[0].url").text.strip()
    path = url.partition("/api/v2")[2]
    assert cli("api", "nekos", path).out.startswith(b"\x89PNG\r\n\x1a\n")


@pytest.mark.parametrize("category", ["husbando", "neko", "waifu", "kitsune"])
def test_portraits_are_png(cli: Cli, category: str) -> None:
    program = f'."{category}".format'
    assert cli("nekos", "categories-full", "-r", "--jq", program).text == "png\n"
