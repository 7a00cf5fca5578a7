"""Reading the documentation's pages: their text, and the rows of their tables."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def text_of(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def words_of(name: str) -> str:
    """Return a page with every run of white space as one space."""
    return " ".join(text_of(name).split())


def cells(name: str, header: str) -> list[list[str]]:
    """Return the rows of the table that has this header, cell by cell."""
    _, result, rest = text_of(name).partition(f"\n| {header} |\n")
    assert result, f"{name} has no table with the header {header!r}"
    lines = rest.partition("\n\n")[0].splitlines()[1:]
    return [[cell.strip() for cell in line[1:-1].split("|")] for line in lines]


def quoted(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)
