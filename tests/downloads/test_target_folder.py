"""Files get names that are free, at once, and never over another."""

from __future__ import annotations

import errno
import os
import shutil
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.downloads.target_folder import TargetFolder
from animedex.errors import BadArguments
from animedex.images.safe_filename import fold_name

NAMES = st.lists(
    st.sampled_from(
        ["a.png", "A.png", "a (2).png", "b/a.png", "B/a.png", "e\u0301.png", "\xe9.png"]
    ),
    max_size=8,
)


def never(path: str) -> bool:
    del path
    return False


@given(NAMES)
def test_no_two_pictures_ever_have_one_name(
    tmp_path_factory: pytest.TempPathFactory, names: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("place")
    place = TargetFolder(str(folder))
    paths: list[str] = []
    for number, name in enumerate(names):
        source = folder / f".{number}.part"
        source.write_bytes(b"%d" % number)
        spot = place.place_file(str(source), name, never)
        paths.append(spot.path)
        assert not source.exists()
    assert len({fold_name(path) for path in paths}) == len(names)
    for number, path in enumerate(paths):
        with open(path, "rb") as file:
            assert file.read() == b"%d" % number


def test_threads_and_other_places_at_once(tmp_path: Path) -> None:
    spots: list[str] = []

    def put(number: int) -> None:
        source = tmp_path / f".{number}.part"
        source.write_bytes(b"%d" % number)
        spots.append(TargetFolder(str(tmp_path)).place_file(str(source), "a.png", never).path)

    threads = [threading.Thread(target=put, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(spots)) == 20
    assert {path.read_bytes() for path in tmp_path.iterdir()} == {b"%d" % n for n in range(20)}


def test_the_same_picture_keeps_its_place(tmp_path: Path) -> None:
    (tmp_path / "A.png").write_bytes(b"there")
    (tmp_path / ".new").write_bytes(b"new")
    place = TargetFolder(str(tmp_path))
    spot = place.place_file(str(tmp_path / ".new"), "a.png", lambda path: path.endswith("A.png"))
    assert spot == (str(tmp_path / "A.png"), True)
    assert (tmp_path / ".new").exists()
    assert place.find_picture("a.png", lambda path: path.endswith("A.png")) == spot.path
    assert place.find_picture("b.png", lambda _: True) is None


def place_long_name(place: TargetFolder, folder: Path, name: str) -> str:
    """Put a file into its place under a name that may be too long there."""
    source = folder / ".new.part"
    source.write_bytes(b"new")
    return place.place_file(str(source), name, never).path


@pytest.mark.parametrize("end", ["png", "webp"])
def test_names_are_as_short_as_the_file_system_wants_them(
    end: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def short(*_: object) -> int:
        return 143

    monkeypatch.setattr(os, "pathconf", short)
    name = f"{'猫' * 40}/{'a' * 230}.{end}"
    paths = [place_long_name(TargetFolder(str(tmp_path)), tmp_path, name) for _ in range(3)]
    assert [Path(path).read_bytes() for path in paths] == [b"new"] * 3
    for path in paths:
        parts = Path(path).relative_to(tmp_path).parts
        assert all(len(part.encode()) <= 143 - len(".json") for part in parts)
        assert path.endswith(f".{end}")
    place = TargetFolder(str(tmp_path))
    assert place.find_picture(name, lambda path: path == paths[0]) == paths[0]


@pytest.mark.skipif(sys.platform == "win32", reason="paths have other limits there")
def test_a_name_that_is_refused_as_too_long_is_shortened(tmp_path: Path) -> None:
    # A path has at most 4,095 bytes, so that a name in this folder has at most 150.
    folder, left = tmp_path, 4095 - 151 - len(bytes(tmp_path))
    while left > 1:
        part = "d" * min(200, left - 1 if left - 201 != 1 else left - 2)
        folder, left = folder / part, left - len(part) - 1
    folder.mkdir(parents=True)
    place = TargetFolder(str(folder))
    path = place_long_name(place, folder, "a" * 230 + ".png")
    assert 100 < len(Path(path).name) <= 127
    assert place.find_picture("a" * 230 + ".png", lambda _: True) == path
    assert TargetFolder(str(folder)).find_picture("a" * 230 + ".png", lambda _: True) == path
    # A name that fits is not touched.
    assert Path(place_long_name(place, folder, "b" * 100 + ".png")).name == "b" * 100 + ".png"


def test_a_limit_that_is_noticed_only_by_links_is_kept_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object, place: str) -> None:
        if len(os.path.basename(os.fsencode(place))) > 100:
            raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG))
        shutil.copy(tmp_path / ".new.part", place)

    monkeypatch.setattr(os, "link", refuse)
    monkeypatch.setattr(os, "rename", refuse)
    assert (
        50
        < len(Path(place_long_name(TargetFolder(str(tmp_path)), tmp_path, "a" * 230 + ".png")).name)
        <= 63
    )


def test_a_file_system_that_takes_no_name_at_all_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG))

    monkeypatch.setattr(os, "link", refuse)
    monkeypatch.setattr(os, "rename", refuse)
    with pytest.raises(BadArguments, match="cannot be written"):
        place_long_name(TargetFolder(str(tmp_path)), tmp_path, "a.png")


def test_a_folder_without_a_name_is_not_the_current_one() -> None:
    with pytest.raises(BadArguments, match="the name of the folder is empty"):
        TargetFolder("")
