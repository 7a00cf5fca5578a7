"""What a file may be called on Windows, macOS and Linux alike, whoever chose the words."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# File systems take 255 bytes, or UTF-16 units, of which no text has more than bytes of UTF-8. What
# is left over is for what is written beside a file, and for a number behind its name.
LONGEST_PART = 239
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffd-\uffff]')
_SPACE = re.compile(r"\s+")
_DEVICES = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3])\s*(?:\..*)?",
    re.IGNORECASE | re.DOTALL,
)
# What joins letters and emoji belongs to them; other invisible characters turn text around, or
# make two names look the same.
_JOINERS = {"\u200c", "\u200d"}
_EDGES = " ."


def legal(text: str) -> str:
    r"""Make any text into one part of a path; it is empty where nothing is left.

    It has no separator, no control or invisible character and nothing that Windows refuses, is
    normalised (NFC), neither begins nor ends with a dot or a blank, and is cut to 239 bytes.

    >>> legal("Fate/Zero: who?"), legal("../.."), legal("nul.png"), legal("a\u202egpj.exe")
    ('Fate_Zero_ who_', '_', '_nul.png', 'agpj.exe')
    """
    return named(cut(plain(text), LONGEST_PART - 1).strip(_EDGES))


def plain(text: str) -> str:
    r"""Put `_` for what no name may hold, and one blank for any space; drop what is invisible.

    >>> plain("a\r\n\tb\u3000c*"), plain("e\u0301") == "\xe9"
    ('a b c_', True)
    """
    if text.isascii():
        return _SPACE.sub(" ", _FORBIDDEN.sub("_", _SPACE.sub(" ", text))).strip(_EDGES)
    spaced = _SPACE.sub(" ", unicodedata.normalize("NFC", text))
    shown = "".join(map(_shown, _FORBIDDEN.sub("_", spaced)))
    # What stood apart may go together now, and spaces beside each other.
    return _SPACE.sub(" ", unicodedata.normalize("NFC", shown)).strip(_EDGES)


def named(part: str) -> str:
    """Keep a name from being a device of Windows, with or without an extension.

    >>> named("COM1"), named("aux.tar.gz"), named("console")
    ('_COM1', '_aux.tar.gz', 'console')
    """
    return f"_{part}" if _DEVICES.fullmatch(part) else part


def cut(text: str, limit: int) -> str:
    r"""Return as much of a text as fits into so many bytes, never half of what looks like one sign.

    >>> cut("abc", 2), cut("猫猫", 5), cut("e\u0301x", 2), cut("a👩\u200d🚀", 9)
    ('ab', '猫', '', 'a')
    """
    if len(text.encode()) <= limit:
        return text
    kept, size = 0, 0
    for end in _ends(text):
        size += len(text[kept:end].encode())
        if size > limit:
            break
        kept = end
    return text[:kept]


def folded(name: str) -> str:
    """Write a name so that two are equal where any system takes them for the same.

    >>> folded("Stra\u00dfe") == folded("STRASSE"), folded("a") == folded("b")
    (True, False)
    """
    before = ""
    while before != name:
        # What one direction leaves as it is, the other may not.
        before, name = name, unicodedata.normalize("NFD", name).casefold().upper().casefold()
    return name


def _shown(character: str) -> str:
    """Drop what is invisible; macOS takes no character that Unicode has not assigned."""
    kind = unicodedata.category(character)
    if kind == "Cn":
        return "_"
    return "" if kind == "Cf" and character not in _JOINERS else character


def _ends(text: str) -> Iterator[int]:
    """Yield after how many characters each sign ends, as a reader would count them."""
    flags = 0
    for at in range(1, len(text)):
        before, after = text[at - 1], text[at]
        flags = flags + 1 if _is_flag(before) else 0
        joined = after in _JOINERS or before == "\u200d" or _is_attached(after)
        if not joined and not (_is_flag(after) and flags % 2):
            yield at
    if text:
        yield len(text)


def _is_attached(character: str) -> bool:
    """Return whether a character belongs to the one before it: accents, skin tones, vowels."""
    tone = "\U0001f3fb" <= character <= "\U0001f3ff"
    vowel = "\u1160" <= character <= "\u11ff"
    return tone or vowel or unicodedata.category(character) in {"Mn", "Me", "Mc"}


def _is_flag(character: str) -> bool:
    """Return whether a character is one of the letters of which two make a flag."""
    return "\U0001f1e6" <= character <= "\U0001f1ff"
