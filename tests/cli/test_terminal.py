"""Asking a terminal, on one that answers: nothing of it is seen, and all is as it was before."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from animedex.cli.terminal_capabilities import TerminalAnswers, read_answers
from animedex.render.terminal_picture import Size

if TYPE_CHECKING:
    from pathlib import Path

    from tests.kit.terminal import Emulator

ATTRIBUTES, CELL, KITTY = b"\x1b[c", b"\x1b[16t", b"\x1b_Gi=31,s=1"
PLAIN = {ATTRIBUTES: b"\x1b[?1;2c"}
SIXEL = {CELL: b"\x1b[6;17;8t", ATTRIBUTES: b"\x1b[?62;4;22c"}
GRAPHICS = {CELL: b"\x1b[6;17;8t", KITTY: b"\x1b_Gi=31;OK\x1b\\", **PLAIN}
HALF = "▀".encode()
PLACEHOLDER = "\U0010eeee".encode()
HIDDEN, VISIBLE = b"\x1b[?25l", b"\x1b[?25h"
FRAMES = 6


@pytest.fixture
def picture(tmp_path: Path) -> str:
    """Draw a picture of 80 to 170 pixels."""
    from PIL import Image

    Image.linear_gradient("L").resize((80, 170)).convert("RGB").save(tmp_path / "drawn.png")
    return str(tmp_path / "drawn.png")


@pytest.fixture
def film(tmp_path: Path) -> str:
    """Draw an animation that would take minutes."""
    return moving(tmp_path / "moving.gif", 60_000)


def moving(path: Path, milliseconds: int) -> str:
    from PIL import Image

    frames = [Image.new("RGB", (40, 40), (number * 40, 0, 255)) for number in range(FRAMES)]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=milliseconds)
    return str(path)


def test_sixel_is_drawn_where_it_is_told_of(emulator: Emulator, picture: str) -> None:
    done = emulator("show", picture, replies=SIXEL)
    assert (done.code, done.err, done.restored, done.left) == (0, "", True, b"")
    # In the cells of 8 to 17 pixels that it tells of, the picture is as large as it is.
    assert b'\x1bP0;0;0q"1;1;80;170' in done.out
    assert HALF not in done.out
    assert KITTY not in done.out


def test_kitty_s_protocol_is_spoken_where_it_is_answered(emulator: Emulator, picture: str) -> None:
    done = emulator("show", picture, replies=GRAPHICS)
    assert (done.code, done.err, done.restored, done.left) == (0, "", True, b"")
    assert done.out.count(PLACEHOLDER) == 10 * 10
    assert b"U=1" in done.out


@pytest.mark.parametrize("replies", [PLAIN, {}], ids=["answers", "is silent"])
def test_half_blocks_are_drawn_elsewhere(
    replies: dict[bytes, bytes], emulator: Emulator, picture: str
) -> None:
    done = emulator("show", picture, replies=replies)
    assert (done.code, done.err, done.restored, done.left) == (0, "", True, b"")
    assert HALF in done.out


def test_a_late_answer_is_not_left_to_the_shell(emulator: Emulator, picture: str) -> None:
    done = emulator("show", picture, replies={b"drawn.png": b"\x1b[?62;4c"})
    assert (done.code, done.restored, done.left) == (0, True, b"")
    assert b"^[" not in done.out


def test_what_was_typed_before_is_left_to_the_shell(emulator: Emulator, picture: str) -> None:
    done = emulator("show", picture, typed=b"ls\n", replies=SIXEL)
    assert (done.code, done.restored, done.left) == (0, True, b"ls\n")
    assert ATTRIBUTES not in done.out
    assert HALF in done.out


def test_keys_and_garbage_among_the_answers(emulator: Emulator, picture: str) -> None:
    replies = {ATTRIBUTES: b"\xff\x1b[A q\x1b[6;0;0t\x1b[?\x1b[?62;4c"}
    done = emulator("show", picture, replies=replies)
    assert (done.code, done.err, done.restored, done.left) == (0, "", True, b"")
    assert b"\x1bP" in done.out


@pytest.mark.parametrize(
    ("variable", "value"),
    [("TMUX", "1"), ("STY", "1"), ("ZELLIJ", "0"), ("TERM", "screen-256color")],
)
def test_a_multiplexer_is_not_asked_for_kitty(
    variable: str, value: str, emulator: Emulator, picture: str
) -> None:
    done = emulator("show", picture, replies=GRAPHICS, environment={variable: value})
    assert KITTY not in done.out
    assert HALF in done.out


@pytest.mark.parametrize("term", ["dumb", ""])
def test_who_would_not_understand_is_not_asked(term: str, emulator: Emulator, picture: str) -> None:
    done = emulator("show", picture, replies=SIXEL, environment={"TERM": term})
    assert (done.code, done.err) == (0, "")
    assert b"\x1b" not in done.out.replace(b"\x1b[1m", b"").replace(b"\x1b[0m", b"")
    assert "▒".encode() in done.out


@pytest.mark.parametrize("key", [b"q", b"Q", b" ", b"\x1b"])
def test_a_key_stops_an_animation_and_is_gone(key: bytes, emulator: Emulator, film: str) -> None:
    done = emulator("show", film, replies={**PLAIN, HIDDEN: key})
    assert (done.code, done.err, done.restored, done.left) == (0, "", True, b"")
    assert done.out.endswith(VISIBLE)


def test_ctrl_c_stops_an_animation(emulator: Emulator, film: str) -> None:
    done = emulator("show", film, replies={**PLAIN, HIDDEN: b"\x03"})
    assert (done.code, done.err, done.restored, done.left) == (130, "", True, b"")
    assert done.out.endswith(VISIBLE)


def test_ctrl_c_while_an_answer_is_awaited(emulator: Emulator, picture: str) -> None:
    done = emulator("show", picture, replies={ATTRIBUTES: b"\x03"})
    assert (done.code, done.err, done.restored, done.left) == (130, "", True, b"")


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGQUIT"])
def test_whatever_ends_it_restores_the_terminal(name: str, emulator: Emulator, film: str) -> None:
    number = signal.Signals[name]
    done = emulator("show", film, replies={**PLAIN, HIDDEN: number})
    assert (done.code, done.err, done.restored, done.left) == (-number, "", True, b"")
    assert VISIBLE in done.out


def test_ctrl_z_leaves_the_terminal_to_the_shell_meanwhile(emulator: Emulator, film: str) -> None:
    done = emulator("show", film, replies={**PLAIN, HIDDEN: [b"\x1a", b"q"]})
    assert (done.code, done.err, done.restored, done.left) == (0, "", True, b"")
    assert done.out.count(HIDDEN) == 2
    assert VISIBLE in done.out.partition(HIDDEN)[2].partition(HIDDEN)[0]


def test_the_frames_of_an_animation_are_drawn_in_place(emulator: Emulator, tmp_path: Path) -> None:
    done = emulator("show", moving(tmp_path / "short.gif", 20), replies=PLAIN)
    assert (done.code, done.err, done.restored) == (0, "", True)
    # Twenty lines, and the label below them.
    assert 1 <= done.out.count(b"\x1b[21A") <= FRAMES - 1
    assert done.out.endswith(b"\x1b[?2026l" + VISIBLE)


def test_frames_that_kitty_keeps_are_forgotten(emulator: Emulator, tmp_path: Path) -> None:
    done = emulator("show", moving(tmp_path / "short.gif", 20), replies=GRAPHICS)
    assert (done.code, done.err, done.restored) == (0, "", True)
    assert done.out.count(b"a=d,d=I") == done.out.count(b"U=1") - 1


def test_standard_input_may_be_something_else(emulator: Emulator, picture: str) -> None:
    from pathlib import Path

    done = emulator("show", "-", stdin=Path(picture), replies=SIXEL)
    assert (done.code, done.err, done.restored, done.left) == (0, "", True, b"")
    assert b"\x1bP" in done.out


@pytest.mark.parametrize(
    ("said", "answers"),
    [
        (b"", TerminalAnswers()),
        (b"\x1b[?1;2c", TerminalAnswers(complete=True)),
        (b"\x1b[?4c", TerminalAnswers(complete=True)),
        (b"\x1b[?64;1;2;4c", TerminalAnswers(sixel=True, complete=True)),
        (b"\x1b[?64;14;40c", TerminalAnswers(complete=True)),
        (b"\x1b[6;16;8t", TerminalAnswers(cell=Size(8, 16))),
        (b"\x1b[6;99999;8t\x1b[6;0;0t", TerminalAnswers()),
        (b"\x1b_Gi=31;ENOENT\x1b\\\x1b[?1c", TerminalAnswers(complete=True)),
        (b"\x1b_Gi=31,p=1;OK\x1b\\", TerminalAnswers(kitty=True)),
    ],
)
def test_answers(said: bytes, answers: TerminalAnswers) -> None:
    assert read_answers(said) == answers


def test_no_answer_is_taken_from_noise() -> None:
    for _ in range(200):
        noise = os.urandom(200)
        # Each answer begins with an escape; with some in between nothing is raised, at least.
        assert read_answers(noise.replace(b"\x1b", b"")) == TerminalAnswers()
        assert isinstance(read_answers(noise), TerminalAnswers)
