"""Pictures as text: the right size, the right colours, and no word with the terminal."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from animedex.render.terminal_picture import (
    Manner,
    Screen,
    Size,
    count_dots,
    delete_picture,
    draw_picture,
    fit_size,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

MANNERS: Sequence[Manner] = get_args(Manner)
LETTERS: Sequence[Manner] = [manner for manner in MANNERS if manner != "sixel"]
CELL = Size(10, 20)
ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
manners = pytest.mark.parametrize("manner", MANNERS)


def screen(manner: Manner, width: int = 80, height: int = 24) -> Screen:
    return Screen(Size(width, height), CELL, manner)


def picture(width: int = 40, height: int = 60) -> Image.Image:
    return Image.linear_gradient("L").resize((width, height)).convert("RGB")


@given(
    st.tuples(st.integers(1, 20_000), st.integers(1, 20_000)),
    st.tuples(st.integers(1, 400), st.integers(1, 400)),
    st.tuples(st.integers(1, 60), st.integers(1, 60)),
    st.sampled_from(MANNERS),
)
def test_a_picture_fits_keeps_its_shape_and_is_not_blown_up(
    sides: tuple[int, int], room: tuple[int, int], cell: tuple[int, int], manner: Manner
) -> None:
    result = Screen(Size(*room), Size(*cell), manner)
    cells = fit_size(Size(*sides), Size(*room), result)
    assert 1 <= cells.width <= room[0]
    assert 1 <= cells.height <= room[1]
    # Rounding to whole cells is all that the shape may change.
    width, height = cells.width * cell[0], cells.height * cell[1]
    if cells.width > 1 and cells.height > 1:
        assert abs(width - height * sides[0] / sides[1]) <= cell[0] + cell[1] * sides[0] / sides[1]
    size = count_dots(cells, result)
    across, down = count_dots(Size(1, 1), result)
    assert size.width <= max(sides[0] + across, across)
    assert size.height <= max(sides[1] + down, down)


@pytest.mark.parametrize("manner", LETTERS)
def test_there_are_as_many_letters_as_cells(manner: Manner) -> None:
    done = draw_picture(picture(), Size(8, 6), screen(manner))
    assert len(done.lines) == 6
    for line in done.lines:
        bare = ESCAPE.sub("", line)
        assert len(re.findall("[▀█▓▒░ \U0010eeee]", bare)) == 8
        assert line.count("\n") == 0
    assert done.graphics == ""


def test_sixel_has_as_many_dots_as_the_cells() -> None:
    done = draw_picture(picture(), Size(8, 6), screen("sixel"))
    assert done.graphics.startswith('\x1bP0;0;0q"1;1;80;120')
    assert done.graphics.endswith("\x1b\\")
    assert (done.lines, done.before) == ((), "")


def test_kitty_is_sent_the_picture_first_and_can_forget_it() -> None:
    done = draw_picture(picture(), Size(8, 6), screen("kitty"))
    assert done.number is not None
    assert re.fullmatch(r"(\x1b_G[^\x1b]*\x1b\\)+", done.before)
    assert done.before.count(f"i={done.number},") == done.before.count("\x1b_G")
    # Nothing of it is answered, as nobody would read that.
    assert done.before.count("q=2") == done.before.count("\x1b_G")
    assert delete_picture(done) == f"\x1b_Ga=d,d=I,i={done.number},q=2;\x1b\\"
    assert delete_picture(draw_picture(picture(), Size(8, 6), screen("256"))) == ""


@pytest.mark.parametrize(
    ("manner", "escapes"),
    [
        ("truecolor", {"\x1b[38;2;255;0;0;48;2;255;0;0m", "\x1b[0m"}),
        ("256", {"\x1b[38;5;196;48;5;196m", "\x1b[0m"}),
        ("standard", {"\x1b[31;41m", "\x1b[0m"}),
        ("shades", set[str]()),
    ],
)
def test_colours_are_those_that_there_are(manner: Manner, escapes: set[str]) -> None:
    done = draw_picture(Image.new("RGB", (4, 4), (255, 0, 0)), Size(4, 2), screen(manner))
    assert {result for line in done.lines for result in ESCAPE.findall(line)} == escapes


@manners
@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "I;16", "F"])
def test_every_kind_of_picture_is_drawn(manner: Manner, mode: str) -> None:
    done = draw_picture(Image.new(mode, (30, 30)), Size(3, 2), screen(manner))
    assert bool(done.lines) != bool(done.graphics)


@pytest.mark.parametrize(("ink", "ground"), [(0, "255;255;255"), (255, "0;0;0"), (200, "0;0;0")])
def test_what_is_transparent_is_put_on_what_its_ink_can_be_told_from(ink: int, ground: str) -> None:
    image = Image.new("RGBA", (4, 4), (0, 0, 0, 0))
    image.paste((ink, ink, ink, 255), (0, 0, 2, 4))
    (line, _) = draw_picture(image, Size(4, 2), screen("truecolor")).lines
    assert ESCAPE.findall(line)[0] == f"\x1b[38;2;{ink};{ink};{ink};48;2;{ink};{ink};{ink}m"
    assert ESCAPE.findall(line)[-2] == f"\x1b[38;2;{ground};48;2;{ground}m"


def test_a_palette_s_own_transparency_counts() -> None:
    image = Image.new("P", (2, 2), 1)
    image.putpalette([0, 0, 0, 9, 9, 9])
    image.info["transparency"] = 1
    (line,) = draw_picture(image, Size(2, 1), screen("truecolor")).lines
    assert "38;2;0;0;0" in line


def test_the_library_is_kept_from_the_terminal() -> None:
    program = """
import io, sys
class Terminal(io.StringIO):
    def isatty(self): return True
sys.__stdout__ = asked = Terminal()
from PIL import Image
from animedex.render.terminal_picture import Screen, Size, draw_picture
for manner in ("kitty", "sixel", "256"):
    draw_picture(Image.new("RGB", (9, 9)), Size(1, 1), Screen(Size(80, 24), Size(9, 18), manner))
assert sys.__stdout__ is asked
assert asked.getvalue() == "", asked.getvalue()
"""
    subprocess.run([sys.executable, "-W", "error", "-c", program], check=True, timeout=120)
