"""What `--json`, `--jsonl`, `--fields`, `--jq`, `-r`, `-c` and `--no-source` print."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

import pytest

if TYPE_CHECKING:
    from animedex.http_message import JsonObject, JsonValue
    from animedex.testing import SampleServer
    from tests.kit.command_line import Cli, Outcome
    from tests.kit.terminal import Terminal

# Keys in an order of their own, an unknown one, and numbers that a float cannot hold.
ROW = (
    '{"zeta":{"b":[],"a":{}},"url":"https://nekos.best/api/v2/neko/x.png","artist_name":"青葉 é",'
    '"big":12345678901234567890123,"whole":1.0,"small":1e-7,"none":null,"slash":"a/b","tab":"\\t"}'
)
LAID_OUT = """\
[
  {
    "zeta": {
      "b": [],
      "a": {}
    },
    "url": "https://nekos.best/api/v2/neko/x.png",
    "artist_name": "青葉 é",
    "big": 12345678901234567890123,
    "whole": 1.0,
    "small": 1e-7,
    "none": null,
    "slash": "a/b",
    "tab": "\\t"
  }
]
"""


@pytest.fixture
def odd(service: SampleServer) -> SampleServer:
    """Let the server send the one row above, whatever it is asked."""
    service.answer("*", body=f'{{"results":[{ROW}]}}'.encode(), times=None)
    return service


def rows(outcome: Outcome) -> list[JsonObject]:
    """Read rows of JSON."""
    assert (outcome.code, outcome.err) == (0, "")
    return cast("list[JsonObject]", outcome.json)


def test_without_its_source_a_row_is_exactly_what_was_sent(cli: Cli, odd: SampleServer) -> None:
    assert cli("nekos", "image", "neko", "--no-source").text == LAID_OUT
    assert cli("nekos", "search", "x", "--no-source").text == LAID_OUT


def test_compact_output_has_no_line_breaks_within(cli: Cli, odd: SampleServer) -> None:
    assert cli("nekos", "image", "neko", "--no-source", "-c").text == f"[{ROW}]\n"


def test_lines_of_json_are_one_row_each(cli: Cli, odd: SampleServer) -> None:
    assert cli("nekos", "image", "neko", "--no-source", "--jsonl").text == f"{ROW}\n"


def test_the_service_is_named_beside_the_row(cli: Cli, odd: SampleServer) -> None:
    (row,) = rows(cli("nekos", "image", "neko"))
    source = row.pop("_source")
    assert row == json.loads(ROW)
    assert isinstance(source, dict)
    assert list(source) == ["backend", "fetched_at", "cached", "rate_limited"]
    assert (source["backend"], source["cached"], source["rate_limited"]) == ("nekos", False, False)
    assert str(source["fetched_at"]).endswith("Z")


def test_a_search_names_match_and_source_beside_the_row(cli: Cli, odd: SampleServer) -> None:
    (row,) = rows(cli("nekos", "search", "青葉"))
    assert list(row)[-2:] == ["_match", "_source"]
    assert isinstance(row["_match"], float)
    assert 0 < row["_match"] <= 1
    (again,) = rows(cli("nekos", "search", "青葉"))
    assert cast("JsonObject", again["_source"])["cached"] is True


def test_fields_are_picked_in_their_order(cli: Cli, odd: SampleServer) -> None:
    arguments = ("nekos", "image", "neko", "--no-source", "-c", "--fields")
    assert cli(*arguments, "url, whole").text == (
        '[{"url":"https://nekos.best/api/v2/neko/x.png","whole":1.0}]\n'
    )
    assert cli(*arguments, "anime_name").text == '[{"anime_name":null}]\n'
    assert cli(*arguments, "big").text == '[{"big":12345678901234567890123}]\n'


def test_fields_keep_the_source(cli: Cli, odd: SampleServer) -> None:
    (row,) = rows(cli("nekos", "search", "x", "--fields", "_match,none"))
    assert list(row) == ["_match", "none", "_source"]


def test_a_score_that_is_asked_for_is_told_without_the_source(cli: Cli, odd: SampleServer) -> None:
    arguments = ("nekos", "search", "x", "--fields", "none,_match", "--no-source")
    (row,) = rows(cli(*arguments))
    assert list(row) == ["none", "_match"]
    assert isinstance(row["_match"], float)


def test_fields_go_before_jq_and_lines(cli: Cli, odd: SampleServer) -> None:
    fields = ("nekos", "image", "neko", "--fields", "none", "--no-source")
    assert cli(*fields, "--jq", ".[0] | keys", "-c").text == '["none"]\n'
    assert cli(*fields, "--jsonl").text == '{"none":null}\n'


def test_fields_of_the_catalogue(cli: Cli, service: SampleServer) -> None:
    outcome = cli("nekos", "categories-full", "--fields", "format", "-c")
    assert outcome.text.startswith('{"baka":{"format":"gif"}')
    outcome = cli("nekos", "categories-full", "--fields", "formatt")
    assert (outcome.code, "did you mean format?" in outcome.err) == (2, True)


@pytest.mark.parametrize(
    ("command", "field"), [(("cache", "info"), "bytes"), (("status",), "user_agent")]
)
def test_fields_of_what_the_program_knows_itself(
    command: tuple[str, ...], field: str, cli: Cli
) -> None:
    outcome = cli(*command, "--fields", field)
    assert list(cast("JsonObject", outcome.json)) == [field]
    outcome = cli(*command, "--fields", f"{field}x", "--errors", "json")
    assert (outcome.code, outcome.error["reason"]) == (2, "unknown-field")


def test_plain_names_have_no_fields(cli: Cli, service: SampleServer) -> None:
    outcome = cli("nekos", "categories", "--fields", "url", "--errors", "json")
    assert (outcome.code, outcome.error["reason"]) == (2, "unknown-field")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ((), "baka\nhug\nhusbando\nneko\nwaifu\n"),
        (("--no-source",), "baka\nhug\nhusbando\nneko\nwaifu\n"),
        (("--jsonl",), '"baka"\n"hug"\n"husbando"\n"neko"\n"waifu"\n'),
        (("-c",), '["baka","hug","husbando","neko","waifu"]\n'),
        (("--json", "-c"), '["baka","hug","husbando","neko","waifu"]\n'),
        (("--json", "--jq", ".[0]"), '"baka"\n'),
        (("--jq", ".[0]", "-r"), "baka\n"),
        (("--jq", ".[:2]"), '[\n  "baka",\n  "hug"\n]\n'),
        (("--jq", ".[:2]", "-c"), '["baka","hug"]\n'),
        (("--jq", ".[:2][]", "--jsonl"), '"baka"\n"hug"\n'),
        (("--jq", "empty"), ""),
    ],
    ids=" ".join,
)
def test_plain_names(
    options: tuple[str, ...], expected: str, cli: Cli, service: SampleServer
) -> None:
    assert cli("nekos", "categories", *options).text == expected


def test_the_catalogue_has_no_source_and_no_extras(cli: Cli, service: SampleServer) -> None:
    outcome = cli("nekos", "categories-full", "--jq", ".neko, .baka", "-c")
    assert outcome.text == '{"format":"png"}\n{"format":"gif"}\n'


def test_an_unknown_key_of_the_catalogue_is_kept(cli: Cli, service: SampleServer) -> None:
    service.answer("/endpoints", body=b'{"b":{"format":"png","min":"1"},"a":{"format":"gif"}}')
    assert cli("nekos", "categories-full", "-c").text == (
        '{"a":{"format":"gif"},"b":{"format":"png","min":"1"}}\n'
    )


def test_a_program_that_fails_late_has_printed_what_came_before(
    cli: Cli, service: SampleServer
) -> None:
    outcome = cli("nekos", "categories", "--jq", '.[:2][], error("enough")')
    assert (outcome.code, outcome.text) == (1, '"baka"\n"hug"\n')
    assert outcome.err.startswith("animedex: the jq program failed: enough")
    outcome = cli("nekos", "categories", "--jq", ".[0].x", "--errors", "json")
    assert (outcome.code, outcome.error["reason"]) == (1, "jq-failed")


def test_several_rows_are_one_array_or_many_lines(cli: Cli, service: SampleServer) -> None:
    assert len(rows(cli("nekos", "image", "neko", "--amount", "20"))) == 20
    lines = cli("nekos", "image", "neko", "--amount", "3", "--jsonl").text.splitlines()
    result: list[JsonValue] = [json.loads(line) for line in lines]
    assert [isinstance(row, dict) and "_source" in row for row in result] == [True] * 3


def test_every_mode_is_to_be_had_on_a_terminal(terminal: Terminal, odd: SampleServer) -> None:
    assert terminal("nekos", "image", "neko", "--json", "--no-source").text == LAID_OUT
    assert terminal("nekos", "image", "neko", "--jsonl", "--no-source").text == f"{ROW}\n"
    assert terminal("nekos", "image", "neko", "--jq", ".[0].whole").text == "1.0\n"
    assert terminal("nekos", "image", "neko", "--jq", ".[0].artist_name", "-r").text == "青葉 é\n"


@pytest.mark.parametrize("option", [("--json",), ("--jq", ".size"), ("--fields", "size")])
def test_nothing_is_told_where_the_picture_itself_goes(
    option: tuple[str, ...], cli: Cli, service: SampleServer
) -> None:
    outcome = cli("nekos", "asset", "neko/a.png", *option)
    assert (outcome.code, outcome.out, len(service.arrivals)) == (2, b"", 0)


NUMBERS = (
    '"one":1.10,"two":1E5,"three":-0,"four":1e400,"five":[-0.0,0.1e1,1e-400],'
    '"six":12345678901234567890123'
)
ODD_ROW = f'{{"url":"https://nekos.best/api/v2/neko/x.png",{NUMBERS}}}'


@pytest.fixture
def numbers(service: SampleServer) -> SampleServer:
    """Let the server send a row of numbers that Python writes in another way."""
    service.answer("*", body=f'{{"results":[{ODD_ROW}]}}'.encode(), times=None)
    return service


@pytest.mark.parametrize(
    "options",
    [
        ("-c", "--no-source"),
        ("-c",),
        ("--jsonl",),
        ("--jsonl", "--no-source"),
        ("-c", "--fields", "one,two,three,four,five,six"),
        ("--jsonl", "--no-source", "--fields", "url,one,two,three,four,five,six"),
    ],
)
@pytest.mark.parametrize("command", [("image", "neko"), ("search", "x")])
def test_numbers_come_out_as_they_came(
    cli: Cli, numbers: SampleServer, command: tuple[str, ...], options: tuple[str, ...]
) -> None:
    outcome = cli("nekos", *command, *options)
    assert outcome.code == 0
    assert NUMBERS in outcome.text


def test_numbers_beside_names_come_out_as_they_came(cli: Cli, service: SampleServer) -> None:
    service.answer("/endpoints", body=f'{{"neko":{{"format":"png",{NUMBERS}}}}}'.encode())
    assert f'{{"neko":{{"format":"png",{NUMBERS}}}}}' in cli("nekos", "categories-full", "-c").text


def test_numbers_of_a_jq_program_are_written_by_jq(cli: Cli, numbers: SampleServer) -> None:
    program = ".[0] | .one, .two, .three, .four, .six"
    expected = "1.10\n1E+5\n-0\n1E+400\n12345678901234567890123\n"
    for options in ([], ["-r"], ["-c"], ["--no-source"]):
        assert cli("nekos", "image", "neko", "--jq", program, *options).text == expected
    program = program.replace(".[0]", ".results[0]")
    for options in ([], ["-r"]):
        assert cli("api", "nekos", "/neko", "--jq", program, *options).text == expected
    assert NUMBERS in cli("api", "nekos", "/neko").text


def test_numbers_of_identified_posts_come_out_as_they_came(
    cli: Cli, neighbours: None, monkeypatch: pytest.MonkeyPatch, service: SampleServer
) -> None:
    from animedex.testing import DanbooruSample

    row = f'{{"id":9,"source":"https://www.pixiv.net/artworks/15300","pixiv_id":15300,{NUMBERS}}}'
    with DanbooruSample(limits=False) as danbooru:
        danbooru.answer("*", body=f"[{row}]".encode(), times=None)
        monkeypatch.setenv("ANIMEDEX_DANBOORU_URL", danbooru.url)
        work = "https://www.pixiv.net/artworks/15300"
        outcome = cli("art", "identify", work, "-c")
    assert (outcome.code, NUMBERS in outcome.text) == (0, True), outcome.err


def test_halt_error_tells_its_text_and_fails(cli: Cli, numbers: SampleServer) -> None:
    program = '.[0].url, ("no\\nluck\\n" | halt_error(5)), 7'
    outcome = cli("nekos", "image", "neko", "--jq", program, "-r")
    assert (outcome.code, outcome.text) == (1, "https://nekos.best/api/v2/neko/x.png\n")
    assert outcome.err == "animedex: the jq program stopped with halt_error: no\nluck\n"
    error = cli("nekos", "image", "neko", "--jq", program, "--errors", "json").error
    assert (error["reason"], str(error["message"])[-7:]) == ("jq-failed", "no\nluck")
    assert cli("nekos", "image", "neko", "--jq", "1, halt, 2").text == "1\n"
