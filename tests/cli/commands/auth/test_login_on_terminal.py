"""Signing in on a terminal: a person is asked, and the key is not shown."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from animedex.testing.samples.danbooru_posts import USER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from animedex.testing.samples.danbooru_sample import DanbooruSample
    from tests.cli.commands.auth.conftest import KeyFile

NAME, KEY = USER.name, USER.api_key
GIVEN = ("auth", "login", "danbooru", "--login", NAME)


def on_terminal(*arguments: str, typed: Sequence[tuple[bytes, bytes]]) -> tuple[int, str]:
    """Run a command, type an answer at each question; give the exit code and what was shown."""
    pty = pytest.importorskip("pty", reason="there are no terminals to be had")
    ours, theirs = pty.openpty()
    shown = b""
    # Without a terminal of its own, `getpass` would ask on the one that runs the tests.
    with subprocess.Popen(
        [sys.executable, "-m", "animedex", *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    ) as process:
        os.close(theirs)
        for question, answer in typed:
            while question not in shown:
                chunk = read(ours)
                assert chunk, shown
                shown += chunk
            os.write(ours, answer)
        shown += b"".join(iter(lambda: read(ours), b""))
        code = process.wait(120)
    os.close(ours)
    return code, shown.decode().replace("\r\n", "\n")


def read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux's way of saying that nobody holds the other end any more.
        return b""


QUESTIONS = (b"danbooru login: ", b"danbooru api key (not shown): ")


@pytest.fixture
def contact(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANIMEDEX_CONTACT", "me@example.org")


@pytest.mark.usefixtures("contact")
def test_a_person_is_asked_and_the_key_is_not_shown(
    danbooru: DanbooruSample, key_file: KeyFile
) -> None:
    answers = (NAME.encode() + b"\n", KEY.encode() + b"\n")
    typed = list(zip(QUESTIONS, answers, strict=True))
    code, shown = on_terminal("auth", "login", "danbooru", typed=typed)
    assert code == 0
    assert shown == (
        "danbooru: create a key at https://danbooru.donmai.us/profile\n"
        f"danbooru login: {NAME}\n"
        "danbooru api key (not shown): \n"
        f"signed in to danbooru as {NAME}\n"
    )
    assert key_file.content == {
        "danbooru": {"login": NAME, "api_key": KEY, "origin": danbooru.origin}
    }


@pytest.mark.usefixtures("contact")
def test_a_name_that_was_given_is_not_asked_for(danbooru: DanbooruSample) -> None:
    typed = [(QUESTIONS[1], KEY.encode() + b"\n")]
    code, shown = on_terminal(*GIVEN, "--with-key", typed=typed)
    assert (code, QUESTIONS[0].decode() in shown, KEY in shown) == (0, False, False)


@pytest.mark.usefixtures("contact")
def test_a_name_is_asked_for_beside_a_program(danbooru: DanbooruSample, manager: str) -> None:
    typed = [(QUESTIONS[0], NAME.encode() + b"\n")]
    code, shown = on_terminal("auth", "login", "danbooru", "--command", manager, typed=typed)
    assert (code, shown) == (0, f"danbooru login: {NAME}\nsigned in to danbooru as {NAME}\n")


@pytest.mark.usefixtures("contact")
@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ((b"\x04",), "nothing was typed"),
        ((b"me\n", b"\x04"), "nothing was typed"),
        ((b"\n", b"k3y\n"), "the login is missing"),
        ((b"me\n", b"\n"), "the api key is missing"),
        ((b"me\n", b"k:3y\n"), "the api key is not plain text"),
    ],
)
def test_what_is_not_typed_is_missing(
    answers: tuple[bytes, ...], words: str, danbooru: DanbooruSample, key_file: KeyFile
) -> None:
    typed = list(zip(QUESTIONS, answers, strict=False))
    code, shown = on_terminal("auth", "login", "danbooru", typed=typed)
    assert code == 2
    assert f"animedex: {words}" in shown or f"animedex: danbooru: {words}" in shown
    assert "k3y" not in shown
    assert (key_file.content, len(danbooru.arrivals)) == ({}, 0)
