"""What a file is, by its first bytes."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from animedex.images.formats import FORMATS, find_format, identify_format

OPENINGS = {
    "mp4": b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41",
    "webm": b"\x1aE\xdf\xa3\x01\x00\x00\x00\x00\x00\x00\x1fB\x86\x81\x01B\x82\x84webm",
    "zip": b"PK\x03\x04\x14\x00",
}
OTHERS = {
    "nothing": b"",
    "a page": b"<!DOCTYPE html>",
    "JSON": b'{"results": []}',
    "other Matroska": OPENINGS["webm"].replace(b"webm", b"matr"),
    "other RIFF": b"RIFF\x00\x00\x00\x00WAVE",
    "HEIC": b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic",
    "QuickTime": b"\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00qt  ",
    "half a name": b"\x89PN",
}


@pytest.mark.parametrize("name", ["png", "jpeg", "gif", "webp", "avif"])
def test_pictures_as_they_are_really_written(name: str) -> None:
    out = io.BytesIO()
    Image.new("RGB", (3, 2)).save(out, name)
    result = identify_format(out.getvalue()[:64])
    assert result is not None
    assert (result.name, result.is_picture) == (name, True)
    assert result.media_type == Image.MIME[name.upper()]


@pytest.mark.parametrize(("name", "opening"), OPENINGS.items(), ids=OPENINGS)
def test_films_and_archives(name: str, opening: bytes) -> None:
    result = identify_format(opening)
    assert result is not None
    assert (result.name, result.is_picture) == (name, False)


@pytest.mark.parametrize("opening", OTHERS.values(), ids=OTHERS)
def test_anything_else_is_not_known(opening: bytes) -> None:
    assert identify_format(opening) is None


def test_avif_is_told_from_its_family_by_any_of_its_brands() -> None:
    opening = b"\x00\x00\x00\x1cftypmif1\x00\x00\x00\x00mif1avifmiaf"
    result = identify_format(opening)
    assert result is not None
    assert result.name == "avif"
    # What stands behind the brands is none.
    assert identify_format(b"\x00\x00\x00\x14" + opening[4:]) is None


@given(st.binary(max_size=64))
def test_no_opening_is_too_strange(opening: bytes) -> None:
    assert identify_format(opening) in (*FORMATS, None)


def test_extensions_are_known() -> None:
    for one in FORMATS:
        assert find_format(one.extension.upper()) is one
        assert find_format(f".{one.name}") is one
