"""Pictures that are cheap to send and dear to decode, each made for one weakness of a decoder."""

from __future__ import annotations

import io
import struct
import sys
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

MEGA = 1_000_000
# A picture that costs next to nothing, and a JPEG of 12 megapixels.
SMALL, ORDINARY = "small.png", "ordinary.jpg"
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_XMP = b"XML:com.adobe.xmp"
# A GIF's pixel of color 0, as its image data: 2 bits a code, clear, color, end.
_GIF_PIXEL = b"\x02\x02\x44\x01\x00"


def write_all(folder: Path) -> None:
    """Write every hostile picture into a folder, a very small one, and one as of a camera."""
    for name, make in PICTURES.items():
        (folder / name).write_bytes(make())
    Image.new("RGB", (64, 64)).save(folder / SMALL)
    soft = Image.effect_noise((1000, 750), 60).resize((4000, 3000)).convert("RGB")
    soft.save(folder / ORDINARY, quality=92)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png(size: tuple[int, int], bits: int, color: int, *more: bytes, interlaced: int = 0) -> bytes:
    """Return a PNG of one colour, whose pixels are made only while they are compressed."""
    length = sum(
        height * (1 + (width * _CHANNELS[color] * bits + 7) // 8)
        for width, height in (_passes(*size) if interlaced else [size])
    )
    packer = zlib.compressobj(1)
    pieces = [packer.compress(bytes(MEGA)) for _ in range(length // MEGA)]
    data = b"".join([*pieces, packer.compress(bytes(length % MEGA)), packer.flush()])
    header = struct.pack(">IIBBBBB", *size, bits, color, 0, 0, interlaced)
    return b"".join(
        [_SIGNATURE, _chunk(b"IHDR", header), *more, _chunk(b"IDAT", data), _chunk(b"IEND", b"")]
    )


def _passes(width: int, height: int) -> list[tuple[int, int]]:
    """Return the sizes of the seven pictures that an interlaced one is made of."""
    starts = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2))
    return [
        ((width - x + across - 1) // across, (height - y + down - 1) // down)
        for x, y, across, down in (*starts, (0, 1, 1, 2))
    ]


def _save(image: Image.Image, form: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def _gif(canvas: tuple[int, int], frames: Iterable[bytes]) -> bytes:
    screen = struct.pack("<HHBBB", *canvas, 0x80, 0, 0)
    return b"".join([b"GIF89a", screen, bytes(3), b"\xff\xff\xff", *frames, b";"])


def _gif_frame(size: tuple[int, int], data: bytes) -> bytes:
    control = b"\x21\xf9\x04\x04\x01\x00\x00\x00"
    return control + b"\x2c" + struct.pack("<HHHHB", 0, 0, *size, 0) + data


def _full_gif(side: int, count: int) -> bytes:
    """Return a GIF whose frames cover all of it."""
    data = _save(Image.new("P", (side, side)), "GIF")
    start = data.index(b"\x2c\0\0\0\0" + struct.pack("<HH", side, side)) + 10
    return _gif((side, side), [_gif_frame((side, side), data[start:-1])] * count)


def many_scans(side: int = 4000, scans: int = 4000) -> bytes:
    """Return a progressive JPEG whose last scan comes over and over."""
    data = _save(Image.new("L", (side, side), 90), "JPEG", progressive=True)
    start = data.rindex(b"\xff\xda")
    return data[:-2] + data[start:-2] * scans + b"\xff\xd9"


def _jpeg(more: bytes = b"", side: int = 64) -> bytes:
    data = _save(Image.linear_gradient("L").resize((side, side)), "JPEG")
    return data[:2] + more + data[2:]


def _jpeg_with_fill_in_scan() -> bytes:
    data = _jpeg()
    return data[:-2] + b"\xff" * (100 * MEGA) + b"\xff\xd9"


def _animated(form: str, size: tuple[int, int], count: int) -> bytes:
    frames = [Image.new("RGB", size, (number, 9, 9)) for number in range(count)]
    return _save(frames[0], form, save_all=True, append_images=frames[1:])


def _text_bomb(kind: bytes, head: bytes, count: int) -> bytes:
    bomb = zlib.compress(bytes(64 * MEGA), 9)
    return _png((64, 64), 8, 2, *[_chunk(kind, head + bomb)] * count)


def _noise(size: tuple[int, int]) -> Image.Image:
    return Image.effect_noise(size, 90).convert("RGB")


PICTURES: dict[str, Callable[[], bytes]] = {
    "scans.jpg": many_scans,
    "scans-small.jpg": lambda: many_scans(512, 100_000),
    "fill.jpg": lambda: _jpeg(b"\xff" * (100 * MEGA)),
    "fill-in-scan.jpg": _jpeg_with_fill_in_scan,
    "segments.jpg": lambda: _jpeg(b"\xff\xe5\0\2" * (12 * MEGA)),
    "comments.jpg": lambda: _jpeg(b"\xff\xfe\0\3a" * (10 * MEGA)),
    "profiles.jpg": lambda: _jpeg((b"\xff\xe2\xff\xffICC_PROFILE\0\1\xff" + bytes(65519)) * 900),
    "exif.jpg": lambda: _jpeg((b"\xff\xe1\xff\xffExif\0\0" + bytes(65527)) * 900),
    "thin.jpg": lambda: _save(Image.new("L", (65500, 1)), "JPEG"),
    "noise.jpg": lambda: _save(_noise((9000, 9000)), "JPEG", quality=98, subsampling=0),
    "progressive.jpg": lambda: _save(
        _noise((7000, 7000)), "JPEG", progressive=True, quality=95, subsampling=0
    ),
    "chunks.png": lambda: _png((64, 64), 8, 2, *[_chunk(b"teSt", b"")] * (5 * MEGA)),
    "texts.png": lambda: _png((64, 64), 8, 2, *[_chunk(b"tEXt", b"a\0b")] * (3 * MEGA)),
    "text-bombs.png": lambda: _text_bomb(b"zTXt", b"a\0\0", 200),
    "xmp-bombs.png": lambda: _text_bomb(b"iTXt", _XMP + b"\0\1\0\0\0", 200),
    "profile-bomb.png": lambda: _text_bomb(b"iCCP", b"a\0\0", 1),
    "rgb16.png": lambda: _png((9000, 9000), 16, 2),
    "rgba16.png": lambda: _png((9000, 9000), 16, 6),
    "gray16.png": lambda: _png((9400, 9400), 16, 0),
    "rgba.png": lambda: _png((9400, 9400), 8, 6),
    "palette.png": lambda: _png(
        (9400, 9400), 8, 3, _chunk(b"PLTE", bytes(768)), _chunk(b"tRNS", bytes(256))
    ),
    "interlaced.png": lambda: _png((9000, 9000), 16, 6, interlaced=1),
    "wide.png": lambda: _png((80 * MEGA, 1), 8, 2),
    "high.png": lambda: _png((1, 80 * MEGA), 8, 2),
    "noise.png": lambda: _save(_noise((5000, 5000)), "PNG", compress_level=1),
    "animated.png": lambda: _animated("PNG", (4000, 4000), 12),
    "lossless.webp": lambda: _save(Image.new("RGB", (9000, 9000)), "WEBP", lossless=True, method=0),
    "largest.webp": lambda: _save(
        Image.new("RGB", (16383, 16383)), "WEBP", lossless=True, method=0
    ),
    "lossy.webp": lambda: _save(_noise((5000, 5000)), "WEBP", method=0, quality=70),
    "animated.webp": lambda: _animated("WEBP", (4000, 4000), 12),
    "canvas.gif": lambda: _gif((9000, 9000), [_gif_frame((1, 1), _GIF_PIXEL)] * 1000),
    "largest.gif": lambda: _gif((65535, 65535), [_gif_frame((1, 1), _GIF_PIXEL)] * 10),
    "frames.gif": lambda: _gif((1, 1), [_gif_frame((1, 1), _GIF_PIXEL)] * 300_000),
    "full.gif": lambda: _full_gif(5900, 40),
    "blocks.gif": lambda: _gif(
        (64, 64), [_gif_frame((64, 64), b"\x02" + b"\x01\x55" * (30 * MEGA) + b"\0")]
    ),
    "comments.gif": lambda: _gif(
        (64, 64),
        [b"\x21\xfe" + b"\x01a" * (30 * MEGA) + b"\0", _gif_frame((1, 1), _GIF_PIXEL)],
    ),
    "large.avif": lambda: _save(Image.new("RGB", (9000, 9000)), "AVIF", speed=10),
    "noise.avif": lambda: _save(_noise((4000, 4000)), "AVIF", speed=10, quality=95),
    "animated.avif": lambda: _animated("AVIF", (2000, 2000), 20),
}


if __name__ == "__main__":
    write_all(Path(sys.argv[1]))
