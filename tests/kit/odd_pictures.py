"""Picture files with faults: of some all pixels are there, of others not."""

from __future__ import annotations

import io
import struct
import zlib
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from PIL import Image

from animedex.images.decode_cost import MAX_SCANS

if TYPE_CHECKING:
    from collections.abc import Iterator

MIB = 1 << 20
ANCILLARY = (
    *("tEXt", "zTXt", "iTXt", "pHYs", "tIME", "gAMA", "cHRM", "sRGB", "bKGD", "iCCP", "eXIf"),
    *("tRNS", "sBIT", "hIST", "sPLT", "prVt"),
)


class Odd(NamedTuple):
    """Represent a file with a fault, and the same picture without it."""

    form: str
    data: bytes
    sound: bytes


def drawing(seed: int = 0, size: tuple[int, int] = (44, 36)) -> Image.Image:
    """Return a picture in which every pixel differs from its neighbours."""
    width, height = size
    rows = bytes(
        (x * 37 + y * 91 + x * y + seed * 53 + part * 85) % 256
        for y in range(height)
        for x in range(width)
        for part in range(3)
    )
    return Image.frombytes("RGB", size, rows)


def saved(form: str, amount: int = 1, /, **options: object) -> bytes:
    """Return a picture of some frames in a format."""
    file = io.BytesIO()
    if amount > 1:
        rest = [drawing(seed) for seed in range(1, amount)]
        options |= {"save_all": True, "append_images": rest, "duration": 40}
    drawing().save(file, form, **options)
    return file.getvalue()


def chunk(kind: bytes, data: bytes, *, wrong: bool = False) -> bytes:
    """Return a chunk of PNG."""
    checksum = zlib.crc32(kind + data) ^ wrong
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)


def png_chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    """Return the kinds and the data of a PNG's chunks."""
    result: list[tuple[bytes, bytes]] = []
    at = 8
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        result.append((kind, data[at + 8 : at + 8 + size]))
        at += size + 12
    return result


def gif_ends(data: bytes) -> list[tuple[int, int]]:
    """Return of each block its introducer and where it ends, the header first."""
    at = 13 + (3 << (data[10] & 7) + 1 if data[10] & 0x80 else 0)
    result = [(0, at)]
    while data[at] != ord(";"):
        kind = data[at]
        if kind == ord(","):
            flags = data[at + 9]
            at += 11 + (3 << (flags & 7) + 1 if flags & 0x80 else 0)
        else:
            at += 2
        while data[at]:
            at += data[at] + 1
        at += 1
        result.append((kind, at))
    return result


def _whole_png() -> Iterator[tuple[str, bytes, bytes]]:
    png = saved("png")
    head, rest, end = png[:33], png[33:-12], png[-12:]
    packed = zlib.compress(bytes(64 * MIB))
    large = {
        "tEXt": chunk(b"tEXt", b"a\0" + b"b" * 2 * MIB),
        "zTXt": chunk(b"zTXt", b"a\0\0" + packed),
        "iTXt": chunk(b"iTXt", b"a\0\1\0\0\0" + packed),
        "iCCP": chunk(b"iCCP", b"a\0\0" + packed),
    }
    for kind, text in large.items():
        yield f"a large {kind}", head + text + rest + end, png
    yield "many texts", head + large["zTXt"] * 70 + rest + end, png
    yield "texts after the pixels", head + rest + large["zTXt"] + large["iTXt"] + end, png
    for kind in ANCILLARY:
        wrong = chunk(kind.encode(), b"\0\1abcdef", wrong=True)
        yield f"a wrong checksum in {kind}", head + wrong + rest + end, png
        yield f"a wrong checksum in {kind} after the pixels", head + rest + wrong + end, png
    for kind in ("tRNS", "iCCP", "acTL", "eXIf", "tEXt", "zTXt", "iTXt", "pHYs"):
        odd = chunk(kind.encode(), b"\0\1\2")
        yield f"nonsense in {kind}", head + odd + rest + end, png
    for size in range(12):
        yield f"{size} bytes of IEND", head + rest + end[:size], png
    yield "a wrong checksum in IEND", head + rest + end[:-1] + b"\0", png
    yield "zeros for IEND", head + rest + bytes(100), png
    yield "a page for IEND", head + rest + b"<html>" * 9, png
    yield "a cut text after the pixels", head + rest + large["zTXt"][:500], png
    yield "more behind IEND", png + b"PK\x03\x04" + b"\xff" * 99, png
    yield "a cut checksum of the pixels", head + rest[:-2], png
    colours = drawing().convert("P", palette=Image.Palette.ADAPTIVE)
    file = io.BytesIO()
    colours.save(file, "png")
    yield "no end with a palette", file.getvalue()[:-12], file.getvalue()
    moving = saved("png", 5)
    yield "no end of an animation", moving[:-12], moving
    yield (
        "a wrong checksum in an animation's text",
        (moving[:33] + chunk(b"tEXt", b"a\0b", wrong=True) + moving[33:]),
        moving,
    )


def _cut_png() -> Iterator[tuple[str, bytes, bytes]]:
    for name, png in (("still", saved("png")), ("moving", saved("png", 5))):
        parts = png_chunks(png)
        for number, (kind, data) in enumerate(parts[:-1]):
            others = [chunk(*one) for one in parts]
            others[number] = chunk(kind, data, wrong=True)
            if kind in {b"IHDR", b"IDAT", b"fdAT", b"fcTL"}:
                yield f"a wrong checksum in {name} {number}", png[:8] + b"".join(others), png
        last = len(parts[-2][1])
        for size in {1, 2, last // 2, last, last + 8}:
            yield f"{size} bytes of pixels too few in {name}", png[: -16 - size], png
    png = saved("png")
    pixels = png[33:-12]
    yield "no pixels", png[:33] + png[-12:], png
    yield "pixels that end too soon", png[:33] + _recompressed(pixels, 100) + png[-12:], png
    yield "zeros for pixels", png[:60] + bytes(len(png) - 60), png
    parts = png_chunks(saved("png", 5))
    frame = [number for number, (kind, _) in enumerate(parts) if kind == b"fcTL"][-1]
    for number in (frame, frame + 1):
        cut = png[:8] + b"".join(chunk(*one) for one in parts[:number])
        yield f"an animation that ends before chunk {number}", cut, png
    colours = drawing().convert("P", palette=Image.Palette.ADAPTIVE)
    file = io.BytesIO()
    colours.save(file, "png")
    listed = [one for one in png_chunks(file.getvalue()) if one[0] != b"PLTE"]
    yield "no palette", png[:8] + b"".join(chunk(*one) for one in listed), png


def _recompressed(pixels: bytes, less: int) -> bytes:
    """Return a chunk of pixels of which the last bytes are missing."""
    data = zlib.decompress(pixels[8:-4])
    return chunk(b"IDAT", zlib.compress(data[:-less]))


def _whole_gif() -> Iterator[tuple[str, bytes, bytes]]:
    for name, amount in (("still", 1), ("moving", 4)):
        gif = saved("gif", amount, comment=b"hello")
        yield f"no trailer of {name}", gif[:-1], gif
        yield f"no end of the last image of {name}", gif[:-2], gif
        yield f"zeros for the trailer of {name}", gif[:-1] + bytes(99), gif
        for junk in (b"junk", b"\xff\x01!", b"<html>;", b"PK\3\4" * 200):
            yield f"{junk[:6]!r} and no trailer of {name}", gif[:-1] + junk, gif
            yield f"{junk[:6]!r} before the trailer of {name}", gif[:-1] + junk + b";", gif
        yield f"several trailers of {name}", gif + b";;;", gif
        yield f"more behind the trailer of {name}", gif + b"and more" + bytes(9), gif
        yield f"zeros before the trailer of {name}", gif[:-1] + bytes(9) + b";", gif
        comment = b"\x21\xfe\5hello\0"
        yield f"a cut comment at the end of {name}", gif[:-1] + comment[:-3], gif
        yield f"a comment and no trailer of {name}", gif[:-1] + comment, gif
    gif = saved("gif", 4)
    for number, (kind, end) in enumerate(gif_ends(gif)):
        shown = [part for part, place in gif_ends(gif) if place <= end].count(ord(","))
        if shown:
            fewer = saved("gif", shown) if shown > 1 else saved("gif")
            yield f"an end behind block {number}, {chr(kind)}", gif[:end], fewer


def _cut_gif() -> Iterator[tuple[str, bytes, bytes]]:
    for name, amount in (("still", 1), ("moving", 4)):
        gif = saved("gif", amount)
        for size in (4, 5, 20, 100, 255, 256, 300, 1000):
            yield f"{size} bytes too few of {name}", gif[:-size], gif
            yield f"{size} bytes too few of {name}, and zeros", gif[:-size] + bytes(2000), gif
    gif = saved("gif", 4)
    ends = gif_ends(gif)
    image = next(end for kind, end in ends if kind == ord(","))
    yield "an end within a control extension", gif[: image + 4], gif
    yield "an end within an image's descriptor", gif[: image + 8 + 5], gif
    yield "junk between frames", gif[:image] + b"junk" + gif[image:], gif
    yield "no image", gif[: ends[0][1]] + b";", gif
    yield "no image and no trailer", gif[: ends[0][1]], gif
    data = 13 + 768 + 8 + 10
    yield "an image of zeros", gif[: data + 400] + bytes(2000), gif


def _riff(data: bytes, change: int) -> bytes:
    return data[:4] + struct.pack("<I", max(0, len(data) - 8 + change)) + data[8:]


def _whole_webp() -> Iterator[tuple[str, bytes, bytes]]:
    exif = Image.Exif()
    exif[0x010E] = "drawn"
    kinds: dict[str, dict[str, object]] = {
        "lossy": {},
        "lossless": {"lossless": True},
        "extended": {"exif": exif},
    }
    for name, options in kinds.items():
        webp = saved("webp", **options)
        for change in (1, 2, 8, 10, 1000, 1 << 30):
            yield f"{change} bytes more announced in {name}", _riff(webp, change), webp
        for change in (-1, -2, -4, -8, -16, -(1 << 30)):
            yield f"{-change} bytes less announced in {name}", _riff(webp, change), webp
        yield f"more behind {name}", webp + b"and more", webp
        yield f"a cut chunk behind {name}", _riff(webp + b"EXIF\x40\0\0\0abc", 100), webp
        odd = webp + b"ABCD\1\0\0\0x"
        yield f"no zero that makes {name} even", _riff(odd, 0), webp
        yield f"no zero that makes {name} even, but announced", _riff(odd, 1), webp
    moving = saved("webp", 4)
    for change in (1, 2, 8, 10, 100, -2, -8):
        yield f"{change} bytes more announced in an animation", _riff(moving, change), moving
    for length in (0, 0xFFFFFFFF):
        unknown = moving[:4] + struct.pack("<I", length) + moving[8:]
        yield f"{length} bytes announced in an animation", unknown, moving


def _cut_webp() -> Iterator[tuple[str, bytes, bytes]]:
    kinds = {"lossy": saved("webp"), "lossless": saved("webp", lossless=True)}
    for name, webp in (*kinds.items(), ("moving", saved("webp", 4))):
        for size in (4, 20, len(webp) // 2, len(webp) - 20):
            yield f"{size} bytes too few of {name}", webp[:-size], webp
            yield f"{size} bytes too few of {name}, as announced", _riff(webp[:-size], 0), webp
    moving = saved("webp", 4)
    last = moving.rindex(b"ANMF")
    yield "a frame too few", moving[:last], moving
    yield "no picture", moving[:12], moving


def jpegs() -> dict[str, bytes]:
    """Return a JPEG of each kind."""
    return {
        "baseline": saved("jpeg", quality=90),
        "fine": saved("jpeg", quality=100, subsampling=0),
        "progressive": saved("jpeg", progressive=True, quality=90),
        "restarting": saved("jpeg", restart_marker_blocks=2),
        "red, green and blue": saved("jpeg", keep_rgb=True, quality=90),
    }


def _whole_jpeg() -> Iterator[tuple[str, bytes, bytes]]:
    for name, jpeg in jpegs().items():
        scan = jpeg[:-2]
        for rest in (b"", b"\xff", b"\xff\xff\xff", bytes(5000), b"\r\n", b"\xff" + bytes(9)):
            yield f"{rest[:4]!r} {len(rest)} for the end of {name}", scan + rest, jpeg
        yield f"fill bytes before the end of {name}", scan + b"\xff" * 99 + b"\xff\xd9", jpeg
        yield f"more behind the end of {name}", jpeg + b"\xff\xd8\xff\xe1 and more", jpeg
        yield f"several ends of {name}", jpeg + b"\xff\xd9" * 3, jpeg
        comment = b"\xff\xfe\0\7hello"
        yield f"a comment and no end of {name}", scan + comment, jpeg
        yield f"fill bytes between segments of {name}", jpeg[:2] + b"\xff" * 999 + jpeg[2:], jpeg
        photoshop = b"\xff\xed\0\x20Photoshop 3.0\0" + b"8BIM\xff\xff\xff\xff" * 2
        yield f"nonsense for applications in {name}", jpeg[:2] + photoshop + jpeg[2:], jpeg


def _cut_jpeg() -> Iterator[tuple[str, bytes, bytes]]:
    for name, jpeg in jpegs().items():
        for size in (8, 12, 40, 100, 400, len(jpeg) // 2):
            cut = jpeg[:-size]
            yield f"{size} bytes too few of {name}", cut, jpeg
            yield f"{size} bytes too few of {name}, and zeros", cut + bytes(5000), jpeg
            yield f"{size} bytes too few of {name}, and a page", cut + b"<p>Gone</p>" * 400, jpeg
    progressive = jpegs()["progressive"]
    at = -1
    while (at := progressive.find(b"\xff\xda", at + 1)) > 0:
        yield f"an end before the scan at {at}", progressive[:at], progressive


def _table(*makers: tuple[str, Iterator[tuple[str, bytes, bytes]]]) -> dict[str, Odd]:
    return {
        f"{form}: {name}": Odd(form, data, sound)
        for form, made in makers
        for name, data, sound in made
    }


@cache
def whole() -> dict[str, Odd]:
    """Return files of which all pixels are there."""
    return _table(
        ("png", _whole_png()),
        ("gif", _whole_gif()),
        ("webp", _whole_webp()),
        ("jpeg", _whole_jpeg()),
    )


@cache
def cut() -> dict[str, Odd]:
    """Return files of which pixels are missing."""
    return _table(
        ("png", _cut_png()), ("gif", _cut_gif()), ("webp", _cut_webp()), ("jpeg", _cut_jpeg())
    )


def endless_jpeg() -> bytes:
    """Return a JPEG that no decoder gets through within its limits: each scan is over all of it."""
    out = io.BytesIO()
    Image.new("L", (7500, 7500), 90).save(out, "JPEG", progressive=True)
    data = out.getvalue()
    start = data.rindex(b"\xff\xda")
    return data[:-2] + data[start:-2] * (MAX_SCANS - 10) + b"\xff\xd9"
