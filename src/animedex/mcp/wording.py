"""What is said to people who type commands, said to whoever calls tools."""

from __future__ import annotations

import re

# Arguments that have another name than the option, and what no caller can do.
_NAMES = {"from": "services"}
_TIMED = ("--timeout", "--refresh")
_LATER = "try again later"
_ROW = ", or a row as JSON"
_OPTION = re.compile(r"--([a-z][a-z-]*)")


def for_callers(text: str) -> str:
    """Name arguments where a text names options, and leave out what tools do not take.

    >>> for_callers("ask another with --from"), for_callers("use --min-match 0.8")
    ('ask another with services', 'use min_match 0.8')
    >>> for_callers("allow more time with --timeout, or see `animedex status`")
    'try again later'
    """
    if any(option in text for option in _TIMED):
        return _LATER
    return _OPTION.sub(_named, text.replace(_ROW, ""))


def _named(found: re.Match[str]) -> str:
    return _NAMES.get(found[1], found[1].replace("-", "_"))
