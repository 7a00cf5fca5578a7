"""What comes fast is in memory; what is long or slow is on disk, and nothing of it is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from animedex.downloads import part_file
from animedex.downloads.part_file import PartFile

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def new_part(folder: Path) -> PartFile:
    return PartFile(str(folder / "part"), None, lambda: None)


def test_what_came_is_read_from_memory_and_stored_on_demand(tmp_path: Path) -> None:
    part = new_part(tmp_path)
    part.append(b"12")
    part.append(b"345")
    assert (part.size, part.open().read(), [*tmp_path.iterdir()]) == (5, b"12345", [])
    path = tmp_path / "part"
    assert (part.store(), path.read_bytes()) == (str(path), b"12345")
    part.append(b"67")
    part.finish()
    assert (part.size, path.read_bytes(), part.open().read()) == (7, b"1234567", b"1234567")
    part.remove()
    assert (part.size, [*tmp_path.iterdir()]) == (0, [])


def test_what_is_long_is_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part_file, "_MEMORY_BYTES", 10)
    part = new_part(tmp_path)
    part.append(bytes(10))
    assert [*tmp_path.iterdir()] == []
    for size in (11, 12):
        part.append(b"1")
        assert (tmp_path / "part").stat().st_size == size
    part.close()


def test_what_is_slow_is_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(part_file, "_MEMORY_SECONDS", -1.0)
    part = new_part(tmp_path)
    part.append(b"1")
    assert (tmp_path / "part").read_bytes() == b"1"
    part.close()


def test_the_rest_is_put_behind_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "part"
    path.write_bytes(b"12345")
    part = PartFile(str(path), path.stat(), lambda: None)
    assert part.size == 5
    part.truncate(4)
    part.append(b"67")
    part.finish()
    assert (part.size, path.read_bytes(), part.open().read()) == (6, b"123467", b"123467")
