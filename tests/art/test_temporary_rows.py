"""Rows put aside."""

from __future__ import annotations

import errno
import io
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.art.temporary_rows import TemporaryRows, open_temporary_rows
from animedex.errors import AnimedexError, NoSpace


@given(st.lists(st.binary(max_size=30)), st.sets(st.integers(0, 40)))
def test_any_rows_are_given_as_they_were_put_aside(raws: list[bytes], wanted: set[int]) -> None:
    chosen = sorted(row for row in wanted if row < len(raws))
    with open_temporary_rows() as spool:
        for raw in raws:
            spool.add(raw)
        assert list(spool.read(chosen)) == [raws[row] for row in chosen]


class Full(io.BytesIO):
    """Stand for a file on a disk in trouble."""

    trouble = errno.ENOSPC

    def write(self, data: object) -> int:
        raise OSError(self.trouble, os.strerror(self.trouble))

    def seek(self, place: int, whence: int = 0) -> int:
        raise OSError(self.trouble, os.strerror(self.trouble))


def test_a_full_disk_is_told_when_rows_are_put_aside_and_when_they_are_read() -> None:
    spool = TemporaryRows(Full())
    with pytest.raises(NoSpace, match="No space left") as told:
        spool.add(b"{}")
    assert told.value.hint == "name a folder with room in TMPDIR"
    with pytest.raises(NoSpace):
        list(spool.read([0]))


def test_any_other_trouble_is_told_as_well() -> None:
    file = Full()
    file.trouble = errno.EIO
    with pytest.raises(AnimedexError) as told:
        TemporaryRows(file).add(b"{}")
    assert type(told.value) is AnimedexError
