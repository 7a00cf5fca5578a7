"""Different pictures of kinds that are easily taken for each other: none is joined."""

from __future__ import annotations

import io
from itertools import combinations
from random import Random
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from animedex.images.fingerprint import MAX_DISTANCE, Fingerprint, is_near_duplicate
from animedex.images.perceptual_hash import create_fingerprint, reduce_frame
from animedex.images.thumbnail_comparison import confirm_pairs
from tests.images.sample_drawings import KINDS, draw, same_pictures

if TYPE_CHECKING:
    from collections.abc import Sequence

EACH = 8
LEAST_FOUND = 0.99
# The whole range of hashes: even without them nothing is joined.
ANY = 64


def look(image: Image.Image) -> Fingerprint:
    return create_fingerprint([reduce_frame(image)])


def joined(looks: Sequence[Fingerprint], within: int) -> int:
    return int(confirm_pairs(list(combinations(looks, 2)), within).sum())


def test_no_two_different_pictures_are_joined() -> None:
    looks = {kind: [look(draw(kind, number)) for number in range(EACH)] for kind in KINDS}
    pairs = len(KINDS) * EACH * (EACH - 1) // 2
    assert pairs >= 400
    result = {kind: joined(those, ANY) for kind, those in looks.items()}
    assert {kind: count for kind, count in result.items() if count} == {}
    assert joined([one for those in looks.values() for one in those], MAX_DISTANCE) == 0


def test_variants_of_the_same_picture_are_found() -> None:
    pairs = [
        (kind, name, (look(one), look(other)))
        for kind in KINDS
        for number in range(2)
        for name, one, other in same_pictures(kind, number)
    ]
    result = confirm_pairs([pair for _, _, pair in pairs], MAX_DISTANCE).tolist()
    missed = [(kind, name) for (kind, name, _), yes in zip(pairs, result, strict=True) if not yes]
    assert len(pairs) >= 200
    assert 1 - len(missed) / len(pairs) >= LEAST_FOUND, missed


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "L"])
def test_pictures_of_one_colour_are_joined_with_equal_pixels_alone(mode: str) -> None:
    white, black, nearly = (
        Image.new("RGB", (64, 48), colour).convert(mode) for colour in ("white", "black", "#fdfdfd")
    )
    assert is_near_duplicate(look(white), look(white.copy()))
    assert not is_near_duplicate(look(white), look(black), ANY)
    assert not is_near_duplicate(look(white), look(nearly), ANY)
    assert not is_near_duplicate(look(white), look(white.resize((65, 48))), ANY)


def test_equal_pixels_are_the_same_in_any_mode_and_format() -> None:
    image = Image.new("RGB", (64, 48), (10, 20, 200))
    file = io.BytesIO()
    image.save(file, "WEBP", lossless=True)
    for other in (image.convert("RGBA"), image.quantize(4), Image.open(file)):
        assert is_near_duplicate(look(image), look(other))


def test_the_colour_of_what_cannot_be_seen_makes_no_difference() -> None:
    one, other = (Image.new("RGBA", (64, 48), (level, level, level, 0)) for level in (0, 255))
    assert is_near_duplicate(look(one), look(other))


def test_light_and_dark_ink_of_one_drawing_differ() -> None:
    image = draw("black_ink", 1)
    light = Image.merge("RGBA", (*[Image.new("L", image.size, 255)] * 3, image.getchannel("A")))
    assert not is_near_duplicate(look(image), look(light), ANY)


def test_a_transparent_picture_is_like_the_same_on_paper_but_not_like_paper() -> None:
    image = draw("black_ink", Random(3).randrange(100))
    paper = Image.new("RGBA", image.size, "white")
    flat = Image.alpha_composite(paper, image).convert("RGB")
    assert is_near_duplicate(look(image), look(flat))
    assert not is_near_duplicate(look(image), look(paper.convert("RGB")), ANY)
