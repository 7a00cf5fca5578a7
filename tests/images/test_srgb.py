"""One picture stored in many depths, colours and ways: it looks the same wherever it is shown."""

from __future__ import annotations

import io
import struct
import zlib
from typing import TYPE_CHECKING, cast

import pytest
from PIL import Image, ImageCms, ImageDraw

from animedex.gallery.thumbnails import thumbnail
from animedex.images.fingerprint import is_near_duplicate
from animedex.images.image_inspection import inspect_image
from animedex.images.open_image import open_image
from animedex.images.srgb import MAX_PROFILE_BYTES
from animedex.mcp.tool_result import scale_picture

if TYPE_CHECKING:
    from pathlib import Path

# Four depths of 16 bits, each a pixel, and what they are in 8 bits.
_DEEP = (0, 0x1234, 0x8000, 0xFFFF)
_GRAYS = (0, 0x12, 0x80, 0xFF)
_ORIENTATION = b"Exif\0\0MM\0*\0\0\0\x08\0\1\x01\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0"
# The red, green and blue corners of a display that shows more colours than sRGB, as XYZ under D50.
_WIDE = ((0.5151, 0.2412, -0.0011), (0.2920, 0.6922, 0.0419), (0.1571, 0.0666, 0.7841))


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, bits: int, color: int, row: bytes, more: bytes = b"") -> bytes:
    header = struct.pack(">IIBBBBB", width, 1, bits, color, 0, 0, 0)
    data = chunk(b"IDAT", zlib.compress(b"\0" + row))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + more + data + chunk(b"IEND", b"")


def deep(channels: int, alpha: tuple[int, ...] = ()) -> bytes:
    return b"".join(
        struct.pack(f">{channels + len(alpha)}H", *[depth] * channels, *alpha) for depth in _DEEP
    )


def transparent(*color: int) -> bytes:
    return chunk(b"tRNS", struct.pack(f">{len(color)}H", *color))


def pixels(data: bytes, tmp_path: Path) -> list[tuple[int, ...]]:
    path = tmp_path / "a"
    path.write_bytes(data)
    with open_image(str(path)) as picture:
        image = picture.first_frame().image.convert("RGBA")
    raw = image.tobytes()
    return [tuple(raw[at : at + 4]) for at in range(0, len(raw), 4)]


def grays(*alpha: int) -> list[tuple[int, ...]]:
    return [(gray, gray, gray, a) for gray, a in zip(_GRAYS, alpha, strict=True)]


_OPAQUE = grays(255, 255, 255, 255)
_HOLE = grays(255, 255, 0, 255)
_HALF = grays(128, 128, 128, 128)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (png(4, 16, 0, deep(1)), _OPAQUE),
        (png(4, 16, 0, deep(1), transparent(0x8000)), _HOLE),
        (png(4, 16, 0, deep(1), transparent(0x8001)), _OPAQUE),
        (png(4, 16, 2, deep(3)), _OPAQUE),
        (png(4, 16, 2, deep(3), transparent(0x8000, 0x8000, 0x8000)), _HOLE),
        (png(4, 16, 4, deep(1, (0x8000,))), _HALF),
        (png(4, 16, 6, deep(3, (0x8000,))), _HALF),
        (png(4, 8, 0, bytes(_GRAYS)), _OPAQUE),
        (png(4, 8, 0, bytes(_GRAYS), transparent(0x80)), _HOLE),
        (
            png(4, 8, 3, b"\0\1\2\3", chunk(b"PLTE", bytes(g for g in _GRAYS for _ in "rgb"))),
            _OPAQUE,
        ),
    ],
)
def test_every_depth_is_scaled(
    data: bytes, expected: list[tuple[int, ...]], tmp_path: Path
) -> None:
    for result, wanted in zip(pixels(data, tmp_path), expected, strict=True):
        assert all(abs(one - other) <= 1 for one, other in zip(result, wanted, strict=True))


@pytest.mark.parametrize(
    ("bits", "row", "color", "alpha"),
    [
        (1, b"\x50", 1, [255, 0, 255, 0]),
        (2, b"\x1b", 1, [255, 0, 255, 255]),
        (4, b"\x08\xf1", 8, [255, 0, 255, 255]),
    ],
)
def test_a_transparent_gray_is_told_in_the_depth_of_the_file(
    bits: int, row: bytes, color: int, alpha: list[int], tmp_path: Path
) -> None:
    assert [p[3] for p in pixels(png(4, bits, 0, row, transparent(color)), tmp_path)] == alpha


def drawing() -> Image.Image:
    image = Image.new("RGB", (320, 240), (200, 210, 190))
    draw = ImageDraw.Draw(image)
    for number in range(12):
        box = (number * 24, number * 11, number * 24 + 70, number * 11 + 110)
        draw.ellipse(box, fill=(number * 20, 220 - number * 15, 40 + number % 5 * 45))
    return image


def fixed(*numbers: float) -> bytes:
    return struct.pack(f">{len(numbers)}i", *(round(number * 65536) for number in numbers))


def profile_of(space: bytes, gamma: float, *tags: tuple[bytes, bytes]) -> bytes:
    """Return a profile of a display: a plain header, the white, one curve for all, and tags."""
    curve = b"curv" + struct.pack(">IIH", 0, 1, round(gamma * 256)) + b"\0\0"
    curves = (b"kTRC",) if space == b"GRAY" else (b"rTRC", b"gTRC", b"bTRC")
    white = b"XYZ " + bytes(4) + fixed(0.9642, 1.0, 0.8249)
    every = [(b"wtpt", white), *((name, curve) for name in curves), *tags]
    start = 128 + 4 + 12 * len(every)
    table, body = struct.pack(">I", len(every)), b""
    for name, data in every:
        table += name + struct.pack(">II", start + len(body), len(data))
        body += data
    head = struct.pack(">I4sI4s4s4s", start + len(body), b"", 0x02400000, b"mntr", space, b"XYZ ")
    head += bytes(12) + b"acsp" + bytes(28) + fixed(0.9642, 1.0, 0.8249)
    return head.ljust(128, b"\0") + table + body


def wide_profile() -> bytes:
    """Return a profile of wide colours, with a gamma of 1.8."""
    corners = zip((b"rXYZ", b"gXYZ", b"bXYZ"), _WIDE, strict=True)
    tags = [(name, b"XYZ " + bytes(4) + fixed(*corner)) for name, corner in corners]
    return profile_of(b"RGB ", 1.8, *tags)


def convert(image: Image.Image, profile: bytes) -> Image.Image:
    # Pillow leaves it untyped.
    plain = ImageCms.createProfile("sRGB")  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    source = ImageCms.ImageCmsProfile(plain)  # pyright: ignore[reportUnknownArgumentType]
    target = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    return ImageCms.ImageCmsTransform(source, target, "RGB", "RGB").apply(image)


def middle(image: Image.Image, part: float = 0.5) -> tuple[int, ...]:
    at = (int(image.width * part), image.height // 2)
    return cast("tuple[int, ...]", image.convert("RGB").getpixel(at))


def differ(one: Image.Image, other: Image.Image) -> int:
    places = (0.1, 0.3, 0.5, 0.7, 0.9)
    return max(
        abs(a - b)
        for part in places
        for a, b in zip(middle(one, part), middle(other, part), strict=True)
    )


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "AVIF"])
def test_colours_are_converted_from_the_profile_of_the_file(form: str, tmp_path: Path) -> None:
    plain, profile = drawing(), wide_profile()
    path, beside = tmp_path / "wide", tmp_path / "plain.png"
    convert(plain, profile).save(path, form, icc_profile=profile, quality=95)
    plain.save(beside)
    small = Image.open(io.BytesIO(thumbnail(str(path)) or b""))
    assert differ(small, plain) < 20
    shown = Image.open(io.BytesIO(scale_picture(path.read_bytes()).data))
    assert differ(shown, plain) < 20
    assert differ(Image.open(path), plain) > 25, "the profile makes no difference"
    assert is_near_duplicate(
        inspect_image(str(path)).fingerprint, inspect_image(str(beside)).fingerprint
    )


def test_alpha_stays_where_colours_are_converted(tmp_path: Path) -> None:
    profile, image = wide_profile(), convert(drawing(), wide_profile())
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    image.save(tmp_path / "a.png", icc_profile=profile)
    with open_image(str(tmp_path / "a.png")) as picture:
        seen = picture.first_frame().image
    assert seen.getchannel("A").tobytes() == image.getchannel("A").tobytes()
    assert differ(seen, drawing()) < 6


@pytest.mark.parametrize("mode", ["L", "LA"])
def test_grays_are_converted_from_their_profile(mode: str, tmp_path: Path) -> None:
    color = 55 if mode == "L" else (55, 100)
    Image.new(mode, (8, 8), color).save(tmp_path / "a.png", icc_profile=profile_of(b"GRAY", 1.0))
    with open_image(str(tmp_path / "a.png")) as picture:
        image = picture.first_frame().image
    # What lets through 55 of 255 is 128 in sRGB.
    assert (image.mode, image.getpixel((0, 0))) == (mode, 128 if mode == "L" else (128, 100))


def test_a_profile_that_makes_no_sense_is_ignored(tmp_path: Path) -> None:
    good = wide_profile()
    black = good.replace(struct.pack(">IIH", 0, 1, 461), struct.pack(">IIH", 0, 1, 0xFFFF))
    wrong_space = good.replace(b"RGB XYZ ", b"GRAYXYZ ")
    large = good + bytes(MAX_PROFILE_BYTES)
    for number, profile in enumerate([b"", b"x" * 500, good[:150], black, wrong_space, large]):
        path = tmp_path / f"{number}.webp"
        drawing().save(path, icc_profile=profile, lossless=True)
        with open_image(str(path)) as picture:
            assert picture.first_frame().image.tobytes() == drawing().tobytes(), number


def test_colours_of_a_press_are_converted(tmp_path: Path) -> None:
    Image.new("CMYK", (64, 64), (0, 255, 255, 0)).save(tmp_path / "a.jpg", quality=95)
    with open_image(str(tmp_path / "a.jpg")) as picture:
        red, green, blue = middle(picture.first_frame().image)
    assert (red > 240, green < 15, blue < 15) == (True, True, True)


@pytest.mark.parametrize("form", ["WEBP", "PNG"])
def test_every_frame_of_an_animation_is_turned(form: str, tmp_path: Path) -> None:
    frames = [Image.new("RGB", (80, 40), color) for color in ("red", "lime", "blue")]
    for frame in frames:
        frame.paste((255, 255, 255), (0, 0, 20, 40))
    path = tmp_path / "a"
    frames[0].save(
        path, form, save_all=True, append_images=frames[1:], exif=_ORIENTATION, lossless=True
    )
    with open_image(str(path)) as picture:
        seen = [picture.first_frame().image, *(frame.image for frame in picture.other_frames())]
    assert [image.size for image in seen] == [picture.size] * 3 == [(40, 80)] * 3
    # What was on the left is above.
    assert [image.convert("RGB").getpixel((20, 5)) for image in seen] == [(255, 255, 255)] * 3
    small = Image.open(io.BytesIO(thumbnail(str(path)) or b""))
    assert small.size == (40, 80)
    assert inspect_image(str(path))[1:3] == (40, 80)


def test_a_large_picture_is_reduced_strip_by_strip_without_seams(tmp_path: Path) -> None:
    Image.linear_gradient("L").resize((4000, 2600)).convert("RGBA").save(
        tmp_path / "a.png", compress_level=1
    )
    with open_image(str(tmp_path / "a.png")) as picture:
        small = picture.first_frame((400, 400)).image.convert("L")
    column = [cast("int", small.getpixel((10, y))) for y in range(small.height)]
    assert column == sorted(column)
    assert (small.width >= 800, column[0] < 3, column[-1] > 252) == (True, True, True)
