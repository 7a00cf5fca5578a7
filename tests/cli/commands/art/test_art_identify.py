"""`animedex art identify`: one picture, or whatever a pipe brings."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

import pytest

from animedex.backends.nekos.models import NekosImage

if TYPE_CHECKING:
    import socket
    from collections.abc import Generator

    from animedex.http_message import JsonObject
    from tests.kit.command_line import Cli, Outcome, Process
    from tests.kit.raw_server import StartRawServer
    from tests.kit.services import Services
    from tests.kit.terminal import Terminal

INTERRUPTED = 130
PATIENCE = 120
PIXIV = "https://www.pixiv.net/artworks/15300"
NEKO = {"url": "https://nekos.best/api/v2/neko/1.png", "source_url": PIXIV}
LOST = {"url": "https://nekos.best/api/v2/neko/2.png", "source_url": "https://gallery.example/1"}
GONE = {"url": "https://nekos.best/api/v2/neko/3.png", "source_url": f"{PIXIV[:-5]}404"}


def payload_of(outcome: Outcome) -> JsonObject:
    assert outcome.code == 0, outcome.err
    return cast("JsonObject", outcome.json)


def many(outcome: Outcome) -> list[JsonObject]:
    assert outcome.code == 0, outcome.err
    return cast("list[JsonObject]", outcome.json)


def ids(found: JsonObject) -> list[object]:
    return [post["id"] for post in cast("list[JsonObject]", found["posts"])]


def as_json(*rows: object) -> bytes:
    return json.dumps(rows).encode()


def json_row(row: object) -> bytes:
    return json.dumps(row).encode() + b"\n"


def test_one_picture_is_one_object(cli: Cli, services: Services) -> None:
    result = payload_of(cli("art", "identify", "waifu:7"))
    (post,) = cast("list[JsonObject]", result.pop("posts"))
    assert result == {
        "query": "waifu:7",
        "work": "pixiv:15300",
        "page": 0,
        "characters": ["mio_(lanterns)"],
        "copyrights": ["lantern_street_diaries"],
        "artists": ["aoba_mio"],
    }
    assert post["pixiv_id"] == 15300
    assert cast("JsonObject", post["_source"])["backend"] == "danbooru"


def test_all_posts_of_a_work_are_given_where_the_page_is_not_known(
    cli: Cli, services: Services
) -> None:
    result = payload_of(cli("art", "identify", PIXIV))
    assert (result["page"], ids(result)) == (None, [102, 101])


def test_posts_can_be_had_in_the_shape_of_all(cli: Cli, services: Services) -> None:
    result = payload_of(cli("art", "identify", "waifu:7", "--common", "--no-source"))
    (post,) = cast("list[JsonObject]", result["posts"])
    assert (post["id"], "_source" in post) == ("danbooru:101", False)


def test_some_keys_alone_can_be_had(cli: Cli, services: Services) -> None:
    outcome = cli("art", "identify", "waifu:7", "--fields", "characters,page")
    assert payload_of(outcome) == {"characters": ["mio_(lanterns)"], "page": 0}
    assert cli("art", "identify", "waifu:7", "--jq", ".artists[0]", "-r").text == "aoba_mio\n"
    requests = len(services.danbooru.arrivals)
    services.waifu.arrivals.clear()
    assert cli("art", "identify", "waifu:7", "--fields", "character").code == 2
    assert (len(services.waifu.arrivals), len(services.danbooru.arrivals)) == (0, requests)


def test_a_terminal_shows_a_card(terminal: Terminal, services: Services) -> None:
    plain = {"NO_COLOR": "1", "TERM": "dumb"}
    screen = terminal("art", "identify", PIXIV, environment=plain)
    _, *told_of, address = screen.text.splitlines()
    lines = dict(line.split(maxsplit=1) for line in told_of)
    assert (screen.code, address.strip()) == (0, "https://danbooru.donmai.us/posts/102")
    assert lines["characters"] == "tove_(lanterns), mio_(lanterns)"
    assert lines["page"] == "unknown, so any page of the work"
    assert lines["posts"] == "danbooru:102, danbooru:101"
    known = terminal("art", "identify", "waifu:7", environment=plain)
    assert any(line.split() == ["page", "1", "(p0)"] for line in known.text.splitlines())


def test_a_row_may_be_given_as_it_is(cli: Cli, services: Services) -> None:
    assert payload_of(cli("art", "identify", json.dumps(NEKO)))["query"] == "nekos:1.png"
    (result,) = many(cli("art", "identify", json.dumps([NEKO])))
    assert result["query"] == "nekos:1.png"
    two = cli("art", "identify", f"{json.dumps(NEKO)} {json.dumps(NEKO)}")
    assert len(many(two)) == 2


def test_a_wrong_row_is_told_with_its_number(cli: Cli, services: Services) -> None:
    outcome = cli("art", "identify", json.dumps([NEKO, {"id": 3}]))
    assert (outcome.code, outcome.out) == (2, b"")
    message = "animedex: the argument, row 2: the row is not from a supported service"
    assert outcome.err.startswith(message)
    assert len(services.danbooru.arrivals) == 0


def test_rows_come_through_a_pipe(process: Process, services: Services) -> None:
    outcome = process("art", "identify", "-", stdin=as_json(NEKO, NEKO))
    assert [result["query"] for result in many(outcome)] == ["nekos:1.png"] * 2
    assert len(services.danbooru.arrivals) == 1


def test_rows_may_be_lines_or_a_single_one(process: Process, services: Services) -> None:
    lines = (
        json.dumps(NEKO).encode()
        + b"\n"
        + json.dumps({"id": "waifu:7", "source_url": PIXIV}).encode()
    )
    outcome = process("art", "identify", "-", "--jsonl", stdin=lines)
    queries = [json.loads(line)["query"] for line in outcome.text.splitlines()]
    assert queries == ["nekos:1.png", "waifu:7"]
    assert len(many(process("art", "identify", "-", stdin=json.dumps(NEKO).encode()))) == 1


def test_what_a_search_prints_is_understood(process: Process, cli: Cli, services: Services) -> None:
    for shape in ((), ("--common",)):
        rows = cli("art", "search", "maid", *shape).out
        outcome = process("art", "identify", "-", stdin=rows)
        assert [result["query"] for result in many(outcome)] == [
            *("waifu:7", "danbooru:102", "danbooru:101")
        ]


def test_what_is_not_found_is_named_beside_the_rest(process: Process, services: Services) -> None:
    outcome = process("art", "identify", "-", stdin=as_json(LOST, NEKO, GONE))
    assert [result["query"] for result in many(outcome)] == ["nekos:1.png"]
    lost, gone = outcome.err.splitlines()
    assert lost == "animedex: nekos:2.png: the work that it comes from is unknown"
    assert gone.startswith("animedex: nekos:3.png: no post of pixiv:404 ")


def test_where_nothing_is_found_it_fails(process: Process, services: Services) -> None:
    alone = process("art", "identify", "-", stdin=as_json(LOST))
    assert (alone.code, alone.out, alone.err.count("\n")) == (3, b"", 1)
    assert alone.err.startswith("animedex: nekos:2.png: the work that it comes from is unknown")
    for options in ((), ("--jsonl",), ("--jq", "length")):
        outcome = process("art", "identify", "-", *options, stdin=as_json(LOST, GONE))
        assert (outcome.code, outcome.out) == (3, b"")
        lost, gone, failure = outcome.err.splitlines()
        assert lost.startswith("animedex: nekos:2.png: ")
        assert gone.startswith("animedex: nekos:3.png: ")
        assert failure.startswith("animedex: none of 2 pictures was found; the first: nekos:2.png")


def test_what_was_not_found_before_a_failure_is_named(process: Process, services: Services) -> None:
    services.danbooru.answer("/posts.json", status=403)
    outcome = process("art", "identify", "-", stdin=as_json(LOST, NEKO))
    assert (outcome.code, outcome.out) == (4, b"")
    lost, failure = outcome.err.splitlines()
    assert lost.startswith("animedex: nekos:2.png: the work that it comes from is unknown")
    assert "access refused" in failure


def test_a_picture_that_nobody_has_posted_is_not_found(cli: Cli, services: Services) -> None:
    outcome = cli("art", "identify", "waifu:8", "--errors", "json")
    assert (outcome.code, outcome.out, outcome.error["reason"]) == (3, b"", "not-found")
    assert outcome.error["hint"]


def test_no_rows_are_nothing_to_identify(process: Process, services: Services) -> None:
    assert many(process("art", "identify", "-", stdin=b"[]")) == []
    fields = ("--fields", "query,posts")
    assert many(process("art", "identify", "-", *fields, stdin=b"[]")) == []
    assert process("art", "identify", "-", "--fields", "post", stdin=b"[]").code == 2


def test_what_was_found_before_a_failure_is_printed(process: Process, services: Services) -> None:
    services.danbooru.answer("/posts.json", body=b'[{"id": 5, "pixiv_id": 15300}]')
    services.danbooru.answer("/posts.json", status=403)
    outcome = process("art", "identify", "-", stdin=as_json(NEKO, GONE))
    assert outcome.code == 4
    (result,) = cast("list[JsonObject]", outcome.json)
    assert ids(result) == [5]
    services.danbooru.answer("/posts.json", body=b'[{"id": 5, "pixiv_id": 15300}]')
    services.danbooru.answer("/posts.json", status=403)
    counted = process(
        "art", "identify", "-", "--jq", "length", "--refresh", stdin=as_json(NEKO, GONE)
    )
    assert (counted.code, counted.text) == (4, "1\n")
    services.danbooru.answer("/posts.json", status=403)
    alone = process("art", "identify", "-", "--refresh", stdin=as_json(NEKO))
    assert (alone.code, alone.out) == (4, b"")


@pytest.mark.parametrize(
    ("stdin", "said"),
    [
        (b'[{"id": 3}]', "standard input, row 1: the row is not from a supported service"),
        (b'[{"url": ', "row 1: it ends in the middle"),
        (b"maid", "row 1: it is no JSON"),
    ],
)
def test_wrong_rows_take_nothing_away_from_those_before_them(
    stdin: bytes, said: str, process: Process, services: Services
) -> None:
    alone = process("art", "identify", "-", stdin=stdin)
    assert (alone.code, alone.out, said in alone.err) == (2, b"", True)
    assert len(services.danbooru.arrivals) == 0
    outcome = process("art", "identify", "-", stdin=as_json(NEKO)[:-1] + b"," + stdin[1:])
    (result,) = cast("list[JsonObject]", outcome.json)
    assert (outcome.code, result["query"], "row 2: " in outcome.err) == (2, "nekos:1.png", True)


def test_an_art_post_of_nekos_is_identified_without_asking_nekos(
    process: Process, cli: Cli, services: Services
) -> None:
    post = NekosImage.from_payload(cast("JsonObject", NEKO)).to_common().to_payload()
    (result,) = many(process("art", "identify", "-", stdin=as_json(post)))
    assert result["query"] == post["id"] == "nekos:1.png"
    assert len(services.nekos.arrivals) == 0
    outcome = cli("art", "identify", str(post["id"]))
    assert (outcome.code, outcome.out) == (2, b"")
    assert "nekos finds no picture by its file name alone (give its URL, " in outcome.err


def test_cards_come_below_each_other(terminal: Terminal, services: Services) -> None:
    plain = {"NO_COLOR": "1", "TERM": "dumb"}
    screen = terminal("art", "identify", json.dumps([NEKO, NEKO]), environment=plain)
    first, second = screen.text.split("\n\n")
    assert f"{first}\n" == second


@contextmanager
def piped(*options: str) -> Generator[subprocess.Popen[bytes]]:
    """Run `identify -` with an open standard input, and end it if it hangs."""
    command = [sys.executable, "-m", "animedex", "art", "identify", "-", *options]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        guard = threading.Timer(PATIENCE, process.kill)
        guard.start()
        try:
            yield process
        finally:
            guard.cancel()
            process.kill()


@pytest.mark.parametrize("opening", [b"", b"["], ids=["lines", "array"])
def test_a_line_is_not_held_back_while_more_rows_may_come(
    opening: bytes, services: Services
) -> None:
    with piped("--jsonl") as process:
        assert process.stdin
        assert process.stdout
        for number in range(2):
            process.stdin.write((b"," if opening and number else opening) + json_row(NEKO))
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["query"] == "nekos:1.png"
        out, err = process.communicate(b"]" if opening else b"", timeout=PATIENCE)
    assert (process.returncode, out, err) == (0, b"", b"")


@pytest.mark.parametrize("options", [(), ("--jq", "."), ("--jsonl",)], ids=["json", "jq", "jsonl"])
@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C cannot be sent to one child there")
def test_what_was_found_before_ctrl_c_is_printed(
    options: tuple[str, ...],
    services: Services,
    raw_server: StartRawServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    body = b'[{"id": 5, "pixiv_id": 15300}]'
    second = threading.Barrier(2, timeout=PATIENCE)
    answers = iter([b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body)])

    def answer(connection: socket.socket, over: threading.Event) -> None:
        once = next(answers, None)
        if once is not None:
            connection.sendall(once)
            return
        second.wait()
        over.wait()

    monkeypatch.setenv("ANIMEDEX_DANBOORU_URL", raw_server(answer).url)
    with piped(*options, "--timeout", "none") as process:
        assert process.stdin
        process.stdin.write(json_row(NEKO) + json_row(GONE))
        process.stdin.flush()
        second.wait()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
    payload = json.loads(out)
    (result,) = cast("list[JsonObject]", payload if isinstance(payload, list) else [payload])
    assert (process.returncode, ids(result), err) == (INTERRUPTED, [5], b"")


@pytest.mark.parametrize("what", ["maid", "7", "waifu:mio", "{", "https://gallery.example/1"])
def test_what_names_nothing_is_refused(what: str, cli: Cli, services: Services) -> None:
    outcome = cli("art", "identify", what)
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, b"", 1)
