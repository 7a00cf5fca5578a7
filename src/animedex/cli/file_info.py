"""`animedex show --info`: the properties of a file, and the credit inside or beside it."""

from __future__ import annotations

import os
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, cast

from animedex.cli.entry_output import printable_path
from animedex.errors import AnimedexError, Corrupt, NotFound, TooLarge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from animedex.cli.command_context import CommandSession
    from animedex.cli.picture_sources import PictureSource
    from animedex.http_message import JsonObject
    from animedex.images.xmp import Credit
    from animedex.models import ArtPost
    from animedex.render.text_output import Card

Read: TypeAlias = "Callable[[list[AnimedexError]], Iterable[PictureSource]]"
_HERE = "-"
_BY = {
    "file": "the file itself",
    "sidecar": "the sidecar",
    "other": "metadata of other programs, or rows saved beside it",
}
_NOTHING = "none in the file or beside it"
KEYS = ("path", "format", "byte_size", "width", "height", "frames", "told_by", "post", "row")


class FileInfo(NamedTuple):
    """The properties of a file; `told_by` names the program that wrote the credit."""

    path: str
    format: str
    byte_size: int
    width: int | None
    height: int | None
    frames: int | None
    told_by: str | None
    post: ArtPost | None
    row: bytes | None


def print_file_info(session: CommandSession, what: Sequence[str], read: Read) -> None:
    """Print the properties of files: one object, an array for several or `-`, or cards.

    `read` yields what standard input holds, and takes the errors of what it passes over.
    """
    if len(what) == 1 and what[0] != _HERE:
        info = read_info(session, what[0])
        session.output.facts(_info_payload(info), lambda: _card(info))
        return
    infos: list[FileInfo] = []
    failures: list[AnimedexError] = []
    for text in what:
        try:
            if text != _HERE:
                infos.append(read_info(session, text))
                continue
            for sight in read(failures):
                _add(infos, failures, sight)
        except AnimedexError as error:
            failures.append(error)
    session.output.findings(infos, _info_payload, _card, KEYS)
    session.fail(failures)


def _add(infos: list[FileInfo], failures: list[AnimedexError], sight: PictureSource) -> None:
    """Read a file that a row names or the library has, or the bytes of a picture."""
    try:
        if sight.call is not None:
            message = f"{sight.name} is not on this machine"
            raise NotFound(message, hint="--info reads files: fetch it with `animedex download`")
        infos.append(file_info(sight.path) if sight.path else _info_of_bytes(sight.body))
    except AnimedexError as error:
        failures.append(error)


def _info_of_bytes(data: bytes) -> FileInfo:
    with TemporaryDirectory() as folder:
        path = os.path.join(folder, _HERE)
        with open(path, "wb") as file:
            file.write(data)
        try:
            return file_info(path)._replace(path=_HERE)
        except AnimedexError as error:
            error.message = error.message.replace(path, "standard input")
            raise


def read_info(session: CommandSession, text: str) -> FileInfo:
    """Read a file, or the file of a library entry; no request is sent.

    Raises `Corrupt` for a picture that is not whole, `BadArguments` for what is no picture.
    """
    return file_info(_path(session, text))


def file_info(path: str) -> FileInfo:
    """Read a file and its sidecar."""
    from animedex.images.formats import HEAD_BYTES
    from animedex.images.open_image import detect_format, open_seekable

    with open_seekable(path) as file:
        file_format = detect_format(file.read(HEAD_BYTES), path)
    told_by, credit = read_credit_and_row(path)
    width, height, frames = _facts(path, credit) if file_format.is_picture else (None, None, None)
    return FileInfo(
        path,
        file_format.name,
        os.path.getsize(path),
        width,
        height,
        frames,
        told_by,
        credit.post if credit else None,
        credit.row if credit else None,
    )


def _facts(path: str, credit: Credit | None) -> tuple[int | None, int | None, int | None]:
    """Return width, height and frames, as far as they can be read.

    Raises `Corrupt` for a damaged picture, unless its credit announces these very bytes.
    """
    from animedex.images.image_inspection import measure_image
    from animedex.library.file_facts import matches_announcement

    try:
        measured = measure_image(path)
    except TooLarge as error:
        # Its header tells the size, and its credit can be read all the same.
        return error.width, error.height, None
    except Corrupt:
        if credit and matches_announcement(path, credit.post.md5, credit.post.byte_size):
            return None, None, None
        raise
    return measured.width, measured.height, measured.frames


def read_credit_and_row(path: str) -> tuple[str | None, Credit | None]:
    """Read the credit of a file, or else of its sidecar."""
    from animedex.images.sidecar import read_any_credit, read_sidecar
    from animedex.images.xmp import read_credit

    try:
        credit = read_credit(path)
    except TooLarge:
        # Every other search would walk through as much of the file again.
        credit = read_sidecar(path)
        return ("sidecar" if credit else None), credit
    except Corrupt:
        return "sidecar", read_any_credit(path)
    if credit is not None:
        return "file", credit
    credit = read_sidecar(path)
    if credit is not None:
        return "sidecar", credit
    credit = _other_credit(path)
    return ("other" if credit else None), credit


def _other_credit(path: str) -> Credit | None:
    """Return the credit that `library add` would read from other programs' files."""
    from msgspec.structs import replace

    from animedex.images.xmp import Credit
    from animedex.library import file_credit as library_credits
    from animedex.library.entry import library_id
    from animedex.library.file_facts import read_file_facts

    credit = library_credits.read_file_credit(path)
    if credit.post is None:
        return None
    post = (
        credit.post
        if credit.post.id
        else replace(credit.post, id=library_id(read_file_facts(path).sha256))
    )
    return Credit(post, credit.row)


def _path(session: CommandSession, text: str) -> str:
    """Return the path of a file, or of the library entry with that number."""
    if os.path.exists(text):
        return text
    if text.isascii() and text.isdecimal():
        from animedex.cli.picture_sources import entry_number_source

        return entry_number_source(session, text).path
    message = f"there is no file {text}"
    raise NotFound(message, hint="--info reads files: fetch one with `animedex download`")


def _info_payload(info: FileInfo) -> JsonObject:
    """Return the properties as JSON: the post as with `--common`, the row unchanged."""
    from animedex.models import decode_exactly, is_json
    from animedex.render.json_output import post_payload

    post = None if info.post is None else post_payload(info.post)
    row = decode_exactly(info.row) if info.row and is_json(info.row) else None
    path = printable_path(info.path)
    return cast("JsonObject", {**info._asdict(), "path": path, "post": post, "row": row})


def _card(info: FileInfo) -> Card:
    """Return the card of a file."""
    from animedex.render.post_cards import join_few, post_card
    from animedex.render.text_output import Card

    size = f"{info.width} x {info.height}" if info.width else None
    file = (
        ("format", info.format),
        ("bytes", f"{info.byte_size:,}"),
        ("size", size),
        ("frames", str(info.frames) if info.frames and info.frames > 1 else None),
    )
    if info.post is None:
        return Card(
            printable_path(info.path),
            (*file, ("credit", _NOTHING)),
            printable_path(os.path.abspath(info.path)),
            "file",
        )
    post = post_card(info.post)
    post_lines = [line for line in post.lines if line[0] != "size"]
    lines = (
        ("id", info.post.id),
        *post_lines,
        ("tags", join_few(info.post.tags)),
        ("fetched", _fetched_at(info.post)),
        ("credit from", _BY[info.told_by or "file"]),
    )
    return Card(printable_path(info.path), (*file, *lines), post.url, post.source)


def _fetched_at(post: ArtPost) -> str | None:
    return str(post.source_tag.to_payload()["fetched_at"]) if post.source_tag else None
