"""Pictures that are dear to decode: limits are told in words before any decoder sees them."""

from __future__ import annotations

import io
import struct
import zlib
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from animedex.errors import TooLarge
from animedex.images.containers import file_reader
from animedex.images.decode_cost import (
    CHEAP_BYTES,
    CHEAP_PARTS,
    MAX_CHUNKS,
    MAX_PIXELS_OF,
    MAX_SCANS,
    MAX_SEGMENTS,
    MAX_SIDE,
    Cost,
    estimate_cost,
)
from animedex.images.formats import identify_format
from animedex.images.xmp import read_credit
from animedex.library.file_credit import read_file_credit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_BLOCK = b"\x02\x02\x44\x01\x00"

# A limit of parts that a small file exceeds.
FEW_PARTS = 5_000


def save(form: str, size: tuple[int, int] = (60, 40), **options: object) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(out, form, **options)
    return out.getvalue()


def animate(form: str) -> bytes:
    out = io.BytesIO()
    frames = [Image.new("RGB", (60, 40), color) for color in ("red", "lime", "blue")]
    frames[0].save(out, form, save_all=True, append_images=frames[1:])
    return out.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *more: bytes) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"".join([b"\x89PNG\r\n\x1a\n", header, *more, chunk(b"IEND", b"")])


def gif(width: int, height: int, *blocks: bytes) -> bytes:
    return b"".join([b"GIF89a", struct.pack("<HH", width, height), bytes(3), *blocks, b";"])


def gif_frame(data: bytes = _BLOCK) -> bytes:
    return b"," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + data


def jpeg(*segments: bytes) -> bytes:
    data = save("JPEG")
    return b"".join([data[:2], *segments, data[2:]])


def scans(count: int) -> bytes:
    data = save("JPEG", progressive=True)
    start = data.rindex(b"\xff\xda")
    return data[:-2] + data[start:-2] * count + b"\xff\xd9"


def webp(width: int, height: int, flags: int = 0) -> bytes:
    sides = [(side - 1).to_bytes(3, "little") for side in (width, height)]
    return b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0" + bytes([flags, 0, 0, 0]) + b"".join(sides)


def lossless(width: int, height: int) -> bytes:
    bits = (width - 1) | (height - 1) << 14
    return b"RIFF\x14\0\0\0WEBPVP8L\x05\0\0\0\x2f" + struct.pack("<I", bits) + bytes(5)


def resized(data: bytes, width: int, height: int) -> bytes:
    """Return a JPEG or AVIF whose header tells another size."""
    for mark, offset, form in (
        (b"\xff\xc0", 5, ">HH"),
        (b"\xff\xc2", 5, ">HH"),
        (b"ispe", 8, ">II"),
    ):
        at = data.find(mark)
        if at >= 0:
            sides = (width, height) if mark == b"ispe" else (height, width)
            sized = struct.pack(form, *sides)
            return data[: at + offset] + sized + data[at + offset + len(sized) :]
    raise AssertionError


def estimate(data: bytes) -> Cost:
    kind = identify_format(data[:64])
    assert kind is not None
    return estimate_cost(io.BytesIO(data), kind, "it")


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP", "AVIF"])
def test_ordinary_pictures_cost_little_and_tell_their_size(form: str) -> None:
    assert estimate(save(form)) == Cost(is_high=False, width=60, height=40)


@pytest.mark.parametrize(
    "data",
    [
        save("JPEG", (640, 480), progressive=True),
        save("WEBP", lossless=True),
        *map(animate, ("PNG", "GIF", "WEBP")),
        jpeg(*[b"\xff\xe1\xff\xff" + bytes(65533)] * 20),
        jpeg(b"\xff" * 30),
        png(4000, 4000, *[chunk(b"IDAT", bytes(8192))] * 100),
        gif(800, 600, *[gif_frame()] * 200),
        webp(3000, 2000),
        lossless(3000, 2000),
        resized(save("JPEG"), 5000, 4000),
        resized(save("JPEG", progressive=True), 4000, 3000),
        resized(save("AVIF"), 3000, 2000),
    ],
)
def test_what_people_have_costs_little(data: bytes) -> None:
    assert not estimate(data).is_high


_GIF_SIDE = int(MAX_PIXELS_OF["GIF"] ** 0.5) + 1
_WEBP_SIDE = int(MAX_PIXELS_OF["WebP"] ** 0.5) + 1
_AVIF_SIDE = int(MAX_PIXELS_OF["AVIF"] ** 0.5) + 1


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: scans(MAX_SCANS + 1), f"has more than {MAX_SCANS} scans"),
        (
            lambda: jpeg(*[b"\xff\xfe\0\2"] * (MAX_SEGMENTS + 1)),
            f"more than {MAX_SEGMENTS} segments",
        ),
        (
            lambda: resized(save("JPEG"), 9500, 9500),
            "9500 x 9500 pixels, more than the limit of 89",
        ),
        (
            lambda: resized(save("JPEG", progressive=True), 8000, 8000),
            "60 megapixels for progressive",
        ),
        (lambda: png(4, 4, *[chunk(b"teSt", b"")] * MAX_CHUNKS), f"more than {MAX_CHUNKS} chunks"),
        (lambda: png(80_000_000, 1), f"more than the limit of {MAX_SIDE} on a side"),
        (lambda: png(1, MAX_SIDE + 1), f"more than the limit of {MAX_SIDE} on a side"),
        (lambda: png(60_000, 60_000), "more than the limit of 89 megapixels"),
        (lambda: png(7000, 7000, chunk(b"acTL", struct.pack(">II", 9, 0))), "for animated PNG"),
        (lambda: gif(_GIF_SIDE, _GIF_SIDE, gif_frame()), "megapixels for GIF"),
        (lambda: gif(65535, 65535, gif_frame()), "megapixels for GIF"),
        (lambda: webp(_WEBP_SIDE, _WEBP_SIDE), "megapixels for WebP"),
        (lambda: webp(1 << 24, 1 << 24), "megapixels for WebP"),
        (lambda: lossless(16383, 16383), "megapixels for WebP"),
        (lambda: resized(save("AVIF"), _AVIF_SIDE, _AVIF_SIDE), "megapixels for AVIF"),
    ],
)
def test_a_picture_beyond_a_limit_is_too_large(make: Callable[[], bytes], message: str) -> None:
    with pytest.raises(TooLarge, match=message) as told:
        estimate(make())
    assert told.value.message.startswith("it has ")
    assert told.value.hint


@pytest.mark.parametrize(
    "make",
    [
        lambda: resized(scans(MAX_SCANS - 20), 3000, 3000),
        lambda: jpeg(b"\xff" * 2_000_000),
        lambda: save("JPEG")[:-2] + b"\xff" * 2_000_000 + b"\xff\xd9",
        lambda: save("JPEG") + bytes(CHEAP_BYTES),
        lambda: png(5000, 5000),
        lambda: png(3000, 3000, chunk(b"acTL", struct.pack(">II", 900, 0))),
        lambda: gif(2000, 2000, *[gif_frame()] * 30),
        lambda: gif(9, 9, b"!\xfe" + b"\1a" * CHEAP_PARTS + b"\0", gif_frame()),
        lambda: gif(9, 9, gif_frame(b"\2" + b"\1\x55" * CHEAP_PARTS + b"\0")),
        lambda: gif(9, 9, *[gif_frame()] * CHEAP_PARTS),
        lambda: webp(4900, 5000),
        lambda: webp(2000, 2000, 2),
        lambda: resized(save("AVIF"), 4000, 4000),
        lambda: save("AVIF").replace(b"ftypavif", b"ftypavis"),
    ],
)
def test_what_may_take_long_has_a_high_cost(make: Callable[[], bytes]) -> None:
    assert estimate(make()).is_high


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "WEBP", "AVIF"])
def test_damaged_pictures_are_left_to_the_decoder(form: str) -> None:
    data = save(form)
    for length in range(16, len(data), 7):
        assert not estimate(data[:length]).is_high


@pytest.mark.parametrize(
    "data",
    [
        gif(9, 9, *[gif_frame()] * (FEW_PARTS + 1)),
        gif(9, 9, b"!\xfe" + b"\1a" * (110 * FEW_PARTS) + b"\0", gif_frame()),
        jpeg(*[b"\xff\xe5\0\2"] * (FEW_PARTS + 1)),
        png(9, 9, *[chunk(b"teSt", b"")] * (FEW_PARTS + 1)),
    ],
    ids=["frames", "sub-blocks", "segments", "chunks"],
)
def test_a_credit_is_not_searched_for_in_very_many_parts(
    data: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # With the limit of 150,000, `test_containers` walks over every format once.
    monkeypatch.setattr(file_reader, "MAX_PARTS", FEW_PARTS)
    (tmp_path / "a").write_bytes(data)
    with pytest.raises(TooLarge, match="has more than 5,000"):
        read_credit(str(tmp_path / "a"))
    new = read_file_credit(str(tmp_path / "a"))
    assert (new.post, new.row) == (None, None)
