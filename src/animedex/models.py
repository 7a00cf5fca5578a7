"""Records, which keep a service's rows unchanged, and the shape that all services share."""

from __future__ import annotations

import contextlib
import re
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, NamedTuple, Self, TypeVar, cast

import msgspec

from animedex.call import SourceTag
from animedex.errors import BadArguments, UpstreamDecode, UpstreamShape

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from animedex.http_message import JsonObject, JsonValue

T = TypeVar("T")
R = TypeVar("R", bound="Record")

__all__ = [
    "ArtPost",
    "PictureFile",
    "PictureRecord",
    "Rating",
    "Record",
    "SourceTag",
    "decode_exactly",
    "decode_json",
    "is_json",
    "parse_json",
    "parse_record",
    "parse_records",
    "text_or_none",
    "url_or_none",
]


_ADDRESS = re.compile(r"https?://[^\s\x00-\x1f\x7f-\x9f]+", re.IGNORECASE)
_PAST_NUMBERS = 10**19
# It may stand in a text too, which costs time and nothing else.
_NEGATIVE_ZERO = re.compile(rb"(?<![0-9])-0(?![0-9.eE])")


class Rating(StrEnum):
    """The audience that a picture is suitable for."""

    GENERAL = "g"
    SENSITIVE = "s"
    QUESTIONABLE = "q"
    EXPLICIT = "e"


class Record(msgspec.Struct, frozen=True, dict=True, eq=False, kw_only=True):
    """One row of a service, unchanged, with the documented keys as typed attributes.

    The row's own bytes stand beside the typed attributes, and `payload` reads them: unknown keys,
    nested values and large integers come back as they were sent. Two records are equal when their
    payloads are. `source_tag` and `match` stand beside the payload, never in it.
    """

    backend: ClassVar[str] = ""

    @classmethod
    def from_payload(cls, row: Mapping[str, JsonValue]) -> Self:
        """Build a record from a decoded row; raise `UpstreamShape` if a known key is wrong.

        Raises `BadArguments` for what JSON cannot hold unchanged, such as NaN or a tuple.
        """
        try:
            plain = dict(row)
            raw = msgspec.json.encode(plain)
            is_lossless = decode_json(raw) == plain
        except (TypeError, ValueError, RecursionError) as error:
            raise _no_json(cls, str(error)) from None
        if not is_lossless:
            raise _no_json(cls, "a value would not come back as it is")
        return parse_record(cls, raw)

    @property
    def payload(self) -> JsonObject:
        """Return the row as the service sent it, fresh on each access.

        A number too large for Python is infinite; `raw` has its digits.
        """
        return cast("JsonObject", decode_json(self.raw))

    @property
    def raw(self) -> bytes:
        """Return the row's original bytes of JSON."""
        raw = self.__dict__.get("raw")
        if raw is None:
            message = f"a {type(self).__name__} is made by `from_payload`, not from attributes"
            raise BadArguments(message, backend=self.backend)
        return cast("bytes", raw)

    @property
    def source_tag(self) -> SourceTag | None:
        """Return the service of the row and the time; None if nothing was fetched."""
        return self.__dict__.get("source_tag")

    @property
    def match(self) -> float | None:
        """Return how well the row answers the query that found it, in 0..1; None without one."""
        return self.__dict__.get("match")

    def __eq__(self, other: object) -> bool:
        """Compare payloads: the same row fetched twice is equal."""
        if not isinstance(other, Record) or type(other) is not type(self):
            return NotImplemented
        return self.raw == other.raw or self._canonical() == other._canonical()

    def __ne__(self, other: object) -> bool:
        """Return what `==` denies; a struct's own answer would be whether it is another object."""
        return not self == other

    def __hash__(self) -> int:
        """Hash the payload, whatever the order of its keys."""
        return hash(self._canonical())

    def __copy__(self) -> Self:
        """Return the record itself, as it is frozen; a struct's own copy forgets the row."""
        return self

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle the row's bytes, its source tag and its score."""
        return (parse_record, (type(self), self.raw, "", self.source_tag, self.match))

    def _canonical(self) -> bytes:
        # Python holds 1, 1.0 and True equal; as JSON they differ, and a hash must agree.
        return msgspec.json.encode(self.payload, order="sorted")

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: object) -> object:
        """Let pydantic validate rows into records and serialise records as their payloads."""
        from animedex.record_schema import core_schema

        return core_schema(cls, cls.from_payload, lambda record: record.payload)

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: object, handler: object) -> JsonObject:
        """Describe the known keys; other keys are allowed."""
        from animedex.record_schema import json_schema

        return json_schema(cls)


class PictureFile(NamedTuple):
    """The file of a picture, and its known properties before it is fetched.

    `md5` and `byte_size` are those of the very file at `url`, None where the service is silent.
    """

    url: str
    md5: str | None = None
    byte_size: int | None = None
    extension: str | None = None


class PictureRecord(Record, frozen=True, kw_only=True):
    """One row of a service that describes a picture."""

    @property
    def category(self) -> str | None:
        """Return the service's category of the picture; None where it has no categories."""
        return None

    def file(self) -> PictureFile | None:
        """Return which file is the picture; None where it is withheld."""
        post = self.to_common()
        if post.url is None:
            return None
        return PictureFile(post.url, post.md5, post.byte_size, post.extension)

    def to_common(self) -> ArtPost:
        """Project onto the shape shared by all services."""
        raise NotImplementedError


class ArtPost(msgspec.Struct, frozen=True, kw_only=True):
    """A picture of any service in one shape; a field is None where the service is silent.

    `id` is the service's name and its own id, as in `nekos:<file name>`; a picture whose credit
    names no service has `file:<start of its SHA-256>`. `rating` is None where nobody has said it,
    `url` for a picture that is withheld. Sizes are in pixels and bytes; `created_at` is ISO 8601.
    """

    id: str
    source_tag: SourceTag | None = None
    rating: Rating | None
    url: str | None = None
    preview_url: str | None = None
    sample_url: str | None = None
    page_url: str | None = None
    source_url: str | None = None
    tags: list[str] = []
    artists: list[str] = []
    characters: list[str] = []
    copyrights: list[str] = []
    score: int | None = None
    width: int | None = None
    height: int | None = None
    byte_size: int | None = None
    extension: str | None = None
    animated: bool | None = None
    md5: str | None = None
    perceptual_hash: str | None = None
    created_at: str | None = None

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: object) -> object:
        """Let pydantic read posts from JSON objects and write them as such."""
        from animedex.record_schema import core_schema

        return core_schema(cls, lambda row: msgspec.convert(row, cls), cls.to_payload)

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: object, handler: object) -> JsonObject:
        """Describe the fields."""
        from animedex.record_schema import post_schema

        return post_schema(cls)

    @property
    def artist(self) -> str | None:
        """Return the first of `artists`."""
        return self.artists[0] if self.artists else None

    def to_payload(self) -> JsonObject:
        """Return the post as a JSON object, without the source tag."""
        return cast(
            "JsonObject",
            {
                name: msgspec.to_builtins(getattr(self, name))
                for name in self.__struct_fields__
                if name != "source_tag"
            },
        )


def parse_json(body: bytes, kind: type[T], backend: str = "") -> T:
    """Parse a body into JSON values of a shape.

    Raises `UpstreamDecode` where the bytes are not JSON, also where that is hidden under a key
    that `kind` does not know, and `UpstreamShape` with the path where the shape differs.

    >>> parse_json(b'{"a": [1, 2]}', dict[str, list[int]])
    {'a': [1, 2]}
    """
    try:
        whole = decode_json(body)
    except _NO_JSON as error:
        message = f"the response is not JSON: {_describe(body, error)}"
        raise UpstreamDecode(message, backend=backend, hint=_DECODE_HINT) from None
    if kind is object:
        return cast("T", whole)
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        raise UpstreamShape(_locate("", error), backend=backend, hint=SHAPE_HINT) from None


def decode_json(body: bytes) -> JsonValue:
    """Return JSON as Python values, a number that is too large for Python as infinite.

    Raises `msgspec.DecodeError`, `ValueError` or `RecursionError` for what is not JSON.

    >>> decode_json(b'[1.10, 1e400, -0]')
    [1.1, inf, 0]
    """
    try:
        value: JsonValue = msgspec.json.decode(body)
    except msgspec.ValidationError:
        # As no type was asked for, it can be nothing but the size of a number.
        return _decode_slowly(body, _number)
    return value


def decode_exactly(body: bytes) -> JsonValue:
    """Return JSON as Python values whose numbers msgspec writes with the same digits.

    Those that Python would write in another way stand as `msgspec.Raw`.

    >>> msgspec.json.encode(decode_exactly(b'[1.10, 1E5, 1e400, -0]'))
    b'[1.10,1E5,1e400,-0]'
    """
    if not _NEGATIVE_ZERO.search(body):
        with contextlib.suppress(msgspec.ValidationError):
            return cast("JsonValue", _decode_floats_raw(body))
    return _decode_slowly(body, _verbatim)


def is_json(body: bytes) -> bool:
    """Return whether bytes are JSON."""
    try:
        decode_json(body)
    except _NO_JSON:
        return False
    return True


def parse_record(
    kind: type[R],
    raw: bytes | msgspec.Raw,
    where: str = "",
    source_tag: SourceTag | None = None,
    match: float | None = None,
) -> R:
    """Parse one row's bytes into a record; `where` opens the path that an error names."""
    try:
        record = msgspec.json.decode(raw, type=kind)
    except msgspec.ValidationError as error:
        message = _locate(where, error)
        raise UpstreamShape(message, backend=kind.backend, hint=SHAPE_HINT) from None
    # A frozen struct's own dictionary takes what stands beside its fields.
    beside = {"raw": bytes(raw), "source_tag": source_tag, "match": match}
    cast("dict[str, object]", record.__dict__).update(beside)
    return record


def parse_records(
    kind: type[R], rows: Sequence[msgspec.Raw], where: str, source_tag: SourceTag
) -> list[R]:
    """Parse many rows' bytes into records; an error names its row, as in `results[3].url`."""
    decode = msgspec.json.Decoder(kind).decode
    try:
        records = [decode(raw) for raw in rows]
    except msgspec.ValidationError:
        # One by one is slower, but knows which row is wrong.
        return [
            parse_record(kind, raw, f"{where}[{index}]", source_tag)
            for index, raw in enumerate(rows)
        ]
    for record, raw in zip(records, rows, strict=True):
        beside = cast("dict[str, object]", record.__dict__)
        beside["raw"] = bytes(raw)
        beside["source_tag"] = source_tag
    return records


def with_match(record: R, match: float) -> R:
    """Return the same row with a match score."""
    return parse_record(type(record), record.raw, "", record.source_tag, match)


def url_or_none(text: str | None) -> str | None:
    """Return a text where it is an http(s) address without blanks, None otherwise.

    Blanks around it are no part of it.

    >>> url_or_none(" https://example.org/1.png ")
    'https://example.org/1.png'
    >>> url_or_none("https://example.org/ and a book"), url_or_none(" "), url_or_none(None)
    (None, None, None)
    """
    address = text_or_none(text)
    return address if address and _ADDRESS.fullmatch(address) else None


def positive_or_zero(value: object) -> int:
    """Return a positive whole number of up to 19 digits, as ids have; 0 for anything else.

    >>> [positive_or_zero(value) for value in (7, -7, True, "7", 10**19)]
    [7, 0, 0, 0, 0]
    """
    return value if type(value) is int and 0 < value < _PAST_NUMBERS else 0


def text_or_none(text: str | None) -> str | None:
    """Return a text without blanks around it, None where nothing is left of it.

    >>> text_or_none(" png "), text_or_none(" "), text_or_none(None)
    ('png', None, None)
    """
    return (text or "").strip() or None


def _verbatim(digits: str) -> object:
    return msgspec.Raw(digits.encode())


def _number(digits: str) -> float:
    """Return a number as an integer if its digits allow it, else as a float.

    >>> _number("7"), _number("1e400"), _number("1" * 5000)
    (7, inf, inf)
    """
    try:
        return int(digits)
    except ValueError:
        return float(digits)


def _decode_slowly(body: bytes, number: Callable[[str], object]) -> JsonValue:
    """Decode JSON with numbers that msgspec cannot represent."""
    import json

    # The standard library would take NaN for JSON, which is none.
    whole = json.loads(body.decode(), parse_int=number, parse_float=number, parse_constant=int)
    return cast("JsonValue", whole)


_NO_JSON = (msgspec.DecodeError, ValueError, RecursionError)
_decode_floats_raw = msgspec.json.Decoder(float_hook=_verbatim).decode
SHAPE_HINT = "see what the service really sent with `animedex api`"
_DECODE_HINT = "the service may be having trouble: try again later"


def _no_json(kind: type[Record], why: str) -> BadArguments:
    message = f"{kind.__name__} is built from JSON values: {why}"
    return BadArguments(message, backend=kind.backend)


def _locate(where: str, error: msgspec.ValidationError) -> str:
    """Put the path of a validation error before its message, as in `results[3].url`."""
    message, _, inner = str(error).partition(" - at `$")
    path = (where + inner.rstrip("`")).lstrip(".") or "the answer"
    if path == "the answer" and message.endswith("got `null`"):
        return "the answer is null: the service has nothing to say about that"
    return f"{path}: {message[:1].lower()}{message[1:]}"


def _describe(body: bytes, error: Exception) -> str:
    if not body.strip():
        return "it is empty"
    if body.lstrip()[:1] == b"<":
        return "it looks like an HTML page"
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return str(error)
