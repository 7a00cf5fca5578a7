"""Small pictures: what they show, where they are kept, and what none is made of."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import zlib
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from animedex.gallery.thumbnails import SIDE, Thumbnails, delete_thumbnails, folder_in, thumbnail
from tests.kit.effort import count

if TYPE_CHECKING:
    from animedex.asgi.loopback_server import LoopbackServer
    from tests.gallery.conftest import GalleryFixture, Visit

HASH = "ab" * 32
MANY = """
import sys
from animedex.gallery.thumbnails import Thumbnails
kept = Thumbnails(sys.argv[1])
for number in range(20):
    made = kept.make(f"{number:064x}", sys.argv[2])
    assert made is not None
    assert kept.get(f"{number:064x}") == made
"""


def read(body: bytes | None) -> Image.Image:
    assert body is not None
    return Image.open(BytesIO(body))


@settings(max_examples=count(10, 200), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(width=st.integers(1, 2000), height=st.integers(1, 2000))
def test_none_is_larger_than_it_may_be_nor_than_the_picture(
    width: int, height: int, tmp_path: Path
) -> None:
    path = tmp_path / "a.png"
    Image.new("1", (width, height)).save(path)
    small = read(thumbnail(str(path)))
    assert small.format == "WEBP"
    assert max(small.size) <= SIDE
    assert small.width <= width
    assert small.height <= height
    if max(width, height) <= SIDE:
        assert small.size == (width, height)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "YCbCr"])
def test_any_mode_is_drawn(mode: str, tmp_path: Path) -> None:
    kind = {"CMYK": "jpg", "YCbCr": "jpg"}.get(mode, "png")
    path = tmp_path / f"a.{kind}"
    Image.new(mode, (40, 30)).save(path)
    assert read(thumbnail(str(path))).size == (40, 30)


def test_what_is_clear_stays_clear(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.new("RGBA", (40, 30), (255, 0, 0, 0)).save(path)
    assert read(thumbnail(str(path))).convert("RGBA").tobytes()[3] == 0


def test_of_what_moves_the_first_frame_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "a.gif"
    first, *rest = (Image.new("RGB", (40, 30), colour) for colour in ("red", "lime", "blue"))
    first.save(path, save_all=True, append_images=rest)
    small = read(thumbnail(str(path))).convert("RGB")
    red, green, blue = small.tobytes()[:3]
    assert red > 200
    assert max(green, blue) < 60
    assert getattr(small, "n_frames", 1) == 1


def test_a_picture_that_lies_is_turned(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (40, 20)).save(path, exif=exif)
    assert read(thumbnail(str(path))).size == (20, 40)


def bomb() -> bytes:
    """Make a small file that claims to be enormous."""
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)

    def chunk(name: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(name + data))
        return struct.pack(">I", len(data)) + name + data + check

    body = chunk(b"IDAT", zlib.compress(bytes(100)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + body + chunk(b"IEND", b"")


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"<svg/>", b"\x89PNG\r\n\x1a\n" * 9, bomb()])
def test_none_is_made_of_what_cannot_be_decoded(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(content)
    assert thumbnail(str(path)) is None
    assert Thumbnails(str(tmp_path / "kept")).make(HASH, str(path)) is None
    assert not (tmp_path / "kept").exists()


def test_it_is_made_once(own: GalleryFixture, tmp_path: Path) -> None:
    kept = Thumbnails(str(tmp_path / "kept"))
    path = own.draw("a.png")
    assert kept.get(HASH) is None
    made = kept.make(HASH, str(path))
    path.unlink()
    assert Thumbnails(str(tmp_path / "kept")).get(HASH) == made


def test_a_folder_that_cannot_be_written_to_keeps_none(own: GalleryFixture, tmp_path: Path) -> None:
    blocked = tmp_path / "kept"
    blocked.write_text("a file")
    kept = Thumbnails(str(blocked))
    assert kept.make(HASH, str(own.draw("a.png"))) is not None
    assert kept.get(HASH) is None


def test_what_was_left_empty_is_made_again(own: GalleryFixture, tmp_path: Path) -> None:
    kept = Thumbnails(str(tmp_path))
    kept.make(HASH, str(own.draw("a.png")))
    (file,) = (path for path in tmp_path.rglob("*.webp"))
    file.write_bytes(b"")
    assert kept.get(HASH) is None


@pytest.mark.parametrize("name", ["", "../../x", "A" * 64, "ab" * 31 + "/.", HASH + "\n"])
def test_only_a_hash_names_one(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="hash"):
        Thumbnails(str(tmp_path)).get(name)


def test_several_processes_make_the_same_at_once(own: GalleryFixture, tmp_path: Path) -> None:
    path, folder = own.draw("a.jpg", (600, 400)), tmp_path / "kept"
    running = [
        subprocess.Popen([sys.executable, "-c", MANY, str(folder), str(path)]) for _ in range(3)
    ]
    assert [process.wait(timeout=120) for process in running] == [0, 0, 0]
    left = [name for _, _, files in os.walk(folder) for name in files]
    assert len(left) == 20
    assert all(name.endswith(".webp") for name in left)


def test_it_comes_for_good(visit: Visit) -> None:
    answer = visit("/thumbnail/1")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "image/webp")
    assert "immutable" in answer.headers["Cache-Control"]
    again = visit("/thumbnail/1", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status, again.body) == (304, b"")


def test_what_is_corrupt_or_gone_has_one_that_stands_for_it(
    own: GalleryFixture, own_server: LoopbackServer, visit: Visit
) -> None:
    gone, cut = own.draw("gone.png"), own.draw("cut.png", (300, 200))
    entries = [own.add(gone), own.add(cut)]
    gone.unlink()
    cut.write_bytes(cut.read_bytes()[:100])
    for entry in entries:
        answer = visit(f"/thumbnail/{entry.id}", server=own_server)
        assert (answer.status, answer.headers["Content-Type"]) == (200, "image/svg+xml")
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("change", ["gone", "cut", "drawn over", "of the same size"])
def test_what_was_drawn_before_does_not_stand_for_what_is_no_more(
    change: str, own: GalleryFixture, own_server: LoopbackServer, visit: Visit
) -> None:
    path = own.draw("a.png")
    entry = own.add(path)
    first = visit(f"/thumbnail/{entry.id}", server=own_server)
    assert first.headers["Content-Type"] == "image/webp"
    content = path.read_bytes()
    if change == "gone":
        path.unlink()
    elif change == "cut":
        path.write_bytes(content[:-20])
    elif change == "drawn over":
        own.draw("a.png", (61, 80), "red")
    else:
        path.write_bytes(content[:-20] + bytes(20))
        later = entry.added_at.timestamp() + 10
        os.utime(path, (later, later))
    headers = {"If-None-Match": first.headers["ETag"]}
    answer = visit(f"/thumbnail/{entry.id}", headers=headers, server=own_server)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "image/svg+xml")
    assert answer.headers["Cache-Control"] == "no-store"


def test_they_can_be_forgotten_and_nothing_else_is(own: GalleryFixture, tmp_path: Path) -> None:
    folder = folder_in(str(tmp_path))
    assert delete_thumbnails(folder) == 0
    kept = Thumbnails(folder)
    kept.make(HASH, str(own.draw("a.png")))
    others = [Path(folder, name) for name in ("a.webp", HASH[:2] + "/a.webp", "photos/b.webp")]
    for other in others:
        other.parent.mkdir(exist_ok=True)
        other.write_bytes(b"mine")
    assert delete_thumbnails(folder) == 1
    assert kept.get(HASH) is None
    assert all(other.exists() for other in others)
