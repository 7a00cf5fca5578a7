"""Files with faults: whole pictures come into the library, cut ones do not."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from animedex.errors import Corrupt
from animedex.images.sidecar import write_sidecar
from animedex.library.add_files import add_all
from animedex.library.picture_library import Library
from animedex.models import ArtPost, Rating
from tests.kit.odd_pictures import cut, whole

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EVERY = 3


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library(str(tmp_path / "library.db")) as made:
        yield made


def files(folder: Path, contents: list[bytes]) -> list[str]:
    folder.mkdir()
    paths = [folder / f"{number}.png" for number in range(len(contents))]
    for path, data in zip(paths, contents, strict=True):
        path.write_bytes(data)
    return [str(path) for path in paths]


def test_what_has_all_pixels_is_added(library: Library, tmp_path: Path) -> None:
    odd = list(whole().values())[::EVERY]
    paths = files(tmp_path / "odd", [one.data for one in odd])
    added = list(add_all(library, paths))
    assert [one.error for one in added] == [None] * len(odd)
    entries = [one.entry for one in added if one.entry]
    assert [entry.format for entry in entries] == [one.form for one in odd]
    assert all(library.fingerprint(entry.id) for entry in entries)


def test_what_lacks_pixels_is_not_added(library: Library, tmp_path: Path) -> None:
    odd = list(cut().values())[::EVERY]
    added = list(add_all(library, files(tmp_path / "odd", [one.data for one in odd])))
    assert [type(one.error) for one in added] == [Corrupt] * len(odd)
    assert not list(library.iter_entries())


@pytest.mark.parametrize("is_right", [True, False])
def test_what_its_sidecar_announces_is_added(
    is_right: bool,  # noqa: FBT001  one of two cases
    library: Library,
    tmp_path: Path,
) -> None:
    """The service has it so: it was downloaded, and is added again."""
    data = next(iter(cut().values())).data
    (path,) = files(tmp_path / "odd", [data])
    md5 = hashlib.md5(data if is_right else b"", usedforsecurity=False).hexdigest()
    post = ArtPost(id="danbooru:1", rating=Rating.GENERAL, md5=md5, artists=["yuzu"])
    write_sidecar(path, "json", post, None)
    (one,) = add_all(library, [path])
    assert (one.entry is not None) is is_right
    if one.entry:
        assert one.entry.post
        assert one.entry.post.artists == ["yuzu"]
        assert library.fingerprint(one.entry.id) is None
