"""`animedex art dedupe`: groups of rows, and one row of each."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

if TYPE_CHECKING:
    from animedex.http_message import JsonObject
    from tests.kit.command_line import Cli, Process
    from tests.kit.terminal import Terminal

MANY_ROWS = Path(__file__).parents[4] / "benchmarks" / "many_rows.py"
WORK = "https://www.pixiv.net/artworks/15300"
PAGE = "https://i.pximg.net/img-original/img/2026/01/31/09/00/00/15300_p{}.jpg"
MD5 = "0123456789abcdef" * 2
WAIFU = f'{{"id": 7, "isNsfw": false, "isAnimated": false, "source": "{WORK}", "width": 2}}'
NEKOS = (
    f'{{"url": "https://nekos.best/api/v2/neko/1.png", "source_url": "{WORK}", "artist_name": "A"}}'
)
POST = (
    f'{{"id": 8, "md5": "{MD5}", "source": "{PAGE.format(1)}", "rating": "g", "tag_string": "a"}}'
)
SAME_FILE = (
    f'{{"id": 9, "md5": "{MD5}", "source": "", "rating": "g", "tag_string": "a", "big": 1.50,'
    ' "image_width": 30, "image_height": 20, "_source": {"backend": "danbooru"}}'
)
STRANGE = '{"a": 123456789012345678901234567890, "b": "\\u0001\\u001b[31m"}'
ROWS = f"[{WAIFU},{POST},\n{NEKOS}, {SAME_FILE},{STRANGE}]"
SUMMARY = (
    "animedex: 5 rows: 2 duplicates in 2 groups, 2 only the same work as another,"
    " 1 of which nothing is known\n"
)
SAME: JsonObject = {
    "rows": ["waifu:7", "nekos:1.png"],
    "evidence": ["work"],
    "work": "pixiv:15300",
    "page": None,
    "same_work": [],
}
FILES: JsonObject = {
    "rows": ["danbooru:8", "danbooru:9"],
    "evidence": ["md5"],
    "work": "pixiv:15300",
    "page": 1,
    "same_work": ["waifu:7", "nekos:1.png"],
}


@pytest.fixture
def rows(tmp_path: Path) -> str:
    path = tmp_path / "rows.json"
    path.write_text(ROWS, encoding="utf-8")
    return str(path)


def test_groups_are_printed_with_what_puts_them_together(cli: Cli, rows: str) -> None:
    outcome = cli("art", "dedupe", rows)
    assert (outcome.code, outcome.json, outcome.err) == (0, [SAME, FILES], SUMMARY)
    assert outcome.text == json.dumps([SAME, FILES], indent=2) + "\n"


def test_rows_come_from_standard_input(process: Process, rows: str) -> None:
    for arguments in ([], ["-"]):
        outcome = process("art", "dedupe", *arguments, stdin=ROWS.encode())
        assert (outcome.code, outcome.json) == (0, [SAME, FILES])


def test_several_files_are_one_input(cli: Cli, rows: str, tmp_path: Path) -> None:
    (tmp_path / "more.jsonl").write_text(f"{SAME_FILE}\n{POST}\n", encoding="utf-8")
    outcome = cli("art", "dedupe", rows, str(tmp_path / "more.jsonl"), "-c")
    assert isinstance(outcome.json, list)
    assert cast("JsonObject", outcome.json[1])["rows"] == [
        *["danbooru:8", "danbooru:9"],
        *["danbooru:9", "danbooru:8"],
    ]


def test_an_explanation_names_what_joined_and_with_what(cli: Cli, rows: str) -> None:
    outcome = cli("art", "dedupe", rows, "--explain", "--jsonl").text.splitlines()
    assert json.loads(outcome[1]) == {
        **FILES,
        "joined": [{"row": "danbooru:9", "with": "danbooru:8", "evidence": "md5"}],
        "refused": [],
    }


def test_an_explanation_names_what_was_refused(process: Process) -> None:
    other = POST.replace("_p1", "_p0").replace('"id": 8', '"id": 3')
    outcome = process("art", "dedupe", "--explain", stdin=f"{POST}{other}".encode())
    (group,) = cast("list[JsonObject]", outcome.json)
    assert group["rows"] == ["danbooru:8"]
    assert group["refused"] == [{"row": "danbooru:3", "with": "danbooru:8", "evidence": "md5"}]
    assert outcome.err.endswith("no duplicates, 1 kept apart as other pages of one work\n")
    assert process("art", "dedupe", stdin=f"{POST}{other}".encode()).json == []


def test_the_same_work_is_put_together_if_that_is_asked_for(cli: Cli, rows: str) -> None:
    (group,) = cast("list[JsonObject]", cli("art", "dedupe", rows, "--same-work").json)
    assert group["rows"] == ["waifu:7", "danbooru:8", "nekos:1.png", "danbooru:9"]
    assert group["evidence"] == ["md5", "work", "same work"]


def test_kept_rows_are_printed_as_they_came(cli: Cli, rows: str) -> None:
    best = [WAIFU, SAME_FILE, STRANGE]
    lines = cli("art", "dedupe", rows, "--keep", "best", "--jsonl").text.splitlines()
    assert [json.loads(line) for line in lines] == [json.loads(row) for row in best]
    assert '"big":1.50' in lines[1]
    outcome = cli("art", "dedupe", rows, "--keep", "first")
    assert (outcome.code, outcome.err) == (0, SUMMARY)
    assert outcome.json == [json.loads(row) for row in (WAIFU, POST, STRANGE)]
    assert outcome.text == json.dumps(outcome.json, indent=2) + "\n"


def test_kept_rows_go_through_jq_and_fields_unchanged(cli: Cli, rows: str) -> None:
    keep = ("art", "dedupe", rows, "--keep", "best")
    assert cli(*keep, "--jq", ".[1].big", "-c").text == "1.50\n"
    assert cli(*keep, "--fields", "big,a,artist_href", "-c").text == (
        '[{"big":null,"a":null,"artist_href":null},'
        '{"big":1.50,"a":null,"artist_href":null,"_source":{"backend":"danbooru"}},'
        '{"big":null,"a":123456789012345678901234567890,"artist_href":null}]\n'
    )
    bare = cli(*keep, "--fields", "id", "--no-source", "--jsonl").text
    assert bare == '{"id":7}\n{"id":9}\n{"id":null}\n'
    assert "_source" not in cli(*keep, "--no-source").text


def test_a_field_that_no_row_has_is_refused(cli: Cli, rows: str) -> None:
    outcome = cli("art", "dedupe", rows, "--keep", "best", "--fields", "bigg")
    assert (outcome.code, outcome.out) == (2, b"")
    assert outcome.err == "animedex: no row has a field 'bigg' (did you mean big?)\n"
    assert cli("art", "dedupe", rows, "--fields", "rows,page", "-c").text == (
        '[{"rows":["waifu:7","nekos:1.png"],"page":null},'
        '{"rows":["danbooru:8","danbooru:9"],"page":1}]\n'
    )


@pytest.mark.parametrize("options", [(), ("--keep", "best"), ("-c",), ("--keep", "first", "-c")])
def test_no_rows_make_an_empty_array(process: Process, options: tuple[str, ...]) -> None:
    outcome = process("art", "dedupe", *options)
    assert (outcome.code, outcome.out) == (0, b"[]\n")
    assert outcome.err == "animedex: 0 rows: no duplicates\n"


def test_hashes_are_compared_as_far_as_is_asked(process: Process) -> None:
    pair = "".join(f'{{"id": "waifu:{n}", "perceptual_hash": "{n:016x}"}}' for n in (1, 15))
    for distance, groups in (("3", 1), ("2", 0), ("none", 0)):
        outcome = process("art", "dedupe", "--distance", distance, stdin=pair.encode())
        assert len(cast("list[object]", outcome.json)) == groups


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--distance", "9"], "a distance is 0 to 8 bits, not 9"),
        (["--distance", "9" * 5000], "a distance is 0 to 8 bits, not 999999999"),
        (["--distance", "-1"], "'-1' is not a number of bits"),
        (["--keep", "last"], "'last' is not one of"),
        (["--keep", "best", "--explain"], "--explain describes groups, but --keep prints rows"),
        (["none.json"], "none.json cannot be read: No such file or directory"),
    ],
)
def test_what_cannot_be_done_is_told(cli: Cli, options: list[str], message: str) -> None:
    outcome = cli("art", "dedupe", *options)
    assert (outcome.code, outcome.out) == (2, b"")
    assert message in outcome.err


def test_a_row_that_cannot_be_read_is_named(process: Process) -> None:
    outcome = process("art", "dedupe", "--errors", "json", stdin=b"[{}, 5]")
    assert (outcome.code, outcome.out) == (2, b"")
    assert outcome.error["reason"] == "bad-args"
    assert outcome.error["message"] == "standard input, row 2: it is no JSON object"


def test_nothing_but_errors_is_told_where_they_are_read_as_json(cli: Cli, rows: str) -> None:
    assert cli("art", "dedupe", rows, "--errors", "json").err == ""


def test_a_terminal_shows_groups_to_be_read(terminal: Terminal, rows: str) -> None:
    outcome = terminal("art", "dedupe", rows, "--explain", "--color", "never")
    assert outcome.text == (
        "waifu:7\n  same as   nekos:1.png\n  evidence  work\n  work      pixiv:15300\n"
        "  joined    nekos:1.png with waifu:7 by work\n\n"
        "danbooru:8\n  same as    danbooru:9\n  evidence   md5\n  work       pixiv:15300#1\n"
        "  same work  waifu:7, nekos:1.png\n  joined     danbooru:9 with danbooru:8 by md5\n"
    )


def test_a_terminal_shows_kept_rows_as_cards(terminal: Terminal, rows: str) -> None:
    screen = terminal("art", "dedupe", rows, "--keep", "best", "--color", "never").text
    assert [line.split()[-1] for line in screen.splitlines() if "[src:" in line] == [
        "waifu]",
        "danbooru]",
        "unknown]",
    ]
    assert "\x1b" not in screen


def test_a_terminal_is_not_waited_for(terminal: Terminal) -> None:
    outcome = terminal("art", "dedupe")
    assert (outcome.code, outcome.text) == (2, "")
    assert outcome.err.startswith("animedex: there is nothing to read (name a file,")


def test_a_full_disk_is_told(process: Process, rows: str) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no device that is full")
    outcome = process("art", "dedupe", rows, "--keep", "best", redirect="> /dev/full")
    assert outcome.code == 1
    assert "no space left" in outcome.err


def test_so_many_rows_are_counted_exactly(process: Process) -> None:
    """Of each hundred rows, 20 are duplicates, and 2 only the same work, as they were made."""
    count = 50_000
    made = subprocess.run(
        [sys.executable, MANY_ROWS, str(count), "--jsonl"], capture_output=True, check=True
    ).stdout
    lines = made.splitlines()
    outcome = process("art", "dedupe", "--keep", "first", "--jsonl", stdin=made)
    kept = outcome.out.splitlines()
    assert (len(lines), len(kept)) == (count, count - count // 100 * 20)
    assert f": {count // 100 * 20} duplicates in " in outcome.err
    assert f", {count // 100 * 2} only the same work as another\n" in outcome.err
    # What is kept is there in its order, and of each line that was there twice one is left.
    places = {line: place for place, line in reversed(list(enumerate(lines)))}
    assert [places[line] for line in kept] == sorted({places[line] for line in kept})


def test_groups_are_found_over_so_many_rows(process: Process) -> None:
    made = subprocess.run(
        [sys.executable, MANY_ROWS, "5000"], capture_output=True, check=True
    ).stdout
    groups = cast(
        "list[JsonObject]", process("art", "dedupe", "--distance", "none", stdin=made).json
    )
    several = [cast("list[str]", group["rows"]) for group in groups]
    assert sum(len(names) - 1 for names in several) == 5000 // 100 * 15
    assert sum(len(cast("list[str]", group["same_work"])) for group in groups) == 5000 // 100 * 2


def test_an_array_of_many_rows_is_one_array(process: Process) -> None:
    expected: list[JsonObject] = [{"number": number, "list": []} for number in range(2500)]
    lines = "\n".join(map(json.dumps, expected)).encode()
    for option, indent, separators in (("--json", 2, None), ("-c", None, (",", ":"))):
        outcome = process("art", "dedupe", "--keep", "best", option, stdin=lines)
        assert outcome.text == json.dumps(expected, indent=indent, separators=separators) + "\n"
