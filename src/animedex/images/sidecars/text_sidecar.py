"""A sidecar for people: one line for each field."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from animedex.images.xmp.credit_text import Credit, damaged_credit_error
from animedex.models import ArtPost, Rating, SourceTag

if TYPE_CHECKING:
    from collections.abc import Iterator

_FIELDS = {
    "Id": "id",
    "Artist": "artists",
    "Character": "characters",
    "Series": "copyrights",
    "Rating": "rating",
    "Source": "source_url",
    "Page": "page_url",
    "Picture": "url",
    "Sample": "sample_url",
    "Preview": "preview_url",
    "Format": "extension",
    "Width": "width",
    "Height": "height",
    "Bytes": "byte_size",
    "Animated": "animated",
    "MD5": "md5",
    "Perceptual hash": "perceptual_hash",
    "Score": "score",
    "Posted": "created_at",
    "Tag": "tags",
}
_SERVICE, _FETCHED = "Service", "Fetched"
# An id is a service's name and the service's own: anybody may write of the Id of something else.
_OPENING = re.compile(r"Id: [a-z0-9_-]+:.*")
_LISTS = {"artists", "characters", "copyrights", "tags"}
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def to_one_line(text: str) -> str:
    r"""Put a text on one line, without control characters.

    >>> to_one_line(" a\n\tb\x1b")
    'a b\ufffd'
    """
    return _CONTROLS.sub("\ufffd", " ".join(text.split()))


def format_sidecar(post: ArtPost, row: bytes | None) -> bytes:
    """Return one line for each field; the row is left out."""
    del row
    lines = [f"{label}: {to_one_line(value)}\n" for label, value in _iter_lines(post)]
    return "".join(lines).encode()


def parse_sidecar(data: bytes, where: str) -> Credit | None:
    """Parse the lines; return None if another program wrote them, raise `Corrupt` if damaged."""
    import msgspec

    lines = data.decode("utf-8-sig", "replace").splitlines()
    if not lines or not _OPENING.fullmatch(lines[0]):
        return None
    values: dict[str, list[str]] = {}
    for line in lines:
        label, _, value = line.partition(":")
        values.setdefault(label, []).append(value.strip())
    try:
        post = msgspec.convert(_parse_fields(values), ArtPost, strict=False)
        return Credit(msgspec.structs.replace(post, source_tag=_parse_source_tag(values)))
    except (ValueError, KeyError):
        raise damaged_credit_error(where) from None


def _iter_lines(post: ArtPost) -> Iterator[tuple[str, str]]:
    for label, field in _FIELDS.items():
        value: object = getattr(post, field)
        if field in _LISTS:
            yield from ((label, name) for name in getattr(post, field))
        elif isinstance(value, Rating):
            yield label, value.name.lower()
        elif value is not None:
            yield label, str(value)
    if post.source_tag is not None:
        yield _SERVICE, post.source_tag.backend
        yield _FETCHED, post.source_tag.fetched_at.isoformat()


def _parse_fields(values: dict[str, list[str]]) -> dict[str, object]:
    """Return the fields that have lines."""
    fields: dict[str, object] = {"rating": None}
    for label, field in _FIELDS.items():
        if label in values:
            fields[field] = values[label] if field in _LISTS else values[label][0]
    if "Rating" in values:
        fields["rating"] = Rating[values["Rating"][0].upper()]
    return fields


def _parse_source_tag(values: dict[str, list[str]]) -> SourceTag | None:
    from datetime import datetime

    if _SERVICE not in values or _FETCHED not in values:
        return None
    moment = datetime.fromisoformat(values[_FETCHED][0])
    return SourceTag(values[_SERVICE][0], moment, cached=False, rate_limited=False)
