"""The service of a JSON row, and the keys of the picture that it shows."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from animedex import backends
from animedex.backends.provider import MatchKeys, find_provider
from animedex.call import SourceTag
from animedex.errors import AnimedexError
from animedex.models import ArtPost, PictureRecord, Record, parse_record

if TYPE_CHECKING:
    from animedex.backends.provider import ArtProvider
    from animedex.http_message import JsonObject, JsonValue

# What stands beside a service's row in this program's output.
BESIDE = ("_source", "_match")
# By these keys an entry of the library is known, as it prints it.
_ENTRY = {"path", "sha256", "post"}


class IdentifiedRow(NamedTuple):
    """Which service a row is from, and its evidence."""

    service: str
    keys: MatchKeys


def identify_row(row: JsonObject | Record | ArtPost) -> IdentifiedRow | None:
    """Return the keys of a row, a record or an art post; None for a row of no service.

    A row's `_source` is believed; an art post is known by its id, any other row by its keys. Of an
    entry of the library, what counts is the picture that it tells of.
    """
    if isinstance(row, ArtPost):
        return IdentifiedRow(row.id.partition(":")[0], read_post_keys(row.to_payload()))
    if isinstance(row, Record):
        declared_name = row.backend in _names()
        return (
            IdentifiedRow(row.backend, _provider(row.backend).read_keys(row.payload))
            if declared_name
            else None
        )
    row, _ = _unwrap_entry(row, None)
    service = _find_post_service(row)
    if service:
        return IdentifiedRow(service, read_post_keys(row))
    service = find_service(row)
    return IdentifiedRow(service, _provider(service).read_keys(row)) if service else None


def find_service(row: JsonObject) -> str | None:
    """Return the service of a row."""
    source = row.get("_source")
    named = source.get("backend") if isinstance(source, dict) else None
    if isinstance(named, str) and named in _names():
        return named
    return next((name for name in _names() if _provider(name).matches_row(row)), None)


def read_post(row: JsonObject) -> ArtPost | None:
    """Return a row as an art post; None for a row of no service, or of a wrong shape."""
    try:
        record = read_picture(row)
    except (AnimedexError, msgspec.ValidationError):
        return None
    return record.to_common() if isinstance(record, PictureRecord) else record


def read_picture(row: JsonObject, raw: bytes | None = None) -> PictureRecord | ArtPost | None:
    """Return a row as what its service sent, or as the art post that it is, with its source.

    `raw` are the row's own bytes, so that numbers stay as they were written. It is None where no
    service knows the row; raises `UpstreamShape`, or `ValidationError` for a post, where it is not
    what it should be.
    """
    row, raw = _unwrap_entry(row, raw)
    tag = _read_source_tag(row)
    if _find_post_service(row):
        bare = {key: value for key, value in row.items() if key not in BESIDE}
        return msgspec.structs.replace(msgspec.convert(bare, ArtPost), source_tag=tag)
    service = find_service(row)
    if service is None:
        return None
    kind = _provider(service).record
    return parse_record(kind, _strip_added_fields(row, raw), "", tag)


def list_fields() -> set[str]:
    """Return the keys that any picture's row may have, as the services' records and posts do."""
    kinds: list[type[ArtPost | Record]] = [ArtPost, *(_provider(name).record for name in _names())]
    fields = {field for kind in kinds for field in kind.__struct_encode_fields__}
    return fields - {"source_tag"}


def read_post_keys(row: JsonObject) -> MatchKeys:
    """Return the keys of an art post in JSON, whatever its values are.

    >>> read_post_keys({"id": "waifu:7", "source_url": "", "width": 30, "height": 20})
    MatchKeys(id='waifu:7', md5=None, links=(), perceptual_hash=None, pixels=600, byte_size=0, \
withheld=True)
    """
    source = _text(row.get("source_url"))
    return MatchKeys(
        id=_text(row.get("id")) or "",
        md5=_text(row.get("md5")),
        links=(source,) if source else (),
        perceptual_hash=_parse_hash(_text(row.get("perceptual_hash"))),
        pixels=_count(row.get("width")) * _count(row.get("height")),
        byte_size=_count(row.get("byte_size")),
        withheld=not _text(row.get("url")),
    )


def _unwrap_entry(row: JsonObject, raw: bytes | None) -> tuple[JsonObject, bytes | None]:
    """Return the service's row, or else the art post, of a library entry.

    Any other row is given as it is.
    """
    if not row.keys() >= _ENTRY:
        return row, raw
    post, inner = row["post"], row.get("row")
    if not isinstance(post, dict) or (name := _find_post_service(post)) is None:
        return {}, None
    source = row.get("_source", {"backend": name})
    if not isinstance(inner, dict):
        return {**post, "_source": source}, None
    if raw is not None:
        raw = bytes(msgspec.json.decode(raw, type=dict[str, msgspec.Raw])["row"])
    return {**inner, "_source": source}, raw


def _find_post_service(row: JsonObject) -> str | None:
    """Return the service of an art post; of no service's own rows is the id a text with a colon."""
    name = row.get("id")
    if not isinstance(name, str):
        return None
    service, colon, _ = name.partition(":")
    return service if colon and service in _names() else None


def _strip_added_fields(row: JsonObject, raw: bytes | None) -> bytes:
    """Return a row's original bytes, without the fields that this program added."""
    if raw is None:
        return msgspec.json.encode({k: v for k, v in row.items() if k not in BESIDE})
    if not any(key in row for key in BESIDE):
        return raw
    values = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    return msgspec.json.encode({k: v for k, v in values.items() if k not in BESIDE})


def _read_source_tag(row: JsonObject) -> SourceTag | None:
    """Parse the service and the time of a row from this program's output."""
    source = row.get("_source")
    if not isinstance(source, dict):
        return None
    backend, fetched_at = source.get("backend"), source.get("fetched_at")
    if not isinstance(backend, str) or not isinstance(fetched_at, str):
        return None
    try:
        moment = datetime.fromisoformat(fetched_at)
    except ValueError:
        return None
    if moment.tzinfo is None:
        return None
    cached, limited = (source.get(name) is True for name in ("cached", "rate_limited"))
    return SourceTag(backend, moment, cached=cached, rate_limited=limited)


@cache
def _names() -> list[str]:
    return backends.list_names()


@cache
def _provider(name: str) -> ArtProvider:
    """Return a service's part without an import for every row."""
    return find_provider(name)


def _text(value: JsonValue) -> str | None:
    return value if isinstance(value, str) and value else None


def _count(value: JsonValue) -> int:
    return max(0, value) if type(value) is int else 0


def _parse_hash(text: str | None) -> int | None:
    """Read a hash of 64 bits.

    >>> _parse_hash("00000000000000ff"), _parse_hash("f"), _parse_hash("-00000000000000f")
    (255, None, None)
    """
    try:
        has_digits = text and len(text) == _HASH_DIGITS
        return int.from_bytes(bytes.fromhex(text)) or None if text and has_digits else None
    except ValueError:
        return None


_HASH_DIGITS = 16
