"""Entries are found by words: all of them, the best first, and nothing else."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from animedex.library.entry import NewEntry
from animedex.library.entry_search import search_entries
from animedex.library.filter_sql import EVERYTHING, Filters
from animedex.library.fts_index import EntryTexts, index_entry, unindex_entry
from animedex.library.migrations import migrate
from animedex.library.tokenizer import extract_words, split
from animedex.models import ArtPost, Rating
from animedex.text_normalization import is_cjk

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from animedex.library.picture_library import Library
    from tests.library.conftest import Draw

KANA_AND_KANJI = "君の名は葬送フリーレンガぎﾌ進撃、・ "
HANGUL = "너의이름은 귀멸칼날"
DENSE_NAMES = st.text(KANA_AND_KANJI, min_size=1, max_size=12) | st.text(HANGUL, min_size=1)
ANY_NAMES = st.text(st.characters(exclude_categories=()), min_size=1, max_size=20)
NAMES = st.lists(
    st.sampled_from(["miku", "mikuri", "hatsune_miku", "solo", "mika", "君の名は", "未来"])
    | st.text("mikua 君の", min_size=1, max_size=7),
    max_size=3,
)
SHELVES = st.lists(
    st.builds(
        EntryTexts, NAMES, NAMES, NAMES, NAMES, st.sampled_from(["miku.png", "solo 1.png", ""])
    ),
    max_size=12,
)


@contextmanager
def shelf(*texts: EntryTexts) -> Generator[sqlite3.Connection]:
    """Keep entries with these names, numbered from 1; every second one is of a service."""
    db = sqlite3.connect(":memory:", isolation_level=None)
    migrate(db)
    for number, one in enumerate(texts, 1):
        index_texts(db, number, one)
    yield db
    db.close()


def index_texts(db: sqlite3.Connection, number: int, texts: EntryTexts) -> None:
    query = (
        "INSERT INTO entry (id, path, sha256, size, format, frames, added_at, rating, backend)"
        " VALUES (?, ?, '', 1, 'png', 1, ?, ?, ?)"
    )
    source = "nekos" if number % 2 else None
    rating = "gsq"[number % 3] if source else None
    db.execute(query, (number, str(number), float(number), rating, source))
    index_entry(db, number, texts)


def numbers(db: sqlite3.Connection, words: str, filters: Filters = EVERYTHING) -> list[int]:
    return [result.id for result in search_entries(db, words, filters)]


def named(*names: str) -> list[EntryTexts]:
    return [EntryTexts([name]) for name in names]


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("Frieren", "frie"),
        ("Frieren", "FRIEREN"),
        ("Frieren", "freiren"),
        ("Frieren", "friern"),
        ("Frieren", "freir"),
        ("Hatsune Miku", "hatsume miku"),
        ("Hatsune Miku", "miku hatsune"),
        ("Hatsune Miku", "hatsunemiku"),
        ("Hatsune Miku", "miku_hatsune"),
        ("hatsune_miku_(append)", "hatsune miku append"),
        ("hatsune miku (append)", "hatsune_miku_(append)"),
        ("Neon Genesis Evangelion", "evanjelian"),
        ("Re:Zero", "rezero"),
        ("rezero", "re:zero"),
        ("Pokémon", "pokemon"),
        ("Pokemon", "Ｐｏｋéｍｏｎ"),
        ("nekomimi", "komimi"),
        ("君の名は。", "君の名は"),
        ("君の名は。", "君の"),
        ("君の名は。", "の名"),
        ("君の名は。", "名"),
        ("君の名は。", "は"),
        ("葬送のフリーレン", "ふりーれん"),
        ("葬送のフリーレン", "ﾌﾘｰﾚﾝ 葬送"),
        ("葬送のフリーレン", "フリレーン"),
        ("ぼっち・ざ・ろっく！", "ぼっちざろっく"),
        ("TVアニメ第2期", "Vアニメ第2"),
        ("너의 이름은", "이름"),
        ("너의 이름은", "의이"),
        ("프리렌", "프리랜"),
        ("^_^", "^_^"),
        ("K", "k"),
        ("1girl", "1gir"),
    ],
)
def test_a_name_is_found_however_it_is_written(name: str, query: str) -> None:
    for texts in (
        EntryTexts([name]),
        EntryTexts((), [name]),
        EntryTexts((), (), [name]),
        EntryTexts(tags=[name]),
    ):
        with shelf(
            EntryTexts(["other"], file="someone.png"), texts, EntryTexts(tags=["他の"])
        ) as db:
            assert numbers(db, query) == [2]


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("Frieren", "qwxzvk"),
        ("Frieren", "frieren fern"),
        ("rem", "ram"),
        ("86", "87"),
        ("1234567", "1234568"),
        ("miku", "m"),
        ("巨人", "美人"),
        ("君の名は", "名の君"),
        ("Frieren", ""),
        ("Frieren", " \t\u200b"),
        ("Frieren", "!?"),
        ("鬼", "鬼滅の刃"),
    ],
)
def test_what_is_not_there_is_not_found(name: str, query: str) -> None:
    with shelf(EntryTexts([name], tags=[name], file=f"{name}.png")) as db:
        assert search_entries(db, query) == []


@pytest.mark.parametrize(
    "query",
    [
        '"',
        '"miku',
        'miku"',
        "miku OR solo",
        "miku AND",
        "NOT miku",
        "NEAR(miku solo)",
        "miku*",
        "^miku",
        "-miku",
        "name:miku",
        "{name tag}: miku",
        "(miku",
        "miku)",
        "miku + solo",
        "wording MATCH 'miku'",
        "=miku",
        "~君の",
        "'; DROP TABLE entry; --",
        "miku\x00solo",
        "\ud800",
        "%",
        "_",
        "miku" * 2000,
        "miku " * 2000,
        "君" * 2000,
    ],
)
def test_the_syntax_of_the_index_means_nothing(query: str) -> None:
    with shelf(EntryTexts(["miku"], tags=["solo"])) as db:
        # Only the words in it count, whatever stands between them.
        expected = numbers(db, " ".join(extract_words(query)))
        assert numbers(db, query) == expected
        assert numbers(db, "miku") == [1]


def test_all_words_are_needed_across_kinds_of_names() -> None:
    both = EntryTexts(["yuzuriko"], ["frieren"], ["sousou"], ["long_hair"], "/a/beach.png")
    with shelf(EntryTexts(["yuzuriko"]), both, EntryTexts((), ["frieren"])) as db:
        assert numbers(db, "hair frieren yuzu beach sousou") == [2]
        assert numbers(db, "frieren") == [3, 2]


def test_the_folder_and_the_ending_of_a_file_say_nothing() -> None:
    with shelf(EntryTexts(file="/home/miku/neko.png")) as db:
        assert numbers(db, "neko") == [1]
        assert numbers(db, "miku") == numbers(db, "png") == numbers(db, "home") == []


def test_the_best_come_first() -> None:
    best_last = [
        EntryTexts(file="a mikuri.png"),
        EntryTexts(tags=["a mikuri"]),
        EntryTexts(["mikuri b"]),
        EntryTexts(file="a miku.png"),
        EntryTexts(tags=["a miku"]),
        EntryTexts(["a miku"]),
        EntryTexts(file="miku.png"),
        EntryTexts(tags=["miku"]),
        EntryTexts((), ["miku"]),
    ]
    for ordered in (best_last, best_last[::-1]):
        with shelf(*ordered) as db:
            result = search_entries(db, "miku")
            assert [ordered[one.id - 1] for one in result] == best_last[::-1]
            scores = [one.score for one in result]
            assert scores == sorted(set(scores), reverse=True)
            assert scores[0] == 1.0


def test_a_part_comes_after_a_beginning() -> None:
    with shelf(*named("君の名は", "名前", "名", "名 前")) as db:
        assert numbers(db, "名") == [3, 4, 2, 1]


def test_of_equal_ones_the_newest_comes_first() -> None:
    with shelf(*named("miku", "miku", "miku")) as db:
        assert numbers(db, "miku") == [3, 2, 1]


def test_an_entry_is_as_good_as_the_worst_of_its_words() -> None:
    with shelf(EntryTexts(["miku"], file="solo.png"), EntryTexts(["mikuri"], tags=["solo"])) as db:
        assert numbers(db, "miku solo") == [1, 2]
    with shelf(
        EntryTexts(["miku"], file="soloist.png"), EntryTexts(["mikuri"], tags=["solo"])
    ) as db:
        assert numbers(db, "miku solo") == [2, 1]


def test_slips_are_forgiven_only_where_nothing_is_as_it_is_written() -> None:
    with shelf(*named("asuka", "asuna", "asuma")) as db:
        assert numbers(db, "asuka") == [1]
        assert numbers(db, "asuha") == [3, 2, 1]
        unindex_entry(db, 1)
        assert numbers(db, "asuka") == [3, 2]


def test_of_words_that_never_go_together_one_was_mistaken() -> None:
    with shelf(*named("hatsune miku", "hatsune mika", "hatsume")) as db:
        assert numbers(db, "hatsume miku") == [1]


def test_a_word_that_is_there_was_not_mistaken() -> None:
    with shelf(*named("hatsune miku", "hatsune mika")) as db:
        assert numbers(db, "hatsume miku") == [1]


def test_both_words_may_have_been_mistaken() -> None:
    with shelf(*named("hatsune miku", "fern mikoto", "hatsume")) as db:
        assert numbers(db, "hatsume mikk") == [1]
        assert numbers(db, "hatsume mikoti") == []


@pytest.mark.parametrize("query", ["k fri", "fri k", "の fri", "ねこ fri", "k の fri", "kona の"])
def test_each_word_is_found_in_its_own_way(query: str) -> None:
    with shelf(
        EntryTexts(["K"]), EntryTexts(["K", "Frieren"], tags=["あの人", "ねこ耳", "ko-na"])
    ) as db:
        assert numbers(db, query) == [2]


def test_fewer_slips_are_enough() -> None:
    with shelf(*named("evangelian", "evangelien", "evanjelien")) as db:
        assert numbers(db, "evangelion") == [2, 1]


def test_filters_do_not_have_slips_forgiven() -> None:
    with shelf(*named("asuna", "asuka", "asuna")) as db:
        assert numbers(db, "asuka", Filters(source="own")) == [2]
        assert numbers(db, "asuka", Filters(source="nekos")) == []
        assert numbers(db, "asuha", Filters(source="nekos")) == [3, 1]


def test_no_more_than_the_limit_is_found() -> None:
    with shelf(*named(*["miku"] * 9)) as db:
        assert [result.id for result in search_entries(db, "miku", limit=4)] == [9, 8, 7, 6]
        assert search_entries(db, "miku", limit=0) == search_entries(db, "miku", limit=-1) == []


def test_what_was_taken_out_is_not_found() -> None:
    with shelf(*named("miku", "miku")) as db:
        unindex_entry(db, 2)
        index_entry(db, 1, EntryTexts(["fern"]))
        assert numbers(db, "miku") == []
        assert numbers(db, "fern") == [1]


@given(ANY_NAMES, st.integers(0, 3))
def test_what_is_indexed_is_found_by_its_exact_name(name: str, kind: int) -> None:
    assume(extract_words(name))
    names: list[Sequence[str]] = [()] * 4
    names[kind] = [name]
    artists, characters, shows, tags = names
    whole = EntryTexts(artists, characters, shows, tags)
    with shelf(EntryTexts(["nobody"]), whole, EntryTexts(tags=["nothing"])) as db:
        result = search_entries(db, name)
        assert result[0].id == 2
        assert result[0].score >= 0.96


@given(ANY_NAMES)
def test_what_is_indexed_is_found_by_the_beginning_of_a_word(name: str) -> None:
    with shelf(EntryTexts((), [f"x {name}"])) as db:
        for word in split(name):
            for end in range(3, len(word) + 1):
                assert numbers(db, word[:end]) == [1], word[:end]


@given(DENSE_NAMES)
def test_what_is_indexed_is_found_by_any_part_of_a_dense_name(name: str) -> None:
    with shelf(EntryTexts([name]), EntryTexts(["nobody"])) as db:
        for start in range(len(name)):
            for end in range(start + 1, len(name) + 1):
                part = name[start:end]
                if any(map(is_cjk, split(part))):
                    assert numbers(db, part) == [1], part


QUERIES = st.text("miku 君の", max_size=9) | st.sampled_from(["miku", "solo miku", "mikh", "名は"])


@given(SHELVES, QUERIES, st.integers(1, 12))
def test_ranking_is_total_and_stable(shelves: list[EntryTexts], query: str, limit: int) -> None:
    with shelf(*shelves) as db:
        result = search_entries(db, query)
        assert result == sorted(result, key=lambda one: (-one.score, -one.id))
        assert len({one.id for one in result}) == len(result)
        assert all(0 < one.score <= 1 for one in result)
        assert search_entries(db, query, limit=limit) == result[:limit]
        for number, texts in enumerate(shelves, 1):
            index_entry(db, number, texts)
        assert search_entries(db, query) == result


@given(SHELVES, QUERIES, st.sampled_from(["own", "nekos"]), st.sampled_from(["g", None]))
def test_filters_take_from_what_is_found_and_never_add(
    shelves: list[EntryTexts], query: str, source: str, rating: str | None
) -> None:
    with shelf(*shelves) as db:
        filters = Filters(source=source, rating=rating)
        where, values = filters.where()
        passing = {row[0] for row in db.execute(f"SELECT id FROM entry WHERE {where}", values)}
        assert search_entries(db, query, filters) == [
            one for one in search_entries(db, query) if one.id in passing
        ]
        for limit in (1, 2):
            assert (
                search_entries(db, query, filters, limit)
                == search_entries(db, query, filters)[:limit]
            )


def test_what_another_process_adds_is_found_with_its_slips(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    db = sqlite3.connect(path, isolation_level=None)
    migrate(db)
    index_texts(db, 1, EntryTexts(["himmel"]))
    assert numbers(db, "freiren") == []
    adding = (
        "import sqlite3, sys; from animedex.library.fts_index import EntryTexts, index_entry;"
        "db = sqlite3.connect(sys.argv[1]); index_entry(db, 2, EntryTexts(['frieren']));"
        "db.commit()"
    )
    subprocess.run([sys.executable, "-c", adding, path], check=True)
    assert numbers(db, "freiren") == [2]
    db.close()


def test_the_library_finds_pictures_by_their_credit(library: Library, draw: Draw) -> None:
    post = ArtPost(
        id="nekos:1",
        rating=Rating.GENERAL,
        artists=["Yuzuriko"],
        copyrights=["葬送のフリーレン"],
        tags=["long_hair"],
    )
    entry = library.add(NewEntry(str(draw("beach.png", 1)), post, category="neko"))
    library.add(NewEntry(str(draw("forest.png", 2))))
    for words in ("yuzuriko", "フリーレン", "long hair", "neko", "beach", "yuzuriko long フリ"):
        [hit] = library.search(words)
        assert hit.entry == entry
    assert library.search("beach")[0].score < library.search("yuzuriko")[0].score == 1.0
    assert library.search("yuzuriko", Filters(source="own")) == []
    library.remove(entry.id)
    assert library.search("yuzuriko") == []
    assert [hit.entry.path for hit in library.search("forset")] == [str(draw("forest.png", 2))]
