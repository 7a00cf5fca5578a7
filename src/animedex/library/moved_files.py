"""Files that are not where they were, found again by their bytes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from animedex.errors import AnimedexError
from animedex.library.add_files import files_below
from animedex.library.file_facts import read_file_facts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from animedex.library.entry import Entry


class MovedFiles:
    """Look for files below some folders, which are gone through when that is first needed."""

    def __init__(self, folders: Sequence[str]) -> None:
        self._folders = folders
        self._by_size: dict[int, list[str]] | None = None
        self._hashes: dict[str, str | None] = {}

    def find(self, entry: Entry) -> list[str]:
        """Return where the bytes of an entry's file are, by name."""
        if self._by_size is None:
            self._by_size = self._walked()
        paths = self._by_size.get(entry.size, [])
        return [path for path in paths if self._hash(path) == entry.sha256]

    def _walked(self) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        for folder in self._folders:
            for path in files_below(folder):
                try:
                    size = os.stat(path).st_size
                except OSError:
                    continue
                found.setdefault(size, []).append(path)
        return found

    def _hash(self, path: str) -> str | None:
        if path not in self._hashes:
            try:
                self._hashes[path] = read_file_facts(path).sha256
            except AnimedexError:
                self._hashes[path] = None
        return self._hashes[path]
