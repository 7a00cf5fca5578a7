"""File names that are legal on Windows, macOS and Linux, from any text."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# File systems take 255 bytes, or UTF-16 units, of which no text has more than bytes of UTF-8. What
# is left over is for what is written beside a file, and for a number behind its name.
MAX_PART_BYTES = 239
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


def to_safe_filename(text: str) -> str:
    r"""Turn any text into one part of a path; empty if nothing legal remains.

    It has no separator, no control or invisible character and nothing that Windows refuses, is
    normalised (NFC), neither begins nor ends with a dot or a blank, and is cut to 239 bytes.

    >>> to_safe_filename("Fate/Zero: who?"), to_safe_filename("../..")
    ('Fate_Zero_ who_', '_')
    >>> to_safe_filename("nul.png"), to_safe_filename("a\u202egpj.exe")
    ('_nul.png', 'agpj.exe')
    """
    return avoid_device_name(truncate_bytes(to_plain_text(text), MAX_PART_BYTES - 1).strip(_EDGES))


def to_plain_text(text: str) -> str:
    r"""Replace illegal characters by `_` and spaces by one blank; drop invisible characters.

    >>> to_plain_text("a\r\n\tb\u3000c*"), to_plain_text("e\u0301") == "\xe9"
    ('a b c_', True)
    """
    if text.isascii():
        return _SPACE.sub(" ", _FORBIDDEN.sub("_", _SPACE.sub(" ", text))).strip(_EDGES)
    spaced = _SPACE.sub(" ", unicodedata.normalize("NFC", text))
    replaced = "".join(map(_replace_forbidden, _FORBIDDEN.sub("_", spaced)))
    # What stood apart may go together now, and spaces beside each other.
    return _SPACE.sub(" ", unicodedata.normalize("NFC", replaced)).strip(_EDGES)


def avoid_device_name(part: str) -> str:
    """Change a name that Windows would take for a device, with or without an extension.

    >>> avoid_device_name("COM1"), avoid_device_name("aux.tar.gz"), avoid_device_name("console")
    ('_COM1', '_aux.tar.gz', 'console')
    """
    return f"_{part}" if _DEVICES.fullmatch(part) else part


def truncate_bytes(text: str, limit: int) -> str:
    r"""Cut a text to so many bytes, never within a visible character.

    >>> truncate_bytes("abc", 2), truncate_bytes("猫猫", 5)
    ('ab', '猫')
    >>> truncate_bytes("e\u0301x", 2), truncate_bytes("a👩\u200d🚀", 9)
    ('', 'a')
    """
    if len(text.encode()) <= limit:
        return text
    end, size = 0, 0
    for next_end in _grapheme_ends(text):
        size += len(text[end:next_end].encode())
        if size > limit:
            break
        end = next_end
    return text[:end]


def fold_name(name: str) -> str:
    """Write a name so that two are equal where any system takes them for the same.

    >>> fold_name("Stra\u00dfe") == fold_name("STRASSE"), fold_name("a") == fold_name("b")
    (True, False)
    """
    before = ""
    while before != name:
        # What one direction leaves as it is, the other may not.
        before, name = name, unicodedata.normalize("NFD", name).casefold().upper().casefold()
    return name


def _replace_forbidden(character: str) -> str:
    """Drop what is invisible; macOS takes no character that Unicode has not assigned."""
    kind = unicodedata.category(character)
    if kind == "Cn":
        return "_"
    return "" if kind == "Cf" and character not in _JOINERS else character


def _grapheme_ends(text: str) -> Iterator[int]:
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
