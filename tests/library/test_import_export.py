"""A library is written out and taken in: the same, however often."""

from __future__ import annotations

import io
import json
import os
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.call import SourceTag
from animedex.errors import BadArguments
from animedex.images.fingerprint import Fingerprint
from animedex.library.csv_io import read_table, write_table
from animedex.library.entry import Entry, NewEntry
from animedex.library.filter_sql import Filters
from animedex.library.import_export import ImportResult, Kind, export_entries, import_lines
from animedex.library.jsonl import read_line, write_line
from animedex.library.picture_library import Library
from animedex.models import ArtPost, Rating

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.library.conftest import Draw

ROW = b'{"url": "https://nekos.best/api/v2/neko/1.png", "n": 12345678901234567890, "f": 1.0}'

texts = st.text(st.characters(exclude_categories=["Cs"]))
moments = st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
posts = st.builds(
    ArtPost,
    id=texts,
    rating=st.sampled_from(Rating),
    source_tag=st.none() | st.builds(SourceTag, texts, moments, st.booleans(), st.booleans()),
    url=st.none() | texts,
    tags=st.lists(texts),
    artists=st.lists(texts),
    score=st.none() | st.integers(-(2**63), 2**63 - 1),
)
paths = st.binary(min_size=1).map(lambda name: "/" + os.fsdecode(name))
entries = st.builds(
    Entry,
    id=st.just(0),
    path=paths,
    sha256=st.just("0f" * 32),
    size=st.integers(0, 2**40),
    format=st.sampled_from(["png", "webm"]),
    width=st.none() | st.integers(1, 10**6),
    height=st.none() | st.integers(1, 10**6),
    frames=st.integers(0, 10**4),
    added_at=moments,
    category=st.none() | texts,
    post=st.none() | posts,
    row=st.none()
    | st.binary(min_size=1)
    | st.sampled_from([ROW, b'{\n "a": 1}', b" {} ", b'"\xff"']),
)


@given(
    entries, st.none() | st.builds(Fingerprint, st.tuples(st.integers(0, 2**64 - 1)), st.binary())
)
def test_a_line_tells_an_entry_whole(entry: Entry, look: Fingerprint | None) -> None:
    line = write_line(entry, look)
    assert line.count(b"\n") == 1
    assert json.loads(line)
    if look is None or look.thumbnail:
        assert read_line(line) == (entry, look, False)


@pytest.fixture
def filled(library: Library, draw: Draw, post: ArtPost) -> Library:
    """Keep pictures of a service and of one's own."""
    library.add(NewEntry(str(draw("1.png", 1)), post, ROW, "neko"))
    library.add(NewEntry(str(draw("2.gif", 2, frames=3))))
    library.add(NewEntry(str(draw('夏, "3".jpg', 3))))
    return library


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Library]:
    with Library(str(tmp_path / "other" / "library.db")) as opened:
        yield opened


def taken(library: Library, text: bytes, kind: Kind = "jsonl") -> list[ImportResult]:
    return list(import_lines(library, io.BytesIO(text), kind))


def exported(library: Library, kind: Kind = "jsonl", filters: Filters | None = None) -> bytes:
    return b"".join(export_entries(library, kind, filters))


def test_lines_make_the_same_library(filled: Library, empty: Library) -> None:
    text = exported(filled)
    assert [one.new for one in taken(empty, text)] == [True] * 3
    assert empty.entries() == filled.entries()
    assert exported(empty) == text
    look = filled.fingerprint(2)
    assert look
    assert empty.fingerprint(2) == look
    assert empty.similar(look) == filled.similar(look)
    assert empty.search("ミオ") == filled.search("ミオ")


def test_taking_in_twice_is_taking_in_once(filled: Library, empty: Library) -> None:
    text = exported(filled)
    taken(empty, text)
    edition = "SELECT edition FROM hash_edition"
    before = empty.file.read(lambda db: db.execute(edition).fetchall())
    assert [one.new for one in taken(empty, text + text)] == [False] * 6
    assert empty.entries() == filled.entries()
    assert empty.file.read(lambda db: db.execute(edition).fetchall()) == before


def test_what_was_not_examined_here_is_taken_from_the_line(filled: Library) -> None:
    text = exported(filled)
    look = filled.fingerprint(2)
    filled.file.change(lambda db: db.execute("DELETE FROM fingerprint WHERE id = 2"))
    assert [one.new for one in taken(filled, text)] == [False] * 3
    assert filled.fingerprint(2) == look


def test_a_table_keeps_what_people_look_at(filled: Library, empty: Library) -> None:
    text = exported(filled, "csv")
    assert [one.new for one in taken(empty, text, "csv")] == [True] * 3
    for old, new in zip(filled.entries(), empty.entries(), strict=True):
        assert new[1:8] == old[1:8]
        assert (new.post is None, new.category) == (old.post is None, old.category)
    post = empty.entries()[-1].post
    assert post
    assert (post.artists, post.source_url) == (["青葉ミオ"], "https://gallery.example/mio/100")
    assert [one.new for one in taken(empty, text, "csv")] == [False] * 3


def test_a_table_runs_no_formulas(
    library: Library, draw: Draw, post: ArtPost, empty: Library
) -> None:
    from msgspec.structs import replace

    evil = replace(post, artists=['=HYPERLINK("https://evil.example")'], tags=["-1", "ok"])
    library.add(NewEntry(str(draw("1.png")), evil))
    text = exported(library, "csv").decode()
    assert "\"'=HYPERLINK(" in text
    assert "'-1; ok" in text
    taken(empty, text.encode(), "csv")
    (entry,) = empty.entries()
    assert entry.post
    assert (entry.post.artists, entry.post.tags) == (evil.artists, evil.tags)


def test_filters_narrow_what_is_written(filled: Library) -> None:
    lines = exported(filled, filters=Filters(source="nekos")).splitlines()
    assert [json.loads(line)["category"] for line in lines] == ["neko"]
    assert exported(filled, "csv", Filters(source="waifu")).count(b"\n") == 1


def test_bad_lines_are_named_with_their_number_and_the_rest_go_on(
    filled: Library, empty: Library, tmp_path: Path
) -> None:
    first, second, third = exported(filled).splitlines(keepends=True)
    (tmp_path / "2.gif").unlink()
    relative = third.replace(str(tmp_path).encode() + b"/", b"")
    bad = [b"nonsense\n", b'{"path": "/a"}\n', b"\xff\n", b"[" * 9999 + b"\n", relative]
    wrong = [
        third.replace(b'"sha256":"', b'"sha256":"xyz'),
        third.replace(b'"fingerprint":"', b'"fingerprint":"AAAA'),
    ]
    text = b"".join([first, b"\n", *bad, second, *wrong, third])
    result = taken(empty, text)
    assert [one.number for one in result if one.entry] == [1, 11]
    assert [one.number for one in result if one.error] == [3, 4, 5, 6, 7, 8, 9, 10]
    gone = next(one.error for one in result if one.number == 8)
    assert gone
    assert gone.reason == "not-found"
    assert empty.count() == 2


def test_a_line_is_not_believed_against_the_file(
    filled: Library, empty: Library, tmp_path: Path
) -> None:
    text = exported(filled)
    (tmp_path / "1.png").write_bytes((tmp_path / "2.gif").read_bytes())
    taken(empty, text)
    entry = empty.entries()[-1]
    assert (entry.format, entry.frames) == ("gif", 3)
    (tmp_path / "1.png").write_bytes(b"root:x:0:0" * 100)
    result = taken(empty, text.splitlines()[0])
    assert result[0].error
    assert result[0].error.reason == "corrupt"


def test_a_table_without_paths_is_no_table_of_a_library(empty: Library) -> None:
    with pytest.raises(BadArguments, match="no column path"):
        taken(empty, b"a,b\n1,2\n", "csv")


@pytest.mark.parametrize(
    "cells", ["relative.png", '""', "/nosuch.png", '"/a\x00.png"', "/a.png,nekos:1,x"]
)
def test_bad_rows_of_a_table_are_named(cells: str, empty: Library) -> None:
    (result,) = taken(empty, f"path,id,rating\n{cells}\n".encode(), "csv")
    assert (result.number, result.entry) == (2, None)
    assert result.error


def test_a_table_that_breaks_off_is_named(filled: Library, empty: Library) -> None:
    text = exported(filled, "csv") + b'"/never closed.png'
    result = taken(empty, text, "csv")
    assert [one.new for one in result] == [True, True, True, False]
    assert result[-1].error
    assert "cannot be read" in result[-1].error.message


@pytest.mark.parametrize("look", [b"", b"\x00", b"\xff\x00", b"\x01\x00"])
def test_what_is_no_fingerprint_is_none(look: bytes, filled: Library, empty: Library) -> None:
    import base64

    line = json.loads(exported(filled).splitlines()[0])
    line["fingerprint"] = base64.b64encode(look).decode()
    (result,) = taken(empty, json.dumps(line).encode())
    assert result.error
    assert "fingerprint" in result.error.message


def test_a_table_from_a_spreadsheet_is_read(filled: Library, empty: Library) -> None:
    text = exported(filled, "csv").replace(b"\n", b"\r\n")
    assert all(one.new for one in taken(empty, b"\xef\xbb\xbf" + text, "csv"))


def test_a_table_taken_in_again_changes_nothing(library: Library, draw: Draw) -> None:
    tag = SourceTag("nekos", datetime(2026, 11, 1, tzinfo=UTC), cached=False, rate_limited=False)
    post = ArtPost(
        id="nekos:1.png",
        source_tag=tag,
        rating=Rating.SENSITIVE,
        tags=["one; two", "'=three", ""],
        score=0,
        width=7,
    )
    library.add(NewEntry(str(draw("1.png", 1)), post, ROW, "=1+1"))
    library.add(NewEntry(str(draw("2.png", 2))))
    before = library.entries()
    text = exported(library, "csv")
    assert [one.new for one in taken(library, text, "csv")] == [False] * 2
    assert library.entries() == before


def test_what_a_table_tells_anew_is_taken(filled: Library, draw: Draw) -> None:
    path = str(draw("1.png", 1))
    taken(filled, f"path,id,rating,artists\n{path},nekos:1.png,q,Tove\n".encode(), "csv")
    entry = filled.get(1)
    assert entry
    assert entry.post
    assert (entry.post.artists, entry.post.rating) == (["Tove"], Rating.QUESTIONABLE)
    assert (entry.post.copyrights, entry.row) == (["Lantern Street Diaries"], ROW)
    taken(filled, f"path,id\n{path},nekos:2.png\n".encode(), "csv")
    entry = filled.get(1)
    assert entry
    assert (entry.post, entry.row) == (ArtPost(id="nekos:2.png", rating=None), None)


def test_a_line_without_a_row_takes_none_away(filled: Library) -> None:
    before = filled.entries()
    line = json.loads(exported(filled).splitlines()[0])
    del line["row"], line["post"]["artists"]
    assert [one.new for one in taken(filled, json.dumps(line).encode())] == [False]
    assert filled.entries() == before


def test_a_category_is_no_formula(library: Library, draw: Draw, post: ArtPost) -> None:
    library.add(NewEntry(str(draw("1.png")), post, None, "=1+1"))
    assert ",'=1+1," in exported(library, "csv").decode()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (r'"added_at":"[^"]*"', '"added_at":"0001-01-01T00:00:00+14:00"'),
        (r'"added_at":"[^"]*"', '"added_at":"9999-12-31T23:59:59-14:00"'),
        (r'"added_at":"[^"]*"', '"added_at":"2026-11-01T00:00:00"'),
        (r'"width":\d+', '"width":100000000000000000000'),
        (r'"height":\d+', '"height":-1'),
        (r'"frames":\d+', '"frames":9223372036854775808'),
        (r'"size":\d+', '"size":1e30'),
    ],
)
def test_numbers_and_times_that_are_none_are_not_taken_in(
    old: str, new: str, filled: Library, empty: Library
) -> None:
    first, *others = exported(filled).decode().splitlines(keepends=True)
    changed, count = re.subn(old, new, first)
    assert count == 1
    result = taken(empty, "".join([changed, *others]).encode())
    assert [(one.number, one.entry is None) for one in result] == [
        (1, True),
        (2, False),
        (3, False),
    ]
    assert len(empty.entries()) == 2


def test_a_table_that_breaks_off_in_its_first_line_is_none(empty: Library) -> None:
    with pytest.raises(BadArguments, match="not a table of an exported library"):
        taken(empty, b'"path', "csv")


@pytest.mark.parametrize("column", ["path", "category", "id", "tags"])
def test_a_line_of_a_table_that_is_not_utf_8_is_named(
    column: str, draw: Draw, empty: Library
) -> None:
    bad = {"path": str(draw("1.png", 1)), "category": "", "id": "nekos:1.png", "tags": ""}
    bad[column] += "ä"
    good = str(draw("2.png", 2))
    text = f"{','.join(bad)},more\n{','.join(bad.values())},\n{good},,,,ä\n".encode("latin-1")
    first, second = taken(empty, text, "csv")
    assert (first.number, first.entry, second.number, second.new) == (2, None, 3, True)
    assert first.error
    assert first.error.message == f"its {column} is not UTF-8"


def test_a_path_of_a_table_may_be_no_text(library: Library, draw: Draw, empty: Library) -> None:
    path = draw("1.png")
    strange = os.fsdecode(bytes(path.parent) + b"/\xff.png")
    os.rename(path, strange)
    library.add(NewEntry(strange))
    assert [one.new for one in taken(empty, exported(library, "csv"), "csv")] == [True]
    assert empty.entries()[0].path == strange


@pytest.mark.parametrize("time", [b"0001-01-01T00:00:00+14:00", b"2026-11-01T00:00:00"])
def test_a_source_without_a_time_is_not_told(time: bytes, filled: Library, empty: Library) -> None:
    text, count = re.subn(rb'("nekos",)"[^"]*"', rb'\1"' + time + b'"', exported(filled))
    assert count == 1
    assert [one.new for one in taken(empty, text)] == [True] * 3
    entry = empty.entries()[-1]
    assert entry.post
    assert (entry.post.id, entry.post.source_tag) == ("nekos:1.png", None)


_CELLS = st.text(
    st.sampled_from("=+-@'\t\r\n\x0b\x85\u2028;, \"[]\\a|\x00\x1b\u9752\uff1d")
    | st.characters(exclude_categories=["Cs"]),
    min_size=1,
    max_size=12,
)
_NAMES = st.lists(_CELLS | st.just(""), max_size=3)


@given(_CELLS, _CELLS, _NAMES, _NAMES)
def test_every_text_comes_back_from_a_table(
    category: str, url: str, artists: list[str], tags: list[str]
) -> None:
    post = ArtPost(id="a", rating=Rating.GENERAL, url=url, artists=artists, tags=tags)
    added = datetime(2026, 1, 1, tzinfo=UTC)
    entry = Entry(1, "/a\n=1.png", "0f" * 32, 9, "png", 1, 1, 1, added, category, post, None)
    text = b"".join(write_table([entry]))
    (row,) = read_table(io.BytesIO(text))
    assert isinstance(row.new, NewEntry)
    assert (row.new.path, row.new.category, row.new.post) == (entry.path, category, post)
    # However a spreadsheet takes line ends within cells, no cell begins as a formula does.
    for line in re.split(r"[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", text.decode()):
        assert not line.startswith(("=", "+", "-", "@", "\t"))


def test_a_carriage_return_makes_no_row(library: Library, draw: Draw, empty: Library) -> None:
    evil = ArtPost(id="a:1", rating=Rating.GENERAL, artists=["a\r=1+1", "b\n@SUM(1)"])
    library.add(NewEntry(str(draw("1.png")), evil))
    text = exported(library, "csv")
    assert b"\r=" not in text
    assert [one.new for one in taken(empty, text, "csv")] == [True]
    (entry,) = empty.entries()
    assert entry.post
    assert entry.post.artists == evil.artists


def test_numbers_of_a_row_are_written_as_they_came() -> None:
    row = b'{"url":"a","n":[1.10,1E5,-0,1e400,%s]}' % (b"1" * 5000)
    moment = datetime(2026, 5, 8, tzinfo=UTC)
    facts = ("0f" * 32, 1, "png", 1, 1, 1, moment, None, None)
    line = write_line(Entry(0, "/a.png", *facts, row), None)
    assert b'"row":' + row in line
    assert read_line(line).entry.row == row
