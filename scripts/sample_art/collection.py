"""Draw the whole collection and write it, with its manifest, to a folder."""

from __future__ import annotations

import json
import shutil
from random import Random
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, UUID, uuid5

from PIL import Image

from .animations import MILLISECONDS, SCENES, animation
from .credits import animation_credit, picture_credit
from .portraits import portrait

if TYPE_CHECKING:
    from pathlib import Path

STILLS = {"husbando": 10, "kitsune": 10, "neko": 10, "waifu": 10}
ANIMATIONS_EACH = 2
STILL_COLOURS, ANIMATION_COLOURS = 64, 24

Row = dict[str, str | int]
Credit = dict[str, str]


def draw_collection(folder: Path) -> list[Row]:
    """Write the collection's folders and manifest anew; the same code writes the same bytes.

    The answer is the manifest's rows.
    """
    for category in (*STILLS, *SCENES):
        shutil.rmtree(folder / category, ignore_errors=True)
    jobs = [(category, index) for category, count in STILLS.items() for index in range(count)]
    stills = [_still(folder, *job, picture_credit(n)) for n, job in enumerate(jobs)]
    jobs = [(category, index) for category in sorted(SCENES) for index in range(ANIMATIONS_EACH)]
    moving = [_moving(folder, *job, animation_credit(n)) for n, job in enumerate(jobs)]
    rows = stills + moving
    text = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    (folder / "manifest.json").write_text(f'{{"pictures": [\n{text}\n]}}\n', encoding="utf-8")
    return rows


def _still(folder: Path, category: str, index: int, credit: Credit) -> Row:
    picture = portrait(category, index, _lots(category, index))
    palette = picture.quantize(STILL_COLOURS, Image.Quantize.MEDIANCUT, kmeans=2)
    reduced = picture.quantize(palette=palette, dither=Image.Dither.NONE)
    path = _place(folder, category, index, "png")
    reduced.save(path, optimize=True)
    return _row(category, path, picture, credit)


def _moving(folder: Path, category: str, index: int, credit: Credit) -> Row:
    frames = animation(category, index, _lots(category, index))
    palette = _palette(frames)
    first, *rest = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
    path = _place(folder, category, index, "gif")
    duration = MILLISECONDS.get(category, 140)
    first.save(path, save_all=True, append_images=rest, duration=duration, loop=0, optimize=True)
    return _row(category, path, frames[0], credit)


def _palette(frames: list[Image.Image]) -> Image.Image:
    """Choose one palette for all frames, so that what stands still costs nothing."""
    width, height = frames[0].size
    strip = Image.new("RGB", (width, height * len(frames)))
    for step, frame in enumerate(frames):
        strip.paste(frame, (0, step * height))
    return strip.quantize(ANIMATION_COLOURS, Image.Quantize.MAXCOVERAGE, kmeans=2)


def _lots(category: str, index: int) -> Random:
    return Random(f"{category}/{index}")


def _place(folder: Path, category: str, index: int, suffix: str) -> Path:
    (folder / category).mkdir(parents=True, exist_ok=True)
    name = _uuid(category, index)
    return folder / category / f"{name}.{suffix}"


def _uuid(category: str, index: int) -> UUID:
    """Name a picture; the names keep the look of random ones, which real names have."""
    return UUID(bytes=uuid5(NAMESPACE_URL, f"sample/{category}/{index}").bytes, version=4)


def _row(category: str, path: Path, picture: Image.Image, credit: Credit) -> Row:
    width, height = picture.size
    return {"category": category, "file": path.name, "width": width, "height": height, **credit}
