"""The drawn collection to its manifest, and to what the package may weigh."""

from __future__ import annotations

import json
import struct
from collections import Counter
from pathlib import Path
from uuid import UUID

import pytest

COLLECTION = Path(__file__).parents[3] / "src/animedex/testing/samples/collection"
MOST_BYTES = 2_000_000
LEAST_PICTURES = 120

STILL = {"husbando", "kitsune", "neko", "waifu"}
MOVING_NAMES = """
    angry baka bite blush bleh blowkiss bonk bored carry clap confused cry cuddle dance facepalm
    feed handhold handshake happy highfive hug kabedon kick kiss lappillow laugh lurk nod nom nope
    nya pat peck poke pout punch run salute shake shocked shoot shrug sip slap sleep smile smug
    spin stare tableflip teehee think thumbsup tickle wag wave wink yawn yeet
"""
MOVING = set(MOVING_NAMES.split())

Row = dict[str, str | int]
ROWS: list[Row] = json.loads((COLLECTION / "manifest.json").read_text("utf-8"))["pictures"]

every_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['category']}-{row['file']}")


def content(row: Row) -> bytes:
    return (COLLECTION / str(row["category"]) / str(row["file"])).read_bytes()


def png_size(data: bytes) -> tuple[int, int]:
    assert data.startswith(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
    width, height = struct.unpack(">II", data[16:24])
    return width, height


def gif_size(data: bytes) -> tuple[int, int]:
    assert data[:6] == b"GIF89a"
    width, height = struct.unpack("<HH", data[6:10])
    return width, height


def after_blocks(data: bytes, place: int) -> int:
    """Skip a chain of GIF data blocks, each led by its length, up to the empty one."""
    while data[place]:
        place += 1 + data[place]
    return place + 1


def table_bytes(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def gif_frames(data: bytes) -> int:
    """Count a GIF's image descriptors by walking through its blocks to the trailer."""
    frames, place = 0, 13 + table_bytes(data[10])
    while data[place] != ord(";"):
        if data[place] == ord("!"):
            place = after_blocks(data, place + 2)
        else:
            assert data[place] == ord(",")
            frames += 1
            place = after_blocks(data, place + 11 + table_bytes(data[place + 9]))
    return frames


def test_every_category_has_its_pictures() -> None:
    counts = Counter(str(row["category"]) for row in ROWS)
    assert set(counts) == STILL | MOVING
    assert min(counts[name] for name in STILL) >= 8
    assert min(counts[name] for name in MOVING) >= 2
    assert len(ROWS) >= LEAST_PICTURES


def test_manifest_and_folder_list_the_same_files() -> None:
    listed = sorted(f"{row['category']}/{row['file']}" for row in ROWS)
    present = sorted(
        path.relative_to(COLLECTION).as_posix() for path in COLLECTION.rglob("*") if path.is_file()
    )
    assert present == sorted([*listed, "manifest.json"])


def test_the_collection_stays_small() -> None:
    sizes = [path.stat().st_size for path in COLLECTION.rglob("*") if path.is_file()]
    assert sum(sizes) < MOST_BYTES


def test_no_two_pictures_are_the_same() -> None:
    contents = Counter(content(row) for row in ROWS)
    assert set(contents.values()) == {1}


@every_row
def test_type_and_size_are_what_the_manifest_says(row: Row) -> None:
    still = row["category"] in STILL
    size = png_size if still else gif_size
    assert size(content(row)) == (row["width"], row["height"])
    assert Path(str(row["file"])).suffix == (".png" if still else ".gif")


@every_row
def test_file_names_are_lower_case_uuids(row: Row) -> None:
    stem = Path(str(row["file"])).stem
    assert str(UUID(stem)) == stem


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row["category"] in MOVING], ids=lambda row: str(row["file"])
)
def test_gifs_move_and_repeat(row: Row) -> None:
    data = content(row)
    assert gif_frames(data) > 1
    assert b"NETSCAPE2.0\x03\x01\x00\x00" in data


@every_row
def test_rows_carry_their_own_kind_of_credit(row: Row) -> None:
    fields = {"category", "file", "width", "height"}
    if row["category"] in MOVING:
        assert set(row) == fields | {"anime_name"}
    else:
        assert fields | {"artist_name"} <= set(row)
        assert set(row) <= fields | {"artist_name", "artist_href", "source_url"}


def test_credits_are_as_varied_as_real_ones() -> None:
    stills = [row for row in ROWS if row["category"] in STILL]
    artists = Counter(row["artist_name"] for row in stills)
    assert len(artists) >= 14
    assert artists.most_common(1)[0][1] > 1
    assert {"[mofu]", "Rémi Ōkami"} <= set(artists)
    assert any("artist_href" not in row for row in stills)
    assert any("source_url" not in row for row in stills)
    assert len({row["anime_name"] for row in ROWS if row["category"] in MOVING}) >= 20
