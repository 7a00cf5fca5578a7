"""Escapes what could control a terminal or change the direction of writing."""

from __future__ import annotations

import re

# C0 and C1 controls, DEL; marks and overrides of writing direction; line separators; invisible
# format characters (the joiners of emoji and of Indic scripts are no harm); halves of surrogates.
_HARMFUL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
# JSON has escaped C0 already; jq escapes DEL as well.
_UNSAFE_IN_JSON = re.compile(
    "[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\U000e0000-\U000e007f]"
)


def escape_control_characters(text: str, *, lines: bool = False) -> str:
    r"""Replace control characters by visible signs; `lines` keeps tabs and line ends.

    >>> escape_control_characters("a\x1b[31mred")
    'a�[31mred'
    """
    if lines:
        return "\n".join(
            escape_control_characters(line.replace("\t", "    ")) for line in text.split("\n")
        )
    return _HARMFUL.sub("\ufffd", text)


def escape_json(text: str) -> str:
    r"""Escape characters that JSON allows and that could control a terminal.

    >>> escape_json('"\x9b31m"')
    '"\\u009b31m"'
    """
    # Most text is seen to be safe in a fraction of the time that a search takes.
    if text.isascii() and "\x7f" not in text:
        return text
    return _UNSAFE_IN_JSON.sub(_escape_match, text)


def _escape_match(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
