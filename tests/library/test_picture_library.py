"""Pictures are kept and found again."""

from __future__ import annotations

import os
import sqlite3
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from animedex.errors import BadArguments, Corrupt, NotFound
from animedex.library import entry_rows as rows
from animedex.library.entry import NewEntry
from animedex.library.filter_sql import Filters
from animedex.library.picture_library import Library

if TYPE_CHECKING:
    from pathlib import Path

    from animedex.models import ArtPost
    from tests.library.conftest import Draw

ROW = b'{"url": "https://nekos.best/api/v2/neko/1.png", "new key": 12345678901234567890}'


def test_what_was_added_comes_back(library: Library, draw: Draw, post: ArtPost) -> None:
    path = str(draw("1.png"))
    entry = library.add(NewEntry(path, post, ROW, "neko"))
    assert library.get(entry.id) == entry
    assert (entry.path, entry.post, entry.row, entry.category) == (path, post, ROW, "neko")
    assert (entry.format, entry.width, entry.height, entry.frames) == ("png", 160, 120, 1)
    assert len(entry.sha256) == 64
    assert entry.size == len(draw("1.png").read_bytes())


def test_entries_come_newest_first_and_page_by_page(library: Library, draw: Draw) -> None:
    added = [library.add(NewEntry(str(draw(f"{n}.png", n)))).id for n in range(5)]
    assert [entry.id for entry in library.entries()] == added[::-1]
    page = library.entries(limit=2)
    assert [entry.id for entry in page] == added[:2:-1]
    assert [entry.id for entry in library.entries(before=page[-1].id)] == added[2::-1]
    assert [entry.id for entry in library.iter_entries()] == added


def test_the_same_path_again_keeps_its_number_and_its_time(library: Library, draw: Draw) -> None:
    before = library.add(NewEntry(str(draw("1.png", 1))))
    after = library.add(NewEntry(str(draw("1.png", 2, (80, 60)))))
    assert (after.id, after.added_at) == (before.id, before.added_at)
    assert (library.count(), after.width) == (1, 80)
    look = library.fingerprint(after.id)
    assert look
    assert [hit.entry for hit in library.similar(look)] == [after]


def test_the_same_picture_added_without_its_credit_keeps_it(
    library: Library, draw: Draw, post: ArtPost
) -> None:
    path = str(draw("1.png"))
    library.add(NewEntry(path, post, ROW, "neko"))
    again = library.add(NewEntry(path))
    assert (again.post, again.row, again.category) == (post, ROW, "neko")
    saved_anew = library.add(NewEntry(str(draw("1.png", size=(80, 60)))))
    assert saved_anew.post == post


def test_another_picture_at_a_path_does_not_take_over_the_credit(
    library: Library, draw: Draw, post: ArtPost
) -> None:
    library.add(NewEntry(str(draw("1.png", 1)), post, ROW, "neko"))
    other = library.add(NewEntry(str(draw("1.png", 2))))
    assert (other.post, other.row, other.category) == (None, None, None)


def test_numbers_are_never_used_again(library: Library, draw: Draw) -> None:
    first = library.add(NewEntry(str(draw("1.png", 1))))
    library.remove(first.id)
    assert library.add(NewEntry(str(draw("2.png", 2)))).id > first.id


def test_removing_forgets_all_of_it_and_leaves_the_file(
    library: Library, draw: Draw, post: ArtPost
) -> None:
    path = draw("1.png")
    entry = library.add(NewEntry(str(path), post, ROW, "neko"))
    look = library.fingerprint(entry.id)
    assert look
    assert library.search("ミオ")
    library.remove(entry.id)
    assert (library.get(entry.id), library.count(), library.search("ミオ")) == (None, 0, [])
    assert (library.similar(look), library.fingerprint(entry.id)) == ([], None)
    assert path.exists()
    library.remove(entry.id)


def test_a_picture_is_held_as_long_as_its_file_is_there(
    library: Library, draw: Draw, post: ArtPost
) -> None:
    one, other = draw("1.png"), draw("copy.png")
    assert library.holding(post.id) is None
    first = library.add(NewEntry(str(one), post, ROW))
    second = library.add(NewEntry(str(other), post, ROW))
    assert library.holding(post.id) == second
    other.unlink()
    assert library.holding(post.id) == first
    one.write_bytes(b"cut off")
    assert library.holding(post.id) is None
    assert len(library.entries()) == 2


def test_an_address_finds_a_picture(library: Library, draw: Draw, post: ArtPost) -> None:
    entry = library.add(NewEntry(str(draw("1.png")), post, ROW))
    for url in (post.url, post.source_url):
        assert url
        assert library.addressed(url) == entry
        assert library.addressed(url[:-1]) is None
    assert library.addressed("https://\ud800") is None
    newer = library.add(NewEntry(str(draw("2.png", 2)), post, ROW))
    assert post.url
    assert library.addressed(post.url) == newer
    library.remove(newer.id)
    assert library.addressed(post.url) == entry


def test_an_address_is_looked_up_and_credits_are_not_read(library: Library, draw: Draw) -> None:
    library.add(NewEntry(str(draw("1.png"))))

    def plan(db: sqlite3.Connection) -> list[str]:
        queries: list[str] = []
        db.set_trace_callback(queries.append)
        rows.find_by_url(db, "https://a.example")
        db.set_trace_callback(None)
        return [str(step[-1]) for step in db.execute(f"EXPLAIN QUERY PLAN {queries[0]}")]

    steps = library.file.read(plan)
    assert any(step.startswith("SEARCH address") for step in steps)
    assert not any(step.startswith("SCAN") for step in steps)


def test_pictures_are_drawn_without_repeats(library: Library, draw: Draw) -> None:
    every = {library.add(NewEntry(str(draw(f"{n}.png", n)))).id for n in range(4)}
    assert {entry.id for entry in library.random(amount=9)} == every
    assert len({entry.id for entry in library.random(amount=3)}) == 3


def test_what_looks_alike_is_found_the_nearest_first(library: Library, draw: Draw) -> None:
    one = library.add(NewEntry(str(draw("1.png", 1))))
    half = library.add(NewEntry(str(draw("1.jpg", 1, (80, 60)))))
    library.add(NewEntry(str(draw("2.png", 2))))
    look = library.fingerprint(one.id)
    assert look
    result = library.similar(look)
    assert [hit.entry.id for hit in result] == [one.id, half.id]
    assert result[0].distance == 0
    assert [[entry.id for entry in group] for group in library.dupes()] == [[one.id, half.id]]


def test_what_another_process_added_is_similar_too(library: Library, draw: Draw) -> None:
    one = library.add(NewEntry(str(draw("1.png", 1))))
    look = library.fingerprint(one.id)
    assert look
    assert len(library.similar(look)) == 1
    with Library(library.path) as other:
        other.add(NewEntry(str(draw("1.jpg", 1))))
        assert len(library.similar(look)) == 2
        other.remove(one.id)
    assert len(library.similar(look)) == 1


def test_filters_narrow_what_is_listed_counted_and_drawn(
    library: Library, draw: Draw, post: ArtPost
) -> None:
    fetched = library.add(NewEntry(str(draw("1.png", 1)), post, ROW, "neko"))
    own = library.add(NewEntry(str(draw("2.gif", 2, frames=3))))
    nekos, moving = Filters(source="nekos"), Filters(animated=True)
    assert (library.entries(nekos), library.entries(moving)) == ([fetched], [own])
    assert (library.count(nekos), library.count(Filters(category="hug"))) == (1, 0)
    assert library.random(Filters(source="own"), 5) == [own]
    assert [hit.entry for hit in library.search("ミオ", nekos)] == [fetched]
    assert library.search("ミオ", moving) == []


@pytest.mark.parametrize("number", [0, -1, 10**30])
def test_a_number_that_no_entry_has_is_nothing(number: int, library: Library) -> None:
    assert library.get(number) is None


def test_what_is_no_picture_is_not_added(library: Library, draw: Draw, tmp_path: Path) -> None:
    whole = draw("1.png").read_bytes()
    for content in (b"", b"<html>", whole[:-100], whole[:40]):
        (tmp_path / "broken.png").write_bytes(content)
        with pytest.raises(Corrupt, match=r"broken\.png"):
            library.add(NewEntry(str(tmp_path / "broken.png")))
    with pytest.raises(NotFound, match=r"gone\.png"):
        library.add(NewEntry(str(tmp_path / "gone.png")))
    assert library.count() == 0


def test_a_path_is_kept_whole(
    library: Library, draw: Draw, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = draw("1.png")
    monkeypatch.chdir(tmp_path)
    assert library.add(NewEntry("1.png")).path == str(path)
    assert library.add(NewEntry("data/../1.png")).path == str(path)
    assert library.count() == 1


def test_a_mislabelled_picture_is_what_it_is(library: Library, draw: Draw, tmp_path: Path) -> None:
    draw("1.png").rename(tmp_path / "1.jpg")
    assert library.add(NewEntry(str(tmp_path / "1.jpg"))).format == "png"


def test_a_film_is_kept_with_the_size_that_its_service_tells(
    library: Library, tmp_path: Path, post: ArtPost
) -> None:
    from msgspec.structs import replace

    film = tmp_path / "1.webm"
    film.write_bytes(b"\x1a\x45\xdf\xa3 webm " + bytes(100))
    entry = library.add(NewEntry(str(film), replace(post, width=640, height=480)))
    assert (entry.format, entry.width, entry.height, entry.frames) == ("webm", 640, 480, 0)
    assert library.fingerprint(entry.id) is None
    assert library.entries(Filters(animated=True)) == [entry]


def test_films_with_the_same_bytes_are_the_same(library: Library, tmp_path: Path) -> None:
    for number, content in enumerate((b"one", b"two", b"one")):
        film = tmp_path / f"{number}.webm"
        film.write_bytes(b"\x1a\x45\xdf\xa3 webm " + content)
        library.add(NewEntry(str(film)))
    assert [[entry.id for entry in group] for group in library.dupes()] == [[1, 3]]


def test_without_pillow_a_service_s_picture_is_kept_all_the_same(
    library: Library, draw: Draw, post: ArtPost, monkeypatch: pytest.MonkeyPatch
) -> None:
    from msgspec.structs import replace

    path = str(draw("1.png"))
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(BadArguments, match="PIL") as caught:
        library.add(NewEntry(path))
    assert caught.value.hint == "pip install 'animedex[pictures]'"
    entry = library.add(NewEntry(path, replace(post, width=160, height=120), ROW, "neko"))
    assert (entry.width, entry.height, entry.frames) == (160, 120, 1)
    assert library.fingerprint(entry.id) is None
    assert library.holding(post.id) == entry
    moving = library.add(NewEntry(path, replace(post, animated=True), ROW, "neko"))
    assert moving.frames == 0


def test_names_of_any_length_and_kind_are_kept(library: Library, draw: Draw, post: ArtPost) -> None:
    from msgspec.structs import replace

    strange = [
        "long " * 1000,
        "x" * 5000,
        "\x1b[31m\u202e\x00",
        "💫",
        "",
        "'; DROP TABLE entry; --",
    ]
    entry = library.add(
        NewEntry(str(draw("1.png")), replace(post, artists=strange, tags=strange * 9))
    )
    assert library.get(entry.id) == entry
    for words in ("long", "xxx", "💫", "drop table"):
        assert [hit.entry for hit in library.search(words)] == [entry]
    library.remove(entry.id)
    assert library.search("long") == []


def test_names_that_are_no_text_are_kept(library: Library, draw: Draw, tmp_path: Path) -> None:
    drawn = draw("1.png", 1)
    for number, name in enumerate((b"\xff\xfe.png", b"line\nbreak.png", "夏\u202e.png".encode())):
        path = bytes(tmp_path) + b"/" + name
        os.link(bytes(drawn), path)
        entry = library.add(NewEntry(os.fsdecode(path)))
        assert library.get(entry.id) == entry
        assert entry.is_there()
        assert library.count() == number + 1


def test_several_threads_add_at_once(library: Library, draw: Draw) -> None:
    paths = [str(draw(f"{n}.png", n)) for n in range(8)]
    news = [NewEntry(path) for path in paths * 2]
    threads = [threading.Thread(target=library.add, args=[new]) for new in news]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(entry.path for entry in library.entries()) == sorted(paths)
