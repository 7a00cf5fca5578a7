"""Write a file as it arrives: decompressed if need be, and refused if it is not a picture."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from animedex.body_writer import GZIP
from animedex.errors import UpstreamDecode
from animedex.images.formats import HEAD_BYTES, identify_format
from animedex.plurals import format_count
from animedex.transport.content_encoding import Decompressor

if TYPE_CHECKING:
    from collections.abc import Callable

    from animedex.downloads.part_file import PartFile

# The first bytes that every known format but films and WebP is told by; a page is refused then.
_SHORTEST_OPENING = 12
_DEFLATE = 8
_PAGES = ("text/", "application/json", "application/xhtml")
HINT = "try again later; if the error stays, the service's own file has it"


class FileTooLong(UpstreamDecode):
    """Report a file that has more bytes than the user allows."""


class BodyFacts(NamedTuple):
    """Describe the body of an answer: its type, its encoding, and how long the file may be.

    `total` is the announced length of the whole file, None if it is not known.
    """

    content_type: str | None
    encoding: str | None
    max_bytes: int | None
    total: int | None


class ResumableWriter:
    """Check a body as it arrives, and add it to what there is of a file.

    `digest` is the MD5 of what begins with the first byte, if it `is_summed`. A packed body, be it
    announced as one or not, is unpacked, and `on_packed` called, as no part of it can be resumed.
    """

    def __init__(
        self,
        part: PartFile,
        body: BodyFacts,
        on_progress: Callable[[int], None],
        *,
        on_packed: Callable[[], None],
        is_summed: bool,
    ) -> None:
        is_first = not part.size
        self.digest = hashlib.md5(usedforsecurity=False) if is_summed and is_first else None
        self._part = part
        self._body = body
        self._on_progress = on_progress
        self._on_packed = on_packed
        self._unpacker: Decompressor | None = None
        # What came before it is known whether it is packed, and before its format is known.
        self._start: bytes | None = b"" if is_first else None
        self._opening: bytes | None = b"" if is_first else None

    def write(self, chunk: bytes | memoryview, /) -> None:
        """Write the next piece.

        Raises `NoSpace` if the disk is full, and `UpstreamDecode` for what is longer than it may
        be, for a page and for damaged compression.
        """
        if self._start is not None:
            self._start += chunk
            if len(self._start) < (HEAD_BYTES if self._body.encoding == "deflate" else len(GZIP)):
                return
            chunk = self._detect_compression()
        self._write_unpacked(chunk)

    def finish(self) -> None:
        """Write what was held back; raise `UpstreamDecode` for a packed body that is cut."""
        if self._start:
            self._write_unpacked(self._detect_compression())
        if self._unpacker is not None:
            self._unpacker.finish()

    def discard(self) -> None:
        """Store what came, so that it can be resumed."""
        self._part.close()

    def _detect_compression(self) -> bytes:
        """Detect whether the body is compressed, and return what came of it until now."""
        start, self._start = self._start or b"", None
        if identify_format(start) is None:
            if start.startswith(GZIP):
                self._unpacker = Decompressor()
            elif self._body.encoding == "deflate":
                self._unpacker = Decompressor(is_raw=not is_zlib(start))
        if self._unpacker is not None or self._body.encoding:
            self._on_packed()
        return start

    def _write_unpacked(self, chunk: bytes | memoryview) -> None:
        for piece in self._unpacker.feed(bytes(chunk)) if self._unpacker else (chunk,):
            self._check(piece)
            self._part.append(piece)
            if self.digest is not None:
                self.digest.update(piece)
            self._on_progress(self._part.size)

    def _check(self, piece: bytes | memoryview) -> None:
        size, body = self._part.size + len(piece), self._body
        if body.max_bytes is not None and size > body.max_bytes:
            raise file_too_long(body.max_bytes)
        # A packed body is announced with another length than the file has.
        if body.total is not None and self._unpacker is None and size > body.total:
            message = f"the service announced {format_count(body.total, 'byte')}, but sent more"
            raise UpstreamDecode(message, hint=HINT)
        if self._opening is not None:
            self._opening += piece[: HEAD_BYTES - len(self._opening)]
            shortest = _SHORTEST_OPENING if is_text_type(body.content_type) else HEAD_BYTES
            if len(self._opening) >= shortest:
                opening, self._opening = self._opening, None
                if identify_format(opening) is None:
                    raise not_a_picture(body.content_type, opening)


def is_zlib(start: bytes) -> bool:
    """Return whether deflated data begins with the head that it should have (RFC 1950)."""
    return start[0] & 15 == _DEFLATE and int.from_bytes(start[:2], "big") % 31 == 0


def is_text_type(content_type: str | None) -> bool:
    """Return whether a type is that of a text, and of no picture.

    >>> is_text_type("Text/HTML; charset=utf-8"), is_text_type("image/png"), is_text_type(None)
    (True, False, False)
    """
    return (content_type or "").strip().lower().startswith(_PAGES)


def not_a_picture(content_type: str | None, head: bytes) -> UpstreamDecode:
    """Return the error for an answer that is of no format that services have files in."""
    kind = (content_type or "").partition(";")[0].strip().lower()
    what = "a page" if head.lstrip()[:1] == b"<" or is_text_type(kind) else "of an unknown type"
    named = f" ({kind[:60]})" if kind.isprintable() and kind else ""
    return UpstreamDecode(f"the answer is {what}{named}, not a picture", hint=HINT)


def file_too_long(max_bytes: int, size: int | None = None) -> FileTooLong:
    """Return the error for a file that is longer than it may be; `size` is what was announced."""
    has = "more" if size is None else f"{format_count(size, 'byte')}, more"
    message = f"the file has {has} than the limit of {format_count(max_bytes, 'byte')}"
    return FileTooLong(message, hint="allow more with --max-size, such as 2G, or `none`")
