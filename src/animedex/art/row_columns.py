"""The keys of rows as columns of numbers, so that a million rows fit into memory."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from animedex.art.work_interner import WorkInterner
from animedex.backends.provider import MatchKeys

if TYPE_CHECKING:
    from animedex.art.row_provider import IdentifiedRow

_MD5_BYTES = 16
_HASHES = range(1 << 64)
_MOST = (1 << 64) - 1
_NOTHING = MatchKeys("")


class RowColumns:
    """The keys of rows in columns, and for each key the first row that has it.

    `same_id` and `same_md5` give that row, or the row itself; `works` and `pages` give numbers of
    the interner. `hashes` are those of the rows in `hash_rows`. `unknown_count` counts rows without
    any key.
    """

    def __init__(self) -> None:
        self.interner = WorkInterner()
        self.unknown_count = 0
        self.ids: list[str | None] = []
        self.same_id = array("I")
        self.same_md5 = array("I")
        self.works = array("I")
        self.pages = array("I")
        self.hashed = array("I")
        self.hashes = array("Q")
        self.pixels = array("Q")
        self.byte_sizes = array("Q")
        self.withheld = array("B")
        self._id_rows: dict[str, int] = {}
        self._md5_rows: dict[bytes, int] = {}

    def __len__(self) -> int:
        return len(self.ids)

    def add(self, identified: IdentifiedRow | None) -> None:
        """Add the next row."""
        row = len(self.ids)
        keys = identified.keys if identified else _NOTHING
        name = keys.id if not keys.id.endswith(":") else ""
        md5 = parse_md5(keys.md5)
        work, page = self.interner.intern_row(row, keys.links)
        self.ids.append(name or None)
        self.same_id.append(self._id_rows.setdefault(name, row) if name else row)
        self.same_md5.append(self._md5_rows.setdefault(md5, row) if md5 else row)
        self.works.append(work)
        self.pages.append(page)
        self.withheld.append(keys.withheld)
        self.pixels.append(min(keys.pixels, _MOST))
        self.byte_sizes.append(min(keys.byte_size, _MOST))
        hash_rows = self._add_hash(row, keys.perceptual_hash)
        if identified and name and work and not page:
            self.interner.add_listing(work, identified.service, self.same_id[-1])
        self.unknown_count += not (name or md5 or work or hash_rows)

    def drop_indexes(self) -> None:
        """Forget what only further rows would need."""
        self._id_rows.clear()
        self._md5_rows.clear()
        self.interner.drop_indexes()

    def label_row(self, row: int) -> str:
        """Return the id of a row, or its number, from 1, if it has none."""
        return self.ids[row] or f"row {row + 1}"

    def _add_hash(self, row: int, value: int | None) -> bool:
        if value is None or value not in _HASHES:
            return False
        self.hashed.append(row)
        self.hashes.append(value)
        return True


def parse_md5(md5: str | None) -> bytes | None:
    """Read an md5, in either case; None for what is none.

    >>> parse_md5("00112233445566778899AABBCCDDEEFF").hex(), parse_md5("0011"), parse_md5("z" * 32)
    ('00112233445566778899aabbccddeeff', None, None)
    """
    try:
        digest = bytes.fromhex(md5 or "")
    except ValueError:
        return None
    return digest if len(digest) == _MD5_BYTES else None
