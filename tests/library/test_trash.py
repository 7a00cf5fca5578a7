"""Files go into the trash with their entries, or stay with them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from animedex.errors import BadArguments
from animedex.library import trash
from animedex.library.entry import NewEntry

if TYPE_CHECKING:
    from pathlib import Path

    from animedex.library.picture_library import Library
    from animedex.models import ArtPost
    from tests.library.conftest import Draw


@pytest.fixture
def bin_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have a trash of the test's own: the real one was found when its library was imported."""
    other = pytest.importorskip("send2trash.plat_other", reason="the trash is another's there")
    folder = tmp_path / "trash"
    monkeypatch.setattr(other, "HOMETRASH_B", bytes(folder))
    monkeypatch.setattr(trash, "_trash", lambda: other.send2trash)
    monkeypatch.setenv("HOME", str(tmp_path))
    return folder / "files"


def test_a_file_goes_with_its_entry(library: Library, draw: Draw, bin_of_it: Path) -> None:
    path = draw("1.png")
    content = path.read_bytes()
    trash.discard(library, library.add(NewEntry(str(path))))
    assert (library.count(), path.exists()) == (0, False)
    assert (bin_of_it / "1.png").read_bytes() == content


def test_an_entry_whose_file_is_gone_is_forgotten(
    library: Library, draw: Draw, bin_of_it: Path
) -> None:
    path = draw("1.png")
    entry = library.add(NewEntry(str(path)))
    path.unlink()
    trash.discard(library, entry)
    assert library.count() == 0


def test_where_the_trash_fails_both_stay(
    library: Library, draw: Draw, post: ArtPost, bin_of_it: Path
) -> None:
    path = draw("1.png")
    entry = library.add(NewEntry(str(path), post, b"{}", "neko"))
    look = library.fingerprint(entry.id)
    bin_of_it.parent.write_bytes(b"no folder can be made here")
    with pytest.raises(BadArguments, match="cannot be moved to the trash") as caught:
        trash.discard(library, entry)
    assert "nothing was deleted" in str(caught.value.hint)
    assert path.exists()
    assert library.get(entry.id) == entry
    assert library.fingerprint(entry.id) == look
    assert [hit.entry for hit in library.search("ミオ")] == [entry]


def test_without_the_library_for_it_nothing_is_done(
    library: Library, draw: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = draw("1.png")
    entry = library.add(NewEntry(str(path)))
    monkeypatch.setitem(sys.modules, "send2trash", None)
    with pytest.raises(BadArguments, match="send2trash") as caught:
        trash.discard(library, entry)
    assert caught.value.hint == "pip install 'animedex[pictures]'"
    assert (path.exists(), library.get(entry.id)) == (True, entry)


def test_the_credit_stays_with_what_is_kept(
    library: Library, draw: Draw, post: ArtPost, bin_of_it: Path
) -> None:
    large = library.add(NewEntry(str(draw("large.png", 1))))
    small = library.add(NewEntry(str(draw("small.png", 1, (80, 60))), post, b"{}", "neko"))
    trash.keep_only(library, large, small)
    now = library.get(large.id)
    assert now
    assert (now.post, now.row, now.category) == (post, b"{}", "neko")
    assert [hit.entry for hit in library.search("ミオ")] == [now]
    assert library.count() == 1


def test_what_is_another_file_by_now_is_not_deleted(
    library: Library, draw: Draw, bin_of_it: Path
) -> None:
    one = library.add(NewEntry(str(draw("1.png", 1))))
    other = library.add(NewEntry(str(draw("2.png", 1, (80, 60)))))
    replaced = draw("2.png", 9)
    with pytest.raises(BadArguments, match="has changed since"):
        trash.keep_only(library, one, other)
    assert replaced.exists()
    assert library.count() == 2


def test_names_that_are_no_text_go_too(library: Library, draw: Draw, bin_of_it: Path) -> None:
    import os

    path = draw("1.png")
    strange = os.fsdecode(bytes(path.parent) + b"/\xff.png")
    os.rename(path, strange)
    trash.discard(library, library.add(NewEntry(strange)))
    assert os.listdir(bytes(bin_of_it)) == [b"\xff.png"]


def test_another_file_in_its_place_is_not_deleted(
    library: Library, draw: Draw, bin_of_it: Path
) -> None:
    entry = library.add(NewEntry(str(draw("1.png", 1))))
    replaced = draw("1.png", 2)
    with pytest.raises(BadArguments, match="has changed since") as caught:
        trash.discard(library, entry)
    assert (
        caught.value.hint
        == "'animedex library remove 1' in a terminal removes its entry and leaves the file"
    )
    assert (replaced.exists(), library.get(1)) == (True, entry)


@pytest.mark.parametrize("way", ["folder", "link", "hard link"])
def test_one_file_by_two_paths_stays(
    way: str, library: Library, draw: Draw, post: ArtPost, bin_of_it: Path
) -> None:
    path = draw("pictures/1.png")
    other = path.parent.parent / "other" / "1.png"
    if way == "folder":
        other.parent.symlink_to(path.parent)
    else:
        other.parent.mkdir()
        other.symlink_to(path) if way == "link" else other.hardlink_to(path)
    keep, entry = library.add(NewEntry(str(path))), library.add(NewEntry(str(other), post))
    assert not trash.keep_only(library, keep, entry)
    assert (path.exists(), other.exists(), bin_of_it.exists()) == (True, True, False)
    (now,) = library.entries()
    assert (now.path, now.post) == (str(path), post)


def test_of_a_link_the_link_goes(library: Library, draw: Draw, bin_of_it: Path) -> None:
    target, link = draw("pictures/1.png", 1), draw("large.png", 1, (320, 240)).with_name("2.png")
    link.symlink_to(target)
    keep = library.add(NewEntry(str(link.with_name("large.png"))))
    assert trash.keep_only(library, keep, library.add(NewEntry(str(link))))
    assert (target.exists(), link.is_symlink()) == (True, False)
    assert (bin_of_it / "2.png").is_symlink()


def test_nothing_goes_where_nothing_would_be_kept(
    library: Library, draw: Draw, bin_of_it: Path
) -> None:
    keep, entry = (library.add(NewEntry(str(draw(name, 1)))) for name in ("1.png", "2.png"))
    draw("1.png", 9)
    with pytest.raises(BadArguments, match="which is the copy to keep"):
        trash.keep_only(library, keep, entry)
    assert (library.count(), (bin_of_it / "2.png").exists()) == (2, False)
