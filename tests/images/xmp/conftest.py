"""Pictures of every kind of each format, and a reader of their image data that is not ours."""

from __future__ import annotations

import io
import struct
import zlib
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageDraw, ImageSequence
from PIL.PngImagePlugin import PngInfo

from animedex.errors import AnimedexError
from animedex.images.xmp import Credit, read_credit, write_credit
from animedex.models import ArtPost, Rating, SourceTag

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

XMP_HEAD = b"http://ns.adobe.com/x"
POST = ArtPost(
    id="danbooru:123",
    source_tag=SourceTag(
        "danbooru", datetime(2026, 5, 8, 1, 2, 3, 456, tzinfo=UTC), cached=False, rate_limited=True
    ),
    rating=Rating.EXPLICIT,
    url="https://cdn.example/x.png",
    page_url="https://danbooru.example/posts/123",
    source_url="https://pixiv.example/artworks/1",
    tags=["maid", '<b> & "c"', "猫"],
    artists=["yuzu", "aoba_mio"],
    characters=["rem_(re:zero)"],
    copyrights=["re:zero"],
    score=-3,
    width=40,
)
ROW = b'{"id":123, "source": "<\\u732b> & 1.50"}'


@pytest.fixture(scope="session")
def credited() -> Credit:
    return Credit(POST, ROW)


def _texts() -> st.SearchStrategy[str]:
    """Return texts of all kinds: halves of surrogates, controls, right to left, emoji, and long."""
    odd = ["", " ", "a\u202egnp.exe", "אבג", "😀👩\u200d🎤", "\x00\x1b[31m\r\n\x85\u2028", "\ud800"]
    odd += ["\ufffe\uffff", "<&>\"']]>", "\\u0000", "{}", "&#0;"]
    long = st.sampled_from("a名").map(lambda sign: sign * 5000)
    short = st.text(max_size=20) | st.text(st.characters(), max_size=8) | st.sampled_from(odd)
    return short | short | short | long


def _posts() -> st.SearchStrategy[ArtPost]:
    text, lists = _texts(), st.lists(_texts(), max_size=4)
    numbers = st.none() | st.integers()
    # Of a time that no clock showed, Python itself says that it is not equal to itself.
    zones = st.sampled_from([UTC, timezone(timedelta(hours=9)), timezone(-timedelta(minutes=90))])
    tags = st.builds(
        SourceTag, text, st.datetimes(timezones=zones), st.booleans(), st.booleans(), st.booleans()
    )
    maybe = st.none() | text
    fields: dict[str, st.SearchStrategy[Any]] = {
        "id": text,
        "source_tag": st.none() | tags,
        "rating": st.sampled_from(Rating),
        **dict.fromkeys(("tags", "artists", "characters", "copyrights"), lists),
        **dict.fromkeys(("score", "width", "height", "byte_size"), numbers),
        **dict.fromkeys(("url", "page_url", "source_url", "extension", "created_at"), maybe),
        "animated": st.none() | st.booleans(),
    }
    return st.builds(ArtPost, **fields)


def _rows() -> st.SearchStrategy[bytes | None]:
    """Return rows of all kinds: JSON, texts, and any bytes."""
    texts = st.text(max_size=40).map(lambda text: text.encode("utf-8", "surrogatepass"))
    return st.none() | st.binary(max_size=60) | texts | st.sampled_from([ROW, b"", b" {}\r\n"])


@pytest.fixture(scope="session")
def drawable() -> st.SearchStrategy[Credit]:
    return st.builds(Credit, _posts(), _rows())


def _drawing(mode: str = "RGB", seed: int = 0, size: tuple[int, int] = (37, 23)) -> Image.Image:
    image = Image.new("RGBA", size, (seed % 255, 200, 90, 255))
    draw = ImageDraw.Draw(image)
    for at in range(0, 40, 4):
        draw.ellipse((at, seed % 9, at + 9, 20), fill=(at * 6, 7 * seed % 255, 80, 255 - 3 * at))
    return image.convert(mode)


def _saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def _frames(amount: int, mode: str = "P") -> dict[str, Any]:
    rest = [_drawing(mode, seed) for seed in range(1, amount)]
    return {"save_all": True, "append_images": rest, "duration": 40, "loop": 3}


def _interlaced() -> bytes:
    """Write an interlaced PNG of 8 by 8 grey pixels by hand, as Pillow only reads such."""
    passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4)]
    passes += [(1, 0, 2, 2), (0, 1, 1, 2)]
    raw = b""
    for left, top, right, down in passes:
        for y in range(top, 8, down):
            raw += b"\0" + bytes(x * 8 + y * 20 for x in range(left, 8, right))
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 1))]
    chunks += [(b"IDAT", zlib.compress(raw)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def _extras() -> dict[str, Any]:
    exif = Image.Exif()
    exif[0x010E] = "drawn"
    made = ImageCms.createProfile("sRGB")  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]  Pillow does not say
    profile = ImageCms.ImageCmsProfile(made).tobytes()  # pyright: ignore[reportUnknownArgumentType]  as above
    return {"exif": exif, "icc_profile": profile}


def _png() -> Iterator[tuple[str, bytes]]:
    text = PngInfo()
    text.add_text("Comment", "hello")
    text.add_itxt("Title", "猫", "ja", "cat")
    yield "rgb", _saved(_drawing(), "PNG", pnginfo=text, **_extras())
    yield "alpha", _saved(_drawing("RGBA"), "PNG")
    yield "palette", _saved(_drawing("P"), "PNG", transparency=0)
    yield "deep", _saved(_drawing("L").convert("I;16"), "PNG")
    yield "interlaced", _interlaced()
    yield "animated", _saved(_drawing("RGBA"), "PNG", **_frames(5, "RGBA"))
    yield "trailing", _saved(_drawing(), "PNG") + b"PK\x03\x04 and more"


def _jpeg() -> Iterator[tuple[str, bytes]]:
    yield "baseline", _saved(_drawing(), "JPEG")
    yield "progressive", _saved(_drawing(), "JPEG", progressive=True)
    yield "extras", _saved(_drawing(), "JPEG", comment="hello", **_extras())
    yield "grey", _saved(_drawing("L"), "JPEG", quality=30)
    yield "inks", _saved(_drawing("CMYK"), "JPEG")
    yield "restarting", _saved(_drawing(), "JPEG", restart_marker_blocks=1)
    yield "trailing", _saved(_drawing(), "JPEG") + b"\xff\xd8\xff\xe1 and more"
    filled = _saved(_drawing(), "JPEG").replace(b"\xff\xdb", b"\xff\xff\xff\xdb", 1)
    yield "filled", filled


def _gif() -> Iterator[tuple[str, bytes]]:
    yield "still", _saved(_drawing("P"), "GIF")
    yield "plain", _saved(_drawing("P"), "GIF", interlace=0, comment=b"hello")
    yield "transparent", _saved(_drawing("P"), "GIF", transparency=0)
    yield "animated", _saved(_drawing("P"), "GIF", comment=b"hello", **_frames(6))
    yield "long", _saved(_drawing("P"), "GIF", **_frames(300))
    still = _saved(_drawing("P"), "GIF")
    yield "old", b"GIF87a" + still[6:]
    yield "padded", still[:-1] + b"\0\0;"
    yield "trailing", still + b"and more"


def _webp() -> Iterator[tuple[str, bytes]]:
    yield "lossy", _saved(_drawing(), "WEBP")
    yield "lossless", _saved(_drawing(), "WEBP", lossless=True)
    yield "lossless_alpha", _saved(_drawing("RGBA"), "WEBP", lossless=True)
    yield "lossy_alpha", _saved(_drawing("RGBA"), "WEBP")
    yield "extras", _saved(_drawing(), "WEBP", **_extras())
    yield "animated", _saved(_drawing("RGBA"), "WEBP", **_frames(5, "RGBA"))
    yield "animated_lossless", _saved(_drawing("RGBA"), "WEBP", lossless=True, **_frames(4, "RGBA"))
    yield "trailing", _saved(_drawing(), "WEBP") + b"and more"


_DRAWN = {
    f"{kind}/{name}": data
    for kind, drawn in (("png", _png), ("jpeg", _jpeg), ("gif", _gif), ("webp", _webp))
    for name, data in drawn()
}


@pytest.fixture(scope="session")
def drawn() -> dict[str, bytes]:
    """Return a picture of every kind, by its format and what is special about it."""
    return _DRAWN


@pytest.fixture(params=_DRAWN, scope="session")
def picture(request: pytest.FixtureRequest) -> bytes:
    """Return one picture after the other."""
    return _DRAWN[request.param]


@pytest.fixture(scope="session", params=["png/rgb", "jpeg/extras", "gif/animated", "webp/lossy"])
def one_of_each(request: pytest.FixtureRequest) -> bytes:
    """Return one picture of each format."""
    return _DRAWN[request.param]


def _png_data(data: bytes) -> Iterator[bytes]:
    at = 8
    while data[at + 4 : at + 8] != b"IEND":
        (size,) = struct.unpack_from(">I", data, at)
        chunk = data[at : at + size + 12]
        if chunk[4:26] != b"iTXtXML:com.adobe.xmp\0":
            yield chunk
        at += size + 12
    yield data[at:]


def _jpeg_data(data: bytes) -> Iterator[bytes]:
    at = 2
    while data[at + 1] != 0xDA:
        if data[at + 1] == 0xFF:
            at += 1
            continue
        (size,) = struct.unpack_from(">H", data, at + 2)
        segment = data[at : at + 2 + size]
        if not (segment[1] == 0xE1 and segment[4:].startswith(XMP_HEAD)):
            yield segment
        at += 2 + size
    yield data[at:]


def _gif_blocks(data: bytes, at: int) -> int:
    while data[at]:
        at += data[at] + 1
    return at + 1


def _gif_data(data: bytes) -> Iterator[bytes]:
    at = 13 + (3 << (data[10] & 7) + 1 if data[10] & 0x80 else 0)
    yield data[6:at]
    while data[at] != 0x3B:
        start = at
        if data[at] == 0x2C:
            flags = data[at + 9]
            at += 10 + (3 << (flags & 7) + 1 if flags & 0x80 else 0) + 1
        elif data[at] == 0x21:
            at += 2
        else:
            at += 1
            continue
        at = _gif_blocks(data, at)
        if data[start + 3 : start + 14] != b"XMP DataXMP":
            yield data[start:at]
    yield data[at:]


def _webp_data(data: bytes) -> Iterator[bytes]:
    at, end = 12, 8 + int(struct.unpack_from("<I", data, 4)[0])
    while at < end:
        kind, size = struct.unpack_from("<4sI", data, at)
        stop = at + 8 + size + size % 2
        if kind == b"VP8X":
            # Of the header, all but the flag that says that there is XMP.
            yield bytes([data[at + 8] & ~4]) + data[at + 9 : stop]
        elif kind != b"XMP ":
            yield data[at:stop]
        at = stop
    yield data[end:]


_READERS = {b"\x89": _png_data, b"\xff": _jpeg_data, b"G": _gif_data, b"R": _webp_data}


class Witness:
    """Look at a file in other ways than ours."""

    def image_data(self, data: bytes) -> list[bytes]:
        """Take all of a file apart but XMP, and what cannot but differ in WebP: its header."""
        return list(_READERS[data[:1]](data))

    def decoded(self, data: bytes) -> list[tuple[object, ...]]:
        """Decode every frame: mode, size, pixels, duration."""
        with Image.open(io.BytesIO(data)) as image:
            return [
                (frame.mode, frame.size, frame.tobytes(), frame.info.get("duration"))
                for frame in ImageSequence.Iterator(image)
            ]


@pytest.fixture(scope="session")
def witness() -> Witness:
    return Witness()


class Files:
    """Write credits into files, and read them from there."""

    def __init__(self, folder: Path) -> None:
        self.source = folder / "source"

    def write(self, picture: bytes, credited: Credit) -> bytes:
        """Return a picture with a credit put in; its file must stay as it is."""
        target = io.BytesIO()
        self.source.write_bytes(picture)
        try:
            write_credit(str(self.source), target, *credited)
        except AnimedexError:
            assert target.getvalue() == b""
            raise
        finally:
            assert self.source.read_bytes() == picture
        return target.getvalue()

    def read(self, picture: bytes) -> Credit | None:
        self.source.write_bytes(picture)
        return read_credit(str(self.source))


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)
