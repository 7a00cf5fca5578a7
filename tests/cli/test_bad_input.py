"""Bad input, from the user and from the service: an exit code, a reason and one line for each."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from animedex.testing import SampleServer
    from tests.kit.command_line import Cli, Outcome, Process


def check_failure(outcome: Outcome, code: int, *needles: str) -> None:
    """Expect nothing but an exit code and one line that says all of this."""
    assert outcome.code == code, outcome.err
    assert outcome.out == b""
    assert outcome.err.count("\n") == 1, outcome.err
    assert outcome.err.endswith("\n")
    assert "Traceback" not in outcome.err
    for needle in needles:
        assert needle in outcome.err


class Bad(NamedTuple):
    """One command line that is refused before anything is sent."""

    arguments: tuple[str, ...]
    said: str
    reason: str = "bad-args"

    def __str__(self) -> str:
        return ascii(" ".join(self.arguments))


REFUSED = [
    *(
        Bad(("nekos", *command, "--amount", amount), said)
        for command in (("image", "neko"), ("search", "miko"))
        for amount, said in (
            ("0", "from 1 to 20, not 0"),
            ("21", "from 1 to 20, not 21"),
            ("-1", "from 1 to 20, not -1"),
            ("x", "'x' is not a valid integer"),
            ("1.5", "'1.5' is not a valid integer"),
            ("", "'' is not a valid integer"),
            ("9" * 40, "from 1 to 20"),
        )
    ),
    *(
        Bad(("nekos", "image", category), "cannot be the name of a category")
        for category in ("", "  ", "a/b", "/neko", "..", "a\\b", "neko?amount=3", "a#b", "a\nb")
    ),
    Bad(("nekos", "image", "endpoints"), "is an endpoint, not a category"),
    Bad(("nekos", "search", "miko", "--category", ""), "cannot be the name of a category"),
    Bad(("nekos", "search", "miko", "--category", "a/b"), "cannot be the name of a category"),
    Bad(("nekos", "search", ""), "needs a word"),
    Bad(("nekos", "search", " \t"), "needs a word"),
    Bad(("nekos", "search"), "QUERY is missing"),
    Bad(("nekos", "search", "miko", "--type", "3"), "a type is image or gif (or 1 or 2)"),
    Bad(("nekos", "search", "miko", "--type", ""), "a type is image or gif"),
    Bad(("nekos", "search", "miko", "--min-match", "1.1"), "between 0 and 1"),
    Bad(("nekos", "search", "miko", "--min-match", "nan"), "between 0 and 1"),
    Bad(("nekos", "search", "-x"), "`animedex nekos search -- -x`"),
    Bad(("nekos", "search", "-1"), "`animedex nekos search -- -1`"),
    Bad(("nekos", "search", "--lantern"), "`animedex nekos search -- --lantern`"),
    Bad(("nekos", "search", "--oops"), "`animedex nekos search -- --oops`"),
    Bad(("nekos", "search", "--jsonn", "miko"), "did you mean --json"),
    Bad(("nekos", "image", "neko", "--jq", ".["), "does not compile", "jq-failed"),
    Bad(("nekos", "image", "neko", "--jq", ""), "does not compile", "jq-failed"),
    Bad(("nekos", "image", "neko", "--jq", "nope"), "does not compile", "jq-failed"),
    Bad(("nekos", "image", "neko", "--jq", ". | )"), "does not compile", "jq-failed"),
    Bad(("nekos", "image", "neko", "--jq", ")(.("), "does not compile", "jq-failed"),
    Bad(("api", "nekos", "/neko", "--jq", ".["), "does not compile", "jq-failed"),
    Bad(("nekos", "image", "neko", "-r"), "--raw-output goes with --jq"),
    Bad(("nekos", "image", "neko", "--json", "--jsonl"), "not both"),
    Bad(("nekos", "image", "neko", "--no-cache", "--refresh"), "not both"),
    Bad(("nekos", "image", "neko", "--fields", ""), "names no field"),
    Bad(("nekos", "image", "neko", "--fields", " , "), "names no field"),
    Bad(("nekos", "image", "neko", "--timeout", "x"), "--timeout: 'x' is not a number"),
    Bad(("nekos", "image", "neko", "--timeout", "0"), "--timeout: '0' is not a number"),
    Bad(("nekos", "image", "neko", "--timeout", "-1"), "--timeout: '-1' is not a number"),
    Bad(("nekos", "image", "neko", "--timeout", "nan"), "--timeout: 'nan' is not a number"),
    Bad(("nekos", "image", "neko", "--timeout", "inf"), "--timeout: 'inf' is not a number"),
    Bad(("nekos", "image", "neko", "--rate", "fast"), "'fast' is not one of"),
    Bad(("nekos", "image", "neko", "--color", "red"), "'red' is not one of"),
    Bad(("nekos", "image", "neko", "--errors", "xml"), "'xml' is not one of"),
    Bad(("nekos", "image", "neko", "kitsune"), "unexpected extra argument (kitsune)"),
    Bad(("nekos", "imag"), "did you mean `animedex nekos image`?"),
    Bad(("nekso", "image"), "did you mean `animedex nekos`?"),
    Bad(("zzz",), "see `animedex --help`"),
    Bad(("--nope",), "no such option: --nope (see `animedex --help`)"),
    Bad(("api", "nekso", "/neko"), "did you mean `animedex api nekos`?"),
    Bad(("api", "nekos"), "PATH is missing"),
    Bad(("nekos", "asset"), "WHAT is missing"),
    Bad(("nekos", "asset", "neko"), "neither a picture's URL nor"),
    Bad(("nekos", "asset", ""), "neither a picture's URL nor"),
    Bad(("nekos", "asset", "../../etc/passwd"), "neither a picture's URL nor"),
    Bad(("nekos", "asset", "neko/.."), "neither a picture's URL nor"),
    Bad(("nekos", "asset", "{"), "that is not a row"),
    Bad(("nekos", "asset", "[]"), "that is not a row"),
    Bad(("nekos", "asset", "[[]]"), "that is not a row"),
    Bad(("nekos", "asset", '{"url": 3}'), "that is not a row"),
    Bad(("nekos", "asset", '{"artist_name": "x"}'), "that is not a row"),
]


@pytest.mark.parametrize("bad", REFUSED, ids=str)
def test_it_is_refused_before_anything_is_sent(bad: Bad, cli: Cli, service: SampleServer) -> None:
    check_failure(cli(*bad.arguments), 2, bad.said)
    assert len(service.arrivals) == 0


@pytest.mark.parametrize(
    "bad", [bad for bad in REFUSED if "--errors" not in bad.arguments], ids=str
)
def test_the_reason_is_told_as_json(bad: Bad, cli: Cli, service: SampleServer) -> None:
    command, *rest = bad.arguments
    outcome = cli(command, *rest, "--errors", "json")
    assert (outcome.code, outcome.out) == (2, b"")
    assert list(outcome.error) == ["reason", "message", "hint", "backend", "status"]
    assert outcome.error["reason"] == bad.reason
    assert len(service.arrivals) == 0


def test_a_query_that_begins_with_a_dash_goes_after_two(cli: Cli, service: SampleServer) -> None:
    assert cli("nekos", "search", "--amount", "1", "--", "-x").code == 0
    assert [arrival.query["query"] for arrival in service.arrivals] == ["-x"]


UNREADABLE = b"\xff\xfe"


@pytest.mark.parametrize(
    "arguments",
    [
        ("nekos", "image"),
        ("nekos", "search"),
        ("nekos", "asset"),
        ("api", "nekos"),
        ("nekos", "image", "neko", "--jq"),
        ("nekos", "image", "neko", "--fields"),
    ],
    ids=" ".join,
)
def test_an_argument_that_is_no_text(
    arguments: tuple[str, ...], process: Process, service: SampleServer
) -> None:
    word = UNREADABLE.decode(errors="surrogateescape")
    outcome = process(*arguments, word)
    check_failure(outcome, 2)
    assert "please report" not in outcome.err


def test_an_unknown_field_is_told_with_the_near_name(cli: Cli, service: SampleServer) -> None:
    check_failure(cli("nekos", "image", "neko", "--fields", "url,artist_nam"), 2, "artist_name?")
    outcome = cli("nekos", "image", "neko", "--fields", "zzz", "--errors", "json")
    assert outcome.error["reason"] == "unknown-field"


@pytest.mark.parametrize(
    "arguments", [("image", "nekoo"), ("search", "miko", "--category", "nekoo")], ids=" ".join
)
def test_an_unknown_category_is_told_with_the_near_name(
    arguments: tuple[str, ...], cli: Cli, service: SampleServer
) -> None:
    check_failure(cli("nekos", *arguments), 3, "no category 'nekoo'", "did you mean neko?")
    outcome = cli("nekos", *arguments, "--errors", "json")
    assert (outcome.code, outcome.error["reason"], outcome.error["backend"]) == (
        3,
        "not-found",
        "nekos",
    )


def test_a_400_is_told_in_the_service_s_own_words(cli: Cli, service: SampleServer) -> None:
    body = b'{"code":400,"message":"Amount must be a whole number."}'
    service.answer("/neko", status=400, body=body, times=None)
    check_failure(cli("nekos", "image", "neko"), 1, "Amount must be a whole number.")
    outcome = cli("nekos", "image", "neko", "--errors", "json")
    assert (outcome.error["reason"], outcome.error["status"]) == ("upstream-error", 400)


def test_a_403_names_the_user_agent_and_is_asked_once(
    cli: Cli, service: SampleServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANIMEDEX_CONTACT", "me@example.org")
    service.faults.add("/neko:403html")
    outcome = cli("nekos", "image", "neko")
    check_failure(outcome, 4, "(me@example.org)", "animedex config set contact")
    assert "<" not in outcome.err
    assert len(service.arrivals) == 1
    assert cli("nekos", "image", "neko", "--errors", "json").error["reason"] == "refused"


def test_a_429_for_an_hour_holds_for_every_process_at_once(
    process: Process, cli: Cli, service: SampleServer
) -> None:
    service.faults.add("/neko:429;retry-after=3600")
    check_failure(process("nekos", "image", "neko"), 5, "try again in 1 h")
    check_failure(process("nekos", "image", "neko"), 5)
    outcome = cli("nekos", "image", "neko", "--errors", "json")
    assert (outcome.code, outcome.error["reason"]) == (5, "rate-limited")
    assert len(service.arrivals) == 1
    assert cli("nekos", "image", "baka").code == 0


def test_a_500_in_html_is_one_short_line(cli: Cli, service: SampleServer) -> None:
    service.faults.add("/neko:500html")
    outcome = cli("nekos", "image", "neko")
    check_failure(outcome, 1, "500", "try again later")
    assert len(outcome.err) < 200
    assert "<" not in outcome.err
    assert cli("nekos", "image", "neko", "--errors", "json").error["reason"] == "upstream-error"


def test_words_of_a_service_are_cut_short_and_harmless(cli: Cli, service: SampleServer) -> None:
    message = "\x1b[31m\u202e" + "long " * 1000 + "\n\n\r" + "end"
    body = json.dumps({"message": message}).encode()
    service.answer("/neko", status=400, body=body)
    outcome = cli("nekos", "image", "neko")
    check_failure(outcome, 1)
    assert len(outcome.err) < 500
    assert not {"\x1b", "\u202e", "\r"} & set(outcome.err)


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_passing_trouble_is_tried_again(status: int, cli: Cli, service: SampleServer) -> None:
    service.faults.add(f"/neko:{status};retry-after=0x2")
    assert cli("nekos", "image", "neko").code == 0
    assert [arrival.status for arrival in service.arrivals] == [status, status, 200]


BOMB = gzip.compress(bytes(32 * 1024 * 1024))
ROW = b'{"url":"https://nekos.best/api/v2/neko/a.png"}'
ODD_BODIES = {
    "a list": b"[]",
    "null": b"null",
    "a number": b"17",
    "an empty object": b"{}",
    "null for rows": b'{"results": null}',
    "a string as a row": b'{"results": ["row"]}',
    "null as a row": b'{"results": [null]}',
    "a row without url": b'{"results": [{"artist_name": "x"}]}',
    "a wrong type": b'{"results": [%s, {"url": 7}]}' % ROW,
    "a wrong inner type": b'{"results": [{"url": "x", "dimensions": {"width": "3"}}]}',
    "half a document": b'{"results": [{"url": "htt',
    "two documents": b'{"results": []} {"results": []}',
    "a byte order mark": b'\xef\xbb\xbf{"results": []}',
    "invalid UTF-8": b'{"results": [{"url": "\xff"}]}',
    "an invalid key": b'{"results": [{"url": "x", "\xff": 1}]}',
    "nothing": b"",
    "white space": b" \n",
    "HTML": b"<!DOCTYPE html><html><title>Soon</title></html>",
    "NaN": b'{"results": [{"url": "x", "dimensions": NaN}]}',
    "deep nesting": b'{"results": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep nesting in an unknown key": b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "a gzip bomb": BOMB,
    "a cut gzip stream": gzip.compress(b'{"results": [%s]}' % ROW)[:-12],
    "no gzip stream": b"\x1f\x8b" + b"nonsense" * 9,
}
GZIPPED = {"a gzip bomb", "a cut gzip stream", "no gzip stream"}
COMMANDS = {
    "image": ("nekos", "image", "neko"),
    "search": ("nekos", "search", "miko"),
    "fresh": ("nekos", "image", "neko", "--fresh"),
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
@pytest.mark.parametrize("name", ODD_BODIES)
def test_an_odd_body_is_no_answer(
    name: str, command: tuple[str, ...], cli: Cli, service: SampleServer
) -> None:
    headers = {"content-encoding": "gzip"} if name in GZIPPED else {}
    service.answer("*", headers=headers, body=ODD_BODIES[name], times=None)
    outcome = cli(*command, "--errors", "json")
    assert (outcome.code, outcome.out) == (7, b"")
    assert outcome.error["reason"] in {"upstream-decode", "upstream-shape"}
    assert outcome.error["backend"] == "nekos"
    assert len(outcome.err) < 400


@pytest.mark.parametrize("name", ["a list", "half a document", "HTML", "deep nesting", "nothing"])
def test_an_odd_body_is_told_in_one_line(name: str, cli: Cli, service: SampleServer) -> None:
    service.answer("/neko", body=ODD_BODIES[name])
    check_failure(cli("nekos", "image", "neko"), 7)


@pytest.mark.parametrize("name", ["a list", "null", "a number", "half a document", "nothing"])
@pytest.mark.parametrize("command", ["categories", "categories-full"])
def test_an_odd_catalogue_is_no_answer(
    name: str, command: str, cli: Cli, service: SampleServer
) -> None:
    service.answer("/endpoints", body=ODD_BODIES[name], times=None)
    check_failure(cli("nekos", command), 7)
    assert cli("cache", "info", "--jq", ".answers").text == "0\n"


def test_a_catalogue_of_another_shape_is_not_kept(cli: Cli, service: SampleServer) -> None:
    service.answer("/endpoints", body=b'{"neko": {"format": 3}}')
    check_failure(cli("nekos", "categories"), 7, "neko.format")
    assert cli("nekos", "categories").code == 0


def test_a_wrong_type_is_told_with_its_place(cli: Cli, service: SampleServer) -> None:
    rows = b",".join([ROW] * 3)
    service.answer("/neko", body=b'{"results": [%s, {"url": 7}]}' % rows)
    check_failure(cli("nekos", "image", "neko"), 7, "results[3].url")


def test_a_name_in_an_error_is_harmless(cli: Cli, service: SampleServer) -> None:
    key = json.dumps("\x1b[31m\u202eneko\n")
    service.answer("/endpoints", body=b"{%s: 3}" % key.encode())
    outcome = cli("nekos", "categories")
    check_failure(outcome, 7)
    assert not {"\x1b", "\u202e"} & set(outcome.err)


def test_a_header_beyond_ascii_is_no_answer(cli: Cli, service: SampleServer) -> None:
    service.answer("/neko", headers={"x-note": b"\xe9\xff"}, body=b'{"results": []}', times=None)
    check_failure(cli("nekos", "image", "neko"), 7)


def test_no_rows_are_an_answer(cli: Cli, service: SampleServer) -> None:
    service.answer("/neko", body=b'{"results": []}')
    assert cli("nekos", "image", "neko").out == b"[]\n"


def test_a_search_that_matches_nothing_is_told_beside_an_empty_array(
    cli: Cli, service: SampleServer
) -> None:
    outcome = cli("nekos", "search", "zzzz", "--min-match", "0.9")
    assert (outcome.code, outcome.out) == (0, b"[]\n")
    assert outcome.err == "animedex: nothing matches 'zzzz' well enough\n"
