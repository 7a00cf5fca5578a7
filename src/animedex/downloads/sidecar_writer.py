"""The sidecars with a picture's credit."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from animedex.errors import AnimedexError, BadArguments
from animedex.images.sidecar import KINDS, sidecar_path, write_sidecar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from animedex.downloads.targets import Target

_NONE = "none"
SIDECARS = (*KINDS, _NONE)


def parse_sidecar_kinds(value: str | Iterable[str] | None) -> tuple[str, ...] | None:
    """Return the kinds of sidecars that a user names, each once; None for no value.

    Raises `BadArguments` for an unknown kind, and for kinds that exclude each other.
    """
    if value is None:
        return None
    kinds = tuple(dict.fromkeys([value] if isinstance(value, str) else value))
    for kind in kinds:
        if kind not in SIDECARS:
            message = f"there is no sidecar of the kind {kind!r:.40}"
            raise BadArguments(message, hint=f"choose one of {', '.join(SIDECARS)}")
    if _NONE not in kinds:
        if {"txt", "hydrus"} <= {*kinds}:
            message = "the sidecars `txt` and `hydrus` would have the same file name"
            raise BadArguments(message, hint="choose one of them")
        return kinds
    if len(kinds) > 1:
        message = "`none` excludes other kinds of sidecars"
        raise BadArguments(message, hint="leave it out, or leave the others out")
    return ()


class SidecarWriter:
    """Writes sidecars of the given kinds; for None, `json` if the picture itself has no credit.

    A sidecar that cannot be written is reported to `warn`.
    """

    def __init__(self, kinds: tuple[str, ...] | None, warn: Callable[[str], None]) -> None:
        self._kinds = kinds
        self._warn = warn

    @property
    def is_default(self) -> bool:
        """Return whether the user has named no kinds."""
        return self._kinds is None

    def write(self, path: str, target: Target, *, is_credited: bool) -> tuple[str, ...]:
        """Write all sidecars of a new file; return their kinds."""
        kinds = self._select(is_credited=is_credited)
        for kind in kinds:
            self._write(path, kind, target)
        return kinds

    def write_missing(self, path: str, target: Target, *, is_credited: bool) -> None:
        """Write the sidecars that a file does not have yet."""
        for kind in self._select(is_credited=is_credited):
            if not os.path.lexists(sidecar_path(path, kind)):
                self._write(path, kind, target)

    def _select(self, *, is_credited: bool) -> tuple[str, ...]:
        if self._kinds is not None:
            return self._kinds
        return () if is_credited else ("json",)

    def _write(self, path: str, kind: str, target: Target) -> None:
        try:
            write_sidecar(path, kind, target.post, target.row)
        except AnimedexError as error:
            self._warn(str(error))
