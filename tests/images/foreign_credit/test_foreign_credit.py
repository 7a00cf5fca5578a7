"""Credit that other programs wrote is read from explicit fields, and nobody is guessed."""

from __future__ import annotations

import json
import struct
import zlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from animedex.images.foreign_credit import read_foreign_credit
from animedex.images.foreign_credit.credit_fields import CreditFields
from animedex.images.foreign_credit.metadata_blocks import parse_exif, parse_foreign_xmp, parse_iptc
from animedex.models import Rating

if TYPE_CHECKING:
    from pathlib import Path

    from animedex.models import ArtPost

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
SPACES = (
    f'xmlns:rdf="{RDF}" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:p="http://ns.adobe.com/photoshop/1.0/" xmlns:t="http://ns.adobe.com/tiff/1.0/"'
)


def xmp(inside: str) -> bytes:
    node = f"<rdf:Description rdf:about=''>{inside}</rdf:Description>"
    whole = f"<rdf:RDF {SPACES}>{node}</rdf:RDF>"
    return f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{whole}</x:xmpmeta>".encode()


def data_set(number: int, value: bytes, record: int = 2) -> bytes:
    return struct.pack(">BBBH", 0x1C, record, number, len(value)) + value


def photoshop(block: bytes, before: bytes = b"") -> bytes:
    resource = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(block)) + block + bytes(len(block) % 2)
    return b"Photoshop 3.0\0" + before + resource


def exif(tag: int, value: bytes, order: str = "<", kind: int = 2) -> bytes:
    """Write a directory of one tag."""
    head = {"<": b"II*\0", ">": b"MM\0*"}[order] + struct.pack(f"{order}I", 8)
    entry = struct.pack(f"{order}HHHI", 1, tag, kind, len(value))
    place = value.ljust(4, b"\0") if len(value) <= 4 else struct.pack(f"{order}I", 26)
    return head + entry + place + bytes(4) + (value if len(value) > 4 else b"")


ARTIST, RIGHTS, XP_AUTHOR, SOFTWARE = 0x013B, 0x8298, 0x9C9D, 0x0131


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (exif(ARTIST, b"Mio\0"), CreditFields(artists=("Mio",))),
        (exif(ARTIST, b"Mio; Tove", ">"), CreditFields(artists=("Mio", "Tove"))),
        (exif(ARTIST, "青葉\0".encode()), CreditFields(artists=("青葉",))),
        (exif(ARTIST, "Müller".encode("cp1252")), CreditFields(artists=("Müller",))),
        (exif(RIGHTS, b"Copyright 2020 Mio. All rights reserved."), CreditFields(holders=("Mio",))),
        (exif(RIGHTS, "© Mio\0Editor\0".encode()), CreditFields(holders=("Mio",))),
        (exif(XP_AUTHOR, "青葉\0".encode("utf-16-le"), kind=1), CreditFields(artists=("青葉",))),
        (exif(XP_AUTHOR, "Tove".encode("utf-16-le"), kind=1), CreditFields(artists=("Tove",))),
        (exif(SOFTWARE, b"GIMP\0"), CreditFields()),
        *(
            (data, CreditFields())
            for data in (b"", b"II*\0", b"II*\0\xff\xff\xff\xff", b"JUNK" * 9)
        ),
    ],
)
def test_exif(data: bytes, expected: CreditFields) -> None:
    assert parse_exif(data) == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (data_set(80, b"Mio") + data_set(80, b"Tove"), CreditFields(artists=("Mio", "Tove"))),
        (data_set(110, b"Studio"), CreditFields(artists=("Studio",))),
        (data_set(80, b"Mio") + data_set(110, b"Studio"), CreditFields(artists=("Mio",))),
        (data_set(116, b"(c) 2021, Mio"), CreditFields(holders=("Mio",))),
        (data_set(25, b"cat") + data_set(25, b"dog"), CreditFields(tags=("cat", "dog"))),
        (data_set(115, b"https://a.example/1"), CreditFields(source_url="https://a.example/1")),
        (data_set(115, b"an agency"), CreditFields()),
        (data_set(80, "ü".encode("cp1252")), CreditFields(artists=("ü",))),
        (
            data_set(90, b"\x1b%G", 1) + data_set(80, "青葉".encode()),
            CreditFields(artists=("青葉",)),
        ),
        (b"\x1c\x02\x50\xff\xff", CreditFields()),
    ],
)
def test_iptc(data: bytes, expected: CreditFields) -> None:
    assert parse_iptc(photoshop(data)) == expected
    named = b"8BIM\x03\xed\x03abc" + struct.pack(">I", 3) + b"xyz\0"
    assert parse_iptc(photoshop(data, named)) == expected
    assert parse_iptc(photoshop(data)[:20]) == CreditFields()


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        (
            "<dc:creator><rdf:Seq><rdf:li>Mio</rdf:li><rdf:li>Tove</rdf:li></rdf:Seq></dc:creator>",
            CreditFields(artists=("Mio", "Tove")),
        ),
        ("<t:Artist>Mio</t:Artist>", CreditFields(artists=("Mio",))),
        ("<p:Credit>Mio</p:Credit>", CreditFields(artists=("Mio",))),
        (
            "<dc:source>https://a.example/1</dc:source>",
            CreditFields(source_url="https://a.example/1"),
        ),
        (
            "<p:Source>https://a.example/1</p:Source>",
            CreditFields(source_url="https://a.example/1"),
        ),
        (
            "<dc:rights><rdf:Alt><rdf:li xml:lang='x-default'>© Mio</rdf:li></rdf:Alt></dc:rights>",
            CreditFields(holders=("Mio",)),
        ),
        (
            "<dc:subject><rdf:Bag><rdf:li>cat</rdf:li></rdf:Bag></dc:subject>",
            CreditFields(tags=("cat",)),
        ),
        ("<dc:title>by Mio</dc:title>", CreditFields()),
    ],
)
def test_xmp(inside: str, expected: CreditFields) -> None:
    assert parse_foreign_xmp(xmp(inside)) == expected
    assert parse_foreign_xmp(xmp(inside)[:50]) == CreditFields()


@given(st.binary(max_size=80))
def test_damaged_blocks_say_nothing_or_something(data: bytes) -> None:
    for head in (b"", b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08"):
        assert isinstance(parse_exif(head + data), CreditFields)
    assert isinstance(parse_iptc(b"Photoshop 3.0\x008BIM" + data), CreditFields)


def png_with(kind: bytes, data: bytes) -> bytes:
    chunk = struct.pack(">I", len(data)) + kind + data
    return chunk + struct.pack(">I", zlib.crc32(kind + data))


@pytest.mark.parametrize("form", ["jpeg", "png", "webp"])
def test_exif_in_every_format(form: str, tmp_path: Path) -> None:
    made = Image.Exif()
    made[0x013B] = "Mio"
    path = tmp_path / f"a.{form}"
    Image.new("RGB", (9, 9)).save(path, exif=made)
    post = read_foreign_credit(str(path))
    assert post is not None
    assert (post.artists, post.rating, post.id) == (["Mio"], None, "")


@pytest.mark.parametrize(
    ("text", "artists", "source"),
    [
        ({"Author": "青葉"}, ["青葉"], None),
        ({"artist": "Mio", "Author": "Tove"}, ["Mio"], None),
        (
            {"Copyright": "© 2020 Mio", "Source": "https://a.example/1"},
            ["Mio"],
            "https://a.example/1",
        ),
        ({"Artist": "Mio", "Source": "a scanner"}, ["Mio"], None),
    ],
)
def test_png_texts(
    text: dict[str, str], artists: list[str], source: str | None, tmp_path: Path
) -> None:
    info = PngInfo()
    for number, (name, value) in enumerate(text.items()):
        info.add_itxt(name, value, zip=bool(number))
    Image.new("RGB", (9, 9)).save(tmp_path / "a.png", pnginfo=info)
    post = read_foreign_credit(str(tmp_path / "a.png"))
    assert post is not None
    assert (post.artists, post.source_url) == (artists, source)


def test_png_texts_behind_the_picture_and_profiles(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.new("RGB", (9, 9)).save(path)
    data = path.read_bytes()
    block = photoshop(data_set(25, b"cat")).removeprefix(b"Photoshop 3.0\0")
    profile = b"\niptc\n%8d\n%s\n" % (len(block), block.hex().encode())
    added = png_with(b"tEXt", b"Author\0M\xfcller")
    added += png_with(b"zTXt", b"Raw profile type iptc\0\0" + zlib.compress(profile))
    path.write_bytes(data[:-12] + added + data[-12:])
    post = read_foreign_credit(str(path))
    assert post is not None
    assert (post.artists, post.tags) == (["Müller"], ["cat"])


def test_iptc_in_jpeg(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    Image.new("RGB", (9, 9)).save(path)
    data, block = path.read_bytes(), photoshop(data_set(80, b"Mio"))
    segment = b"\xff\xed" + struct.pack(">H", len(block) + 2) + block
    path.write_bytes(data[:20] + segment + data[20:])
    post = read_foreign_credit(str(path))
    assert post is not None
    assert post.artists == ["Mio"]


def test_nothing_is_no_credit(tmp_path: Path) -> None:
    for form in ("png", "jpeg", "gif", "webp"):
        path = tmp_path / f"a.{form}"
        Image.new("RGB", (9, 9)).save(path)
        assert read_foreign_credit(str(path)) is None
    (tmp_path / "b.png").write_bytes(b"no picture")
    assert read_foreign_credit(str(tmp_path / "b.png")) is None


def beside(row: object, folder: Path, name: str = "a.png.json") -> ArtPost | None:
    Image.new("RGB", (9, 9)).save(folder / "a.png")
    text = row if isinstance(row, str) else json.dumps(row)
    (folder / name).write_text(text, encoding="utf-8")
    return read_foreign_credit(str(folder / "a.png"))


DANBOORU: dict[str, object] = {
    "category": "danbooru",
    "subcategory": "tag",
    "id": 123,
    "rating": "q",
    "tag_string_artist": "mio tove",
    "tag_string_character": "saber",
    "tag_string_copyright": "fate",
    "tag_string_general": "1girl solo",
    "source": "https://a.example/1",
    "md5": "0f" * 16,
    "uploader_id": 7,
}
ROWS: dict[str, tuple[dict[str, object], dict[str, object]]] = {
    "danbooru": (
        DANBOORU,
        {
            "id": "danbooru:123",
            "artists": ["mio", "tove"],
            "characters": ["saber"],
            "copyrights": ["fate"],
            "tags": ["1girl", "solo"],
            "rating": Rating.QUESTIONABLE,
            "source_url": "https://a.example/1",
        },
    ),
    "e621": (
        {
            "category": "e621",
            "subcategory": "post",
            "id": 5,
            "rating": "s",
            "tags": {"artist": ["mio"], "general": ["cat"], "character": []},
            "sources": ["https://a.example/2"],
        },
        {
            "id": "",
            "artists": ["mio"],
            "tags": ["cat"],
            "rating": Rating.SENSITIVE,
            "source_url": "https://a.example/2",
        },
    ),
    "gelbooru": (
        {
            "category": "gelbooru",
            "subcategory": "tag",
            "tags_artist": "mio",
            "tags": "cat solo",
            "rating": "general",
            "owner": "somebody",
        },
        {"artists": ["mio"], "tags": ["cat", "solo"], "rating": Rating.GENERAL},
    ),
    "pixiv": (
        {
            "category": "pixiv",
            "subcategory": "user",
            "id": 100,
            "user": {"name": "青葉ミオ", "account": "mio", "id": 9},
            "rating": "R-18",
            "tags": ["猫"],
            "title": "by Tove",
        },
        {
            "artists": ["青葉ミオ"],
            "rating": Rating.EXPLICIT,
            "tags": ["猫"],
            "source_url": "https://www.pixiv.net/artworks/100",
        },
    ),
    "twitter": (
        {
            "category": "twitter",
            "subcategory": "user",
            "tweet_id": 7,
            "author": {"name": "mio", "nick": "Mio"},
            "user": {"name": "who_passed_it_on"},
        },
        {"artists": ["mio"], "rating": None, "source_url": "https://x.com/i/status/7"},
    ),
    "deviantart": (
        {
            "category": "deviantart",
            "subcategory": "gallery",
            "index": 8,
            "deviationid": "0A1B",
            "author": {"username": "mio"},
            "url": "https://www.deviantart.com/mio/art/cat-8",
        },
        {"artists": ["mio"], "source_url": "https://www.deviantart.com/deviation/8"},
    ),
    "reddit": (
        {
            "category": "reddit",
            "subcategory": "submission",
            "author": "poster",
            "source": "https://a.example/3",
        },
        {"artists": [], "source_url": "https://a.example/3"},
    ),
    "any": (
        {"artist": "Mio", "source": "https://a.example/4", "rating": "unclear", "tags": ["a b"]},
        {
            "artists": ["Mio"],
            "rating": None,
            "tags": ["a b"],
            "source_url": "https://a.example/4",
        },
    ),
    "people": ({"author": [{"username": "Mio"}, "Tove"]}, {"artists": ["Mio", "Tove"]}),
}


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize("file", ["a.png.json", "a.json"])
def test_rows_of_gallery_dl(name: str, file: str, tmp_path: Path) -> None:
    row, expected = ROWS[name]
    for form in (row, [row]):
        post = beside(form, tmp_path, file)
        assert post is not None
        assert {key: getattr(post, key) for key in expected} == expected


@pytest.mark.parametrize(
    "row",
    [
        "",
        "{",
        "[]",
        "7",
        '"artist"',
        [{"artist": "a"}, {"artist": "b"}],
        {"user": {"name": "somebody"}},
        {"uploader": "somebody", "title": "by Mio", "description": "artist: Mio"},
        {"artist": 7, "source": {"url": 1}, "rating": ["g"], "tags": 5},
        {"artist": "Mio", "extension": "jpg"},
    ],
)
def test_what_names_nobody_credits_nobody(row: object, tmp_path: Path) -> None:
    assert beside(row, tmp_path) is None


def test_the_file_of_another_extension_is_about_another_picture(tmp_path: Path) -> None:
    assert beside({"artist": "Mio", "extension": "jpg"}, tmp_path, "a.json") is None
    assert beside({"artist": "Mio", "extension": "png"}, tmp_path, "a.json") is not None


@pytest.mark.parametrize("file", ["a.png.xmp", "a.xmp"])
def test_xmp_beside_a_picture(file: str, tmp_path: Path) -> None:
    post = beside(xmp("<t:Artist>Mio</t:Artist>").decode(), tmp_path, file)
    assert post is not None
    assert post.artists == ["Mio"]


def test_what_is_beside_comes_first_and_what_is_within_fills_it(tmp_path: Path) -> None:
    info = PngInfo()
    info.add_text("Author", "Tove")
    info.add_text("Source", "https://a.example/1")
    Image.new("RGB", (9, 9)).save(tmp_path / "a.png", pnginfo=info)
    (tmp_path / "a.png.json").write_text('{"artist": "Mio"}', encoding="utf-16")
    post = read_foreign_credit(str(tmp_path / "a.png"))
    assert post is not None
    assert (post.artists, post.source_url) == (["Mio"], "https://a.example/1")
