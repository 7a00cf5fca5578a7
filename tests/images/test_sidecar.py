"""A credit beside a picture: in JSON whole, in text and for Hydrus as far as these go."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from animedex.errors import BadArguments, Corrupt
from animedex.images.sidecar import KINDS, read_sidecar, sidecar_path, write_sidecar
from animedex.models import ArtPost, Rating, SourceTag
from tests.kit.effort import count

if TYPE_CHECKING:
    from pathlib import Path

ROW = b'{"id":123, "big":  123456789012345678901234567890.50, "odd": "\\ud800"}'
POST = ArtPost(
    id="danbooru:123",
    source_tag=SourceTag(
        "danbooru", datetime(2026, 5, 8, 1, 2, 3, 4, tzinfo=UTC), cached=False, rate_limited=False
    ),
    rating=Rating.QUESTIONABLE,
    url="https://cdn.example/x.png",
    page_url="https://danbooru.example/posts/123",
    source_url="https://pixiv.example/artworks/1",
    tags=["maid", "re:zero", ":3", "rem_(re:zero)", "yuzu", "猫 と犬"],
    artists=["yuzu", "aoba mio"],
    characters=["rem_(re:zero)"],
    copyrights=["re:zero_series"],
    score=-3,
    width=40,
    height=30,
    byte_size=1234,
    extension="png",
    animated=False,
    md5="0" * 32,
    created_at="2026-05-01T00:00:00Z",
)
# The files of one example are overwritten by the next.
FEWER = settings(
    max_examples=count(40, 600), suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def _posts() -> st.SearchStrategy[ArtPost]:
    odd = ["", " a", "a\r\nb", "\x00\x1b[31m", "\ud800", "\u202e", "😀", "אבג", "a: b", ":", "::a"]
    text = st.text(max_size=12) | st.text(st.characters(), max_size=5) | st.sampled_from(odd)
    long = st.sampled_from("a名").map(lambda sign: sign * 5000)
    zones = st.sampled_from([UTC, timezone(timedelta(hours=9))])
    tags = st.builds(SourceTag, text, st.datetimes(timezones=zones), st.booleans(), st.booleans())
    fields: dict[str, st.SearchStrategy[Any]] = {
        "id": st.builds("{}:{}".format, st.sampled_from(["danbooru", "nekos", "waifu"]), text),
        "source_tag": st.none() | tags,
        "rating": st.sampled_from(Rating),
        **dict.fromkeys(
            ("tags", "artists", "characters", "copyrights"), st.lists(text | long, max_size=4)
        ),
        **dict.fromkeys(("score", "width"), st.none() | st.integers()),
        **dict.fromkeys(("url", "page_url", "source_url"), st.none() | text),
        "animated": st.none() | st.booleans(),
    }
    return st.builds(ArtPost, **fields)


POSTS = _posts()
ROWS = (
    st.none()
    | st.binary(max_size=30)
    | st.sampled_from([ROW, b"", b" {}", b"{}\n", b"1}", b'1,"x":2', b"NaN", b"[" * 10**5])
    | st.sampled_from([b'"\\ud800"', b"1" * 5000, b'{"row_base64": "e30="}', b"\xef\xbb\xbf{}"])
)


@pytest.fixture
def picture(tmp_path: Path) -> str:
    return str(tmp_path / "picture.png")


def content(path: str) -> str:
    with open(path, encoding="utf-8", newline="") as file:
        return file.read()


@FEWER
@given(POSTS, ROWS)
def test_json_gives_everything_back(picture: str, post: ArtPost, row: bytes | None) -> None:
    place = write_sidecar(picture, "json", post, row)
    assert place == picture + ".json"
    assert read_sidecar(picture) == read_sidecar(place) == (post, row)
    json.loads(content(place), parse_int=str)
    os.unlink(place)


@FEWER
@given(POSTS, ROWS)
def test_xmp_gives_everything_back(picture: str, post: ArtPost, row: bytes | None) -> None:
    place = write_sidecar(picture, "xmp", post, row)
    assert place == picture + ".xmp"
    assert read_sidecar(picture) == read_sidecar(place) == (post, row)
    os.unlink(place)


def test_what_others_add_to_our_xmp_stays(picture: str) -> None:
    place = write_sidecar(picture, "xmp", POST, ROW)
    label = '<rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Label="red"/></rdf:RDF>'
    with open(place, "r+", encoding="utf-8") as file:
        edited = file.read().replace("</rdf:RDF>", label)
        file.seek(0)
        file.write(edited)
    write_sidecar(picture, "xmp", POST, ROW)
    assert 'xmp:Label="red"' in content(place)
    assert read_sidecar(picture) == (POST, ROW)


def test_xmp_of_ours_that_is_cut_is_told_and_may_be_written_anew(picture: str) -> None:
    place = write_sidecar(picture, "xmp", POST, ROW)
    os.truncate(place, os.stat(place).st_size // 2)
    with pytest.raises(Corrupt, match="damaged"):
        read_sidecar(picture)
    write_sidecar(picture, "xmp", POST, ROW)
    assert read_sidecar(picture) == (POST, ROW)


def test_a_name_that_leaves_no_room_for_a_sidecar_has_none(tmp_path: Path) -> None:
    for length in (250, 251, 252, 255):
        assert read_sidecar(str(tmp_path / ("x" * (length - 4) + ".png"))) is None


def test_json_holds_the_row_in_its_own_bytes(picture: str) -> None:
    result = content(write_sidecar(picture, "json", POST, ROW))
    assert f'\n  "row": {ROW.decode()}\n}}\n' in result
    assert result.startswith('{\n  "animedex": "credit",\n  "post": {\n    "id": "danbooru:123",\n')


def test_json_that_another_program_laid_out_anew_is_read(picture: str) -> None:
    values = json.loads(content(write_sidecar(picture, "json", POST, b'{"id": 1}')))
    with open(picture + ".json", "w", encoding="utf-8") as file:
        json.dump(dict(reversed(values.items())), file, indent=1)
    credit = read_sidecar(picture)
    assert credit is not None
    assert credit.post == POST
    assert json.loads(credit.row or b"") == {"id": 1}


def test_text_is_for_people(picture: str) -> None:
    result = content(write_sidecar(picture, "txt", POST, ROW))
    assert result.splitlines()[:7] == [
        "Id: danbooru:123",
        "Artist: yuzu",
        "Artist: aoba mio",
        "Character: rem_(re:zero)",
        "Series: re:zero_series",
        "Rating: questionable",
        "Source: https://pixiv.example/artworks/1",
    ]
    assert read_sidecar(picture) == (POST, None)


def test_hydrus_is_a_tag_on_each_line(picture: str) -> None:
    result = content(write_sidecar(picture, "hydrus", POST, ROW))
    assert result.splitlines() == [
        "id:danbooru:123",
        "creator:yuzu",
        "creator:aoba mio",
        "series:re:zero_series",
        "character:rem_(re:zero)",
        "rating:questionable",
        "source:https://pixiv.example/artworks/1",
        "page url:https://danbooru.example/posts/123",
        "maid",
        # Of these it would take what is before the colon for a namespace.
        ":re:zero",
        "::3",
        "猫 と犬",
    ]


def test_hydrus_is_read_as_far_as_it_tells(picture: str) -> None:
    write_sidecar(picture, "hydrus", POST, ROW)
    credit = read_sidecar(picture)
    assert credit is not None
    assert credit.row is None
    assert credit.post == ArtPost(
        id=POST.id,
        rating=POST.rating,
        page_url=POST.page_url,
        source_url=POST.source_url,
        tags=["maid", "re:zero", ":3", "猫 と犬"],
        artists=POST.artists,
        characters=POST.characters,
        copyrights=POST.copyrights,
    )


@FEWER
@given(POSTS, st.sampled_from(["txt", "hydrus"]))
def test_any_credit_can_be_told_in_lines(picture: str, post: ArtPost, kind: str) -> None:
    """Nothing that a service sends makes a line of its own, or the file unreadable."""
    place = write_sidecar(picture, kind, post)
    lines = content(place).splitlines()
    assert all(line == line.strip() or line.endswith(": ") for line in lines)
    assert not any(ord(sign) < 32 or sign == "\x7f" for line in lines for sign in line)
    credit = read_sidecar(picture)
    assert credit is not None
    assert credit.post.rating == post.rating
    assert credit.post.id == " ".join(post.id.split()) or "\ufffd" in credit.post.id
    assert len(credit.post.tags) <= len(post.tags)
    if kind == "txt":
        assert (credit.post.score, credit.post.width) == (post.score, post.width)
        assert len(credit.post.artists) == len(post.artists)
    os.unlink(place)


def test_an_unknown_rating_stays_unknown(picture: str) -> None:
    for told in ("id:a:1\nmaid\n", "id:a:1\nrating:nice\n", "Id: a:1\n"):
        with open(picture + ".txt", "w", encoding="utf-8") as file:
            file.write(told)
        credit = read_sidecar(picture)
        assert credit is not None
        assert credit.post.rating is None


def test_what_tells_most_is_read_first(picture: str) -> None:
    write_sidecar(picture, "hydrus", POST)
    write_sidecar(picture, "json", POST, ROW)
    assert read_sidecar(picture) == (POST, ROW)
    assert read_sidecar(picture + ".txt") != (POST, ROW)


@pytest.mark.parametrize("kind", KINDS)
def test_writing_again_replaces_ours(kind: str, picture: str) -> None:
    other = ArtPost(id=POST.id, rating=Rating.GENERAL)
    place = write_sidecar(picture, kind, POST, ROW)
    assert write_sidecar(picture, kind, other) == place
    assert read_sidecar(picture) == (other, None)
    assert os.listdir(os.path.dirname(picture)) == [os.path.basename(place)]


def test_text_and_hydrus_may_follow_each_other(picture: str) -> None:
    for kind in ("txt", "hydrus", "txt"):
        write_sidecar(picture, kind, POST)
    assert read_sidecar(picture) == (POST, None)


@pytest.mark.parametrize(
    "told",
    [
        *(b"", b"my notes\n", b"blue sky\ncreator:me\n", b'{"id": 1}'),
        *(b"id: shelf 4\n", b"Id: shelf 4\n", b"id: shelf: 4\n", b"id:4\n", b"Id:\n"),
        *(b"bought in May\nid:danbooru:123\n", b"bought in May\nId: danbooru:123\n"),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_what_somebody_else_wrote_is_neither_read_nor_overwritten(
    kind: str, told: bytes, picture: str
) -> None:
    place = sidecar_path(picture, kind)
    with open(place, "wb") as file:
        file.write(told)
    assert read_sidecar(picture) is None
    with pytest.raises(BadArguments, match="did not write it") as caught:
        write_sidecar(picture, kind, POST)
    assert caught.value.hint
    with open(place, "rb") as file:
        assert file.read() == told


@pytest.mark.parametrize("kind", KINDS)
def test_ours_of_another_picture_is_not_overwritten(kind: str, picture: str) -> None:
    other = ArtPost(id="waifu:7", rating=Rating.GENERAL)
    place = write_sidecar(picture, kind, other)
    before = content(place)
    with pytest.raises(BadArguments, match="for danbooru:123") as caught:
        write_sidecar(picture, kind, POST, ROW)
    assert caught.value.hint
    assert content(place) == before


@pytest.mark.parametrize("kind", KINDS)
def test_a_link_is_never_followed(kind: str, picture: str, tmp_path: Path) -> None:
    place, elsewhere = sidecar_path(picture, kind), tmp_path / "elsewhere"
    os.symlink(elsewhere, place)
    with pytest.raises(BadArguments, match="was not changed"):
        write_sidecar(picture, kind, POST)
    assert not elsewhere.exists()
    os.rename(write_sidecar(str(tmp_path / "other"), kind, POST), elsewhere)
    before = elsewhere.read_bytes()
    with pytest.raises(BadArguments, match="was not changed"):
        write_sidecar(picture, kind, POST, ROW)
    assert elsewhere.read_bytes() == before


def test_ours_that_is_cut_is_told_and_may_be_written_anew(picture: str) -> None:
    place = write_sidecar(picture, "json", POST, ROW)
    with open(place, "rb") as file:
        whole = file.read()
    for size in (30, 80, len(whole) // 2, len(whole) - 2):
        with open(place, "wb") as file:
            file.write(whole[:size])
        with pytest.raises(Corrupt, match="damaged") as caught:
            read_sidecar(picture)
        assert caught.value.hint
    for other in ("waifu:7", "danbooru:12"):
        with pytest.raises(BadArguments):
            write_sidecar(picture, "json", ArtPost(id=other, rating=Rating.GENERAL))
    write_sidecar(picture, "json", POST, ROW)
    assert read_sidecar(picture) == (POST, ROW)


@pytest.mark.parametrize(
    ("ending", "told"),
    [
        ("json", '{"animedex": "credit"}'),
        ("json", '{"animedex": "credit", "post": {"id": 1}}'),
        ("json", '{"animedex": "credit", "post": {"id":"a","rating":"g"}, "row_base64": "?"}'),
        ("json", '{\n  "animedex": "credit", "post": ' + "[" * 10**6),
        ("txt", "Id: a:1\nRating: nice\n"),
        ("txt", "Id: a:1\nWidth: wide\n"),
        ("txt", "Id: a:1\nService: a\nFetched: now\n"),
    ],
)
def test_ours_that_makes_no_sense_is_told(ending: str, told: str, picture: str) -> None:
    with open(f"{picture}.{ending}", "w", encoding="utf-8") as file:
        file.write(told)
    with pytest.raises(Corrupt, match="damaged"):
        read_sidecar(picture)


@FEWER
@given(st.binary(max_size=60), st.sampled_from(["json", "xmp", "txt"]))
def test_any_bytes_beside_a_picture_do_no_harm(picture: str, told: bytes, ending: str) -> None:
    with open(f"{picture}.{ending}", "wb") as file:
        file.write(told)
    try:
        read_sidecar(picture)
    except Corrupt:
        assert ending == "txt"
        assert told.startswith(b"Id:")
    os.unlink(f"{picture}.{ending}")


def test_what_is_far_too_long_is_told(picture: str) -> None:
    with open(picture + ".json", "wb") as file:
        file.truncate(2**26 + 1)
    with pytest.raises(Corrupt, match="too long"):
        read_sidecar(picture)


def test_where_there_is_none(picture: str) -> None:
    assert read_sidecar(picture) is None
    os.mkdir(picture + ".json")
    assert read_sidecar(picture) is None
    with pytest.raises(BadArguments):
        write_sidecar(picture, "json", POST)


@pytest.mark.parametrize("kind", ["none", "xml", ""])
def test_a_kind_that_there_is_not(kind: str, picture: str) -> None:
    with pytest.raises(BadArguments, match="no sidecar of the kind") as caught:
        write_sidecar(picture, kind, POST)
    assert caught.value.hint == "choose one of json, xmp, txt, hydrus"


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    for name in ("none/picture.png", "x" * 252 + ".png", "nul\0.png"):
        with pytest.raises(BadArguments):
            write_sidecar(str(tmp_path / name), "json", POST)
    with pytest.raises(BadArguments):
        read_sidecar(str(tmp_path / "nul\0.png"))
