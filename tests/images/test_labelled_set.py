"""Different pictures, each in eight variants: the variants are found, and nothing else is."""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageFont, ImageOps

from animedex.images.duplicate_groups import group_duplicates
from animedex.images.fingerprint import MAX_DISTANCE
from animedex.images.hamming_index import HammingIndex
from animedex.images.image_inspection import inspect_image
from tests.kit.effort import count

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from animedex.images.fingerprint import Fingerprint

SCRIPTS = Path(__file__).parents[2] / "scripts"
# 48 pictures by default, and 594 in `make test-slow`.
STILLS, SCENES_EACH, CATEGORIES = count(6, 60), count(1, 6), count(24, 59)
LEAST_FOUND = 0.99


def resized(image: Image.Image, rng: Random) -> Image.Image:
    share = rng.choice([0.5, 0.7, 1.5])
    return image.resize((round(image.width * share), round(image.height * share)))


def plain(image: Image.Image, rng: Random) -> Image.Image:
    return image


def cropped(image: Image.Image, rng: Random) -> Image.Image:
    left, top, right, bottom = (rng.uniform(0, 0.04) for _ in range(4))
    width, height = image.size
    box = (width * left, height * top, width * (1 - right), height * (1 - bottom))
    return image.crop((round(box[0]), round(box[1]), round(box[2]), round(box[3])))


def bordered(image: Image.Image, rng: Random) -> Image.Image:
    colour = rng.choice(["white", "black", "#c03050", "#808080"])
    return ImageOps.expand(image, round(min(image.size) * rng.uniform(0.03, 0.12)), colour)


def watermarked(image: Image.Image, rng: Random) -> Image.Image:
    layer = Image.new("RGBA", image.size)
    width, height = image.size
    place = (width * rng.uniform(0, 0.4), height * rng.uniform(0, 0.88))
    font = ImageFont.load_default(max(9, height // 12))
    ImageDraw.Draw(layer).text(
        place, "@artist", (255, 255, 255, 190), font, stroke_width=1, stroke_fill=(0, 0, 0, 190)
    )
    return Image.alpha_composite(image.convert("RGBA"), layer).convert("RGB")


def brighter(image: Image.Image, rng: Random) -> Image.Image:
    return ImageEnhance.Brightness(image).enhance(rng.uniform(1.1, 1.25))


def letterboxed(image: Image.Image, rng: Random) -> Image.Image:
    shape = rng.choice([(16, 9), (9, 16), (21, 9)])
    width, height = image.size
    scale = max(width / shape[0], height / shape[1])
    return ImageOps.pad(image, (round(shape[0] * scale), round(shape[1] * scale)), color="black")


VARIANTS: dict[str, tuple[Callable[[Image.Image, Random], Image.Image], str, int]] = {
    "resized": (resized, "jpg", 90),
    "recompressed": (plain, "jpg", 35),
    "other format": (plain, "webp", 75),
    "cropped": (cropped, "png", 0),
    "bordered": (bordered, "jpg", 85),
    "watermarked": (watermarked, "jpg", 85),
    "brighter": (brighter, "jpg", 90),
    "letterboxed": (letterboxed, "jpg", 85),
}


class Labelled(NamedTuple):
    of: int
    variant: str


class Shelf:
    """What was made of which picture, by an id, as a library would."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.labels: dict[int, Labelled] = {}
        self.fingerprints: dict[int, Fingerprint] = {}

    def put(self, image: Image.Image, label: Labelled, extension: str, quality: int) -> None:
        number = len(self.labels) + 1
        path = self.folder / f"{number}.{extension}"
        image.save(path, quality=quality)
        self.labels[number] = label
        self.fingerprints[number] = inspect_image(str(path)).fingerprint

    def hashes(self) -> HammingIndex:
        rows = [(n, h) for n, one in self.fingerprints.items() for h in one.hashes]
        ids, hashes = zip(*rows, strict=True)
        return HammingIndex(np.array(ids, np.int64), np.array(hashes, np.uint64))


def drawings() -> Iterator[Image.Image]:
    """Draw different pictures in one style."""
    from sample_art.animations import SCENES, animation  # type: ignore[import-not-found,unused-ignore]  # of the scripts
    from sample_art.portraits import portrait  # type: ignore[import-not-found,unused-ignore]  # of the scripts

    for category in ("husbando", "kitsune", "neko", "waifu"):
        for index in range(STILLS):
            yield portrait(category, index, Random(f"{category}/{index}"))
    for category in sorted(SCENES)[:CATEGORIES]:
        for index in range(SCENES_EACH):
            yield animation(category, index, Random(f"{category}/{index}"))[0]


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [str(SCRIPTS), *sys.path])
        filled = Shelf(tmp_path)
        for number, image in enumerate(drawings()):
            filled.put(image, Labelled(number, "original"), "png", 0)
            for name, (change, extension, quality) in VARIANTS.items():
                changed = change(image, Random(f"{name}/{number}"))
                filled.put(changed, Labelled(number, name), extension, quality)
        yield filled
    for name in [name for name in sys.modules if name.startswith("sample_art")]:
        del sys.modules[name]


def test_variants_are_found_and_no_two_different_pictures_are_joined(shelf: Shelf) -> None:
    near = shelf.hashes().find_pairs(MAX_DISTANCE)
    result = list(
        group_duplicates(
            near, lambda ids: {one: shelf.fingerprints[one] for one in ids}, MAX_DISTANCE
        )
    )
    kinds = [{shelf.labels[one].of for one in group} for group in result]
    assert [kind for kind in kinds if len(kind) > 1] == []
    together = {one: group for group in result for one in group}
    originals = {label.of: n for n, label in shelf.labels.items() if label.variant == "original"}
    assert len(originals) >= count(48, 590)
    missed = [
        label
        for number, label in shelf.labels.items()
        if originals[label.of] not in together.get(number, [number])
    ]
    wanted = len(originals) * len(VARIANTS)
    by_variant = {name: sum(one.variant == name for one in missed) for name in VARIANTS}
    assert 1 - len(missed) / wanted >= LEAST_FOUND, by_variant
