"""Pictures of about 1 MB, always the same: as art is, areas of colour, lines and some grain."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

if TYPE_CHECKING:
    from numpy.random import Generator

SIDE, LONG = 1400, 1_000_000
_MOST_GRAIN = 24.0


def write_pictures(folder: Path, amount: int) -> list[str]:
    """Write so many JPEG files into a folder, each of another picture; name them."""
    names = [f"{number:08x}-0000-4000-8000-000000000000.jpg" for number in range(amount)]
    grain = np.random.default_rng(0).normal(0, 1, (SIDE, SIDE, 1)).astype(np.float32)
    for number, name in enumerate(names):
        (folder / name).write_bytes(picture(number, grain))
    return names


def picture(number: int, grain: np.ndarray) -> bytes:
    """Draw one, with as much grain as makes it about 1 MB long."""
    drawn = np.asarray(shapes(np.random.default_rng(number)), np.float32)
    low, high, data = 0.0, _MOST_GRAIN, b""
    for _ in range(6):
        middle = (low + high) / 2
        data = encode_jpeg(drawn + middle * grain)
        low, high = (low, middle) if len(data) > LONG else (middle, high)
    return data


def shapes(draw: Generator) -> Image.Image:
    """Draw areas and lines."""
    image = Image.new("RGB", (SIDE, SIDE), tuple(draw.integers(160, 255, 3).tolist()))
    pen = ImageDraw.Draw(image)
    for _ in range(60):
        x, y, width, height = draw.integers(0, SIDE, 4).tolist()
        colour = tuple(draw.integers(0, 255, 3).tolist())
        pen.ellipse((x, y, x + width // 3, y + height // 3), colour, (20, 20, 30), 3)
    return image


def encode_jpeg(pixels: np.ndarray) -> bytes:
    """Write a JPEG file."""
    out = io.BytesIO()
    Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(out, "JPEG", quality=90)
    return out.getvalue()
