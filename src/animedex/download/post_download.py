"""What is done with a file once it is in its place: the library has it, and a file beside it."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

from animedex.download.same_picture import is_credited
from animedex.errors import AnimedexError, BadArguments, Corrupt, NotFound
from animedex.images.formats import format_of
from animedex.images.sidecar import KINDS, sidecar_of, write_sidecar
from animedex.library.entry import New

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from animedex.download.file_check import Checked
    from animedex.download.finalize import Ready
    from animedex.download.targets import Target
    from animedex.library.entry import Entry
    from animedex.library.picture_library import Library
    from animedex.models import ArtPost

_NONE = "none"
SIDECARS = (*KINDS, _NONE)
_WITHOUT = "the library does not have what is fetched"
_OPENING = 64


def sidecar_kinds(asked: str | Iterable[str] | None) -> tuple[str, ...] | None:
    """Return the kinds of sidecars asked for, each once; None where nothing is said.

    Raises `BadArguments` for a kind that there is not, and for kinds that exclude each other.
    """
    if asked is None:
        return None
    kinds = tuple(dict.fromkeys([asked] if isinstance(asked, str) else asked))
    for kind in kinds:
        if kind not in SIDECARS:
            message = f"there is no sidecar of the kind {kind!r:.40}"
            raise BadArguments(message, hint=f"choose one of {', '.join(SIDECARS)}")
    if _NONE not in kinds:
        _require_own_files(kinds)
        return kinds
    if len(kinds) > 1:
        message = "`none` excludes other kinds of sidecars"
        raise BadArguments(message, hint="leave it out, or leave the others out")
    return ()


def _require_own_files(kinds: tuple[str, ...]) -> None:
    """Raise `BadArguments` where two kinds would be written into one file."""
    if {"txt", "hydrus"} <= {*kinds}:
        message = "the sidecars `txt` and `hydrus` are files of one name"
        raise BadArguments(message, hint="choose one of them")


class Keeper:
    """Know what the library has, and tell it of what is new.

    A library that cannot be used is told to `warn`, and done without from then on; a file that it
    cannot take is told, too. `sidecars` are what to write beside each file; if None, `json` beside
    what does not carry its credit itself.
    """

    def __init__(
        self,
        library: Library | None,
        sidecars: tuple[str, ...] | None,
        warn: Callable[[str], None],
    ) -> None:
        self._library = library
        self._sidecars = sidecars
        self._warn = warn
        self._lock = threading.Lock()

    @property
    def has_library(self) -> bool:
        """Tell whether there is a library to tell of what is new."""
        return self._library is not None

    def find(self, asked: str, post_id: str | None) -> Entry | None:
        """Find a picture that the library has, file and all: by its id, or else its address."""
        return self._held(post_id) if post_id else self._addressed(asked)

    def keep(self, path: str, target: Target, content: Checked, ready: Ready) -> None:
        """Write the sidecars and tell the library; a failure of either is told, and no more."""
        kinds = self._kinds(is_credited=ready.is_credited)
        for kind in kinds:
            self._write_sidecar(path, kind, target)
        if ready.is_refused:
            self._warn(_refusal(path, kinds))
        if content.fault is not None:
            self._warn(_explain(content, path, kinds))
        is_opaque = content.fault is not None
        self._add(New(path, *_told(target), content.examined, ready.facts, is_opaque))

    def find_again(self, path: str, target: Target) -> None:
        """Do as `keep` for a file that was there, and leave a sidecar as it is that is there."""
        for kind in self._kinds(is_credited=self._sidecars is None and is_credited(path)):
            if not os.path.lexists(sidecar_of(path, kind)):
                self._write_sidecar(path, kind, target)
        self._add(New(path, *_told(target)))

    def _kinds(self, *, is_credited: bool) -> tuple[str, ...]:
        if self._sidecars is not None:
            return self._sidecars
        return () if is_credited else ("json",)

    def _write_sidecar(self, path: str, kind: str, target: Target) -> None:
        try:
            write_sidecar(path, kind, target.post, target.row)
        except AnimedexError as error:
            self._warn(str(error))

    def _held(self, post_id: str) -> Entry | None:
        return self._asked(lambda library: library.holding(post_id))

    def _addressed(self, url: str) -> Entry | None:
        if "://" not in url:
            return None
        entry = self._asked(lambda library: library.addressed(url))
        # That another picture names it as its source says nothing.
        own = entry is not None and entry.post and url in {entry.post.url, entry.post.page_url}
        return entry if own else None

    def _asked(self, ask: Callable[[Library], Entry | None]) -> Entry | None:
        """Ask the library, if there is one that answers, for what is there still."""
        library = self._library
        if library is None:
            return None
        try:
            entry = ask(library)
        except AnimedexError as error:
            self._do_without(error)
            return None
        return entry if entry and _is_still(entry) else None

    def _add(self, new: New) -> None:
        library = self._library
        if library is None or (new.post and self._held(new.post.id)):
            return
        try:
            library.add(new)
        except AnimedexError as error:
            if _is_of_file(error, library):
                self._warn(f"{_WITHOUT}: {error.message}")
            else:
                self._do_without(error)
        except (OverflowError, ValueError):
            # A service may tell numbers and signs that no database has room for.
            why = "its row has numbers or characters that cannot be stored"
            self._warn(f"{_WITHOUT}: {new.path}: {why}")

    def _do_without(self, error: AnimedexError) -> None:
        with self._lock:
            library, self._library = self._library, None
        if library is not None:
            self._warn(f"{_WITHOUT}: {error.message}")


def _explain(content: Checked, path: str, kinds: tuple[str, ...]) -> str:
    """Return the warning for a picture that is kept although it could not be decoded."""
    if not content.is_damaged:
        return f"{content.fault}; it is kept as {path}, but not compared with other pictures"
    where = f"in the {kinds[0]} file beside it" if kinds else "in no file"
    return f"{content.fault}; the service has it so: it is kept as {path}, its credit {where}"


def _refusal(path: str, kinds: tuple[str, ...]) -> str:
    """Return the warning for a picture whose file cannot carry its credit."""
    where = f"in the {kinds[0]} file beside it" if kinds else "in no file: --sidecar is none"
    return f"{path}: its metadata or its structure is damaged, so its credit is {where}"


def _told(target: Target) -> tuple[ArtPost, bytes | None, str | None]:
    """Give what a service tells of a picture."""
    return target.post, target.row, target.category


def _is_of_file(error: AnimedexError, library: Library) -> bool:
    """Tell whether an error is about one file; the library's own ones name it."""
    known = isinstance(error, NotFound | Corrupt | BadArguments)
    return known and library.path not in error.message


def _is_still(entry: Entry) -> bool:
    """Tell whether a file begins as one of its format does; zeros, say, do not."""
    try:
        with open(entry.path, "rb") as file:
            kind = format_of(file.read(_OPENING))
    except OSError:
        return False
    return kind is not None and kind.name == entry.format
