"""Write a post's row, every key of it, in the service's order."""

from __future__ import annotations

import hashlib
import math
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, NamedTuple

from animedex.testing.danbooru.partial_rows import CATEGORIES, nested, nested_rows, text

if TYPE_CHECKING:
    from collections.abc import Mapping

EASTERN = timezone(timedelta(hours=-4))
SAMPLE_WIDTH = 850
_THUMBNAILS = {180: "jpg", 360: "jpg", 720: "webp"}
_UGOIRA = "zip"


class File(NamedTuple):
    """Describe the file of a post."""

    md5: str
    extension: str = "png"
    width: int = 400
    height: int = 600
    size: int = 10_000
    duration: float | None = None


def describe(
    data: bytes, extension: str, width: int, height: int, duration: float | None = None
) -> File:
    """Describe a file by what it holds.

    >>> describe(b"", "png", 3, 4).md5, describe(b"abc", "png", 3, 4).size
    ('d41d8cd98f00b204e9800998ecf8427e', 3)
    """
    md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
    return File(md5, extension, width, height, len(data), duration)


class PostDetails(NamedTuple):
    """Describe a post beside its file and tags."""

    source: str = ""
    rating: str = "g"
    up_score: int = 3
    down_score: int = 0
    fav_count: int = 5
    pixiv_id: int | None = None
    parent_id: int | None = None
    has_children: bool = False
    is_deleted: bool = False
    is_banned: bool = False


_PLAIN = PostDetails()


def post_row(
    post_id: int,
    file: File,
    tags: Mapping[str, str],
    details: PostDetails = _PLAIN,
    *,
    created: float = 1_777_000_000.0,
) -> dict[str, object]:
    """Write a row; ``tags`` has a string for each kind, such as ``{"general": "1girl solo"}``.

    The URLs are paths of the server itself: ``/original/d4/1d/….png``.

    >>> row = post_row(7, File("d41d8cd98f00b204e9800998ecf8427e"), {"artist": "miko"})
    >>> len(row), row["tag_string"], row["file_url"]
    (46, 'miko', '/original/d4/1d/d41d8cd98f00b204e9800998ecf8427e.png')
    """
    strings = {kind: " ".join(sorted(tags.get(kind, "").split())) for kind in CATEGORIES}
    everything = sorted(" ".join(strings.values()).split())
    moment = written_time(created)
    return {
        "id": post_id,
        "created_at": moment,
        "uploader_id": 7_000 + post_id % 11,
        "score": details.up_score + details.down_score,
        "source": details.source,
        "md5": file.md5,
        "last_comment_bumped_at": None,
        "rating": details.rating,
        "image_width": file.width,
        "image_height": file.height,
        "tag_string": " ".join(everything),
        "fav_count": details.fav_count,
        "file_ext": file.extension,
        "last_noted_at": None,
        "parent_id": details.parent_id,
        "has_children": details.has_children,
        "approver_id": None,
        **{f"tag_count_{kind}": len(strings[kind].split()) for kind in _COUNTED},
        "file_size": file.size,
        "up_score": details.up_score,
        "down_score": details.down_score,
        "is_pending": False,
        "is_flagged": False,
        "is_deleted": details.is_deleted,
        "tag_count": len(everything),
        "updated_at": moment,
        "is_banned": details.is_banned,
        "pixiv_id": details.pixiv_id,
        "last_commented_at": None,
        "has_active_children": details.has_children,
        "bit_flags": 0,
        "tag_count_meta": len(strings["meta"].split()),
        "has_large": _sample(file) is not None,
        "has_visible_children": details.has_children,
        "media_asset": _asset(post_id + 30_000_000, file, moment),
        **{f"tag_string_{kind}": strings[kind] for kind in _WRITTEN},
        **_urls(file),
    }


def written_time(moment: float) -> str:
    """Write a moment as the service does, in the time of its own summer.

    >>> written_time(1_778_231_283.0)
    '2026-05-08T05:08:03.000-04:00'
    """
    return datetime.fromtimestamp(moment, EASTERN).isoformat(timespec="milliseconds")


def variant_paths(row: Mapping[str, object]) -> list[str]:
    """List the paths of all files that a row written here names, the original last."""
    return [text(variant, "url") for variant in nested_rows(nested(row, "media_asset"), "variants")]


def _asset(asset_id: int, file: File, moment: str) -> dict[str, object]:
    return {
        "id": asset_id,
        "created_at": moment,
        "updated_at": moment,
        "md5": file.md5,
        "file_ext": file.extension,
        "file_size": file.size,
        "image_width": file.width,
        "image_height": file.height,
        "duration": file.duration,
        "status": "active",
        "file_key": _noise(file.md5, "key")[:9],
        "is_public": True,
        "pixel_hash": _noise(file.md5, "pixels"),
        "variants": _variants(file),
    }


def _variants(file: File) -> list[dict[str, object]]:
    variants = [
        _variant(file, f"{side}x{side}", extension, _fit(file, side, side))
        for side, extension in _THUMBNAILS.items()
    ]
    sample = _sample(file)
    if sample is not None:
        variants.append(_variant(file, "sample", sample, _fit(file, SAMPLE_WIDTH, None)))
    return [*variants, _variant(file, "original", file.extension, (file.width, file.height))]


def _variant(file: File, kind: str, extension: str, size: tuple[int, int]) -> dict[str, object]:
    width, height = size
    url = _path(file.md5, kind, extension)
    return {"type": kind, "url": url, "width": width, "height": height, "file_ext": extension}


def _urls(file: File) -> dict[str, str]:
    original = _path(file.md5, "original", file.extension)
    sample = _sample(file)
    return {
        "file_url": original,
        "large_file_url": _path(file.md5, "sample", sample) if sample else original,
        "preview_file_url": _path(file.md5, "180x180", "jpg"),
    }


def _sample(file: File) -> str | None:
    """Return what the smaller form of a file is: a video of an ugoira, a picture of a wide one."""
    if file.extension == _UGOIRA:
        return "webm"
    still = file.extension in {"png", "jpg", "webp"}
    return "jpg" if still and file.width > SAMPLE_WIDTH else None


def _path(md5: str, kind: str, extension: str) -> str:
    """Place a file as the service does.

    >>> _path("d41d8c", "sample", "jpg"), _path("d41d8c", "original", "png")
    ('/sample/d4/1d/sample-d41d8c.jpg', '/original/d4/1d/d41d8c.png')
    """
    prefix = "sample-" * (kind == "sample")
    return f"/{kind}/{md5[:2]}/{md5[2:4]}/{prefix}{md5}.{extension}"


def _fit(file: File, width: int, height: int | None) -> tuple[int, int]:
    """Make a size fit into another one, never larger than it was.

    >>> _fit(File("", width=459, height=650), 180, 180), _fit(File("", width=4, height=6), 180, 180)
    ((127, 180), (4, 6))
    """
    scale = min(1.0, width / file.width, (height or file.height) / file.height)
    return math.floor(file.width * scale + 0.5), math.floor(file.height * scale + 0.5)


def _noise(md5: str, purpose: str) -> str:
    return hashlib.md5(f"{purpose}:{md5}".encode(), usedforsecurity=False).hexdigest()


# The order in which the service's rows have them; meta comes apart from the counts.
_COUNTED = ("general", "artist", "character", "copyright")
_WRITTEN = ("general", "character", "copyright", "artist", "meta")
