"""Pictures beside each other: where each stands, and what its label says."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from animedex.render.picture_grid import Grid, Label, beside, format_labels, grid, redraw
from animedex.render.terminal_picture import DrawnPicture, Screen, Size
from animedex.render.text_output import TextStyle


def screen(width: int, height: int = 24) -> Screen:
    return Screen(Size(width, height), Size(10, 20), "truecolor")


@given(st.integers(1, 300), st.integers(1, 500), st.integers(1, 200))
def test_a_row_fits_the_window(amount: int, width: int, height: int) -> None:
    layout = grid(amount, screen(width, height))
    assert 1 <= layout.columns <= amount
    end = layout.offset(layout.columns - 1) + layout.room.width
    assert end <= max(width - 1, 1)
    assert layout.room.height + 2 <= max(height, 3)
    if width > 50 and amount > 1:
        assert layout.columns > 1


@pytest.mark.parametrize(
    ("amount", "width", "columns"), [(1, 80, 1), (2, 80, 2), (3, 80, 3), (4, 80, 2), (9, 200, 5)]
)
def test_rows_are_as_even_as_can_be(amount: int, width: int, columns: int) -> None:
    assert grid(amount, screen(width)).columns == columns


LAYOUT = Grid(2, Size(4, 5))
ONE, OTHER = DrawnPicture(Size(2, 2), ("ab", "cd")), DrawnPicture(Size(1, 1), ("x",))


def test_letters_stand_beside_each_other() -> None:
    assert beside([ONE, OTHER], LAYOUT) == "ab    x\ncd\n"
    assert beside([OTHER, ONE], LAYOUT) == "x     ab\n      cd\n"


def test_what_a_picture_needs_comes_first() -> None:
    changed = ONE._replace(before="<kept>")
    assert beside([OTHER, changed], LAYOUT).startswith("<kept>x")


def test_graphics_are_put_into_room_that_was_made() -> None:
    pictures = [
        DrawnPicture(Size(2, 2), graphics="<one>"),
        DrawnPicture(Size(1, 1), graphics="<other>"),
    ]
    done = beside(pictures, LAYOUT)
    assert done == ("\n\n\x1b[2A\r\x1b7<one>\x1b8\x1b[2B\x1b[2A\r\x1b7\x1b[6C<other>\x1b8\x1b[2B")


@given(st.integers(0, 30), st.integers(2, 9))
def test_the_cursor_ends_where_it_began(offset: int, up: int) -> None:
    for picture in (ONE, DrawnPicture(Size(2, 2), graphics="g")):
        done = redraw(picture, offset, up)
        moves = re.findall(r"\x1b\[([0-9]+)([AB])", done)
        assert sum(int(by) * (1 if way == "B" else -1) for by, way in moves) == 0
        assert "\n" not in done


@given(
    st.lists(
        st.builds(Label, st.text(max_size=60), st.none() | st.sampled_from(["nekos", "waifu"])),
        min_size=1,
        max_size=4,
    ),
    st.integers(1, 60),
)
def test_labels_are_harmless_and_keep_to_their_place(names: list[Label], width: int) -> None:
    layout = Grid(len(names), Size(width, 5))
    line = format_labels(names, layout, TextStyle(width=500))
    assert line.count("\n") == 1
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", line)
    assert cell_len(line.rstrip("\n")) <= layout.offset(len(names) - 1) + width


def test_a_long_name_leaves_room_for_the_source() -> None:
    names = [Label("青葉ミオ" * 9, "danbooru"), Label("x", None)]
    line = format_labels(names, Grid(2, Size(24, 5)), TextStyle(width=80))
    assert line == "青葉ミ … [src: danbooru]  x\n"


def test_names_are_data() -> None:
    line = format_labels(
        [Label("\x1b[31m[red]\u202e", "nekos")], Grid(1, Size(40, 5)), TextStyle(width=80)
    )
    assert line == "�[31m[red]� [src: nekos]\n"


def test_only_the_name_stands_out() -> None:
    look = TextStyle(width=80, color=True)
    line = format_labels([Label("Mio", "nekos")], Grid(1, Size(40, 5)), look)
    assert line == "\x1b[1mMio\x1b[0m\x1b[2m [src: nekos]\x1b[0m\n"
