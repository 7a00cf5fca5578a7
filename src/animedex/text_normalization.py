"""Text normalization: spellings that a reader considers equal become equal.

Titles and names come in many spellings of one thing: capitals, accents, full-width letters,
half-width kana, hiragana or katakana. Folded, they are equal strings.
"""

from __future__ import annotations

import re
import unicodedata

# These combine as accents do but are letters: dakuten and handakuten (が is not か), and the
# iota that Greek writes below a vowel and, in capitals, beside it.
_COMBINING_LETTERS = "\u3099\u309a\u0345"
# Variation selectors choose between shapes of one character.
_SELECTOR = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
# Every katakana letter stands 0x60 above its hiragana; the two iteration marks follow suit.
# Dotless i is the lower case of I where it is used, so it shares the fold of I.
_LETTERS = {code: code - 0x60 for code in (*range(0x30A1, 0x30F7), 0x30FD, 0x30FE)} | {0x131: "i"}

# Scripts written without spaces, or with syllables that say as much as half a word.
_KANA = "\u3040-\u30ff\u31f0-\u31ff"
_DENSE = _KANA + "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\U00020000-\U0003ffff"
_STARTS_DENSE = re.compile(f"[{_DENSE}]")
_KANA_ONLY = re.compile(f"[{_KANA}]+")
_WORD = re.compile(rf"\d+|[{_DENSE}]+|[^\s\d{_DENSE}]+")

# Shorter words than these are short: in kana, in kanji and Hangul, in letters.
_LEAST_KANA, _LEAST_DENSE, _LEAST_LETTERS = 3, 2, 4


def normalize(text: str) -> str:
    """Remove case, width, accents and the difference between the two kana.

    Folding twice changes nothing more. Long vowels lose their macron and nothing else.

    >>> normalize("Ｐｏｋéｍｏｎ"), normalize("Shōnen"), normalize("ﾌﾘｰﾚﾝ"), normalize("ガンダム")
    ('pokemon', 'shonen', 'ふりーれん', 'がんだむ')
    """
    decomposed = unicodedata.normalize("NFKD", text)
    letters = "".join(char for char in decomposed if not _is_ornament(char))
    return unicodedata.normalize("NFC", letters.casefold().translate(_LETTERS))


def _is_ornament(char: str) -> bool:
    if char.isascii() or char in _COMBINING_LETTERS:
        return False
    return (
        unicodedata.combining(char) != 0
        or unicodedata.category(char) == "Cf"
        or _SELECTOR.match(char) is not None
    )


def split_words(text: str) -> list[str]:
    """Fold a text and split it at punctuation, digits and changes of script.

    Japanese stays in one piece where nothing divides it. The case of a letter never divides,
    so that every spelling of a handle has the same words.

    >>> split_words("Re:Zero_02 進撃の巨人")
    ['re', 'zero', '02', '進撃の巨人']
    """
    chars = (char if unicodedata.category(char)[0] in "LMN" else " " for char in normalize(text))
    return _WORD.findall("".join(chars))


def is_cjk(word: str) -> bool:
    """Return whether a word is Chinese, Japanese or Korean, where words have few characters.

    >>> is_cjk("巨人"), is_cjk("titan")
    (True, False)
    """
    return _STARTS_DENSE.match(word) is not None


def is_short(word: str) -> bool:
    """Return whether a word is too short to allow for a typing error.

    >>> is_short("kon"), is_short("あお"), is_short("鬼"), is_short("鬼滅"), is_short("bocchi")
    (True, True, True, False, False)
    """
    if _KANA_ONLY.fullmatch(word):
        return len(word) < _LEAST_KANA
    return len(word) < (_LEAST_DENSE if is_cjk(word) else _LEAST_LETTERS)
