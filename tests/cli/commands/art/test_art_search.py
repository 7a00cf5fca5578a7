"""`animedex art search`: one list of rows, and a line for each service that is missing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, cast

import pytest

from tests.kit.effort import retry_with_more_time

if TYPE_CHECKING:
    import socket

    from animedex.http_message import JsonObject
    from tests.kit.command_line import Cli, Outcome
    from tests.kit.raw_server import StartRawServer
    from tests.kit.services import Services
    from tests.kit.terminal import Terminal

INTERRUPTED = 130
PATIENCE = 120


def rows(outcome: Outcome) -> list[JsonObject]:
    assert outcome.code == 0, outcome.err
    return cast("list[JsonObject]", outcome.json)


def backends(outcome: Outcome) -> list[str]:
    return [str(cast("JsonObject", row["_source"])["backend"]) for row in rows(outcome)]


def test_rows_are_as_the_services_sent_them_each_with_its_source(
    cli: Cli, services: Services
) -> None:
    outcome = cli("art", "search", "maid", "--limit", "3")
    assert (backends(outcome), outcome.err) == (["waifu", "danbooru", "waifu"], "")
    waifu, danbooru, _ = rows(outcome)
    assert (waifu["perceptualHash"], waifu["favorites"]) == ("0000000000000007", 9)
    assert (danbooru["id"], danbooru["pixiv_id"]) == (102, 15300)


def test_several_words_are_one_search(cli: Cli, services: Services) -> None:
    cli("art", "search", "mio", "lanterns", "--from", "nekos")
    assert services.nekos.arrivals[0].query["query"] == "mio lanterns"


def test_all_services_can_be_had_in_one_shape(cli: Cli, services: Services) -> None:
    posts = rows(cli("art", "search", "maid", "--common", "--from", "danbooru,waifu"))
    assert [post["id"] for post in posts][:3] == ["danbooru:102", "waifu:7", "danbooru:101"]
    assert all(post["rating"] == "g" for post in posts)
    assert len({tuple(post) for post in posts}) == 1


def test_rows_come_a_line_each(cli: Cli, services: Services) -> None:
    lines = cli("art", "search", "maid", "--jsonl", "--limit", "4").text.splitlines()
    assert ["_source" in json.loads(line) for line in lines] == [True] * 4


def test_fields_of_any_service_are_known(cli: Cli, services: Services) -> None:
    asked = ("art", "search", "maid", "--limit", "2", "--no-source", "--fields")
    assert rows(cli(*asked, "id,byteSize,anime_name")) == [
        {"id": 7, "byteSize": 100_000, "anime_name": None},
        {"id": 102, "byteSize": None, "anime_name": None},
    ]
    wrong = cli(*asked, "bytesize")
    assert (wrong.code, "did you mean byteSize?" in wrong.err) == (2, True)
    assert cli(*asked, "anime_name", "--from", "waifu").code == 2


def test_a_terminal_shows_cards(terminal: Terminal, services: Services) -> None:
    plain = {"NO_COLOR": "1", "TERM": "dumb"}
    screen = terminal("art", "search", "maid", "--limit", "2", environment=plain)
    assert screen.code == 0
    assert [line.split() for line in screen.text.splitlines() if "[src:" in line] == [
        ["waifu:7", "[src:", "waifu]"],
        ["danbooru:102", "[src:", "danbooru]"],
    ]


def test_a_service_that_is_down_is_named_and_the_rest_is_shown(
    cli: Cli, services: Services
) -> None:
    services.waifu.faults.add("*:500")
    outcome = cli("art", "search", "maid")
    assert backends(outcome) == ["danbooru", "danbooru"]
    assert outcome.err.count("\n") == 1
    assert outcome.err.startswith("animedex: waifu is missing: ")


def test_whoever_reads_errors_as_json_is_told_of_a_missing_service_too(
    cli: Cli, services: Services
) -> None:
    services.waifu.faults.add("*:500")
    outcome = cli("art", "search", "maid", "--errors", "json")
    assert (outcome.code, backends(outcome)) == (0, ["danbooru", "danbooru"])
    assert (outcome.error["reason"], outcome.error["backend"]) == ("upstream-error", "waifu")


def test_a_service_that_is_down_fails_a_strict_search(cli: Cli, services: Services) -> None:
    services.danbooru.faults.add("*:429;retry-after=3600")
    outcome = cli("art", "search", "maid", "--strict", "--errors", "json")
    assert (outcome.code, outcome.out) == (5, b"")
    assert (outcome.error["reason"], outcome.error["backend"]) == ("rate-limited", "danbooru")
    assert str(outcome.error["message"]).startswith("danbooru: ")
    assert rows(cli("art", "search", "maid", "--strict", "--from", "waifu"))


def test_a_failure_names_its_service_even_where_it_is_the_only_one(
    cli: Cli, services: Services, raw_server: StartRawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANIMEDEX_WAIFU_URL", raw_server(hang).url)

    def check(seconds: float) -> None:
        asked = ("art", "search", "maid", "--timeout", str(seconds))
        assert cli(*asked, "--strict").err.startswith("animedex: waifu: no complete response")
        assert cli(*asked, "--from", "waifu").err.startswith(
            "animedex: waifu: no complete response"
        )

    retry_with_more_time(check)


def test_a_service_without_that_rating_is_left_out_and_said_so(
    cli: Cli, services: Services
) -> None:
    outcome = cli("art", "search", "maid", "--rating", "s", "--from", "nekos,danbooru,waifu")
    assert rows(outcome) == []
    left_out, nothing = outcome.err.splitlines()
    assert left_out.endswith("no pictures with that rating: nekos, waifu")
    assert nothing == "animedex: nothing matches 'maid'"
    assert len(services.nekos.arrivals) == 0


def test_where_all_fail_the_first_decides(cli: Cli, services: Services) -> None:
    services.nekos.faults.add("*:403")
    services.waifu.faults.add("*:500")
    services.danbooru.faults.add("*:500")
    outcome = cli("art", "search", "maid", "--errors", "json")
    assert (outcome.code, outcome.out) == (4, b"")
    message = str(outcome.error["message"])
    assert all(f"{name}: " in message for name in ("nekos", "waifu", "danbooru"))


def test_nothing_found_is_no_failure(cli: Cli, services: Services) -> None:
    outcome = cli("art", "search", "qqqzzzxxx")
    assert (outcome.code, outcome.json) == (0, [])
    assert outcome.err == "animedex: nothing matches 'qqqzzzxxx'\n"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--from", "neko"), "did you mean nekos?"),
        (("--from", "nekos,waifu,nekos"), "nekos is named twice"),
        (("--from", " , "), "no service is named"),
        (("--rating", "safe"), "a rating is g, s, q or e"),
        (("--limit", "0"), "from 1 to 100"),
        (("--limit", "101"), "from 1 to 100"),
        (("--rating", "s", "--from", "nekos"), "no picture of nekos is rated sensitive"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_asked_is_refused(
    options: tuple[str, ...], said: str, cli: Cli, services: Services
) -> None:
    outcome = cli("art", "search", "maid", *options)
    assert (outcome.code, outcome.out) == (2, b"")
    assert said in outcome.err
    assert sum(len(server.arrivals) for server in services) == 0


def test_a_search_needs_words(cli: Cli, services: Services) -> None:
    assert cli("art", "search").code == 2
    assert "a word to search for" in cli("art", "search", " ").err


def test_spaces_and_capitals_in_the_choice_of_services_do_not_matter(
    cli: Cli, services: Services
) -> None:
    assert set(backends(cli("art", "search", "maid", "--from", "Waifu, danbooru,"))) == {
        *("waifu", "danbooru")
    }


def hang(connection: socket.socket, over: threading.Event) -> None:
    over.wait()


def test_a_service_that_hangs_is_given_no_longer_than_was_said(
    cli: Cli, services: Services, raw_server: StartRawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANIMEDEX_NEKOS_URL", raw_server(hang).url)

    def check(seconds: float) -> None:
        outcome = cli("art", "search", "maid", "--timeout", str(seconds))
        assert set(backends(outcome)) == {"waifu", "danbooru"}
        assert "nekos is missing: no complete response came" in outcome.err

    retry_with_more_time(check)


@pytest.mark.parametrize("timeout", [(), ("--timeout", "none")], ids=["10 s", "none"])
@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C cannot be sent to one child there")
def test_ctrl_c_ends_a_search_while_services_hang(
    timeout: tuple[str, ...],
    services: Services,
    raw_server: StartRawServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    both = threading.Barrier(3, timeout=PATIENCE)

    def stall(connection: socket.socket, over: threading.Event) -> None:
        both.wait()
        over.wait()

    url = raw_server(stall).url
    monkeypatch.setenv("ANIMEDEX_NEKOS_URL", url)
    monkeypatch.setenv("ANIMEDEX_WAIFU_URL", url)
    command = [sys.executable, "-m", "animedex", "art", "search", "maid", *timeout]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            both.wait()
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
    assert (process.returncode, out, err) == (INTERRUPTED, b"", b"")


@pytest.mark.parametrize("name", ["nekos", "danbooru", "waifu"])
@pytest.mark.parametrize("fault", ["*:htmlx1", "*:garbagex1"])
def test_an_answer_that_was_not_understood_is_not_kept(
    cli: Cli, services: Services, name: str, fault: str
) -> None:
    getattr(services, name).faults.add(fault)
    words = {"nekos": "mio", "danbooru": "maid", "waifu": "maid"}[name]
    first = cli("art", "search", words, "--from", name)
    assert (first.code, first.out) == (7, b"")
    assert rows(cli("art", "search", words, "--from", name))
