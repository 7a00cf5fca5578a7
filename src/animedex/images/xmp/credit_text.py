"""A credit as text: the post in JSON, and the service's row."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, cast

from animedex.errors import Corrupt
from animedex.models import ArtPost, SourceTag

if TYPE_CHECKING:
    from animedex.http_message import JsonObject

# What XML has no way to hold, and what an editor might take for the end of a line. In JSON all of
# it stands within strings, where it may be escaped.
_ESCAPED = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_UNCHANGED_TEXT = re.compile("[^\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]*")


class Credit(NamedTuple):
    """The post of a picture, and the service's original row, if known."""

    post: ArtPost
    row: bytes | None = None


def post_to_json(post: ArtPost) -> JsonObject:
    """Return a post as a JSON object, without fields that are None or empty.

    >>> from animedex.models import Rating
    >>> post_to_json(ArtPost(id="nekos:1.png", rating=Rating.GENERAL, artists=["yuzu"]))
    {'id': 'nekos:1.png', 'rating': 'g', 'artists': ['yuzu']}
    """
    values: JsonObject = {
        name: value for name, value in post.to_payload().items() if value not in (None, [])
    }
    if post.source_tag is not None:
        values["source_tag"] = _source_tag_to_json(post.source_tag)
    return values


def format_post(post: ArtPost, indent: int | None = None) -> str:
    r"""Format a post as JSON that any text format can contain, with escapes.

    >>> from animedex.models import Rating
    >>> format_post(ArtPost(id="a\x1b猫", rating=Rating.GENERAL))
    '{"id":"a\\u001b猫","rating":"g"}'
    """
    import json

    divides = (",", ":") if indent is None else (",", ": ")
    values = post_to_json(post)
    text = json.dumps(values, ensure_ascii=False, separators=divides, indent=indent)
    lines = text.split("\n") if indent else [text]
    return "\n".join(_ESCAPED.sub(lambda match: f"\\u{ord(match[0]):04x}", line) for line in lines)


def parse_post(text: str, where: str) -> ArtPost:
    """Read a post back; raise `Corrupt` where it is none. `where` is what an error calls it."""
    import json

    import msgspec

    try:
        values = cast("JsonObject", json.loads(text))
        tag = values.pop("source_tag", None)
        # What is not known is left out.
        values.setdefault("rating", None)
        tagged = None if tag is None else _parse_source_tag(cast("JsonObject", tag))
        return msgspec.structs.replace(msgspec.convert(values, ArtPost), source_tag=tagged)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise damaged_credit_error(where) from None


def damaged_credit_error(where: str) -> Corrupt:
    """Return the error for a credit that cannot be read."""
    message = f"{where} has a damaged credit"
    return Corrupt(message, hint="download the picture again, or write its credit again")


def _source_tag_to_json(tag: SourceTag) -> JsonObject:
    """Return a source tag in full precision; `SourceTag.to_payload` has whole seconds."""
    return {**tag._asdict(), "fetched_at": tag.fetched_at.isoformat()}


def _parse_source_tag(values: JsonObject) -> SourceTag:
    from datetime import datetime

    moment = datetime.fromisoformat(cast("str", values.pop("fetched_at")))
    fields = {name: values[name] for name in SourceTag._fields if name in values}
    backend = str(fields.pop("backend"))
    marks = {name: bool(value) for name, value in fields.items()}
    return SourceTag(backend, moment, **marks)


def decode_row(row: bytes) -> str | None:
    r"""Return a row as text, if any text format would preserve these bytes.

    >>> decode_row(b'{"a": 1}'), decode_row(b" {}"), decode_row(b"{\r\n}"), decode_row(b"\xff")
    ('{"a": 1}', None, None, None)
    """
    try:
        text = row.decode()
    except UnicodeDecodeError:
        return None
    # Blanks at the ends are what some programs strip.
    return text if text and text == text.strip() and _UNCHANGED_TEXT.fullmatch(text) else None
