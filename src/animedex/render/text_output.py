"""Cards, tables and bars for a terminal; a service's text is data, never markup."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.style import Style
from rich.text import Text

from animedex.render.safe_text import escape_control_characters

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from animedex.call import SourceTag
    from animedex.http_message import JsonObject


_EIGHTHS = " ▏▎▍▌▋▊▉█"
_WIDEST_NAME = 32


class Card(NamedTuple):
    """A card: a title, labelled lines, the URL, and the source.

    A line that begins with `http` is shown as a link. Lines without a value are left out.
    """

    title: str
    lines: tuple[tuple[str, str | None], ...]
    url: str
    source: str


class TextStyle(NamedTuple):
    """What a terminal supports: its width in columns, colour, and links."""

    width: int = 80
    color: bool = False
    links: bool = False


def cards(card_list: Iterable[Card], look: TextStyle) -> str:
    """Format cards, with an empty line between them."""
    return "\n".join(style_text(_card(card, look), look) for card in card_list)


def table(rows: Mapping[str, Sequence[str]], look: TextStyle) -> str:
    """Format names and values in columns."""
    width = max((len(name) for name in rows), default=0)
    text = Text()
    for name, values in rows.items():
        text.append(escape_control_characters(name).ljust(width + 2), Style(bold=True))
        text.append("  ".join(escape_control_characters(value) for value in values) + "\n")
    return style_text(text, look)


def outline(mapping: JsonObject, look: TextStyle, indent: int = 0) -> str:
    """Format names and values in lines, nested ones indented.

    >>> print(outline({"cache": {"answers": 2}, "rate": "slow", "none": {}}, TextStyle()), end="")
    cache
      answers  2
    rate   slow
    none   -
    """
    text = ""
    width = max((len(name) for name in mapping), default=0)
    for name, value in mapping.items():
        label = Text(" " * indent + escape_control_characters(name), Style(bold=True))
        if isinstance(value, dict) and value:
            text += style_text(Text.assemble(label, "\n"), look) + outline(value, look, indent + 2)
        else:
            display = (
                "-" if value in (None, {}) else f"{value:g}" if isinstance(value, float) else value
            )
            gap = " " * (width - len(name) + 2)
            text += style_text(
                Text.assemble(label, gap, escape_control_characters(str(display)), "\n"), look
            )
    return text


def source_label(name: str, tag: SourceTag | None) -> str:
    """Format a source for a card; rows from the library say so.

    >>> source_label("nekos", None)
    'nekos'
    """
    return f"{name}, library" if tag and tag.library else name


def _card(card: Card, look: TextStyle) -> Text:
    text = Text()
    source = f"[src: {escape_control_characters(card.source)}]"
    title = Text(escape_control_characters(card.title), Style(bold=True))
    title.truncate(max(8, look.width - len(source) - 2), overflow="ellipsis")
    gap = max(2, look.width - title.cell_len - len(source))
    text.append_text(title)
    text.append(" " * gap + source + "\n", Style(dim=True))
    labels = [(label, value) for label, value in card.lines if value]
    width = max((len(label) for label, _ in labels), default=0)
    for label, value in labels:
        text.append(f"  {label.ljust(width)}  ", Style(dim=True))
        text.append_text(_value(escape_control_characters(value), look))
        text.append("\n")
    text.append("  ")
    text.append_text(_value(escape_control_characters(card.url), look))
    text.append("\n")
    return text


def _value(value: str, look: TextStyle) -> Text:
    """Format a value; a URL is also a link if the terminal has links."""
    if not value.startswith(("http://", "https://")):
        return Text(value)
    link = value if look.links and value.isascii() and " " not in value else None
    return Text(value, Style(color="cyan", link=link))


def style_text(text: Text, look: TextStyle) -> str:
    """Return text with the escapes for the terminal, and no others."""
    out = io.StringIO()
    console = Console(
        file=out,
        force_terminal=look.color or look.links,
        color_system="standard" if look.color else None,
        no_color=not look.color,
        width=look.width,
        markup=False,
        highlight=False,
        emoji=False,
        legacy_windows=False,
    )
    console.print(text, end="", soft_wrap=True)
    return out.getvalue()


def format_bars(title: str, numbers: Mapping[str, int], look: TextStyle) -> str:
    """Draw a bar for each number below a title; the largest fills the width.

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
