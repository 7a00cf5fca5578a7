"""Files replaced in one step, opened without waiting, and hashed."""

from __future__ import annotations

import errno
import hashlib
import os
import sys
from typing import TYPE_CHECKING

import pytest

from animedex.errors import BadArguments
from animedex.files import hash_file, open_regular, replace_file

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("is_durable", [True, False])
def test_a_file_is_replaced_and_nothing_is_left_beside_it(tmp_path: Path, is_durable: bool) -> None:  # noqa: FBT001  a parameter of the test
    path = tmp_path / "new" / "a"
    for content in (b"old", b"new"):
        replace_file(str(path), content, is_durable=is_durable)
        assert path.read_bytes() == content
    assert os.listdir(path.parent) == ["a"]
    assert sys.platform == "win32" or path.stat().st_mode & 0o777 == 0o600


def test_a_replacement_that_fails_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")

    def fail(number: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), number)

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="space"):
        replace_file(str(path), b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a"]


@pytest.mark.skipif(sys.platform == "win32", reason="there are no named pipes like these")
def test_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(BadArguments, match="not a regular file"):
        open_regular(str(tmp_path / "pipe"))


def test_files_are_hashed(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"content")
    assert hash_file(str(path)) == hashlib.sha256(b"content").hexdigest()
    assert hash_file(str(path), "md5") == hashlib.md5(b"content").hexdigest()
