"""Pictures side by side in a terminal, each with its label below."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.style import Style
from rich.text import Text

from animedex.render.safe_text import escape_control_characters
from animedex.render.terminal_picture import DrawnPicture, Screen, Size
from animedex.render.text_output import style_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from animedex.render.text_output import TextStyle

_GAP = 2
# What a picture needs to be made out, and for a label.
_LEAST = 24
_LABEL = 1


class Grid(NamedTuple):
    """The number of pictures in a row, and the cells of each."""

    columns: int
    room: Size

    def offset(self, place: int) -> int:
        """Return the column at which a picture begins."""
        return place * (self.room.width + _GAP)


class Label(NamedTuple):
    """The label below a picture: its artist, and its service."""

    name: str
    source: str | None


def grid(amount: int, screen: Screen) -> Grid:
    """Return the grid for so many pictures: even rows that fit the window with their labels.

    >>> screen = Screen(Size(81, 24), Size(10, 20), "truecolor")
    >>> grid(1, screen), grid(4, screen).columns, grid(6, screen).columns
    (Grid(columns=1, room=Size(width=80, height=22)), 2, 3)
    """
    # In its last column a terminal may begin a new line by itself.
    width = max(1, screen.size.width - 1)
    most = max(1, (width + _GAP) // (_LEAST + _GAP))
    rows = -(-amount // most)
    columns = -(-amount // max(1, rows)) or 1
    across = max(1, (width - _GAP * (columns - 1)) // columns)
    return Grid(columns, Size(across, max(1, screen.size.height - _LABEL - 1)))


def beside(pictures: Sequence[DrawnPicture], grid: Grid) -> str:
    """Draw pictures side by side from the start of a line; the cursor ends below them."""
    height = max(picture.size.height for picture in pictures)
    if any(picture.graphics for picture in pictures):
        # Room is made first, so that nothing scrolls while it is drawn.
        return "\n" * height + "".join(
            redraw(picture, grid.offset(place), height) for place, picture in enumerate(pictures)
        )
    before = "".join(picture.before for picture in pictures)
    lines = (_line(pictures, grid, number) for number in range(height))
    return before + "".join(f"{line}\n" for line in lines)


def redraw(picture: DrawnPicture, offset: int, up: int) -> str:
    r"""Draw one picture so many lines above the cursor, which stays in its line.

    >>> redraw(DrawnPicture(Size(1, 2), ("a", "b")), 3, 3)
    '\x1b[3A\r\x1b[3Ca\x1b[1B\r\x1b[3Cb\x1b[1B\r\x1b[1B'
    """
    right = f"\x1b[{offset}C" if offset else ""
    begin = f"{picture.before}\x1b[{up}A\r"
    if picture.graphics:
        return f"{begin}\x1b7{right}{picture.graphics}\x1b8\x1b[{up}B"
    lines = "".join(f"{right}{line}\x1b[1B\r" for line in picture.lines)
    rest = up - len(picture.lines)
    return f"{begin}{lines}" + (f"\x1b[{rest}B" if rest else "")


def format_labels(names: Sequence[Label], grid: Grid, look: TextStyle) -> str:
    """Format the labels of a row, each cut to the width of its picture."""
    text = Text()
    for place, name in enumerate(names):
        text.append(" " * (grid.offset(place) - text.cell_len))
        text.append_text(_label(name, grid.room.width))
    text.append("\n")
    return style_text(text, look)


def _label(label: Label, width: int) -> Text:
    source = f" [src: {escape_control_characters(label.source)}]" if label.source else ""
    name = Text(escape_control_characters(label.name))
    name.truncate(max(1, width - len(source)), overflow="ellipsis")
    text = Text.assemble((name.plain, Style(bold=True)), (source, Style(dim=True)))
    text.truncate(width)
    return text


def _line(pictures: Sequence[DrawnPicture], grid: Grid, number: int) -> str:
    line, at = "", 0
    for place, picture in enumerate(pictures):
        if number < len(picture.lines):
            begin = grid.offset(place)
            line += " " * (begin - at) + picture.lines[number]
            at = begin + picture.size.width
    return line
