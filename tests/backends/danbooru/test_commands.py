"""The command line of Danbooru: what becomes of its arguments, and what is shown."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

import pytest

from animedex.backends.danbooru.commands import command
from animedex.cli.main import run
from animedex.testing.danbooru import error_responses as refusals
from animedex.testing.samples.danbooru_posts import USER
from animedex.testing.samples.danbooru_sample import DanbooruSample

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import click

    from animedex.cli.command import Command
    from animedex.http_message import JsonObject, JsonValue


class Outcome(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> JsonValue:
        return cast("JsonValue", json.loads(self.out))

    @property
    def rows(self) -> list[JsonObject]:
        return cast("list[JsonObject]", json.loads(self.out))


class Cli(Protocol):
    """Run a command line."""

    def __call__(self, *arguments: str) -> Outcome: ...


@pytest.fixture(scope="module")
def running() -> Iterator[DanbooruSample]:
    with DanbooruSample(limits=False, seed=5) as server:
        yield server


@pytest.fixture
def server(running: DanbooruSample, monkeypatch: pytest.MonkeyPatch) -> DanbooruSample:
    running.arrivals.clear()
    running.faults.clear()
    monkeypatch.setenv("ANIMEDEX_DANBOORU_URL", running.url)
    monkeypatch.setenv("ANIMEDEX_LIMITS", "off")
    return running


@pytest.fixture
def cli(server: DanbooruSample, capfdbinary: pytest.CaptureFixture[bytes]) -> Cli:
    def invoke(*arguments: str) -> Outcome:
        capfdbinary.readouterr()
        code = run(["danbooru", *arguments])
        out, err = capfdbinary.readouterr()
        return Outcome(code, out.decode(), err.decode())

    return invoke


def sent_query(server: DanbooruSample) -> dict[str, str]:
    (arrival,) = server.arrivals
    return dict(arrival.query)


@pytest.mark.parametrize(
    ("arguments", "sent"),
    [
        ((), {"limit": "20"}),
        (("cat_girl",), {"tags": "cat_girl", "limit": "20"}),
        (("1girl", "--", "-solo"), {"tags": "1girl -solo", "limit": "20"}),
        (("1girl -solo",), {"tags": "1girl -solo", "limit": "20"}),
        (
            ("cat_girl", "--rating", "g", "--order", "score", "--limit", "3", "--page", "2"),
            {"tags": "cat_girl rating:g order:score", "limit": "3", "page": "2"},
        ),
        (("--page", "b9000500", "id:>5"), {"tags": "id:>5", "limit": "20", "page": "b9000500"}),
    ],
)
def test_a_search_is_asked_for_as_it_is_said(
    arguments: tuple[str, ...], sent: dict[str, str], cli: Cli, server: DanbooruSample
) -> None:
    outcome = cli("search", *arguments)
    assert (outcome.code, outcome.err) == (0, "")
    assert sent_query(server) == sent
    sources = [cast("JsonObject", row["_source"]) for row in outcome.rows]
    assert all(source["backend"] == "danbooru" for source in sources)


def test_a_row_is_what_the_service_sent(cli: Cli) -> None:
    (row,) = cli("search", "cat_girl", "--limit", "1", "--no-source").rows
    again = json.loads(cli("post", str(row["id"]), "--no-source").out)
    assert row == again
    assert {"media_asset", "tag_string_artist", "file_url"} <= row.keys()


def test_a_bare_dash_is_told_where_it_goes(cli: Cli, server: DanbooruSample) -> None:
    outcome = cli("search", "1girl", "-solo")
    assert (outcome.code, outcome.out) == (2, "")
    assert "a word that begins with a dash goes after `--`" in outcome.err
    assert "animedex danbooru search -- -solo" in outcome.err
    assert len(server.arrivals) == 0


@pytest.mark.parametrize(
    ("words", "note"),
    [
        (("no_such_tag",), "animedex: no posts found\n"),
        (
            ("hatsune miku",),
            "animedex: no posts found (a tag is written with underscores: hatsune_miku)\n",
        ),
        (("zz -yy",), "animedex: no posts found\n"),
    ],
)
def test_a_search_that_finds_nothing_is_answered(
    words: tuple[str, ...], note: str, cli: Cli
) -> None:
    outcome = cli("search", *words)
    assert (outcome.code, outcome.json, outcome.err) == (0, [], note)


def test_three_terms_are_refused_with_what_may_be_done(cli: Cli, server: DanbooruSample) -> None:
    outcome = cli("search", "touhou", "cirno", "1girl", "--errors", "json")
    error = json.loads(outcome.err)
    assert (outcome.code, error["reason"]) == (2, "bad-args")
    assert "this one has 3: touhou, cirno, 1girl" in error["message"]
    assert "rating" in error["hint"]
    assert "animedex auth login danbooru" in error["hint"]
    assert len(server.arrivals) == 0


def test_three_terms_are_sent_for_who_is_signed_in(
    cli: Cli, server: DanbooruSample, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANIMEDEX_DANBOORU_LOGIN", USER.name)
    monkeypatch.setenv("ANIMEDEX_DANBOORU_API_KEY", USER.api_key)
    outcome = cli("search", "1girl", "solo", "cat_girl", "-v")
    assert outcome.code == 0
    assert outcome.rows
    assert USER.api_key not in outcome.out + outcome.err


def test_all_of_a_search_comes_by_id(cli: Cli, server: DanbooruSample) -> None:
    outcome = cli("search", "1girl", "--all", "--max", "5", "--jq", ".[].id")
    ids = [int(line) for line in outcome.out.split()]
    assert ids == sorted(ids, reverse=True)
    assert len(ids) == 5
    assert sent_query(server) == {"tags": "1girl", "limit": "5"}
    cli("search", "1girl", "--all", "--max", "5", "--order", "id")
    assert server.arrivals[-1].query["page"] == "a0"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--all",), "--all needs to know how many posts at most"),
        (("--all", "--max", "5", "--limit", "3"), "--all pages by itself"),
        (("--all", "--max", "5", "--page", "3"), "--all pages by itself"),
        (("--all", "--max", "1001"), "a maximum is a whole number from 1 to 1000"),
        (("--all", "--max", "5", "--order", "score"), "by id, and in no other order"),
        (("--max", "5"), "--max goes with --all"),
        (("--limit", "201"), "a limit is a whole number from 1 to 200"),
        (("--limit", "0"), "a limit is a whole number from 1 to 200"),
        (("--page", "x"), "a page is a number from 1"),
        (("--rating", "safe"), "safe means s (sensitive)"),
        (("--rating", "x"), "a rating is g, s, q or e"),
        (("--order", "scroe"), "did you mean score?"),
        (("",), "'' holds no tag"),
    ],
)
def test_what_cannot_be_searched(
    options: tuple[str, ...], message: str, cli: Cli, server: DanbooruSample
) -> None:
    outcome = cli("search", "cat_girl", *options)
    assert (outcome.code, outcome.out) == (2, "")
    assert message in outcome.err
    assert outcome.err.count("\n") == 1
    assert len(server.arrivals) == 0


def test_pages_past_the_last_say_how_to_go_on(cli: Cli) -> None:
    outcome = cli("search", "cat_girl", "--page", "1001")
    assert outcome.code == 3
    assert "You cannot go beyond page 1000." in outcome.err
    assert "--page=b<id>" in outcome.err


def test_a_search_that_took_too_long_says_how_to_narrow_it(
    cli: Cli, server: DanbooruSample
) -> None:
    server.refuse("/posts.json", refusals.QUERY_CANCELED)
    outcome = cli("search", "cat_girl")
    assert outcome.code == 1
    assert "The database timed out running your query." in outcome.err
    assert "narrow it" in outcome.err
    assert "stand_in" not in outcome.err


def test_pictures_come_in_the_shape_of_all_services(cli: Cli) -> None:
    for arguments in (("search", "cat_girl"), ("random", "--rating", "g")):
        outcome = cli(*arguments, "--common")
        assert all(str(row["id"]).startswith("danbooru:") for row in outcome.rows)
        assert all("page_url" in row for row in outcome.rows)
    post = json.loads(cli("post", "9000013", "--common").out)
    assert (post["id"], post["_source"]["backend"]) == ("danbooru:9000013", "danbooru")
    assert json.loads(cli("post", "9000013", "--common", "--fields", "md5").out)["md5"]


def test_a_download_of_nothing(cli: Cli, server: DanbooruSample) -> None:
    outcome = cli("download", "no_such_tag")
    assert (outcome.code, outcome.out) == (0, "[]\n")
    assert "no posts found" in outcome.err


def test_a_random_post(cli: Cli, server: DanbooruSample) -> None:
    (row,) = cli("random", "1girl", "--rating", "g", "--", "-solo").rows
    assert row["rating"] == "g"
    assert sent_query(server) == {"tags": "1girl -solo rating:g"}
    assert cli("random", "no_such_tag").code == 3


def test_a_count(cli: Cli) -> None:
    assert cli("count", "cat_girl").json == {"posts": 10}
    assert cli("count", "no_such_tag", "--jq", ".posts").out == "0\n"
    unknown = cli("count", "1girl", "--rating", "s")
    assert (unknown.code, unknown.json) == (0, {"posts": None})
    assert "stopped counting" in unknown.err


@pytest.mark.parametrize(
    ("arguments", "expression", "out"),
    [
        (("tags", "cat_g*"), ".[0].name", '"cat_girl"\n'),
        (("tags", "*", "--limit", "2"), "length", "2\n"),
        (("autocomplete", "catgirl"), ".[0].value", '"cat_girl"\n'),
        (("artist", "mikazuki_soda"), ".name", '"mikazuki_soda"\n'),
        (("artist", "501"), ".id", "501\n"),
        (("pool", "71"), ".category", '"series"\n'),
        (("wiki", "cat girl"), ".title", '"cat_girl"\n'),
        (("related", "cat_girl"), '[.[].tag.name] | index("cat_ears") != null', "true\n"),
    ],
)
def test_the_other_kinds(arguments: tuple[str, ...], expression: str, out: str, cli: Cli) -> None:
    outcome = cli(*arguments, "--jq", expression)
    assert (outcome.code, outcome.out, outcome.err) == (0, out, "")


@pytest.mark.parametrize(
    ("arguments", "note"),
    [
        (("tags", "zz*"), "animedex: no tag is called 'zz*'\n"),
        (("autocomplete", "zzqxwv"), "animedex: no tag is like 'zzqxwv'\n"),
        (("related", "zzqxwv"), "animedex: no tag stands beside 'zzqxwv'\n"),
    ],
)
def test_what_finds_nothing_is_answered(arguments: tuple[str, ...], note: str, cli: Cli) -> None:
    outcome = cli(*arguments)
    assert (outcome.code, outcome.json, outcome.err) == (0, [], note)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("post", "99"), "danbooru has no post 99: That record was not found."),
        (("artist", "nobody"), "danbooru has no artist 'nobody'"),
        (("artist", "9" * 30), "danbooru has no artist"),
        (("pool", "99"), "danbooru has no pool 99"),
        (("wiki", "nothing"), "danbooru has no wiki page 'nothing'"),
    ],
)
def test_what_is_missing_is_named(arguments: tuple[str, ...], message: str, cli: Cli) -> None:
    outcome = cli(*arguments)
    assert (outcome.code, outcome.out) == (3, "")
    assert message in outcome.err


def apart(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command in a process of its own, as the browser is chosen but once in each."""
    command = [sys.executable, "-m", "animedex", "danbooru", *arguments]
    return subprocess.run(command, capture_output=True, check=False, timeout=120)


@pytest.mark.skipif(os.name == "nt", reason="a browser is a shell script here")
def test_the_first_post_s_page_is_opened(
    server: DanbooruSample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path / "opened"}\n')
    browser.chmod(0o755)
    monkeypatch.setenv("BROWSER", f"{browser} %s")
    assert apart("post", "9000013", "--open").returncode == 0
    page = "https://danbooru.donmai.us/posts/9000013\n"
    assert (tmp_path / "opened").read_text() == page


def test_nothing_is_opened_where_nothing_is_found(cli: Cli, server: DanbooruSample) -> None:
    server.answer("/posts.json", body=b'[{"rating": "g"}]')
    assert cli("search", "cat_girl", "--open").code == 0
    assert cli("search", "no_such_tag", "--open").json == []


COMMANDS = cast("dict[str, Command]", cast("click.Group", command).commands)


def test_every_command_is_there() -> None:
    assert set(COMMANDS) == {
        *("search", "post", "random", "count", "tags", "autocomplete"),
        *("artist", "pool", "wiki", "related", "download"),
    }


@pytest.mark.parametrize(
    "example", [line for one in COMMANDS.values() for line in one.examples if "--open" not in line]
)
def test_the_examples_in_the_help_run(
    example: str, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What is downloaded goes into the folder where one is.
    monkeypatch.chdir(tmp_path)
    name, *arguments = shlex.split(example)
    assert (name, arguments[0]) == ("animedex", "danbooru")
    outcome = cli(*arguments[1:])
    assert outcome.code == 0
    assert outcome.out.strip() not in {"", "[]"}
