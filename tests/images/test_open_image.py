"""Real files opened for the eye, whole and otherwise."""

from __future__ import annotations

import io
import os
import threading
import warnings
import zlib
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from animedex.errors import AnimedexError, BadArguments, Corrupt, NotFound, TooLarge
from animedex.images.decoder import convert_decoder_errors
from animedex.images.image_inspection import inspect_image
from animedex.images.open_image import OpenImage, open_image, read_image

if TYPE_CHECKING:
    from pathlib import Path

STILLS = ["png", "jpeg", "gif", "webp", "avif"]
COLORS = [(255, 0, 0), (0, 255, 0), (0, 0, 255)]


def save(path: Path, form: str, size: tuple[int, int] = (40, 60), **options: object) -> Path:
    Image.linear_gradient("L").resize(size).convert("RGB").save(path, form, **options)
    return path


def animate(path: Path, durations: int | list[int], form: str = "gif") -> Path:
    frames = [Image.new("RGB", (20, 20), color) for color in COLORS]
    frames[0].save(path, form, save_all=True, append_images=frames[1:], duration=durations)
    return path


@pytest.mark.parametrize("form", STILLS)
def test_a_still_picture_has_one_frame(form: str, tmp_path: Path) -> None:
    with open_image(str(save(tmp_path / "a", form))) as frames:
        assert isinstance(frames, OpenImage)
        assert (frames.size, frames.is_animated, frames.count_frames()) == ((40, 60), False, 1)
        assert frames.first_frame().image.size == (40, 60)
        assert list(frames.other_frames()) == []


@pytest.mark.parametrize("form", ["gif", "webp", "png"])
def test_an_animation_gives_its_frames_in_order(form: str, tmp_path: Path) -> None:
    with open_image(str(animate(tmp_path / "a", [500, 250, 40], form))) as frames:
        assert isinstance(frames, OpenImage)
        assert (frames.size, frames.is_animated, frames.count_frames()) == ((20, 20), True, 3)
        seen = [frames.first_frame(), *frames.other_frames()]
    assert [frame.seconds for frame in seen] == [0.5, 0.25, 0.04]
    colors = [frame.image.convert("RGB").getpixel((3, 3)) for frame in seen]
    for color, wanted in zip(colors, COLORS, strict=True):
        assert isinstance(color, tuple)
        assert all(abs(one - other) < 8 for one, other in zip(color, wanted, strict=True))


@pytest.mark.parametrize("duration", [0, 10])
def test_frames_that_say_too_little_are_seen_as_browsers_do(duration: int, tmp_path: Path) -> None:
    with open_image(str(animate(tmp_path / "a", duration))) as frames:
        assert {frame.seconds for frame in [frames.first_frame(), *frames.other_frames()]} == {0.1}


def test_many_frames_are_decoded_one_by_one(tmp_path: Path) -> None:
    images = [Image.new("L", (8, 8), number % 256) for number in range(300)]
    images[0].save(tmp_path / "a.gif", save_all=True, append_images=images[1:], duration=20)
    with open_image(str(tmp_path / "a.gif")) as frames:
        assert isinstance(frames, OpenImage)
        rest = frames.other_frames()
        next(rest)
        assert frames.count_frames() == 300
        assert sum(1 for _ in rest) == 298


def test_a_picture_is_turned_as_its_camera_was(tmp_path: Path) -> None:
    turned = Image.Exif()
    turned[0x0112] = 6
    with open_image(str(save(tmp_path / "a", "jpeg", exif=turned))) as frames:
        assert frames.size == (60, 40)
        assert (
            frames.first_frame((30, 20)).image.size[0] > frames.first_frame((30, 20)).image.size[1]
        )


def test_a_png_may_tell_behind_its_pixels_how_it_is_held(tmp_path: Path) -> None:
    held = Image.Exif()
    held[0x0112] = 6
    content = save(tmp_path / "a", "png", exif=held).read_bytes()
    start = content.index(b"eXIf") - 4
    end = start + 12 + int.from_bytes(content[start : start + 4], "big")
    at = content.index(b"IEND") - 4
    (tmp_path / "a").write_bytes(
        content[:start] + content[end:at] + content[start:end] + content[at:]
    )
    with open_image(str(tmp_path / "a")) as frames:
        assert frames.size == (60, 40)
        assert frames.first_frame().image.size == (60, 40)
    assert inspect_image(str(tmp_path / "a"))[1:3] == (60, 40)


def test_nothing_is_set_for_the_whole_process(tmp_path: Path) -> None:
    path = str(save(tmp_path / "a", "jpeg", exif=b"Exif\0\0II*\0damaged"))
    before = list(warnings.filters)
    with open_image(path) as frames:
        assert warnings.filters == before
        assert frames.first_frame().image.size == (40, 60)


def test_a_large_jpeg_may_come_smaller_but_never_too_small(tmp_path: Path) -> None:
    with open_image(str(save(tmp_path / "a", "jpeg", (1600, 2400)))) as frames:
        assert frames.size == (1600, 2400)
        width, height = frames.first_frame((100, 150)).image.size
    assert 100 <= width < 1600
    assert 150 <= height < 2400


def test_a_jpeg_with_a_thumbnail_is_no_animation(tmp_path: Path) -> None:
    other = Image.new("RGB", (40, 60))
    other.save(tmp_path / "a.jpg", "mpo", save_all=True, append_images=[other])
    with open_image(str(tmp_path / "a.jpg")) as frames:
        assert frames.is_animated is False
        assert frames.first_frame().image.size == (40, 60)


def look_at_all(path: Path) -> None:
    with open_image(str(path)) as frames:
        frames.first_frame()
        for _ in frames.other_frames():
            pass


@pytest.mark.parametrize("form", STILLS)
@pytest.mark.parametrize("part", [0.3, 0.6])
def test_a_picture_that_is_cut_is_corrupt(form: str, part: float, tmp_path: Path) -> None:
    whole = save(tmp_path / "whole", form).read_bytes()
    (tmp_path / "cut").write_bytes(whole[: int(len(whole) * part)])
    words = r"cut is a damaged picture: it (is cut short|cannot be decoded) "
    with pytest.raises(Corrupt, match=words) as told:
        look_at_all(tmp_path / "cut")
    assert told.value.hint


@pytest.mark.parametrize("form", STILLS)
def test_garbage_in_a_picture_never_surprises(form: str, tmp_path: Path) -> None:
    whole = bytearray(save(tmp_path / "whole", form).read_bytes())
    for at in range(12, len(whole), max(1, len(whole) // 60)):
        spoilt = whole.copy()
        spoilt[at : at + 4] = os.urandom(4)
        (tmp_path / "spoilt").write_bytes(spoilt)
        try:
            look_at_all(tmp_path / "spoilt")
        except AnimedexError as error:
            assert error.hint  # noqa: PT017  most of it does not matter to the decoder


def test_a_bomb_is_not_decoded(tmp_path: Path) -> None:
    path = save(tmp_path / "a.png", "png")
    whole = bytearray(path.read_bytes())
    whole[16:24] = (60_000).to_bytes(4, "big") * 2
    whole[29:33] = zlib.crc32(whole[12:29]).to_bytes(4, "big")
    path.write_bytes(whole)
    with pytest.raises(Corrupt, match="limit of 89 megapixels"), open_image(str(path)):
        pass


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        (b"", Corrupt, "is empty"),
        (b"<!DOCTYPE html>", BadArguments, "is not a picture"),
        (b"\0\0\0\x18ftypmp42" + bytes(60), BadArguments, "is not a picture: it is video/mp4"),
        (b"PK\x03\x04" + bytes(60), BadArguments, "it is application/zip"),
        (b"\x89PNG\r\n\x1a\n", Corrupt, "damaged"),
        (b"GIF89a", Corrupt, "damaged"),
    ],
)
def test_what_is_no_picture_says_what_it_is(
    content: bytes, error: type[AnimedexError], message: str, tmp_path: Path
) -> None:
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(error, match=message) as told:
        look_at_all(tmp_path / "a.png")
    assert told.value.hint


def test_what_cannot_be_opened_says_why(tmp_path: Path) -> None:
    for path, error in (("none.png", NotFound), ("", BadArguments), ("a\0b", BadArguments)):
        with pytest.raises(error), open_image(str(tmp_path / path) if path else str(tmp_path)):
            pass


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no such pipes")
def test_a_pipe_is_read_to_its_end(tmp_path: Path) -> None:
    body = save(tmp_path / "a.png", "png").read_bytes()
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(body,))
    writer.start()
    with open_image(str(pipe)) as frames:
        assert frames.first_frame().image.size == (40, 60)
    writer.join()


def test_bytes_are_read_as_a_file_is(tmp_path: Path) -> None:
    body = save(tmp_path / "a.png", "png").read_bytes()
    with read_image(io.BytesIO(body), "it") as frames:
        assert frames.first_frame().image.size == (40, 60)
    with (
        pytest.raises(Corrupt, match="it is a damaged"),
        read_image(io.BytesIO(body[:90]), "it") as f,
    ):
        f.first_frame()


@pytest.mark.parametrize("error", [MemoryError(), OSError("out of memory error when reading")])
def test_lack_of_memory_is_not_damage(error: Exception) -> None:
    with (
        pytest.raises(TooLarge, match=r"not enough memory to decode a\.png"),
        convert_decoder_errors("a.png"),
    ):
        raise error
