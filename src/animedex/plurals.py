"""Numbers with their nouns, as messages have them."""

from __future__ import annotations


def format_count(number: int, noun: str) -> str:
    """Return a number with its noun, which is in the plural unless the number is 1.

    >>> format_count(1, "answer"), format_count(0, "picture"), format_count(2, "category")
    ('1 answer', '0 pictures', '2 categories')
    """
    if number == 1:
        return f"1 {noun}"
    stem, end = (noun[:-1], "ies") if noun.endswith(("ry", "py", "ty")) else (noun, "s")
    return f"{number} {stem}{end}"
