"""Numbers as a bar chart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.style import Style
from rich.text import Text

from animedex.render.safe_text import escape_control_characters
from animedex.render.text_output import style_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from animedex.render.text_output import TextStyle

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_WIDEST_NAME = 32


def format_bars(title: str, numbers: Mapping[str, int], look: TextStyle) -> str:
    """Draw a bar for each number below a title; the largest fills the width.

    >>> from animedex.render.text_output import TextStyle
    >>> print(format_bars("sources", {"nekos": 4, "own": 1}, TextStyle(width=24)), end="")
    sources
      nekos  4  ████████████
      own    1  ███
    """
    names = {name: escape_control_characters(name) for name in numbers}
    width = min(_WIDEST_NAME, max(map(cell_len, names.values())))
    most = max(numbers.values())
    room = max(8, look.width - width - len(str(most)) - 6)
    text = Text()
    text.append(escape_control_characters(title) + "\n", Style(bold=True))
    for name, number in numbers.items():
        text.append(f"  {set_cell_size(names[name], width)}  ")
        text.append(f"{number:>{len(str(most))}}  ", Style(dim=True))
        text.append(_bar(number / most, room) + "\n", Style(color="cyan"))
    return style_text(text, look)


def _bar(part: float, room: int) -> str:
    """Draw a part of a line, to an eighth of a character; a number above 0 is always visible.

    >>> _bar(1, 4), _bar(0.3, 4), _bar(0.001, 4)
    ('████', '█▎', '▏')
    """
    eighths = max(1, round(part * room * 8))
    full, rest = divmod(eighths, 8)
    return _EIGHTHS[8] * full + (_EIGHTHS[rest] if rest else "")
