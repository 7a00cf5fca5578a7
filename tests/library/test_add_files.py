"""Many files are added: what is a picture in a folder, and what becomes of each."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace
from PIL import Image

from animedex.call import SourceTag
from animedex.errors import BadArguments, NotFound
from animedex.images.sidecar import write_sidecar
from animedex.images.xmp import write_credit
from animedex.library.add_files import add_all, files_below
from animedex.library.entry import NewEntry
from animedex.library.file_credit import read_category, read_file_credit, service_record
from animedex.library.file_facts import check_unchanged, read_file_facts
from animedex.library.file_inspection import inspect_file
from animedex.library.filter_sql import Filters
from animedex.library.repository import upsert
from animedex.library.verification import verify
from animedex.models import ArtPost, Rating

if TYPE_CHECKING:
    from animedex.errors import AnimedexError
    from animedex.library.picture_library import Library
    from tests.library.conftest import Draw

# How files of each format begin.
UNSUPPORTED = {
    "HEIC": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
    "HEIC of many": b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic",
    "HEIC moving": b"\0\0\0\x18ftyphevm\0\0\0\0msf1hevm",
    "JXL": b"\xff\x0a\xfa\x1f",
    "JXL boxed": b"\0\0\0\x0cJXL \r\n\x87\n\0\0\0\x14ftypjxl ",
    "BMP": b"BM\x36\x10\x0e\0\0\0\0\0\x36\0\0\0\x28\0\0\0",
    "BMP with alpha": b"BM\x36\x10\x0e\0\0\0\0\0\x36\0\0\0\x7c\0\0\0",
    "TIFF": b"II*\0\x08\0\0\0",
    "TIFF of Motorola": b"MM\0*\0\0\0\x08",
    "TIFF large": b"II+\0\x08\0\0\0",
}
EARLY = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))
ROW = b'{"url":"https://nekos.best/api/v2/neko/1.png"}'


def names(folder: Path) -> list[str]:
    return [os.path.relpath(path, folder) for path in files_below(str(folder))]


def test_a_folder_is_gone_through_by_name(draw: Draw, tmp_path: Path) -> None:
    for name in ("b.png", "a/2.gif", "a/1.jpg", "c.WEBP"):
        draw(name)
    assert names(tmp_path) == ["a/1.jpg", "a/2.gif", "b.png", "c.WEBP"]


def test_what_is_hidden_or_half_written_or_no_picture_is_left_out(
    draw: Draw, tmp_path: Path
) -> None:
    drawn = draw("kept.png")
    for name in (".hidden.png", ".folder/1.png", "1.png.part", "notes.txt", "1.zip"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(drawn.read_bytes())
    (tmp_path / "notes.txt").write_bytes(b"only words")
    (tmp_path / "1.zip").write_bytes(b"PK\x03\x04 any archive")
    (tmp_path / "nameless").write_bytes(drawn.read_bytes())
    assert names(tmp_path) == ["kept.png", "nameless"]


@pytest.mark.parametrize(
    "folder",
    [
        *("@eaDir", "#recycle", "#Recycle", ".thumbnails", "$RECYCLE.BIN", "$Recycle.Bin"),
        *("lost+found", ".@__thumb", "@Recycle", "#snapshot", ".Trash-1000", "__MACOSX"),
        *("System Volume Information", "RECYCLER", "@Recently-Snapshot", "~snapshot"),
    ],
)
def test_folders_of_the_system_are_left_out_unless_they_are_named(
    folder: str, draw: Draw, tmp_path: Path
) -> None:
    drawn = draw("1.png")
    for inside in (folder, f"deep/{folder}/1.png"):
        (tmp_path / inside).mkdir(parents=True)
        (tmp_path / inside / "thumb.png").write_bytes(drawn.read_bytes())
    assert names(tmp_path) == ["1.png"]
    named = tmp_path / folder
    assert list(files_below(str(named))) == [str(named / "thumb.png")]
    file = tmp_path / "deep" / folder / "1.png" / "thumb.png"
    assert list(files_below(str(file))) == [str(file)]


def test_a_file_of_such_a_name_is_a_picture_all_the_same(draw: Draw, tmp_path: Path) -> None:
    draw("1.png").rename(tmp_path / "#recycle")
    assert names(tmp_path) == ["#recycle"]


@pytest.mark.parametrize("name", sorted(UNSUPPORTED))
def test_formats_that_are_not_supported_are_counted_and_told_in_words(
    name: str, library: Library, draw: Draw, tmp_path: Path
) -> None:
    draw("1.png")
    for file in ("a.jpg", "b.heic", "nameless"):
        (tmp_path / file).write_bytes(UNSUPPORTED[name] + bytes(200))
    told: list[str] = []
    result = list(files_below(str(tmp_path), unsupported=told.append))
    assert [os.path.basename(path) for path in result] == ["1.png"]
    assert told == [name.partition(" ")[0]] * 3
    (added,) = add_all(library, [str(tmp_path / "b.heic")])
    assert added.error
    assert added.error.message == f"{tmp_path}/b.heic is a {told[0]} file, which is not supported"
    assert added.error.reason == "bad-args"


def test_what_only_begins_like_one_is_none(tmp_path: Path) -> None:
    for number, text in enumerate((b"BMX bikes and others", b"II", b"MMXXVI", b"\xff\xfe\n\0")):
        (tmp_path / f"{number}.txt").write_bytes(text)
    told: list[str] = []
    assert list(files_below(str(tmp_path), unsupported=told.append)) == []
    assert told == []


def test_an_empty_name_is_not_the_current_folder(draw: Draw, tmp_path: Path) -> None:
    draw("1.png")
    told: list[AnimedexError] = []
    with contextlib.chdir(tmp_path):
        assert list(files_below("", told.append)) == []
        assert list(files_below(".")) == [str(tmp_path / "1.png")]
    assert [type(error) for error in told] == [BadArguments]


@pytest.mark.parametrize("length", [247, 250, 251, 252, 255])
def test_names_may_be_as_long_as_the_system_allows(
    length: int, library: Library, draw: Draw, tmp_path: Path
) -> None:
    drawn = draw("1.png")
    drawn.rename(path := tmp_path / ("x" * (length - 4) + ".png"))
    (added,) = add_all(library, files_below(str(tmp_path)))
    assert added.error is None
    assert added.entry
    assert added.entry.path == str(path)


def test_what_became_of_each_is_told(library: Library, draw: Draw, tmp_path: Path) -> None:
    paths = [str(draw(f"{number}.png", number)) for number in range(2)]
    assert [one.status for one in add_all(library, paths)] == ["added", "added"]
    draw("1.png", 7)
    (tmp_path / "2.png").write_bytes(b"")
    again = add_all(library, [*paths, str(tmp_path / "2.png")])
    assert [one.status for one in again] == ["known", "updated", "failed"]


@pytest.mark.skipif(os.name == "nt", reason="paths are not that long there")
def test_folders_may_be_very_deep(draw: Draw, tmp_path: Path) -> None:
    drawn = draw("1.png")
    try:
        with contextlib.chdir(tmp_path):
            for _ in range(1500):
                os.mkdir("d")
                os.chdir("d")
            os.link(drawn, "deep.png")
        assert [len(name) for name in names(tmp_path)] == [5, 3008]
    finally:
        # Python's own would call itself as often.
        subprocess.run(["rm", "-rf", tmp_path / "d"], check=True)


def test_a_folder_that_goes_away_is_told(draw: Draw, tmp_path: Path) -> None:
    told: list[AnimedexError] = []
    drawn = draw("d/1.png")
    (tmp_path / "e").mkdir()
    walk = files_below(str(tmp_path), told.append)
    assert next(walk) == str(drawn)
    (tmp_path / "e").rmdir()
    assert list(walk) == []
    assert [type(error) for error in told] == [NotFound]


def test_a_broken_picture_is_not_left_out(tmp_path: Path) -> None:
    (tmp_path / "broken.png").write_bytes(b"")
    assert names(tmp_path) == ["broken.png"]


def test_links_in_a_circle_end(draw: Draw, tmp_path: Path) -> None:
    draw("a/1.png")
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "b").symlink_to(tmp_path / "a")
    (tmp_path / "c").symlink_to(tmp_path / "c")
    assert names(tmp_path) == ["a/1.png"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no such pipes")
def test_nobody_waits_for_a_pipe_among_pictures(
    library: Library, draw: Draw, tmp_path: Path
) -> None:
    for name in ("1.png", "2.png.json", "3.png.txt"):
        os.mkfifo(tmp_path / name)
    paths = [str(draw(f"{n}.png", n)) for n in (2, 3)]
    failed, *added = add_all(library, files_below(str(tmp_path)))
    assert failed.error
    assert "is not a regular file" in failed.error.message
    assert [one.path for one in added if one.entry] == paths


@pytest.mark.parametrize("jobs", [1, 3])
def test_each_file_has_its_outcome_in_order(
    jobs: int, library: Library, draw: Draw, tmp_path: Path
) -> None:
    paths = [str(draw(f"{n:02}.png", n)) for n in range(40)]
    (tmp_path / "07.png").write_bytes(b"cut")
    (tmp_path / "23.png").unlink()
    added = list(add_all(library, paths, jobs))
    assert [one.path for one in added] == paths
    failed = {os.path.basename(one.path): one.error and one.error.reason for one in added}
    assert {name: reason for name, reason in failed.items() if reason} == {
        "07.png": "corrupt",
        "23.png": "not-found",
    }
    kept = [one.entry for one in added if one.entry]
    assert library.entries() == kept[::-1]
    assert len(kept) == 38


def test_stopping_early_keeps_what_was_given(library: Library, draw: Draw) -> None:
    paths = [str(draw(f"{n:02}.png", n)) for n in range(9)]
    adding = add_all(library, paths, 2)
    first = next(adding).entry
    adding.close()
    assert first in library.entries()


def test_the_credit_in_a_file_is_read(draw: Draw, tmp_path: Path, post: ArtPost) -> None:
    source = draw("plain.png")
    target = tmp_path / "credited.png"
    with target.open("wb") as file:
        write_credit(str(source), file, post, ROW)
    result = read_file_credit(str(target))
    assert result.post
    assert (result.post.id, result.post.artists, result.row) == (post.id, post.artists, ROW)
    assert result.category == "neko"
    assert read_file_credit(str(source)) == NewEntry(str(source))


def test_a_row_that_its_service_does_not_have_any_more_is_kept(
    library: Library, draw: Draw, post: ArtPost
) -> None:
    path = str(draw("1.png"))
    for row in (b'{"url": 7}', b"nonsense", b"\xff", b"[]"):
        entry = library.add(NewEntry(path, post, row))
        assert (entry.row, service_record(entry), read_category(post, row)) == (row, None, None)


@pytest.mark.parametrize("kind", ["json", "xmp"])
def test_the_credit_beside_a_file_is_read(kind: str, draw: Draw, post: ArtPost) -> None:
    path = str(draw("1.png"))
    write_sidecar(path, kind, post, ROW)
    result = read_file_credit(path)
    assert result.post
    assert (result.post.id, result.row, result.category) == (post.id, ROW, "neko")


def test_a_file_that_changes_meanwhile_is_not_added(library: Library, draw: Draw) -> None:
    path = draw("1.png", 1)
    looked = inspect_file(NewEntry(str(path)))
    draw("1.png", 2)
    with pytest.raises(BadArguments, match="is being written to"):
        library.file.change(lambda db: upsert(db, looked))
    assert library.count() == 0
    path.unlink()
    with pytest.raises(NotFound):
        library.file.change(lambda db: upsert(db, looked))


def test_a_file_that_changes_while_it_is_read_is_told(draw: Draw) -> None:
    path = str(draw("1.png", 1))
    facts = read_file_facts(path)
    check_unchanged(path, facts.mark)
    draw("1.png", 2)
    with pytest.raises(BadArguments, match="is being written to"):
        check_unchanged(path, facts.mark)


def test_a_file_is_not_read_again_for_who_has_just_written_it(library: Library, draw: Draw) -> None:
    path = draw("1.png", 1)
    facts = read_file_facts(str(path))._replace(sha256="0f" * 32)
    new = NewEntry(str(path), facts=facts)
    assert library.add(new).sha256 == "0f" * 32
    draw("1.png", 2, (80, 60))
    entry = library.add(new)
    assert (entry.sha256, entry.width) == (read_file_facts(str(path)).sha256, 80)


def test_a_sidecar_that_tells_little_takes_nothing_away(
    library: Library, draw: Draw, post: ArtPost
) -> None:
    path = str(draw("1.png", 1))
    before = library.add(NewEntry(path, post, ROW, "neko"))
    write_sidecar(path, "json", ArtPost(id=post.id, rating=post.rating, tags=["sea"]))
    (added,) = add_all(library, [path])
    assert added.entry == before._replace(post=replace(post, tags=["sea"]))


def test_where_nobody_can_look_what_was_seen_stays(
    library: Library, draw: Draw, post: ArtPost, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(draw("1.png", 1))
    before = library.add(NewEntry(path, post))
    look = library.fingerprint(before.id)
    monkeypatch.setitem(sys.modules, "PIL", None)
    assert library.add(NewEntry(path, post)) == before
    assert library.fingerprint(before.id) == look


@pytest.mark.parametrize("width", [10**20, -1])
def test_numbers_that_are_none_count_as_not_told(
    width: int, library: Library, tmp_path: Path
) -> None:
    path = tmp_path / "film.webm"
    path.write_bytes(b"\x1aE\xdf\xa3\x42\x82\x84webm" + bytes(80))
    tag = SourceTag("nekos", EARLY, cached=False, rate_limited=False)
    post = ArtPost(id="nekos:1", source_tag=tag, rating=Rating.GENERAL, width=width, height=5)
    write_sidecar(str(path), "json", post)
    (added,) = add_all(library, [str(path)])
    assert added.entry
    assert (added.entry.width, added.entry.height) == (None, 5)
    assert library.entries() == [added.entry]
    assert added.entry.post
    assert added.entry.post.source_tag is None


def test_one_file_does_not_stop_others_whatever_is_wrong_with_it(
    library: Library, draw: Draw, post: ArtPost
) -> None:
    paths = [str(draw(f"{number}.png", number)) for number in range(3)]
    place = Path(write_sidecar(paths[1], "json", post))
    place.write_text(place.read_text().replace("Lantern", "\\ud800"))
    result = list(add_all(library, paths))
    assert [one.entry and one.entry.path for one in result] == [paths[0], None, paths[2]]
    assert result[1].error
    assert result[1].error.reason == "corrupt"
    assert library.count() == 2
    assert not list(verify(library))


def test_credit_of_other_programs_is_added(library: Library, draw: Draw) -> None:
    path = draw("1.jpg")
    made = Image.Exif()
    made[0x013B] = "Mio"
    with Image.open(path) as image:
        image.save(path, exif=made)
    (one,) = add_all(library, [str(path)])
    assert one.entry
    assert one.entry.post
    assert one.entry.post.id == f"file:{one.entry.sha256[:16]}"
    assert one.entry.post.rating is None
    assert list(library.iter_entries(Filters(artist="mio"))) == [one.entry]
    assert list(library.iter_entries(Filters(source="own"))) == [one.entry]
    for rating in Rating:
        assert list(library.iter_entries(Filters(rating=rating.value))) == []
        assert library.random(Filters(rating=rating.value)) == []
    (again,) = add_all(library, [str(path)])
    assert again.entry == one.entry


def test_a_service_s_credit_is_not_replaced_by_what_others_say(
    library: Library, draw: Draw
) -> None:
    path = draw("1.png")
    post = ArtPost(id="waifu:1", rating=Rating.GENERAL, artists=["Mio"])
    library.add(NewEntry(str(path), post, b"{}"))
    sidecar = path.with_name("1.png.json")
    sidecar.write_text('{"artist": "Tove", "source": "https://a.example/1", "rating": "e"}')
    (one,) = add_all(library, [str(path)])
    assert one.entry
    assert one.entry.row == b"{}"
    assert one.entry.post == replace(post, source_url="https://a.example/1")


POST = ArtPost(id="nekos:1.png", rating=Rating.GENERAL, artists=["Mio"], url="https://a.example/1")


@pytest.mark.parametrize(
    ("text", "post_id", "row"),
    [
        (ROW, "nekos:1.png", ROW),
        (b"[" + ROW + b"]", "nekos:1.png", ROW),
        (b"\xef\xbb\xbf" + ROW + b"\r\n", "nekos:1.png", ROW),
        (json.dumps(POST.to_payload()).encode("utf-16"), "nekos:1.png", None),
        (json.dumps([POST.to_payload()]).encode(), "nekos:1.png", None),
        (b"[" + ROW + b"," + ROW + b"]", None, None),
        (b"[" + ROW, None, None),
        (b'{"path": "/a.png"}', None, None),
    ],
)
@pytest.mark.parametrize("name", ["1.png.json", "1.json"])
def test_what_this_program_printed_is_read(
    text: bytes, post_id: str | None, row: bytes | None, name: str, draw: Draw
) -> None:
    path = draw("1.png")
    path.with_name(name).write_bytes(text)
    new = read_file_credit(str(path))
    assert (new.post and new.post.id, new.row) == (post_id, row)
