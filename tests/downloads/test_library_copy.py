"""A picture that the library has is copied into the place that is asked for."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from animedex.downloads import download
from animedex.images.sidecar import read_sidecar
from animedex.images.xmp import read_credit
from tests.downloads.conftest import picture_name

if TYPE_CHECKING:
    from animedex import Client
    from animedex.downloads import DownloadReport
    from animedex.library.picture_library import Library
    from tests.kit.services import Services


@pytest.fixture
def there(client: Client, folder: Path, library: Library, url: str) -> Path:
    """Return the file of a picture that the library has."""
    (one,) = download(client, url, folder, library=library)
    return Path(one.path or "")


@pytest.fixture
def asking(client: Client, there: Path, library: Library, services: Services, url: str) -> Ask:
    """Ask for the picture again, while nothing may be asked of a service."""
    return Ask(client, library, services, url)


class Ask:
    def __init__(self, client: Client, library: Library, services: Services, url: str) -> None:
        self.client, self.library, self.services, self.url = client, library, services, url

    def __call__(self, to: Path | None = None, **options: Any) -> DownloadReport:
        before = self.services.requests()
        (one,) = download(self.client, self.url, to, library=self.library, **options)
        assert self.services.requests() == before
        return one


def visible(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("kind", [None, "json", "xmp", "txt", "hydrus", ["xmp", "hydrus"]])
def test_another_folder(
    kind: str | list[str] | None, asking: Ask, there: Path, tmp_path: Path
) -> None:
    before = there.stat()
    one = asking(tmp_path / "other", sidecar=kind)
    copy = tmp_path / "other" / there.name
    assert (one.status, one.path, one.error) == ("copied", str(copy), None)
    assert copy.read_bytes() == there.read_bytes()
    assert (one.size, one.id) == (copy.stat().st_size, f"nekos:{picture_name(0)}")
    after = there.stat()
    assert (after.st_nlink, copy.stat().st_nlink, after.st_mtime_ns) == (1, 1, before.st_mtime_ns)
    assert not copy.is_symlink()
    endings = {"json": "json", "xmp": "xmp", "txt": "txt", "hydrus": "txt"}
    kinds = [kind] if isinstance(kind, str) else kind or []
    assert visible(copy.parent) == [
        copy.name,
        *sorted(f"{copy.name}.{endings[one]}" for one in kinds),
    ]
    credited = read_sidecar(str(copy)) if kinds else read_credit(str(copy))
    assert credited is not None
    assert credited.post.artists == ["青葉ミオ"]
    assert visible(there.parent) == [there.name]


def test_another_name_in_the_same_folder(asking: Ask, there: Path) -> None:
    one = asking(there.parent, name="{id}.{ext}")
    assert one.status == "copied"
    assert visible(there.parent) == sorted([there.name, picture_name(0)])
    assert asking(there.parent, name="{id}.{ext}").status == "here"


def test_a_name_alone_is_for_the_current_folder(asking: Ask, there: Path, tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    with contextlib.chdir(tmp_path / "here"):
        assert asking(name="x").path == str(tmp_path / "here" / "x.png")


def test_a_sidecar_alone_is_written_in_the_current_folder(
    asking: Ask, there: Path, tmp_path: Path
) -> None:
    (tmp_path / "here").mkdir()
    with contextlib.chdir(tmp_path / "here"):
        asking(sidecar="json")
    assert visible(tmp_path / "here") == [there.name, f"{there.name}.json"]
    with contextlib.chdir(there.parent):
        one = asking(sidecar="txt")
    assert (one.status, one.path) == ("here", str(there))
    assert visible(there.parent) == [there.name, f"{there.name}.txt"]


def test_the_folder_that_has_it_already_gets_its_sidecar_alone(asking: Ask, there: Path) -> None:
    one = asking(there.parent.parent, sidecar=["json", "xmp"])
    assert (one.status, one.path) == ("here", str(there))
    assert visible(there.parent) == [there.name, f"{there.name}.json", f"{there.name}.xmp"]


@pytest.mark.parametrize("sidecar", [None, "none"])
def test_nothing_asked_for_is_nothing_copied(
    sidecar: str | None, asking: Ask, there: Path, tmp_path: Path
) -> None:
    (tmp_path / "here").mkdir()
    with contextlib.chdir(tmp_path / "here"):
        one = asking(sidecar=sidecar)
    assert (one.status, one.path) == ("here", str(there))
    assert visible(tmp_path / "here") == []


def test_a_copy_is_not_made_twice(asking: Ask, tmp_path: Path) -> None:
    first, again = asking(tmp_path / "other"), asking(tmp_path / "other")
    assert (again.status, again.path, again.sha256) == ("here", first.path, first.sha256)
    assert len(visible(tmp_path / "other")) == 1


def test_a_file_that_was_changed_since_is_fetched(
    client: Client, library: Library, there: Path, tmp_path: Path, url: str
) -> None:
    with there.open("r+b") as file:
        file.seek(-100, os.SEEK_END)
        file.write(bytes(50))
    (one,) = download(client, url, tmp_path / "other", library=library)
    assert one.status == "fetched"
    assert visible(tmp_path / "other") == [there.name]


def test_without_embedding_only_untouched_bytes_are_copied(
    client: Client, library: Library, there: Path, url: str, drawn: Path
) -> None:
    def fetch(name: str) -> DownloadReport:
        return download(client, url, there.parent / name, library=library, embed=False)[0]

    first = fetch("a")
    assert first.status == "fetched"
    assert Path(first.path or "").read_bytes() == (drawn / picture_name(0)).read_bytes()
    library.remove(1)
    assert fetch("b").status == "fetched"
    assert fetch("c").status == "copied"
    assert visible(there.parent / "c") == [there.name, f"{there.name}.json"]


def test_a_system_that_shares_no_blocks_copies_all_the_same(
    asking: Ask, there: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))

    monkeypatch.setattr(os, "copy_file_range", refuse)
    assert asking(tmp_path / "a").status == "copied"
    monkeypatch.delattr(os, "copy_file_range")
    assert asking(tmp_path / "b").status == "copied"
    for name in ("a", "b"):
        assert (tmp_path / name / there.name).read_bytes() == there.read_bytes()
