"""Picture files examined: what is whole in any form, and what is not."""

from __future__ import annotations

import io
import re
import struct
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFile

import animedex.testing.samples
from animedex.errors import AnimedexError, BadArguments, Corrupt, NotFound
from animedex.images.decode_cost import MAX_PIXELS
from animedex.images.fingerprint import is_near_duplicate
from animedex.images.image_inspection import inspect_image, measure_image

if TYPE_CHECKING:
    from animedex.images.image_inspection import ImageFacts

COLLECTION = Path(animedex.testing.samples.__file__).parent / "collection"
STILL = min(COLLECTION.glob("waifu/*.png"))
MOVING = min(COLLECTION.glob("run/*.gif"))
FORMATS = ["png", "jpeg", "gif", "webp", "avif"]


def still() -> Image.Image:
    with Image.open(STILL) as image:
        return image.convert("RGB")


def frames() -> list[Image.Image]:
    with Image.open(MOVING) as image:
        result: list[Image.Image] = []
        for number in range(6):
            image.seek(number)
            result.append(image.convert("RGB"))
        return result


def written(image: Image.Image, form: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def examined(folder: Path, data: bytes) -> ImageFacts:
    """Examine what is in a file; to measure it tells the same, be it that it is damaged."""
    path = folder / "picture"
    path.write_bytes(data)
    try:
        measured = measure_image(str(path))
    except AnimedexError as error:
        with pytest.raises(type(error), match=re.escape(error.message)):
            inspect_image(str(path))
        raise
    result = inspect_image(str(path))
    assert measured == result[:4]
    assert path.read_bytes() == data
    return result


@pytest.mark.parametrize("form", FORMATS)
def test_a_picture_is_the_same_in_every_format(form: str, tmp_path: Path) -> None:
    result = examined(tmp_path, written(still(), form))
    assert result[:4] == (form, *still().size, 1)
    assert is_near_duplicate(result.fingerprint, inspect_image(str(STILL)).fingerprint)


@pytest.mark.parametrize("form", ["png", "gif", "webp"])
def test_an_animation_is_the_same_in_every_format(form: str, tmp_path: Path) -> None:
    first, *rest = frames()
    data = written(first, form, save_all=True, append_images=rest, duration=80)
    result = examined(tmp_path, data)
    assert result[:4] == (form, *first.size, 6)
    assert is_near_duplicate(result.fingerprint, inspect_image(str(MOVING)).fingerprint)
    assert not is_near_duplicate(
        result.fingerprint, examined(tmp_path, written(first, "png")).fingerprint
    )


def test_animations_that_only_begin_alike_are_different(tmp_path: Path) -> None:
    first = frames()[0]
    others = [Image.effect_noise(first.size, 90).convert("RGB") for _ in range(5)]
    data = written(first, "webp", save_all=True, append_images=others, duration=80)
    assert not is_near_duplicate(
        examined(tmp_path, data).fingerprint, inspect_image(str(MOVING)).fingerprint
    )


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "I;16", "CMYK", "YCbCr"])
def test_every_kind_of_pixels_is_seen(mode: str, tmp_path: Path) -> None:
    grey = still().convert("L")
    if mode == "I;16":
        image = Image.fromarray(np.asarray(grey, np.uint16) * 257)
    elif mode == "CMYK":
        image = still().convert(mode)
    else:
        image = (grey if mode in {"L", "LA"} else still()).convert(mode)
    result = examined(tmp_path, written(image, "jpeg" if mode in {"CMYK", "YCbCr"} else "png"))
    # What has less colours is compared with what has as many.
    colours = {"1": still().convert("1"), "L": grey, "LA": grey, "I;16": grey}.get(mode, still())
    same = examined(tmp_path, written(colours, "png"))
    assert is_near_duplicate(result.fingerprint, same.fingerprint)


def test_what_is_transparent_is_seen_as_white(tmp_path: Path) -> None:
    image = still().convert("RGBA")
    white = still()
    half = (0, 0, image.width, image.height // 3)
    image.paste((0, 0, 0, 0), half)
    white.paste("white", half)
    clear, filled = (examined(tmp_path, written(one, "png")) for one in (image, white))
    assert is_near_duplicate(clear.fingerprint, filled.fingerprint)
    palette = white.convert("P", palette=Image.Palette.ADAPTIVE)
    see_through = written(palette, "png", transparency=bytes(range(256)))
    assert examined(tmp_path, see_through).format == "png"


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_orientation_is_honoured(orientation: int, tmp_path: Path) -> None:
    ways = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    lying = still() if orientation == 1 else still().transpose(ways[orientation])
    exif = Image.Exif()
    exif[0x0112] = orientation
    for form in ("jpeg", "png", "webp"):
        result = examined(tmp_path, written(lying, form, exif=exif.tobytes()))
        assert (result.width, result.height) == still().size
        assert is_near_duplicate(result.fingerprint, inspect_image(str(STILL)).fingerprint)


def test_damaged_exif_is_passed_over_in_silence(tmp_path: Path) -> None:
    for exif in (
        b"Exif\0\0II*\0\xff\xff\xff\xff",
        b"Exif\0\0MM\0*\0\0\0\x08\xff\xff\0",
        b"Exif\0\0",
    ):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert examined(tmp_path, written(still(), "jpeg", exif=exif)).format == "jpeg"


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("share", [0.05, 0.5, 0.9, 0.999])
def test_what_is_cut_short_is_found_out(form: str, share: float, tmp_path: Path) -> None:
    data = written(still(), form)
    with pytest.raises(Corrupt) as caught:
        examined(tmp_path, data[: int(len(data) * share)])
    assert caught.value.hint


@pytest.mark.parametrize("form", ["png", "gif", "webp"])
def test_an_animation_that_is_cut_short_is_found_out(form: str, tmp_path: Path) -> None:
    first, *rest = frames()
    data = written(first, form, save_all=True, append_images=rest, duration=80)
    with pytest.raises(Corrupt):
        examined(tmp_path, data[: int(len(data) * 0.95)])


def test_every_byte_of_a_png_that_is_of_use_counts(tmp_path: Path) -> None:
    data = written(still(), "png")
    rng = Random(1)
    for _ in range(40):
        # Of the end nothing is of use.
        place = rng.randrange(8, len(data) - 12)
        damaged = data[:place] + bytes([data[place] ^ 0x10]) + data[place + 1 :]
        with pytest.raises(Corrupt):
            examined(tmp_path, damaged)


@given(st.sampled_from(FORMATS), st.integers(0, 2**32), st.binary(min_size=1, max_size=8))
def test_whatever_is_wrong_in_a_file_is_one_error_of_ours(
    form: str, place: int, wrong: bytes
) -> None:
    import tempfile

    small = still().resize((40, 50))
    data = written(small, form)
    place %= len(data)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("error")
        told = ""
        try:
            result = examined(Path(folder), data[:place] + wrong + data[place + len(wrong) :])
            assert result.width * result.height <= MAX_PIXELS
        except AnimedexError as error:
            told = error.hint or "nothing"
        assert told != "nothing"


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", Corrupt),
        (b"<!DOCTYPE html><title>Not found</title>", BadArguments),
        (b"\x1aE\xdf\xa3\x01\0\0\0\0\0\0\x1fB\x82\x84webm", BadArguments),
        (b"\x89PNG\r\n\x1a\n", Corrupt),
        (b"GIF89a", Corrupt),
        (b"\xff\xd8\xff", Corrupt),
        (b"RIFF\x04\0\0\0WEBP", Corrupt),
        (b"\0\0\0\x1cftypavif", Corrupt),
    ],
)
def test_what_is_no_picture_is_told(
    data: bytes, error: type[AnimedexError], tmp_path: Path
) -> None:
    with pytest.raises(error) as caught:
        examined(tmp_path, data)
    assert caught.value.hint


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        inspect_image(str(tmp_path / "missing.png"))
    with pytest.raises(BadArguments):
        inspect_image(str(tmp_path))


def test_the_name_of_a_file_says_nothing(tmp_path: Path) -> None:
    path = tmp_path / "picture.jpg"
    path.write_bytes(STILL.read_bytes())
    assert inspect_image(str(path)).format == "png"


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def bomb(form: str) -> bytes:
    """Make a small file that says that it is enormous."""
    if form == "png":
        head = chunk(b"IHDR", struct.pack(">IIBBBBB", 50_000, 50_000, 8, 0, 0, 0, 0))
        rows = chunk(b"IDAT", zlib.compress(bytes(1000)))
        return b"\x89PNG\r\n\x1a\n" + head + rows + chunk(b"IEND", b"")
    data = bytearray(written(still(), form))
    if form == "gif":
        data[6:10] = struct.pack("<HH", 60_000, 60_000)
        return bytes(data)
    place = data.index(b"\xff\xc0") + 5
    data[place : place + 4] = struct.pack(">HH", 60_000, 60_000)
    return bytes(data)


@pytest.mark.parametrize("form", ["png", "gif", "jpeg"])
def test_a_bomb_is_not_decoded(form: str, tmp_path: Path) -> None:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        with pytest.raises(Corrupt, match="pixels"):
            examined(tmp_path, bomb(form))
    assert told == []


def test_of_a_long_animation_all_frames_are_counted_and_few_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *rest = [Image.new("RGB", (64, 48), (number % 256, 80, 120)) for number in range(300)]
    data = written(first, "gif", save_all=True, append_images=rest, duration=20)
    loads = 0
    load = ImageFile.ImageFile.load

    def counted(self: ImageFile.ImageFile) -> object:
        nonlocal loads
        loads += bool(self.tile)
        return load(self)

    monkeypatch.setattr(ImageFile.ImageFile, "load", counted)
    assert examined(tmp_path, data).frames == 300
    assert loads < 2 * 60


def test_several_threads_may_examine_at_once_and_nothing_is_set_for_the_process() -> None:
    paths = [str(path) for path in sorted(COLLECTION.glob("*/*"))[:24] if path.is_file()]
    before = list(warnings.filters), ImageFile.LOAD_TRUNCATED_IMAGES, Image.MAX_IMAGE_PIXELS
    alone = [inspect_image(path) for path in paths]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(inspect_image, paths)) == alone
    now = list(warnings.filters), ImageFile.LOAD_TRUNCATED_IMAGES, Image.MAX_IMAGE_PIXELS
    assert now == before


def test_a_picture_of_one_colour_has_a_fingerprint(tmp_path: Path) -> None:
    for size in ((1, 1), (3, 400), (1000, 2), (500, 500)):
        blank = examined(tmp_path, written(Image.new("RGB", size, "white"), "png"))
        assert is_near_duplicate(blank.fingerprint, blank.fingerprint)
