"""Make up posts that are no picture: an ugoira and a video."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

from animedex.testing.danbooru.post_rows import PostDetails, describe, post_row, variant_paths

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    Made = tuple[dict[str, object], dict[str, Path | bytes]]

UGOIRA_WORK = 990_112_233
# They begin as such files do, and hold no picture.
_MP4 = b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2" + b"\0\0\0\x08mdat"
_WEBM = b"\x1aE\xdf\xa3\x87B\x82\x84webm"


def ugoira_post(post_id: int, created: float, stills: Sequence[Path]) -> Made:
    """Make a post of frames, and its files by path."""
    data = _zipped([still.read_bytes() for still in stills])
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


def video_post(post_id: int, created: float, stills: Sequence[Path]) -> Made:
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


def _zipped(frames: list[bytes]) -> bytes:
    """Pack frames as an ugoira has them, the same bytes every time."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for place, frame in enumerate(frames):
            archive.writestr(zipfile.ZipInfo(f"{place:06}.png"), frame)
    return packed.getvalue()
