"""What could steer a terminal is shown, not obeyed."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.render.safe_text import escape_control_characters, escape_json

HARMFUL = ["\x00", "\x07", "\x1b", "\x7f", "\x9b", "\r", "\u061c", "\u200e", "\u202e", "\u2067"]
HARMLESS = ["é", "青", "\u200d", "\u200c", "👩\u200d🎨", "[red]", "\u0301", "\U0001f3a8", "ع"]


@pytest.mark.parametrize("character", [*HARMFUL, "\n", "\t", "\u2028", "\ud800", "\U000e0041"])
def test_a_harmful_character_becomes_a_visible_sign(character: str) -> None:
    assert escape_control_characters(f"a{character}b") == "a\ufffdb"


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_harmless_stays(text: str) -> None:
    assert escape_control_characters(text) == text
    assert escape_control_characters(text, lines=True) == text


def test_lines_and_tabs_may_stay() -> None:
    assert escape_control_characters("a\tb\nc\r\n", lines=True) == "a    b\nc\ufffd\n"


@given(st.text())
def test_nothing_that_steers_is_left(text: str) -> None:
    cleaned = escape_control_characters(text)
    assert {unicodedata.category(character) for character in cleaned}.isdisjoint(
        {"Cc", "Cs", "Zl", "Zp"}
    )
    assert {unicodedata.bidirectional(c) for c in cleaned}.isdisjoint(
        {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    )
    assert escape_control_characters(cleaned) == cleaned
    assert len(cleaned) == len(text)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_escaped_json_is_the_same_value(text: str) -> None:
    document = json.dumps(text, ensure_ascii=False)
    escaped = escape_json(document)
    assert json.loads(escaped) == text
    assert {unicodedata.category(character) for character in escaped}.isdisjoint({"Cc", "Zl", "Zp"})
