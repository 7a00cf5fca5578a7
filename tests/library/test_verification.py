"""Every file is looked at, and what can be put in order is."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from animedex.images.image_inspection import inspect_image
from animedex.images.xmp import write_credit
from animedex.library import index_check as indexes
from animedex.library.entry import Entry, NewEntry
from animedex.library.verification import Finding, verify
from animedex.models import ArtPost, Rating

if TYPE_CHECKING:
    from pathlib import Path

    from animedex.library.picture_library import Library
    from tests.library.conftest import Draw

ROW = b'{"url":"https://nekos.best/api/v2/neko/1.png"}'


@pytest.fixture
def entry(library: Library, draw: Draw, post: ArtPost) -> Entry:
    """Keep a picture among others that are in order."""
    library.add(NewEntry(str(draw("other.png", 8))))
    return library.add(NewEntry(str(draw("here/1.png", 1)), post, ROW, "neko"))


def only(library: Library, *folders: Path) -> Finding:
    (finding,) = verify(library, [str(folder) for folder in folders])
    return finding


def in_order(library: Library) -> bool:
    return list(verify(library)) == []


def test_where_all_is_well_nothing_is_found(library: Library, entry: Entry) -> None:
    assert in_order(library)
    assert library.get(entry.id) == entry


def test_a_file_that_was_moved_is_found_by_its_bytes(
    library: Library, entry: Entry, tmp_path: Path
) -> None:
    (tmp_path / "there" / "deep").mkdir(parents=True)
    moved = tmp_path / "there" / "deep" / "new name.png"
    (tmp_path / "here" / "1.png").rename(moved)
    (tmp_path / "there" / "decoy.png").write_bytes(b"x" * entry.size)
    finding = only(library, tmp_path / "there")
    assert (finding.state, finding.error) == ("moved", None)
    now = library.get(entry.id)
    assert now == entry._replace(path=str(moved))
    assert [hit.entry for hit in library.search("new name")] == [now]
    assert in_order(library)


def test_a_file_that_is_kept_elsewhere_already_hands_its_credit_over(
    library: Library, entry: Entry, draw: Draw, tmp_path: Path
) -> None:
    copy = library.add(NewEntry(str(draw("there/copy.png", 1))))
    (tmp_path / "here" / "1.png").unlink()
    finding = only(library, tmp_path / "there")
    assert (finding.state, finding.error) == ("joined", None)
    assert library.get(entry.id) is None
    now = library.get(copy.id)
    assert now
    assert (now.post, now.row, now.category) == (entry.post, ROW, "neko")
    assert in_order(library)


def test_of_several_the_one_that_nobody_has_is_taken(
    library: Library, entry: Entry, draw: Draw, tmp_path: Path
) -> None:
    library.add(NewEntry(str(draw("there/a copy.png", 1))))
    draw("there/b moved.png", 1)
    (tmp_path / "here" / "1.png").unlink()
    finding = only(library, tmp_path / "there")
    assert finding.state == "moved"
    now = library.get(entry.id)
    assert now
    assert now.path == str(tmp_path / "there" / "b moved.png")


def test_a_file_that_is_gone_is_named_with_what_to_do(
    library: Library, entry: Entry, tmp_path: Path
) -> None:
    (tmp_path / "here" / "1.png").unlink()
    finding = only(library, tmp_path / "here")
    assert finding.state == "missing"
    assert finding.error
    assert finding.error.reason == "not-found"
    hint = str(finding.error.hint)
    assert f"'animedex library remove {entry.id}'" in hint
    assert "https://nekos.best/api/v2/neko/1.png" in hint
    assert library.get(entry.id) == entry


def test_a_file_that_was_written_anew_and_looks_the_same_is_taken_in(
    library: Library, entry: Entry, tmp_path: Path, post: ArtPost
) -> None:
    path = tmp_path / "here" / "1.png"
    with (tmp_path / "new.png").open("wb") as file:
        write_credit(str(path), file, post, ROW)
    (tmp_path / "new.png").rename(path)
    finding = only(library)
    assert (finding.state, finding.error) == ("changed", None)
    now = library.get(entry.id)
    assert now
    assert (now.id, now.size, now.added_at) == (entry.id, path.stat().st_size, entry.added_at)
    assert in_order(library)


def test_another_picture_in_its_place_is_named(library: Library, entry: Entry, draw: Draw) -> None:
    draw("here/1.png", 2)
    finding = only(library)
    assert finding.state == "replaced"
    assert finding.error
    assert "library add" in str(finding.error.hint)
    assert library.get(entry.id) == entry


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n", b"<html>"])
def test_a_broken_file_is_named(
    content: bytes, library: Library, entry: Entry, tmp_path: Path
) -> None:
    (tmp_path / "here" / "1.png").write_bytes(content)
    finding = only(library)
    assert finding.state == "broken"
    assert finding.error
    assert finding.error.reason == "corrupt"
    assert "backup" in str(finding.error.hint)


def test_what_nobody_has_examined_is(library: Library, entry: Entry) -> None:
    library.file.change(lambda db: db.execute("DELETE FROM fingerprint WHERE id = ?", (entry.id,)))
    library.file.change(lambda db: db.execute("DELETE FROM hash_block"))
    states = [finding.state for finding in verify(library)]
    assert states == ["unexamined", "index"]
    look = library.fingerprint(entry.id)
    assert look
    assert [hit.entry for hit in library.similar(look)] == [entry]
    assert in_order(library)


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM named WHERE entry = 1",
        "INSERT INTO named SELECT 99, names, file FROM named LIMIT 1",
        "UPDATE wording_data SET block = x'00ff' WHERE id > 10",
        "DROP TABLE wording",
        "DELETE FROM hash_block",
        "UPDATE hash_block SET pairs = x'00'",
        "INSERT INTO hash_block VALUES (7, zeroblob(16))",
        "DROP TABLE hash_block",
    ],
)
def test_an_index_that_is_wrong_is_made_anew(damage: str, library: Library, entry: Entry) -> None:
    library.file.change(lambda db: db.execute(damage))
    finding = only(library)
    assert (finding.state, finding.entry, finding.error) == ("index", None, None)
    look = library.fingerprint(entry.id)
    assert look
    assert [hit.entry for hit in library.similar(look)] == [entry]
    assert [hit.entry for hit in library.search("ミオ")] == [entry]
    assert in_order(library)


def test_an_index_of_the_database_itself_is_made_anew(library: Library, entry: Entry) -> None:
    other = "CREATE INDEX entry_sha256 ON entry (path)"
    library.file.change(lambda db: db.execute("PRAGMA writable_schema = 1"))
    library.file.change(
        lambda db: db.execute(
            "UPDATE sqlite_master SET sql = ? WHERE name = 'entry_sha256'", (other,)
        )
    )
    library.close()
    finding = only(library)
    assert (finding.state, finding.error) == ("index", None)
    assert "tables" in finding.message
    assert in_order(library)


def test_damage_that_cannot_be_repaired_is_told(library: Library, tmp_path: Path) -> None:
    film = tmp_path / "1.webm"
    film.write_bytes(b"\x1a\x45\xdf\xa3 webm")
    library.add(NewEntry(str(film)))
    stricter = "UPDATE sqlite_master SET sql = replace(sql, 'width INTEGER', 'width INT NOT NULL')"
    library.file.change(lambda db: db.execute("PRAGMA writable_schema = 1"))
    library.file.change(lambda db: db.execute(f"{stricter} WHERE name = 'entry'"))
    library.close()
    finding = only(library)
    assert finding.error
    assert (finding.error.reason, "library export" in str(finding.error.hint)) == ("corrupt", True)


def test_without_pillow_nothing_is_judged_that_would_need_it(
    library: Library, entry: Entry, draw: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw("other.png", 7)
    library.file.change(lambda db: db.execute("DELETE FROM fingerprint WHERE id = ?", (entry.id,)))
    library.file.change(indexes.rebuild_hashes)
    monkeypatch.setitem(sys.modules, "PIL", None)
    finding = only(library)
    assert (finding.state, finding.entry and finding.entry.id) == ("changed", 1)
    assert finding.error
    assert finding.error.hint == "pip install 'animedex[pictures]'"


def test_what_was_added_unseen_and_is_broken_is_named(library: Library, draw: Draw) -> None:
    path = draw("1.png", 1)
    look = inspect_image(str(path))
    path.write_bytes(path.read_bytes()[:-60])
    entry = library.add(NewEntry(str(path), examined=look))
    library.file.change(lambda db: db.execute("DELETE FROM fingerprint"))
    library.file.change(indexes.rebuild_hashes)
    finding = only(library)
    assert (finding.state, finding.entry) == ("broken", entry)


def test_an_entry_that_is_removed_meanwhile_stays_removed(
    library: Library, entry: Entry, tmp_path: Path
) -> None:
    (tmp_path / "here" / "1.png").rename(tmp_path / "moved.png")
    findings = verify(library, [str(tmp_path)])
    library.iter_entries()
    library.remove(entry.id)
    assert list(findings) == []
    assert library.count() == 1


@pytest.mark.parametrize(
    ("name", "url", "again"),
    [
        ("waifu:5000", "https://cdn.waifu.im/5000.png", "'animedex download waifu:5000'"),
        ("nekos:1.png", "https://e.org/1.png?a&b", "'animedex download 'https://e.org/1.png?a&b''"),
        ("nekos:1.png", None, "find it again yourself"),
    ],
)
def test_how_to_fetch_a_broken_file_again_is_told(
    name: str, url: str | None, again: str, library: Library, draw: Draw
) -> None:
    path = draw("1.png")
    library.add(NewEntry(str(path), ArtPost(id=name, rating=Rating.GENERAL, url=url)))
    path.write_bytes(b"")
    finding = only(library)
    assert finding.error
    hint = str(finding.error.hint)
    assert again in hint
    assert ("'animedex library remove 1' in a terminal, then" in hint) == (url is not None)
