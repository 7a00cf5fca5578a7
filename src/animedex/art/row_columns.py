"""What is known of each row, as numbers in columns, so that a million rows fit into memory."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from animedex.art.work_interner import Catalogue
from animedex.backends.provider import Evidence

if TYPE_CHECKING:
    from animedex.art.row_provider import Seen

_MD5_BYTES = 16
_HASHES = range(1 << 64)
_MOST = (1 << 64) - 1
_NOTHING = Evidence("")


class Columns:
    """Take the evidence of rows, and remember for each piece of it the first row that has it.

    `same_id` and `same_md5` give that row, or the row itself; `works` and `pages` give numbers of
    the catalogue. `hashes` are those of the rows in `hashed`. `unknown` counts rows of which
    nothing is known.
    """

    def __init__(self) -> None:
        self.catalogue = Catalogue()
        self.unknown = 0
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

    def add(self, seen: Seen | None) -> None:
        """Take the next row."""
        row = len(self.ids)
        found = seen.evidence if seen else _NOTHING
        name = found.id if not found.id.endswith(":") else ""
        md5 = digest(found.md5)
        work, page = self.catalogue.place(row, found.links)
        self.ids.append(name or None)
        self.same_id.append(self._id_rows.setdefault(name, row) if name else row)
        self.same_md5.append(self._md5_rows.setdefault(md5, row) if md5 else row)
        self.works.append(work)
        self.pages.append(page)
        self.withheld.append(found.withheld)
        self.pixels.append(min(found.pixels, _MOST))
        self.byte_sizes.append(min(found.byte_size, _MOST))
        hashed = self._add_hash(row, found.perceptual_hash)
        if seen and name and work and not page:
            self.catalogue.list_id(work, seen.service, self.same_id[-1])
        self.unknown += not (name or md5 or work or hashed)

    def close(self) -> None:
        """Forget what only further rows would need."""
        self._id_rows.clear()
        self._md5_rows.clear()
        self.catalogue.close()

    def label(self, row: int) -> str:
        """Name a row: by its id, or by its number, from 1, where it has none."""
        return self.ids[row] or f"row {row + 1}"

    def _add_hash(self, row: int, value: int | None) -> bool:
        if value is None or value not in _HASHES:
            return False
        self.hashed.append(row)
        self.hashes.append(value)
        return True


def digest(md5: str | None) -> bytes | None:
    """Read an md5, in either case; None for what is none.

    >>> digest("00112233445566778899AABBCCDDEEFF").hex(), digest("0011"), digest("z" * 32)
    ('00112233445566778899aabbccddeeff', None, None)
    """
    try:
        found = bytes.fromhex(md5 or "")
    except ValueError:
        return None
    return found if len(found) == _MD5_BYTES else None
