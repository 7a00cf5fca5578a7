"""Decoded pixels as 8-bit sRGB: depth scaled, ICC profiles converted, alpha unchanged."""

from __future__ import annotations

import io
from functools import lru_cache
from itertools import chain, product
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL.Image import Image
    from PIL.ImageCms import ImageCmsTransform

# Profiles of presses have 0.5 to 3 MiB; what is larger is ignored.
MAX_PROFILE_BYTES = 4 * 1024 * 1024
_STRIP_PIXELS = 4_000_000
# A profile that moves no colour further than this, of 255, is taken for sRGB's own.
_VISIBLE_LEVELS = 3
# One that brings these grays nearer to each other than this is absurd.
_GRAYS, _MIN_SPREAD = (51, 204), 32
_STEPS = (0, 51, 102, 153, 204, 255)
_COLOR_SPACES = {"RGB": "RGB ", "L": "GRAY", "CMYK": "CMYK"}
_ALPHA_MODES = {"LA": "L", "RGBA": "RGB"}
_8_BIT_MODES = {"L", "LA", "RGB", "RGBA", "CMYK", "YCbCr"}
_SIMPLER = {"1": "L", "RGBa": "RGBA", "La": "LA"}


def reduce_image(image: Image, factors: tuple[int, int], raw_mode: str) -> Image:
    """Return the result of `to_8_bit`, reduced by whole factors across and down.

    It goes strip by strip: see `iter_strips`.
    """
    if factors == (1, 1):
        return to_8_bit(image, raw_mode)
    strips = [_reduce(strip, factors) for strip in iter_strips(image, raw_mode, factors[1])]
    if len(strips) == 1:
        return strips[0]
    from PIL.Image import new

    small = new(strips[0].mode, (strips[0].width, sum(strip.height for strip in strips)))
    top = 0
    for strip in strips:
        small.paste(strip, (0, top))
        top += strip.height
    return small


def iter_strips(image: Image, raw_mode: str, factor: int = 1) -> Iterator[Image]:
    """Yield what `to_8_bit` does in strips, each of them a multiple of a factor high but the last.

    No copy of a large picture is made.
    """
    width, height = image.size
    rows = factor * max(1, _STRIP_PIXELS // (width * factor))
    for top in range(0, height, rows):
        part = image if rows >= height else image.crop((0, top, width, min(top + rows, height)))
        yield to_8_bit(part, raw_mode)


def _reduce(image: Image, factors: tuple[int, int]) -> Image:
    # Colours count by how opaque they are.
    if image.mode == "LA":
        image = image.convert("RGBA")
    if image.mode == "RGBA":
        return image.convert("RGBa").reduce(factors).convert("RGBA")
    return image.reduce(factors)


def to_8_bit(image: Image, raw_mode: str) -> Image:
    """Return a picture as L, LA, RGB, RGBA, CMYK or YCbCr, whatever mode it was decoded in.

    `raw_mode` is how the file stores pixels, in Pillow's words: a transparent colour is written in
    the file's depth.
    """
    if image.mode.startswith(("I", "F")):
        return _scale_16_bit(image)
    color = cast("object", image.info.get("transparency"))
    if image.mode in {"1", "L"} and isinstance(color, int):
        scale = {"L;2": 85, "L;4": 17}.get(raw_mode, 1)
        return _make_transparent(image.convert("L"), min(255, color * scale))
    if image.mode == "RGB" and isinstance(color, tuple):
        shift = 8 if raw_mode.endswith("16B") else 0
        depths = cast("tuple[int, ...]", color)
        return _make_transparent(image.copy(), tuple(depth >> shift for depth in depths))
    if image.mode in _8_BIT_MODES:
        return image
    return image.convert(_SIMPLER.get(image.mode) or _rgb_mode(image))


def to_srgb(image: Image, profile: bytes | None) -> Image:
    """Convert what `to_8_bit` returned to L, LA, RGB or RGBA in sRGB; YCbCr may stay as it is.

    A profile that is broken, absurd, or for other colours than the picture's is ignored.
    """
    if image.mode in _ALPHA_MODES and profile:
        alpha = image.getchannel("A")
        plain = image.convert(_ALPHA_MODES[image.mode])
        opaque = to_srgb(plain, profile)
        if opaque is plain:
            return image
        opaque.putalpha(alpha)
        return opaque
    mode = "RGB" if image.mode == "YCbCr" else image.mode
    transform = _transform(profile, mode) if profile else None
    if transform is None:
        return image.convert("RGB") if mode == "CMYK" else image
    plain = image.convert(mode)
    converted = transform.apply(plain)
    return converted.convert("L") if plain.mode == "L" else converted


def _rgb_mode(image: Image) -> str:
    return "RGBA" if image.has_transparency_data else "RGB"


def _scale_16_bit(image: Image) -> Image:
    from PIL.ImageMath import lambda_eval

    gray = image.point(lambda value: value * (1 / 257) + 0.5).convert("L")
    color = cast("object", image.info.get("transparency"))
    if isinstance(color, int):
        wide = image if image.mode == "I" else image.convert("I")
        mask = lambda_eval(lambda names: (names["a"] != color) * 255, a=wide)
        gray.putalpha(mask.convert("L"))
    return gray


def _make_transparent(image: Image, color: int | tuple[int, ...]) -> Image:
    image.info["transparency"] = color
    return image.convert("LA" if image.mode == "L" else "RGBA")


@lru_cache(maxsize=16)
def _transform(profile: bytes, mode: str) -> ImageCmsTransform | None:
    """Return what converts a mode from a profile to sRGB; None where nothing would change."""
    if len(profile) > MAX_PROFILE_BYTES or profile[16:20] != _COLOR_SPACES[mode].encode():
        return None
    from PIL import ImageCms

    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        # Pillow leaves it untyped.
        plain = ImageCms.createProfile("sRGB")  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        target = ImageCms.ImageCmsProfile(plain)  # pyright: ignore[reportUnknownArgumentType]
        transform = ImageCms.ImageCmsTransform(source, target, mode, "RGB")
        return transform if _is_useful(transform, mode) else None
    except (OSError, ValueError, TypeError, ImageCms.PyCMSError):
        return None


def _is_useful(transform: ImageCmsTransform, mode: str) -> bool:
    """Test a transform on some colours: it must change them, and keep grays apart."""
    from PIL import Image, ImageChops

    grays = Image.frombytes("L", (2, 1), bytes(_GRAYS)).convert(mode)
    if max(high - low for low, high in _extrema(transform.apply(grays))) < _MIN_SPREAD:
        return False
    if mode == "CMYK":
        return True
    depth = len(mode)
    values = bytes(chain.from_iterable(product(_STEPS, repeat=depth)))
    colors = Image.frombytes(mode, (len(values) // depth, 1), values)
    moved = ImageChops.difference(transform.apply(colors), colors.convert("RGB"))
    return max(high for _, high in _extrema(moved)) > _VISIBLE_LEVELS


def _extrema(image: Image) -> tuple[tuple[int, int], ...]:
    return cast("tuple[tuple[int, int], ...]", image.getextrema())
