"""File names by a template, such as `{source}/{artist} - {id}.{ext}`, that are safe everywhere.

What a picture does not have is left out, with the blanks and dashes that are left at the ends.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urlsplit

from animedex.errors import BadArguments, find_nearest
from animedex.images.safe_filename import (
    MAX_PART_BYTES,
    to_plain_text,
    to_safe_filename,
    truncate_bytes,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from animedex.models import ArtPost

DEFAULT = "{artist} - {source} {id}.{ext}"
FIELDS = {
    "source": "the service, such as nekos",
    "id": "the service's own id of the picture",
    "ext": "what the file is by its content, such as png",
    "category": "the category, where the service keeps the picture in one",
    "artist": "the first artist",
    "artists": "all artists",
    "character": "the first character",
    "characters": "all characters",
    "series": "the series that it is from, or the game",
    "tags": "all tags",
    "rating": "g, s, q or e",
    "width": "in pixels",
    "height": "in pixels",
    "md5": "the MD5 checksum that the service sends",
    "date": "the day on which it was posted",
    "name": "the file's name at the service, without its extension",
}
# More than any system takes in one path, however short the parts are.
MAX_FOLDERS = 16
# Of the 1,024 bytes that macOS takes, the larger half is for the folder that pictures go into.
MAX_PATH_BYTES = 480
_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_SEPARATOR = re.compile(r"[/\\]")
_EDGES = " .-_,"
_EXTENSION = re.compile(r"[a-z0-9]{1,8}")


class TemplatePiece(NamedTuple):
    """A part of a template: text as it is, or the name of a field."""

    text: str
    is_field: bool


class FilenameTemplate:
    """How files are named; raise `BadArguments` for a field that does not exist."""

    def __init__(self, text: str = DEFAULT) -> None:
        self.text = text
        self._parts = [_parse_pieces(part) for part in _SEPARATOR.split(text)]
        if len(self._parts) > MAX_FOLDERS:
            message = f"a name has at most {MAX_FOLDERS} parts, and this has {len(self._parts)}"
            raise BadArguments(message, hint="use fewer slashes")

    def path(self, values: Mapping[str, str], longest: int = MAX_PATH_BYTES) -> str:
        """Return a relative path of at most so many bytes, with slashes between its parts.

        It stays below the folder it is put into, whatever the values; `ext` is always its end.
        """
        end = values["ext"]
        parts = [_fill(part, values) for part in self._parts]
        *folders, name = parts
        stem = name.removesuffix(f".{end}").strip(_EDGES) or values.get("id", "")
        folder_parts = [part for folder in folders if (part := _shape_part(folder, MAX_PART_BYTES))]
        return _fit_path(
            [*folder_parts, _shape_part(stem, MAX_PART_BYTES) or "picture"], end, longest
        )


def template_values(post: ArtPost, category: str | None, extension: str) -> dict[str, str]:
    """Return the value of every field for a picture; empty if it has none."""
    source, _, number = post.id.partition(":")
    stem = unquote(urlsplit(post.url or "").path.rpartition("/")[2]).rpartition(".")
    values = {
        "source": source,
        "id": _strip_extension(number),
        "ext": extension if _EXTENSION.fullmatch(extension) else "bin",
        "category": category,
        "artist": post.artist,
        "artists": ", ".join(post.artists),
        "character": next(iter(post.characters), None),
        "characters": ", ".join(post.characters),
        "series": next(iter(post.copyrights), None),
        "tags": " ".join(post.tags),
        "rating": post.rating and post.rating.value,
        "width": post.width,
        "height": post.height,
        "md5": post.md5,
        "date": (post.created_at or "")[:10],
        "name": stem[0] or stem[2],
    }
    return {name: "" if value is None else str(value) for name, value in values.items()}


def shorten_path(path: str, longest: int, longest_part: int) -> str:
    """Shorten a path and its parts to so many bytes, keeping the extension.

    >>> shorten_path("neko/a long name.png", 480, 10), shorten_path("neko/a.png", 480, 10)
    ('neko/a lon.png', 'neko/a.png')
    """
    parts = path.split("/")
    if len(path.encode()) <= longest and all(len(one.encode()) <= longest_part for one in parts):
        return path
    stem, _, end = parts[-1].rpartition(".")
    return _fit_path([*parts[:-1], stem], end, longest, longest_part)


def number_path(
    path: str, number: int, longest: int = MAX_PATH_BYTES, longest_part: int = MAX_PART_BYTES
) -> str:
    """Return the same path with a number, for where the plain one is taken.

    >>> number_path("neko/a.png", 2)
    'neko/a (2).png'
    """
    folder, slash, name = path.rpartition("/")
    stem, _, end = name.rpartition(".")
    behind = f" ({number}).{end}"
    room = min(longest_part, longest - len(f"{folder}{slash}".encode())) - len(behind.encode())
    return f"{folder}{slash}{truncate_bytes(stem, max(room, 1)).rstrip(_EDGES) or '_'}{behind}"


def _parse_pieces(part: str) -> list[TemplatePiece]:
    """Take a part of a template apart."""
    pieces: list[TemplatePiece] = []
    at = 0
    for token in _TOKEN.finditer(part):
        pieces.append(TemplatePiece(part[at : token.start()], is_field=False))
        at = token.end()
        if token[0] in {"{{", "}}"}:
            pieces.append(TemplatePiece(token[0][0], is_field=False))
        else:
            pieces.append(TemplatePiece(_check_field(token), is_field=True))
    return [*pieces, TemplatePiece(part[at:], is_field=False)]


def _check_field(token: re.Match[str]) -> str:
    name = token[1]
    if name in FIELDS:
        return name
    if name is None:
        message = f"the name {token.string!r:.80} has an unmatched {token[0]}"
        raise BadArguments(message, hint="write it twice for a literal one")
    near = find_nearest(name, FIELDS)
    message = f"names have no field {name!r:.80}"
    hint = f"did you mean {{{near}}}?" if near else "--name=help lists the fields"
    raise BadArguments(message, hint=hint)


def _fill(part: list[TemplatePiece], values: Mapping[str, str]) -> str:
    # A field's own separators are none: they are replaced before the parts are put together.
    return "".join(to_plain_text(values[one.text]) if one.is_field else one.text for one in part)


def _shape_part(text: str, limit: int) -> str:
    """Turn a text into a part of a path of at most so many bytes."""
    part = to_plain_text(text).strip(_EDGES)
    if len(part.encode()) >= limit:
        part = truncate_bytes(part, limit - 1).strip(_EDGES)
    return to_safe_filename(part)


def _fit_path(parts: list[str], end: str, longest: int, limit: int = MAX_PART_BYTES) -> str:
    """Shorten the longest part of a path, again and again, until all of it fits."""
    behind = f".{end}"
    while limit > 1:
        stem = _shape_part(parts[-1], limit - len(behind)) or "_"
        folders = [shaped for part in parts[:-1] if (shaped := _shape_part(part, limit))]
        path = "/".join([*folders, stem + behind])
        if len(path.encode()) <= longest:
            return path
        limit -= 1
    return f"_{behind}"


def _strip_extension(number: str) -> str:
    """Take an id's extension off, as nekos has it.

    >>> _strip_extension("ab.jpg"), _strip_extension("7")
    ('ab', '7')
    """
    stem, _, end = number.rpartition(".")
    return stem if stem and end.isalnum() else number
