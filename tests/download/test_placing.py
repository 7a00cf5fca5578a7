"""Files get names that are free, at once, and never over another."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from animedex.download.placing import Place
from animedex.pictures.legal import folded

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

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
    place = Place(str(folder))
    paths: list[str] = []
    for number, name in enumerate(names):
        source = folder / f".{number}.part"
        source.write_bytes(b"%d" % number)
        spot = place.put(str(source), name, never)
        paths.append(spot.path)
        assert not source.exists()
    assert len({folded(path) for path in paths}) == len(names)
    for number, path in enumerate(paths):
        with open(path, "rb") as file:
            assert file.read() == b"%d" % number


def test_threads_and_other_places_at_once(tmp_path: Path) -> None:
    spots: list[str] = []

    def put(number: int) -> None:
        source = tmp_path / f".{number}.part"
        source.write_bytes(b"%d" % number)
        spots.append(Place(str(tmp_path)).put(str(source), "a.png", never).path)

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
    place = Place(str(tmp_path))
    spot = place.put(str(tmp_path / ".new"), "a.png", lambda path: path.endswith("A.png"))
    assert spot == (str(tmp_path / "A.png"), True)
    assert (tmp_path / ".new").exists()
    assert place.find("a.png", lambda path: path.endswith("A.png")) == spot.path
    assert place.find("b.png", lambda _: True) is None
