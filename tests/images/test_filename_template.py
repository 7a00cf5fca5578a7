"""File names by a template: always below the folder, always legal."""

from __future__ import annotations

import os

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from animedex.errors import BadArguments
from animedex.images.filename_template import (
    DEFAULT,
    FIELDS,
    MAX_FOLDERS,
    MAX_PATH_BYTES,
    FilenameTemplate,
    number_path,
    template_values,
)
from animedex.models import ArtPost, Rating
from tests.images.test_safe_filename import ODD, assert_legal

POST = ArtPost(
    id="danbooru:7",
    rating=Rating.GENERAL,
    url="https://cdn.donmai.us/original/ab/cd/abcd.jpg",
    artists=["aoba_mio", "tove"],
    characters=["mio"],
    copyrights=["Fate/Zero"],
    tags=["solo", "1girl"],
    width=30,
    created_at="2026-01-02T03:04:05Z",
)
PIECES = st.sampled_from(["/", "\\", "..", ".", " - ", "{{", "}}", *(f"{{{f}}}" for f in FIELDS)])
TEMPLATES = st.lists(PIECES | ODD.map(lambda t: t.replace("{", "").replace("}", "")), max_size=12)
VALUES = st.fixed_dictionaries(dict.fromkeys(FIELDS, ODD)).map(lambda v: {**v, "ext": "png"})


def name(template: str, post: ArtPost = POST, category: str | None = None) -> str:
    return FilenameTemplate(template).path(template_values(post, category, "jpg"))


def assert_safe(path: str, longest: int = MAX_PATH_BYTES) -> None:
    assert not os.path.isabs(path)
    assert os.path.normpath(path) == path
    assert path.endswith(".png")
    assert len(path.encode()) <= longest
    for part in path.split("/"):
        assert_legal(part)


@given(TEMPLATES, VALUES)
def test_any_template_with_any_values_stays_inside_and_is_legal(
    pieces: list[str], values: dict[str, str]
) -> None:
    text = "".join(pieces)
    assume(text.count("/") + text.count("\\") < MAX_FOLDERS)
    path = FilenameTemplate(text).path(values)
    assert_safe(path)
    again = FilenameTemplate(path.replace("{", "{{").replace("}", "}}"))
    assert again.path(values) == path


@given(TEMPLATES, VALUES, st.integers(64, 300), st.integers(2, 99_999))
def test_a_number_changes_the_name_and_nothing_of_that(
    pieces: list[str], values: dict[str, str], longest: int, number: int
) -> None:
    text = "".join(pieces)
    assume(text.count("/") + text.count("\\") < MAX_FOLDERS)
    path = FilenameTemplate(text).path(values, longest)
    other = number_path(path, number, longest)
    assert_safe(other, longest + len(f" ({number})"))
    assert other != path
    assert other.endswith(f" ({number}).png")


@pytest.mark.parametrize(
    ("template", "path"),
    [
        (DEFAULT, "aoba_mio - danbooru 7.jpg"),
        ("{source}/{category}/{artist} - {id}.{ext}", "danbooru/aoba_mio - 7.jpg"),
        ("{series}/{id}.{ext}", "Fate_Zero/7.jpg"),
        ("{id}", "7.jpg"),
        ("{id}.png", "7.png.jpg"),
        ("{artists} {date} {width}x{height}", "aoba_mio, tove 2026-01-02 30x.jpg"),
        ("{name}.{ext}", "abcd.jpg"),
        ("{{{id}}}", "{7}.jpg"),
        ("../../{id}", "7.jpg"),
        ("/etc/{id}", "etc/7.jpg"),
        ("C:\\{id}", "C/7.jpg"),
        ("{md5}", "7.jpg"),
        ("", "7.jpg"),
    ],
)
def test_what_is_not_there_is_left_out(template: str, path: str) -> None:
    assert name(template) == path


def test_an_id_does_not_bring_its_extension_twice() -> None:
    post = ArtPost(
        id="nekos:ab-1.png", rating=Rating.GENERAL, url="https://x.example/neko/ab-1.png"
    )
    assert name("{category}/{id}.{ext}", post, "neko") == "neko/ab-1.jpg"


def test_a_name_of_5000_characters_is_cut() -> None:
    path = name(
        "{tags}/{artist} - {id}.{ext}",
        ArtPost(id="waifu:7", rating=Rating.GENERAL, artists=["猫" * 5000], tags=["x" * 5000]),
    )
    assert len(path.encode()) <= MAX_PATH_BYTES
    assert path.endswith("猫.jpg")
    assert path.startswith("xxx")


@pytest.mark.parametrize(
    ("template", "hint"),
    [
        ("{artst}", "did you mean {artist}?"),
        ("{nothing like it}", "`name='help'` lists the fields"),
        ("{", "write it twice for a literal one"),
        ("{id}}", "write it twice for a literal one"),
        ("/" * 16, "use fewer slashes"),
        ("{id!r}", "did you mean {id}?"),
        ("{}", "name='help'"),
    ],
)
def test_a_template_that_is_wrong_is_told(template: str, hint: str) -> None:
    with pytest.raises(BadArguments) as caught:
        FilenameTemplate(template)
    assert hint in str(caught.value.hint)
