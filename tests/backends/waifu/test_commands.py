"""The command line of Waifu.im: what becomes of its arguments, and what is shown."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

import click
import pytest

from animedex.backends.waifu.commands import command
from animedex.cli.command import Command
from animedex.cli.main import run
from animedex.testing.samples.waifu_sample import WaifuSample

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from animedex.http_message import JsonObject

EXAMPLES = [
    example
    for one in command.commands.values()
    if isinstance(one, Command)
    for example in one.examples
]


class Outcome(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[JsonObject]:
        assert (self.code, self.err) == (0, "")
        return cast("list[JsonObject]", json.loads(self.out))


class Cli(Protocol):
    def __call__(self, *arguments: str) -> Outcome: ...


@pytest.fixture(scope="module")
def running() -> Iterator[WaifuSample]:
    with WaifuSample(limits=False, seed=5) as server:
        yield server
        assert server.ignored == []


@pytest.fixture
def server(running: WaifuSample, monkeypatch: pytest.MonkeyPatch) -> WaifuSample:
    running.arrivals.clear()
    running.faults.clear()
    monkeypatch.setenv("ANIMEDEX_WAIFU_URL", running.url)
    monkeypatch.setenv("ANIMEDEX_LIMITS", "off")
    return running


@pytest.fixture
def cli(server: WaifuSample, capfdbinary: pytest.CaptureFixture[bytes]) -> Cli:
    """Run a command, its output in a pipe."""

    def invoke(*arguments: str) -> Outcome:
        capfdbinary.readouterr()
        code = run(["waifu", *arguments])
        out, err = capfdbinary.readouterr()
        return Outcome(code, out.decode(), err.decode())

    return invoke


def test_every_option_becomes_a_parameter(cli: Cli, server: WaifuSample) -> None:
    options = (
        *("--tag", "waifu", "--tag", "maid", "--exclude-tag", "ecchi", "--artist", "1"),
        *("--exclude-artist", "2", "--exclude-id", "7", "--nsfw", "ALL", "--no-animated"),
        *("--orientation", "portrait", "--order", "uploaded-at", "--width", ">=1"),
        *("--height", "1..9999", "--byte-size", "< 9999999", "--page", "1", "--limit", "3"),
    )
    assert cli("images", *options).code == 0
    assert server.arrivals[0].query.multi_items() == [
        ("IncludedArtists", "1"),
        ("ExcludedArtists", "2"),
        ("IncludedTags", "waifu"),
        ("IncludedTags", "maid"),
        ("ExcludedTags", "ecchi"),
        ("ExcludedIds", "7"),
        ("IsNsfw", "All"),
        ("IsAnimated", "False"),
        ("Orientation", "PORTRAIT"),
        ("Width", ">=1"),
        ("Height", "1..9999"),
        ("ByteSize", "<9999999"),
        ("OrderBy", "UploadedAt"),
        ("Page", "1"),
        ("PageSize", "3"),
    ]


def test_safe_pictures_come_unless_others_are_asked_for(cli: Cli) -> None:
    assert not any(row["isNsfw"] for row in cli("images", "--limit", "100").rows)
    assert all(row["isNsfw"] for row in cli("images", "--nsfw", "yes", "--limit", "9").rows)


def test_what_moves_can_be_asked_for(cli: Cli) -> None:
    assert all(row["isAnimated"] for row in cli("images", "--animated", "--limit", "9").rows)


def test_rows_come_in_the_shape_that_all_services_share(cli: Cli) -> None:
    (post,) = cli("images", "--tag", "maid", "--common", "--no-source").rows
    row = json.loads(cli("image", str(post["id"]).removeprefix("waifu:"), "--no-source").out)
    assert (post["rating"], post["url"], post["source_url"]) == ("g", row["url"], row["source"])
    assert post["perceptual_hash"] == row["perceptualHash"]


def test_fields_are_those_of_the_service(cli: Cli) -> None:
    (row,) = cli("images", "--fields", "perceptualHash,isNsfw", "--no-source").rows
    assert list(row) == ["perceptualHash", "isNsfw"]
    assert cli("images", "--fields", "perceptual_hash").code == 2


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--tag", "ecchi"), "nothing matches among safe pictures"),
        (("--tag", "waifu", "--tag", "baka", "--nsfw", "all"), "nothing matches"),
        (("--order", "favorites", "--page", "900"), "page 900 is past the end: there are"),
        (
            ("--artist", "1", "--order", "favorites", "--limit", "9", "--page", "2"),
            "there is 1 page",
        ),
    ],
)
def test_nothing_found_is_an_answer(cli: Cli, arguments: tuple[str, ...], told: str) -> None:
    code, out, err = cli("images", *arguments)
    assert (code, out) == (0, "[]\n")
    assert err.startswith("animedex: ")
    assert told in err
    assert err.count("\n") == 1


def test_no_page_of_artists_is_an_answer_too(cli: Cli, server: WaifuSample) -> None:
    assert cli("artists", "--page", "99").err == (
        "animedex: page 99 is past the end: there is 1 page\n"
    )
    server.answer("/artists", body=b'{"items": []}')
    assert cli("artists", "--limit", "1") == (0, "[]\n", "animedex: there is no artist\n")


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("images", "--width", "=>1500"), 2, "did you mean '>=1500'?"),
        (("images", "--tag", "Raiden Shogun"), 2, "did you mean raiden-shogun?"),
        (("images", "--page", "2"), 2, "--order=uploaded_at"),
        (("images", "--limit", "101"), 2, "from 1 to 100"),
        (("images", "--nsfw", "maybe"), 2, "no, yes or all"),
        (("images", "--tag", "mayd"), 3, "did you mean maid?"),
        (("images", "--artist", "Nobody"), 3, "animedex waifu artists"),
        (("image", "99999"), 3, "no such image"),
        (("image", "maid"), 2, "by its id or its URL"),
        (("tag", "Maid"), 2, "did you mean maid?"),
        (("tag", "mayd"), 3, "did you mean maid?"),
        (("artist", "Nobody"), 3, "no such artist"),
    ],
)
def test_failures_name_the_next_thing_to_try(
    cli: Cli, arguments: tuple[str, ...], code: int, told: str
) -> None:
    outcome = cli(*arguments)
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (code, "", 1)
    assert told in outcome.err


def test_lists_and_single_rows(cli: Cli) -> None:
    tags = cli("tags").rows
    assert len(tags) > 60
    tag = json.loads(cli("tag", "long-hair").out)
    assert [tag["id"]] == [row["id"] for row in tags if row["slug"] == "long-hair"]
    first, second = cli("artists", "--limit", "2").rows
    assert json.loads(cli("artist", str(second["name"])).out)["id"] == second["id"]
    assert (
        cli("artists", "--limit", "1", "--page", "2").rows[0]["id"] == second["id"] != first["id"]
    )


def test_stats_are_one_object(cli: Cli) -> None:
    payload = json.loads(cli("stats").out)
    assert payload.pop("_source")["backend"] == "waifu"
    assert payload == json.loads(cli("stats", "--no-source").out)
    assert set(payload) == {"totalRequests", "totalImages", "totalTags", "totalArtists"}


def apart(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command in a process of its own, as the browser is chosen but once in each."""
    words = [sys.executable, "-m", "animedex", "waifu", *arguments]
    return subprocess.run(words, capture_output=True, check=False, timeout=120)


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in for the user's browser by a program that notes what it is to open."""
    note = tmp_path / "opened"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$@" >> {note}\n')
    browser.chmod(0o755)
    monkeypatch.setenv("BROWSER", f"{browser} %s")
    return note


@pytest.mark.skipif(os.name == "nt", reason="a browser is a shell script here")
@pytest.mark.parametrize("arguments", [("image", "5000"), ("images", "--artist", "1")])
def test_the_page_of_the_first_picture_is_opened(
    arguments: tuple[str, ...], opened: Path, server: WaifuSample
) -> None:
    done = apart(*arguments, "--open")
    assert done.returncode == 0
    result = json.loads(done.stdout)
    number = result[0]["id"] if arguments[0] == "images" else result["id"]
    assert opened.read_text() == f"https://www.waifu.im/images/{number}\n"


@pytest.mark.skipif(os.name == "nt", reason="a browser is a shell script here")
@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b'{"items": []}', "animedex: nothing matches among safe pictures\n"),
        (b'{"items": [{}]}', "animedex: the picture has no page\n"),
        (
            b'{"items": [{"url": "file:///etc/passwd"}]}',
            "animedex: cannot open file:///etc/passwd\n",
        ),
    ],
)
def test_only_a_page_is_opened(body: bytes, told: str, opened: Path, server: WaifuSample) -> None:
    server.answer("/images", body=body)
    done = apart("images", "--open")
    assert (done.returncode, done.stderr.decode()) == (0, told)
    assert not opened.exists()


@pytest.mark.parametrize("example", EXAMPLES)
def test_examples_run(
    example: str, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What is downloaded goes into the folder where one is.
    monkeypatch.chdir(tmp_path)
    assert example.startswith("animedex waifu ")
    words = [*shlex.split(example), "|"]
    outcome = cli(*words[2 : words.index("|")])
    assert outcome.code == 0, outcome.err
    assert outcome.out


def test_every_command_has_examples() -> None:
    assert isinstance(command, click.Group)
    assert set(command.commands) == {
        *("images", "image", "tags", "tag", "artists", "artist", "stats", "download"),
    }
    assert all(isinstance(one, Command) and one.examples for one in command.commands.values())


@pytest.mark.parametrize("size", ["width", "height", "byte-size"])
def test_a_filter_that_is_given_twice_is_refused(size: str, cli: Cli, server: WaifuSample) -> None:
    outcome = cli("images", f"--{size}", ">=200", f"--{size}", "<300")
    assert (outcome.code, outcome.out) == (2, "")
    assert f"--{size} can be given once (give both bounds together" in outcome.err
    assert len(server.arrivals) == 0
