"""Cards, columns and outlines for a terminal."""

from __future__ import annotations

import re

import pytest
from rich.cells import cell_len

from animedex.render.text_output import Card, TextStyle, cards, outline, table

URL = "https://nekos.best/api/v2/neko/a.png"
PLAIN = TextStyle(40)
FULL = TextStyle(40, color=True, links=True)


def card(title: str = "neko", url: str = URL, **lines: str | None) -> Card:
    return Card(title, tuple(lines.items()), url, "nekos")


def bare(text: str) -> str:
    """Take this program's own escapes away."""
    return re.sub(r"\x1b\[[0-9;]*m|\x1b\]8;[^\x1b]*\x1b\\", "", text)


def test_a_card_has_title_lines_and_address() -> None:
    assert cards([card(artist="青葉ミオ", size="3 x 4", anime=None)], PLAIN) == (
        f"neko                        [src: nekos]\n  artist  青葉ミオ\n  size    3 x 4\n  {URL}\n"
    )


def test_cards_stand_below_each_other() -> None:
    text = cards([card("a"), card("b")], PLAIN)
    assert text.count("\n\n") == 1
    assert cards([], PLAIN) == ""


@pytest.mark.parametrize("title", ["x" * 200, "青" * 90, ""])
@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_the_source_ends_where_the_terminal_does(title: str, width: int) -> None:
    first = cards([card(title)], TextStyle(width)).splitlines()[0]
    assert first.endswith("  [src: nekos]")
    assert cell_len(first) <= max(width, 22)


def test_an_address_is_never_torn() -> None:
    long = f"{URL}{'a' * 300}"
    assert f"  {long}\n" in cards([card(url=long)], PLAIN)


def test_an_address_is_visible_text_and_a_link() -> None:
    text = cards([card(source=URL)], FULL)
    assert text.count(f";{URL}\x1b\\") == 2
    assert f"  source  {URL}\n" in bare(text)


def test_links_need_a_terminal_that_has_them() -> None:
    text = cards([card()], TextStyle(40, color=True))
    assert "\x1b]8" not in text
    assert "\x1b[36m" in text


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "file:///etc/passwd", "https://x.example/é"]
)
def test_only_what_a_browser_shows_is_a_link(url: str) -> None:
    text = cards([card(url=url)], FULL)
    assert "\x1b]8" not in text
    assert url in bare(text)


@pytest.mark.parametrize("markup", ["[red]Mio[/red]", "[link=https://x.example]y[/link]", ":cat:"])
def test_markup_is_text(markup: str) -> None:
    assert markup in cards([card(artist=markup)], PLAIN)
    assert markup in table({markup: [markup]}, PLAIN)
    assert markup in outline({markup: markup}, PLAIN)


@pytest.mark.parametrize("look", [PLAIN, FULL])
def test_escapes_in_names_are_not_obeyed(look: TextStyle) -> None:
    hostile = "\x1b[31m\x1b]8;;http://x.example\x1b\\\x9b1m\u202e\n"
    shown = bare(
        cards(
            [Card(hostile, (("artist", hostile),), f"https://x.example/{hostile}", hostile)], look
        )
        + table({hostile: [hostile]}, look)
        + outline({hostile: {hostile: hostile}}, look)
    )
    assert not {"\x1b", "\x9b", "\u202e"} & set(shown)


def test_columns_are_even() -> None:
    assert table({"neko": ["png"], "husbando": ["png", "x"]}, PLAIN) == (
        "neko      png\nhusbando  png  x\n"
    )
    assert table({}, PLAIN) == ""


def test_an_outline_goes_inwards() -> None:
    told = outline({"a": {"b": {"long": 1}, "c": None}, "d": [1, 2], "e": False, "f": 2.5}, PLAIN)
    assert told == "a\n  b\n    long  1\n  c  -\nd  [1, 2]\ne  False\nf  2.5\n"
