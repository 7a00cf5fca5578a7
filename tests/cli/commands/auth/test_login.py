"""Signing in from a pipe: what is asked, what is stored, what is refused."""

from __future__ import annotations

import stat
from base64 import b64encode
from typing import TYPE_CHECKING

import pytest

from animedex.config.credentials import write_credentials
from animedex.testing.samples.danbooru_posts import USER
from animedex.testing.samples.danbooru_sample import DanbooruSample
from animedex.testing.samples.waifu_sample import API_KEY

if TYPE_CHECKING:
    from animedex.testing.samples.waifu_sample import WaifuSample
    from tests.cli.commands.auth.conftest import KeyFile, Type
    from tests.kit.command_line import Cli, Outcome

NAME, KEY = USER.name, USER.api_key
BASIC = b64encode(f"{NAME}:{KEY}".encode()).decode()
GIVEN = ("auth", "login", "danbooru", "--login", NAME)


def printed_text(outcome: Outcome) -> str:
    return outcome.text + outcome.err


def check_refusal(outcome: Outcome, code: int, *words: str) -> None:
    """Check that nothing came of it, and that one line says why."""
    assert (outcome.code, outcome.out) == (code, b""), outcome
    assert outcome.err.count("\n") == 1
    for word in words:
        assert word in outcome.err


def test_a_key_from_standard_input_is_tried_and_stored(
    cli: Cli, danbooru: DanbooruSample, pipe: Type, key_file: KeyFile
) -> None:
    pipe(f"{KEY}\n")
    outcome = cli(*GIVEN, "--with-key", "-v")
    assert (outcome.code, outcome.text) == (0, f"signed in to danbooru as {NAME}\n")
    assert key_file.content == {
        "danbooru": {"login": NAME, "api_key": KEY, "origin": danbooru.origin}
    }
    assert stat.S_IMODE(key_file.path.stat().st_mode) == 0o600
    assert "/profile.json: 200" in outcome.err
    assert KEY not in printed_text(outcome)
    assert BASIC not in printed_text(outcome)
    (requests,) = danbooru.arrivals
    assert requests.headers["authorization"] == f"Basic {BASIC}"
    assert cli("api", "danbooru", "/profile.json", "--jq", ".name").text == f'"{NAME}"\n'


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_key_that_powershell_sends_is_read(
    encoding: str, cli: Cli, waifu: WaifuSample, pipe: Type, key_file: KeyFile
) -> None:
    pipe(f"{API_KEY}\r\n".encode(encoding))
    assert cli("auth", "login", "waifu", "--with-key").code == 0
    assert key_file.content == {"waifu": {"api_key": API_KEY, "origin": waifu.origin}}


def test_a_service_that_knows_keys_alone_asks_for_no_name(
    cli: Cli, waifu: WaifuSample, pipe: Type, key_file: KeyFile
) -> None:
    pipe(API_KEY)
    assert cli("auth", "login", "waifu", "--with-key").text == "signed in to waifu as mio_visits\n"
    assert key_file.content == {"waifu": {"api_key": API_KEY, "origin": waifu.origin}}
    outcome = cli("auth", "login", "waifu", "--login", "me", "--with-key")
    assert outcome.code == 2
    assert "leave --login out" in outcome.err


def test_a_program_is_stored_in_place_of_the_key(
    cli: Cli, danbooru: DanbooruSample, manager: str, key_file: KeyFile
) -> None:
    outcome = cli(*GIVEN, "--command", manager)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.text == f"signed in to danbooru as {NAME}\n"
    assert key_file.content == {
        "danbooru": {"login": NAME, "command": manager, "origin": danbooru.origin}
    }
    assert KEY not in key_file.path.read_text()
    assert cli("api", "danbooru", "/profile.json").code == 0


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("no-such-manager show", "`no-such-manager` cannot be run"),
        ("false", "`false` ended with 1"),
        ("true", "`true` printed nothing"),
        ("pass 'show", "quote that is not closed"),
        ("", "is empty"),
    ],
)
def test_a_program_that_gives_no_key_is_not_stored(
    program: str, words: str, cli: Cli, danbooru: DanbooruSample, key_file: KeyFile
) -> None:
    outcome = cli(*GIVEN, "--command", program)
    check_refusal(outcome, 2 if words.startswith(("quote", "is")) else 4, words)
    assert len(danbooru.arrivals) == 0
    assert key_file.content == {}


def test_a_wrong_key_is_not_stored(
    cli: Cli, danbooru: DanbooruSample, pipe: Type, key_file: KeyFile
) -> None:
    pipe("wr0ng-key")
    outcome = cli(*GIVEN, "--with-key")
    check_refusal(outcome, 4, "nothing was stored; create a key at https://danbooru.donmai.us/")
    assert "wr0ng" not in outcome.err
    pipe("wr0ng-key")
    failed = cli(*GIVEN, "--with-key", "--errors", "json").error
    assert (failed["reason"], failed["status"]) == ("auth-required", 401)
    assert key_file.content == {}


def test_what_was_stored_before_outlasts_a_wrong_key(
    cli: Cli, danbooru: DanbooruSample, pipe: Type, key_file: KeyFile
) -> None:
    write_credentials("danbooru", {"login": "old", "api_key": "old", "origin": danbooru.origin})
    before = key_file.path.read_bytes()
    pipe("wr0ng-key")
    assert cli(*GIVEN, "--with-key").code == 4
    assert key_file.path.read_bytes() == before
    pipe(KEY)
    assert cli(*GIVEN, "--with-key").code == 0
    assert "old" not in key_file.path.read_text()


def test_a_key_that_cannot_be_tried_is_stored_only_if_that_is_asked_for(
    cli: Cli, danbooru: DanbooruSample, pipe: Type, key_file: KeyFile
) -> None:
    danbooru.close()
    pipe(KEY)
    outcome = cli(*GIVEN, "--with-key", "--timeout", "1")
    check_refusal(outcome, 6, "nothing was stored; --no-check")
    pipe(KEY)
    outcome = cli(*GIVEN, "--with-key", "--no-check")
    assert (outcome.code, outcome.text) == (0, f"stored in {key_file.path}\n")
    assert list(key_file.content) == ["danbooru"]


@pytest.mark.parametrize("body", [b"{}", b'{"name": ""}', b'{"name": 3}', b"[]", b"<p>hello"])
def test_an_answer_that_names_nobody_is_no_sign_in(
    body: bytes, cli: Cli, danbooru: DanbooruSample, pipe: Type, key_file: KeyFile
) -> None:
    danbooru.answer("/profile.json", body=body)
    pipe(KEY)
    check_refusal(cli(*GIVEN, "--with-key"), 7)
    assert key_file.content == {}


def test_a_name_that_a_service_gives_is_harmless(
    cli: Cli, danbooru: DanbooruSample, pipe: Type
) -> None:
    danbooru.answer("/profile.json", body=b'{"name": "a\\u001b[31m\\nb"}')
    pipe(KEY)
    outcome = cli(*GIVEN, "--with-key")
    assert outcome.text.count("\n") == 1
    assert "\x1b" not in outcome.text


def test_a_key_is_signed_in_where_the_base_url_is(
    cli: Cli, danbooru: DanbooruSample, pipe: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe(KEY)
    cli(*GIVEN, "--with-key")
    with DanbooruSample(limits=False) as other:
        monkeypatch.setenv("ANIMEDEX_DANBOORU_URL", other.url)
        assert cli("api", "danbooru", "/profile.json").code == 4
        assert ["authorization" in each.headers for each in other.arrivals] == [False]


def test_no_key_is_stored_for_a_place_without_tls(
    cli: Cli, pipe: Type, monkeypatch: pytest.MonkeyPatch, key_file: KeyFile
) -> None:
    monkeypatch.setenv("ANIMEDEX_DANBOORU_URL", "http://mirror.example")
    pipe(KEY)
    check_refusal(cli(*GIVEN, "--with-key", "--no-check"), 2, "keys are sent only over https")
    assert key_file.content == {}


@pytest.mark.parametrize(
    "key", ["", "  \n", "k\ney", "kéy", "k:ey", b"k\xff", b"k\0ey", "x" * 5000]
)
def test_what_is_no_key_is_not_stored(
    key: str | bytes, cli: Cli, danbooru: DanbooruSample, pipe: Type, key_file: KeyFile
) -> None:
    pipe(key)
    check_refusal(cli(*GIVEN, "--with-key"), 2)
    assert len(danbooru.arrivals) == 0
    assert key_file.content == {}


def test_the_environment_is_said_to_win(
    cli: Cli, waifu: WaifuSample, pipe: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANIMEDEX_WAIFU_API_KEY", "wr0ng-key")
    pipe(API_KEY)
    outcome = cli("auth", "login", "waifu", "--with-key")
    assert outcome.text == "signed in to waifu as mio_visits\n"
    assert outcome.err == (
        "animedex: ANIMEDEX_WAIFU_API_KEY is set, and is used instead of the stored key\n"
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("danbooru", "--login", "me"), "no terminal"),
        (("danbooru",), "animedex auth login danbooru --with-key"),
        (("danbooru", "--with-key"), "--login NAME"),
        (("danbooru", "--command", "true"), "--login NAME"),
        (("danbooru", "--command", "true", "--with-key"), "not both"),
        (("nekos",), "nekos has no sign-in (services with a sign-in: danbooru and waifu)"),
        (("danboru",), "did you mean danbooru?"),
        ((), "SERVICE is missing"),
    ],
    ids=str,
)
def test_what_cannot_be_done_is_told_with_the_way(
    arguments: tuple[str, ...], words: str, cli: Cli, danbooru: DanbooruSample, key_file: KeyFile
) -> None:
    check_refusal(cli("auth", "login", *arguments), 2, words)
    assert len(danbooru.arrivals) == 0
    assert key_file.content == {}


@pytest.mark.parametrize(
    "arguments",
    [
        ("danbooru", "k3y"),
        ("danbooru", "me", "k3y"),
        ("danbooru", "--api-key", "k3y"),
        ("danbooru", "--api-key=k3y"),
        ("--key=k3y", "danbooru"),
        ("danbooru", "--with-key=k3y"),
        ("danbooru", "--with-key", "k3y"),
        ("danbooru", "--", "-k3y"),
        ("danbooru", "-k3y"),
        ("k3y",),
    ],
    ids=str,
)
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_key_on_the_command_line_is_refused_and_not_repeated(
    arguments: tuple[str, ...], form: str, cli: Cli, danbooru: DanbooruSample, key_file: KeyFile
) -> None:
    outcome = cli("auth", "login", "--errors", form, *arguments)
    check_refusal(outcome, 2)
    assert "k3y" not in outcome.err
    assert key_file.content == {}


def test_a_closed_standard_input_is_told(
    cli: Cli, danbooru: DanbooruSample, monkeypatch: pytest.MonkeyPatch, key_file: KeyFile
) -> None:
    monkeypatch.setattr("sys.stdin", None)
    check_refusal(cli(*GIVEN, "--with-key"), 2, "standard input is closed")
    check_refusal(cli(*GIVEN), 2, "no terminal")
    assert key_file.content == {}
