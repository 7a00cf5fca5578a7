"""Sample posts, videos among them, made from the sample pictures, with the service's oddities."""

from __future__ import annotations

import hashlib
import io
import zipfile
from functools import cache
from typing import TYPE_CHECKING

from animedex.testing.danbooru.image_store import DanbooruCollection, User
from animedex.testing.danbooru.partial_rows import Row, nested
from animedex.testing.danbooru.post_rows import File, PostDetails, describe, post_row, variant_paths
from animedex.testing.danbooru.responses import WITHHELD, WITHHELD_ASSET
from animedex.testing.nekos.image_store import Picture, Size
from animedex.testing.samples.danbooru_records import (
    sample_artists,
    sample_pools,
    sample_wiki_pages,
)
from animedex.testing.samples.danbooru_sources import pixiv_id, source_of, with_lent_credits
from animedex.testing.samples.danbooru_tags import is_animated, picture_tags
from animedex.testing.samples.sample_images import sample_collection

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    # A post, and its files by path.
    PostAndFiles = tuple[dict[str, object], dict[str, Path | bytes]]

UGOIRA_WORK = 990_112_233
# They begin as such files do, and hold no picture.
_MP4 = b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2" + b"\0\0\0\x08mdat"
_WEBM = b"\x1aE\xdf\xa3\x87B\x82\x84webm"


def ugoira_post(post_id: int, created: float, stills: Sequence[Path]) -> PostAndFiles:
    """Make a post of frames, and its files by path."""
    data = _zip_frames([still.read_bytes() for still in stills])
    source = f"https://www.pixiv.net/artworks/{UGOIRA_WORK}"
    row = post_row(
        post_id,
        describe(data, "zip", 288, 384, 2.4),
        {"general": "1girl solo smile", "copyright": "original", "meta": "animated ugoira"},
        PostDetails(source=source, up_score=41, pixiv_id=UGOIRA_WORK),
        created=created,
    )
    *thumbnails, sample, original = variant_paths(row)
    files: dict[str, Path | bytes] = dict.fromkeys(thumbnails, stills[0])
    return row, files | {sample: _WEBM, original: data}


def video_post(post_id: int, created: float, stills: Sequence[Path]) -> PostAndFiles:
    """Make a post of a video, and its files by path."""
    row = post_row(
        post_id,
        describe(_MP4, "mp4", 880, 720, 12.5),
        {"general": "1girl dance", "copyright": "original", "meta": "animated sound video"},
        PostDetails(up_score=17),
        created=created,
    )
    *thumbnails, original = variant_paths(row)
    files: dict[str, Path | bytes] = dict.fromkeys(thumbnails, stills[0])
    return row, files | {original: _MP4}


def _zip_frames(frames: list[bytes]) -> bytes:
    """Pack frames as an ugoira has them, the same bytes every time."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for place, frame in enumerate(frames):
            archive.writestr(zipfile.ZipInfo(f"{place:06}.png"), frame)
    return packed.getvalue()


USER = User(31, "kaoru_reads", "sample-key-of-nobody")
"""The only user of the sample."""
ALIASES = {"nekomimi": "cat_ears", "catgirl": "cat_girl"}
UNCOUNTABLE = ("1girl rating:s",)
"""Searches whose count is null."""
_RESTRICTED = 21
_FIRST_ID = 9_000_013
_FIRST_MOMENT = 1_776_000_000.0
_RATINGS = "gggsgggggqggsgggge"


@cache
def sample_posts() -> DanbooruCollection:
    """Return the drawn pictures as posts, built once."""
    pictures = with_lent_credits(sample_collection().pictures)
    rows: list[dict[str, object]] = []
    files: dict[str, Path | bytes] = {}
    for place, picture in enumerate(pictures):
        row = _picture_post(picture, place)
        files |= dict.fromkeys(variant_paths(row), picture.path)
        rows.append(row)
    stills = [picture.path for picture in pictures if not is_animated(picture)]
    for make in (ugoira_post, video_post):
        row, more = make(_post_id(len(rows)), _moment(len(rows)), stills[:3])
        files |= more
        rows.append(row)
    _join_family(rows)
    return DanbooruCollection(
        [
            _remove_restricted_fields(row) if place == _RESTRICTED else row
            for place, row in enumerate(rows)
        ],
        artists=sample_artists(sample_collection().pictures),
        pools=sample_pools(rows),
        wiki_pages=sample_wiki_pages(),
        users=[USER],
        aliases=ALIASES,
        uncountable=UNCOUNTABLE,
        files=files,
    )


def _picture_post(picture: Picture, place: int) -> dict[str, object]:
    noise = hashlib.sha256(picture.filename.encode()).digest()
    return post_row(
        _post_id(place),
        _picture_file(picture, place),
        picture_tags(picture, noise[0]),
        PostDetails(
            source=source_of(picture, place),
            rating=_RATINGS[place % len(_RATINGS)],
            up_score=noise[1] * (noise[2] % 9),
            down_score=-(noise[3] % 12),
            fav_count=noise[1] * (noise[2] % 11),
            pixiv_id=pixiv_id(picture.credits.get("source_url", "")),
            is_deleted=place in {9, 60},
            is_banned=place in {15, 60},
        ),
        created=_moment(place),
    )


def _picture_file(picture: Picture, place: int) -> File:
    """Describe a picture's file; some rows claim a larger size than the file has."""
    data = picture.path.read_bytes()
    scale = 5 if place % 6 == 1 and not is_animated(picture) else 1
    size = picture.size or Size(100, 100)
    return describe(
        data,
        picture.path.suffix.removeprefix("."),
        size.width * scale,
        size.height * scale,
        1.2 if is_animated(picture) else None,
    )


def _join_family(rows: list[dict[str, object]]) -> None:
    """Make the pages of the work of which there are several children of the first one."""
    works: dict[object, list[dict[str, object]]] = {}
    for row in rows:
        works.setdefault(row["pixiv_id"], []).append(row)
    del works[None]
    family = max(works.values(), key=len)
    parent, *children = family
    parent |= dict.fromkeys(("has_children", "has_active_children", "has_visible_children"), True)
    for child in children:
        child["parent_id"] = parent["id"]


def _remove_restricted_fields(row: Row) -> Row:
    """Remove the fields of a row that only some users see."""
    asset = nested(row, "media_asset")
    visible = {key: value for key, value in row.items() if key not in WITHHELD}
    return visible | {
        "media_asset": {key: value for key, value in asset.items() if key not in WITHHELD_ASSET}
    }


def _post_id(place: int) -> int:
    return _FIRST_ID + 37 * place + place % 7


def _moment(place: int) -> float:
    return _FIRST_MOMENT + 9_000.5 * place
