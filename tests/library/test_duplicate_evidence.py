"""How sure it is that files show the same picture, told by the files themselves."""

from __future__ import annotations

import shutil
from itertools import combinations
from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageDraw, ImageFont, ImageSequence, PngImagePlugin

from animedex.images.file_comparison import Pixels, compare_pixels, read_pixels
from animedex.library.duplicate_evidence import sort_by_evidence
from animedex.library.entry import Entry, NewEntry
from tests.images.sample_drawings import KINDS, draw

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from animedex.library.picture_library import Library
    from tests.library.conftest import Draw


def png(source: Path, target: Path) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Title", "the same pixels")
    Image.open(source).save(target.with_suffix(".png"), pnginfo=info)


def larger(source: Path, target: Path) -> None:
    Image.open(source).resize((320, 240)).save(target.with_suffix(".png"))


def jpeg(source: Path, target: Path) -> None:
    Image.open(source).convert("RGB").save(target.with_suffix(".jpg"), quality=75)


def webp(source: Path, target: Path) -> None:
    Image.open(source).save(target.with_suffix(".webp"), lossless=True)


def cropped(source: Path, target: Path) -> None:
    Image.open(source).crop((4, 3, 155, 117)).save(target.with_suffix(".png"))


def marked(source: Path, target: Path) -> None:
    image = Image.open(source)
    ImageDraw.Draw(image).ellipse((70, 50, 84, 60), "white")
    image.save(target.with_suffix(".png"))


def brighter(source: Path, target: Path) -> None:
    image = Image.open(source).point([min(255, level * 6 // 5) for level in range(256)] * 3)
    image.save(target.with_suffix(".png"))


def entries_of(library: Library, folder: Path) -> list[Entry]:
    return [library.add(NewEntry(str(path))) for path in sorted(folder.iterdir())]


@pytest.mark.parametrize(
    ("change", "evidence"),
    [
        (shutil.copy, "bytes"),
        (png, "pixels"),
        (webp, "pixels"),
        (larger, "same"),
        (jpeg, "same"),
        (cropped, "similar"),
        (marked, "similar"),
        (brighter, "similar"),
    ],
)
def test_evidence_is_what_a_person_would_say(
    change: Callable[[Path, Path], None],
    evidence: str,
    library: Library,
    draw: Draw,
    tmp_path: Path,
) -> None:
    original = draw("pictures/1.png", 1)
    change(original, tmp_path / "pictures" / "2.png")
    entries = entries_of(library, tmp_path / "pictures")
    (group,) = sort_by_evidence(entries)
    assert (group.evidence, group.entries) == (evidence, entries)
    assert (group.reference is None) == (evidence == "similar")


def test_a_chain_of_likenesses_joins_nothing(library: Library, draw: Draw, tmp_path: Path) -> None:
    original = draw("pictures/1.png", 1, (320, 240))
    jpeg(original, tmp_path / "pictures" / "2.jpg")
    marked(original, tmp_path / "pictures" / "3.png")
    entries = entries_of(library, tmp_path / "pictures")
    same, similar = sort_by_evidence(entries)
    assert (same.evidence, [entry.id for entry in same.entries]) == ("same", [1, 2])
    assert (similar.evidence, [entry.id for entry in similar.entries]) == ("similar", [1, 3])


def test_a_file_that_is_gone_or_another_by_now_is_no_evidence(
    library: Library, draw: Draw, tmp_path: Path
) -> None:
    draw("pictures/1.png", 1)
    for number in (2, 3):
        shutil.copy(tmp_path / "pictures" / "1.png", tmp_path / "pictures" / f"{number}.png")
    entries = entries_of(library, tmp_path / "pictures")
    (tmp_path / "pictures" / "2.png").unlink()
    draw("pictures/3.png", 2)
    (group,) = sort_by_evidence(entries)
    assert (group.evidence, len(group.entries)) == ("similar", 3)


def test_animations_are_compared_to_their_end(library: Library, draw: Draw, tmp_path: Path) -> None:
    draw("pictures/1.gif", 1, frames=6)
    shutil.copy(tmp_path / "pictures" / "1.gif", tmp_path / "pictures" / "2.gif")
    with Image.open(tmp_path / "pictures" / "1.gif") as image:
        frames = [frame.convert("RGB") for frame in ImageSequence.Iterator(image)]
    first, *rest = frames
    first.save(tmp_path / "pictures" / "3.webp", save_all=True, append_images=rest, lossless=True)
    rest[-1].paste("white", (60, 40, 90, 70))
    first.save(tmp_path / "pictures" / "4.webp", save_all=True, append_images=rest, lossless=True)
    entries = entries_of(library, tmp_path / "pictures")
    strong, weak = sort_by_evidence(entries, "oldest")
    assert [strong.levels.get(number) for number in (2, 3, 4)] == ["bytes", "pixels", None]
    assert (weak.evidence, [entry.id for entry in weak.entries]) == ("similar", [1, 4])


@pytest.mark.parametrize("kind", KINDS)
def test_different_pictures_are_never_the_same(kind: str, tmp_path: Path) -> None:
    decoded: list[Pixels] = []
    for number in range(4):
        path = tmp_path / f"{number}.png"
        draw(kind, number).save(path)
        decoded.append(read_pixels(str(path)))
    assert [compare_pixels(one, other) for one, other in combinations(decoded, 2)] == [None] * 6


def page(word: str) -> Image.Image:
    """Draw a page of small text, with one word to choose."""
    image = Image.new("RGB", (120, 160), "white")
    for y in range(12, 140, 10):
        text = f"the road {word} quiet" if y == 72 else "a river of lanterns"
        ImageDraw.Draw(image).text((12, y), text, (20, 20, 20), ImageFont.load_default(7))
    return image


def figure(*, blush: bool) -> Image.Image:
    """Draw a face before striped houses, with or without red cheeks."""
    image = Image.new("RGB", (120, 160), (150, 190, 230))
    draw = ImageDraw.Draw(image)
    for x in range(0, 120, 12):
        draw.rectangle((x, 60 + x % 36, x + 6, 160), (60 + x, 120, 200 - x))
    draw.ellipse((38, 78, 82, 122), (255, 226, 205), "black")
    for x in (44, 67) if blush else ():
        draw.ellipse((x, 103, x + 8, 108), (255, 170, 170))
    return image


def night_face(*, closed: bool) -> Image.Image:
    """Draw a face in dark blue, with open or closed eyes."""
    image = Image.new("RGB", (240, 320), (6, 8, 24))
    draw = ImageDraw.Draw(image)
    draw.ellipse((40, 80, 200, 240), (9, 12, 30), (14, 18, 40), 3)
    for x in (90, 150):
        box = (x - 12, 130, x + 12, 160)
        draw.arc(box, 0, 180, (14, 18, 40), 3)
        draw.arc(box, 0, 0 if closed else 359, (14, 18, 40), 3)
    return image


EDITS = {
    "a word": (page("was"), page("and")),
    "red cheeks": (figure(blush=False), figure(blush=True)),
    "eyes at night": (night_face(closed=False), night_face(closed=True)),
}


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("name", ["2.png", "2.webp", "2.jpg", "smaller.png"])
def test_an_edit_is_another_picture_in_any_format(edit: str, name: str, tmp_path: Path) -> None:
    one, other = EDITS[edit]
    one.save(tmp_path / "1.png")
    size = (other.width * 3 // 4, other.height * 3 // 4)
    (other.resize(size) if name == "smaller.png" else other).save(tmp_path / name, quality=80)
    assert compare_pixels(*(read_pixels(str(tmp_path / file)) for file in ("1.png", name))) is None


@pytest.mark.parametrize("name", ["2.png", "2.webp", "2.gif"])
def test_one_pixel_changed_without_loss_is_an_edit(name: str, tmp_path: Path) -> None:
    image = draw("icon", 1).quantize(16)
    image.save(tmp_path / "1.png")
    image.paste(image.crop((0, 0, 1, 1)), (128, 128))
    image.convert("RGB" if name == "2.webp" else "P").save(tmp_path / name, lossless=True)
    assert compare_pixels(*(read_pixels(str(tmp_path / file)) for file in ("1.png", name))) is None


def test_what_rounding_changes_is_no_edit(tmp_path: Path) -> None:
    image = draw("sketch", 1)
    image.save(tmp_path / "1.png")
    image.point([min(255, level + level % 2) for level in range(256)] * 3).save(tmp_path / "2.png")
    assert (
        compare_pixels(*(read_pixels(str(tmp_path / f"{number}.png")) for number in (1, 2)))
        == "same"
    )


@pytest.mark.parametrize("kind", ["sketch", "comic_page", "screenshot", "black_ink", "face"])
@pytest.mark.parametrize("change", ["webp", "gif", "half", "larger"])
def test_conversion_and_scale_are_no_edit(kind: str, change: str, tmp_path: Path) -> None:
    image = draw(kind, 1)
    image.save(tmp_path / "1.png")
    share = {"half": 0.5, "larger": 2.0}.get(change, 1.0)
    size = round(image.width * share), round(image.height * share)
    name = f"2.{change if share == 1 else 'png'}"
    image.resize(size).save(tmp_path / name, quality=80)
    assert compare_pixels(*(read_pixels(str(tmp_path / file)) for file in ("1.png", name)))


@pytest.mark.parametrize("side", [64, 128])
def test_tiny_copies_with_losses_are_no_evidence(side: int, tmp_path: Path) -> None:
    image = draw("sketch", 1).resize((side, side))
    image.save(tmp_path / "1.png")
    image.save(tmp_path / "2.jpg", quality=90)
    sameness = compare_pixels(*(read_pixels(str(tmp_path / file)) for file in ("1.png", "2.jpg")))
    assert sameness == ("same" if side > 72 else None)
