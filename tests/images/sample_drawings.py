"""Pictures of kinds that are easily taken for each other, each drawn from a number."""

from __future__ import annotations

import io
from math import cos, pi, sin
from random import Random
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFilter, ImageFont

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import TypeAlias

    Colour: TypeAlias = tuple[int, ...]
    Point: TypeAlias = tuple[float, float]

SIZE = (240, 320)
_WORDS = (
    *("sea", "moon", "lantern", "river", "the", "of", "a", "quiet", "road", "winter", "to", "and"),
    *("window", "blue", "bird", "letter", "in", "house", "garden", "train", "morning", "with"),
    *("small", "stone", "under", "light", "evening", "walk", "paper", "star", "for", "summer"),
)


def _points(rng: Random, count: int, size: tuple[int, int] = SIZE) -> list[Point]:
    return [
        (rng.uniform(0.05, 0.95) * size[0], rng.uniform(0.05, 0.95) * size[1]) for _ in range(count)
    ]


def _curve(points: Sequence[Point]) -> list[Point]:
    """Return points along a Bézier curve through four control points."""
    a, b, c, d = points
    result: list[Point] = []
    for step in range(21):
        t, u = step / 20, 1 - step / 20
        weights = (u**3, 3 * u * u * t, 3 * u * t * t, t**3)
        x, y = (
            sum(w * p[axis] for w, p in zip(weights, (a, b, c, d), strict=True)) for axis in (0, 1)
        )
        result.append((x, y))
    return result


def _strokes(
    image: Image.Image, rng: Random, ink: Colour, count: int = 9, width: int = 3
) -> Image.Image:
    draw = ImageDraw.Draw(image)
    for _ in range(count):
        draw.line(_curve(_points(rng, 4, image.size)), ink, width, joint="curve")
    for x, y in _points(rng, 3, image.size):
        radius = rng.uniform(8, 40)
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), outline=ink, width=width)
    return image


def _polygon(rng: Random, centre: Point, radius: float, corners: int) -> list[Point]:
    start = rng.uniform(0, 2 * pi)
    angles = [start + 2 * pi * number / corners for number in range(corners)]
    return [
        (
            centre[0] + radius * rng.uniform(0.5, 1) * cos(angle),
            centre[1] + radius * rng.uniform(0.5, 1) * sin(angle),
        )
        for angle in angles
    ]


def _shapes(
    image: Image.Image, rng: Random, colours: Sequence[Colour], count: int = 7
) -> Image.Image:
    draw = ImageDraw.Draw(image)
    for _ in range(count):
        [centre] = _points(rng, 1)
        draw.polygon(
            _polygon(rng, centre, rng.uniform(25, 90), rng.randint(3, 8)), rng.choice(colours)
        )
    return image


def _text(
    draw: ImageDraw.ImageDraw,
    rng: Random,
    box: tuple[int, int, int, int],
    ink: Colour,
    size: int = 11,
) -> None:
    """Write lines of words into a box, all of them as long as it is wide."""
    font = ImageFont.load_default(size)
    left, top, right, bottom = box
    for y in range(top, bottom - size, size + 4):
        x = float(left)
        while True:
            word = rng.choice(_WORDS)
            width = font.getlength(word + " ")
            if x + width > right:
                break
            draw.text((x, y), word, ink, font)
            x += width


def white_ink(rng: Random) -> Image.Image:
    return _strokes(Image.new("RGBA", SIZE), rng, (255, 255, 255, 255))


def cream_ink(rng: Random) -> Image.Image:
    return _strokes(Image.new("RGBA", SIZE, (255, 253, 208, 0)), rng, (255, 253, 208, 255), width=2)


def black_ink(rng: Random) -> Image.Image:
    return _strokes(Image.new("RGBA", SIZE), rng, (0, 0, 0, 255))


def coloured_ink(rng: Random) -> Image.Image:
    ink = tuple(rng.randrange(256) for _ in range(3))
    return _strokes(Image.new("RGBA", SIZE), rng, (*ink, 255))


def faint_ink(rng: Random) -> Image.Image:
    return _strokes(Image.new("RGBA", SIZE), rng, (255, 255, 255, 90))


def sticker(rng: Random) -> Image.Image:
    image = Image.new("RGBA", SIZE)
    draw = ImageDraw.Draw(image)
    outline = _polygon(rng, (120, 160), 110, 12)
    draw.polygon(outline, (255, 255, 255, 255), (0, 0, 0, 255), 4)
    return _strokes(image, rng, (0, 0, 0, 255), 4)


def pencil(rng: Random) -> Image.Image:
    return _strokes(Image.new("RGB", SIZE, "white"), rng, (215, 215, 215), 4, 2)


def chalk(rng: Random) -> Image.Image:
    return _strokes(Image.new("RGB", SIZE, (20, 24, 22)), rng, (48, 52, 50), 5, 2)


def night(rng: Random) -> Image.Image:
    image = Image.new("RGB", SIZE, (6, 8, 24))
    colours = [
        (4 + rng.randrange(10), 6 + rng.randrange(10), 20 + rng.randrange(24)) for _ in range(5)
    ]
    _shapes(image, rng, colours)
    draw = ImageDraw.Draw(image)
    for x, y in _points(rng, 12):
        draw.ellipse((x - 1, y - 1, x + 1, y + 1), (60, 60, 80))
    return image.filter(ImageFilter.GaussianBlur(1))


def pale(rng: Random) -> Image.Image:
    colours = [tuple(rng.randint(238, 254) for _ in range(3)) for _ in range(5)]
    return _shapes(Image.new("RGB", SIZE, (252, 251, 249)), rng, colours)


def flat(rng: Random) -> Image.Image:
    return Image.new("RGB", SIZE, tuple(rng.randrange(256) for _ in range(3)))


def gradient(rng: Random) -> Image.Image:
    ramp = Image.linear_gradient("L") if rng.random() < 0.6 else Image.radial_gradient("L")
    ramp = ramp.rotate(rng.choice([0, 90, 180, 270, rng.uniform(0, 360)]), Image.Resampling.BICUBIC)
    mask = ramp.crop((40, 40, 216, 216)).resize(SIZE)
    one, other = (tuple(rng.randrange(256) for _ in range(3)) for _ in range(2))
    return Image.composite(Image.new("RGB", SIZE, one), Image.new("RGB", SIZE, other), mask)


def text_page(rng: Random) -> Image.Image:
    image = Image.new("RGB", (480, 640), "white")
    _text(ImageDraw.Draw(image), rng, (40, 50, 440, 600), (20, 20, 20))
    return image


def sketch(rng: Random) -> Image.Image:
    image = Image.new("RGB", SIZE, (250, 248, 244))
    for _ in range(3):
        grey = rng.randint(90, 190)
        _strokes(image, rng, (grey, grey, grey), 14, 1)
    return image


def line_art(rng: Random) -> Image.Image:
    return _strokes(Image.new("RGB", SIZE, "white"), rng, (0, 0, 0), 12, 2)


def icon(rng: Random) -> Image.Image:
    image = Image.new("RGB", (256, 256), "white")
    draw, radius, corners = ImageDraw.Draw(image), rng.uniform(50, 110), rng.randint(2, 9)
    if corners == 2:
        draw.ellipse((128 - radius, 128 - radius, 128 + radius, 128 + radius), (30, 90, 200))
    else:
        draw.polygon(_polygon(rng, (128, 128), radius, corners), (30, 90, 200))
    return image


def near_blank(rng: Random) -> Image.Image:
    image = Image.new("RGB", (480, 640), "white")
    draw = ImageDraw.Draw(image)
    draw.text((230, 610), str(rng.randint(1, 999)), (0, 0, 0), ImageFont.load_default(14))
    if rng.random() < 0.5:
        [place] = _points(rng, 1, image.size)
        draw.text(place, rng.choice(_WORDS), (60, 60, 60), ImageFont.load_default(12))
    return image


def silhouette(rng: Random) -> Image.Image:
    image = Image.new("RGB", SIZE, "white")
    outline = _polygon(Random("silhouette"), (120, 160), 110, 14)
    ImageDraw.Draw(image).polygon(outline, tuple(rng.randrange(0, 240, 24) for _ in range(3)))
    return image


def cut_out(rng: Random) -> Image.Image:
    image = Image.new("RGBA", SIZE)
    outline = _polygon(Random("silhouette"), (120, 160), 110, 14)
    ImageDraw.Draw(image).polygon(outline, (*(rng.randrange(0, 256, 24) for _ in range(3)), 255))
    return image


def screenshot(rng: Random) -> Image.Image:
    image = Image.new("RGB", (640, 400), (246, 247, 249))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 640, 36), (52, 58, 70))
    draw.rectangle((0, 36, 130, 400), (228, 231, 236))
    _text(draw, Random("menu"), (12, 50, 120, 380), (70, 70, 80))
    _text(draw, rng, (150, 56, 620, 390), (40, 40, 50), 12)
    return image


def comic_page(rng: Random) -> Image.Image:
    image = Image.new("RGB", (420, 600), "white")
    for left, top, right, bottom in (
        (10, 10, 205, 190),
        (215, 10, 410, 190),
        (10, 200, 410, 400),
        (10, 410, 205, 590),
        (215, 410, 410, 590),
    ):
        panel = _strokes(
            Image.new("RGB", (right - left, bottom - top), "white"), rng, (0, 0, 0), 5, 2
        )
        ImageDraw.Draw(panel).rectangle(
            (0, 0, panel.width - 1, panel.height - 1), outline="black", width=3
        )
        image.paste(panel, (left, top))
    return image


def _face(image: Image.Image, rng: Random, ink: Colour) -> Image.Image:
    """Draw a face of a few lines, the same but for its eyes, mouth and brows."""
    large = image.resize((image.width * 3, image.height * 3))
    draw = ImageDraw.Draw(large)
    draw.ellipse((72, 192, 648, 768), outline=ink, width=9)
    eyes, brows, cheeks = rng.choice("oxu-"), rng.choice("/-nx "), rng.choice("ox- ")
    apart, low = rng.randint(80, 160), rng.randint(520, 600)
    for x in (360 - apart, 360 + apart):
        box = (x - 40, 370, x + 40, 450)
        _mark(draw, eyes, box, ink)
        _mark(draw, brows, (x - 40, 290, x + 40, 340), ink)
        _mark(draw, cheeks, (x - 30, 480, x + 30, 540), ink)
    _mark(draw, rng.choice("o "), (330, 450, 390, 510), ink)
    _mark(draw, rng.choice("onu-"), (300, low, 420, low + 110), ink)
    return large.resize(image.size, Image.Resampling.LANCZOS)


def _mark(
    draw: ImageDraw.ImageDraw, shape: str, box: tuple[int, int, int, int], ink: Colour
) -> None:
    left, top, right, bottom = box
    if shape == "o":
        draw.ellipse(box, outline=ink, width=9)
    elif shape in "un":
        draw.arc(box, *((0, 180) if shape == "u" else (180, 360)), fill=ink, width=9)
    elif shape == "-":
        draw.line((left, (top + bottom) / 2, right, (top + bottom) / 2), ink, 9)
    elif shape in "/x":
        draw.line((left, bottom, right, top), ink, 9)
        if shape == "x":
            draw.line((left, top, right, bottom), ink, 9)


def face(rng: Random) -> Image.Image:
    return _face(Image.new("RGB", SIZE, "white"), rng, (0, 0, 0))


def pencil_face(rng: Random) -> Image.Image:
    return _face(Image.new("RGB", SIZE, "white"), rng, (215, 215, 215))


def white_face(rng: Random) -> Image.Image:
    return _face(Image.new("RGBA", SIZE, (255, 255, 255, 0)), rng, (255, 255, 255, 255))


def coloured_face(rng: Random) -> Image.Image:
    return _face(Image.new("RGB", SIZE, (180, 210, 240)), rng, (120, 60, 40))


KINDS: dict[str, Callable[[Random], Image.Image]] = {
    one.__name__: one
    for one in (
        white_ink,
        cream_ink,
        black_ink,
        coloured_ink,
        faint_ink,
        sticker,
        pencil,
        chalk,
        night,
        pale,
        flat,
        gradient,
        text_page,
        sketch,
        line_art,
        icon,
        near_blank,
        silhouette,
        cut_out,
        screenshot,
        comic_page,
        face,
        pencil_face,
        white_face,
        coloured_face,
    )
}


def draw(kind: str, number: int) -> Image.Image:
    """Draw a picture of a kind: the same for the same number, and another for any other."""
    return KINDS[kind](Random(f"{kind}/{number}"))


# A picture without structure is the same as equal pixels alone; where there is little contrast, a
# lossy copy may lose what there was.
_WITHOUT_STRUCTURE = {"flat", "gradient", "near_blank", "night", "pale"}


def same_pictures(kind: str, number: int) -> Iterator[tuple[str, Image.Image, Image.Image]]:
    """Yield a picture beside variants of it: in other sizes and formats, in fewer colours."""
    image = draw(kind, number)
    yield "as it is", image, _saved(image, "PNG")
    if kind in _WITHOUT_STRUCTURE:
        return
    half, larger = (
        image.resize((round(image.width * share), round(image.height * share)))
        for share in (0.5, 1.5)
    )
    yield "half", image, half
    yield "larger", image, larger
    yield "webp", image, _saved(image, "WEBP", 75)
    yield "small webp", image, _saved(half, "WEBP", 60)
    yield "palette", image, _saved(image.quantize(64), "PNG")
    if image.mode == "RGB":
        yield "jpeg", image, _saved(image, "JPEG", 85)
        yield "strong jpeg", image, _saved(larger, "JPEG", 35)
    elif kind != "faint_ink":
        # What is half transparent is none of it in a GIF.
        yield "gif", image, _gif(image)


def _saved(image: Image.Image, kind: str, quality: int = 0) -> Image.Image:
    file = io.BytesIO()
    image.save(file, kind, quality=quality)
    return Image.open(file)


def _gif(image: Image.Image) -> Image.Image:
    """Return a transparent picture as a GIF has it."""
    ink = image.convert("RGB").quantize(255)
    clear = image.getchannel("A").point([255] * 128 + [0] * 128)
    ink.paste(255, mask=clear)
    file = io.BytesIO()
    ink.save(file, "GIF", transparency=255)
    return Image.open(file)
