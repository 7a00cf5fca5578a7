"""What a file may be called anywhere."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from animedex.images.safe_filename import (
    MAX_PART_BYTES,
    fold_name,
    to_safe_filename,
    truncate_bytes,
)

# Taken from what the systems themselves say, and not from the code.
WINDOWS_REFUSES = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
WINDOWS_DEVICES = {
    *("CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"),
    *(f"{kind}{n}" for kind in ("COM", "LPT") for n in "0123456789¹²³"),
}
ODD = st.text(
    st.sampled_from("ab.. /\\:*?\x00\x1f\u202e\u200f\u200d\u0301é猫👩🚀🇯🇵\ud800\u2028-_~")
    | st.characters(),
    max_size=400,
)


def assert_legal(part: str) -> None:
    """A part of a path against the rules of all three systems."""
    encoded = part.encode("utf-8")
    assert 0 < len(encoded) <= MAX_PART_BYTES <= 255
    assert len(part.encode("utf-16-le")) // 2 <= 255
    assert not WINDOWS_REFUSES.search(part)
    assert part not in {".", ".."}
    assert part[-1] not in ". "
    assert part[0] not in ". "
    assert part.partition(".")[0].rstrip(" ").upper() not in WINDOWS_DEVICES
    assert unicodedata.is_normalized("NFC", part)
    assert all(unicodedata.category(one) not in {"Cc", "Cs", "Cn", "Zl", "Zp"} for one in part)
    assert not set(part) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")


@given(ODD)
@example("nul.txt")
@example("COM¹")
@example("aux .png")
@example("<\u0338")
@example("👩\u200d🚀" * 100)
@example("a\u0301" * 5000)
def test_whatever_comes_is_legal_and_stays_as_it_is(text: str) -> None:
    part = to_safe_filename(text)
    if part:
        assert_legal(part)
    assert to_safe_filename(part) == part


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("name. . .", "name"),
        (" .hidden", "hidden"),
        ("a/../b", "a_.._b"),
        ("..\\..\\evil", "_.._evil"),
        ("half\udcff", "half_"),
        ("cat\u202egnp.exe", "catgnp.exe"),
        ("Te\u0301a", "T\u00e9a"),
        ("一\u3000二", "一 二"),
        ("...", ""),
        ("\u200e\u2066", ""),
    ],
)
def test_names_that_have_done_harm(text: str, part: str) -> None:
    assert to_safe_filename(text) == part


@given(st.text(max_size=60), st.integers(0, 80))
def test_a_cut_is_the_beginning_and_fits(text: str, limit: int) -> None:
    text = text.encode(errors="ignore").decode()
    kept = truncate_bytes(text, limit)
    assert text.startswith(kept)
    assert len(kept.encode()) <= limit


@pytest.mark.parametrize("sign", ["👩\u200d🚀", "👍🏽", "🇯🇵", "e\u0301", "각", "❤\ufe0f", "नि"])
def test_no_sign_is_cut_in_half(sign: str) -> None:
    sign = unicodedata.normalize("NFD", sign)
    text = sign * 50
    for limit in range(len(text.encode())):
        assert len(truncate_bytes(text, limit)) % len(sign) == 0


@given(st.text(max_size=20))
def test_case_and_form_do_not_tell_names_apart(text: str) -> None:
    assert fold_name(text.upper()) == fold_name(text)
    assert fold_name(unicodedata.normalize("NFD", text)) == fold_name(text)
    assert fold_name(fold_name(text)) == fold_name(text)
