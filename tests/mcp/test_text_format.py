"""Answers as text: short, credited, and harmless."""

from __future__ import annotations

from datetime import UTC, datetime

from animedex.backends.danbooru.models import DanbooruTag
from animedex.backends.nekos.models import NekosImage
from animedex.mcp.text_format import format_answer, format_credits
from animedex.mcp.tool_registry import all_tools
from animedex.models import ArtPost, Rating, SourceTag
from animedex.tool import Arguments, Tool

TOOLS = all_tools()


def test_artist_and_source_stand_beside_a_picture() -> None:
    row = NekosImage.from_payload(
        {"url": "https://x.example/neko/1.png", "artist_name": "Mio", "source_url": "https://m/1"}
    )
    text = format_answer(TOOLS["nekos_image"], {"rows": [row]})
    assert text == (
        "nekos:1.png: https://x.example/neko/1.png | artist: Mio | source: https://m/1 | rating: g"
    )


def test_many_names_are_cut_short() -> None:
    post = ArtPost(id="a:1", rating=Rating.GENERAL, characters=[f"c{n}" for n in range(9)])
    assert "characters: c0, c1, c2, c3, c4 and 4 more | source: unknown" in format_credits(post)


def test_a_post_tells_where_it_is_from() -> None:
    tag = SourceTag("nekos", datetime(2026, 1, 1, tzinfo=UTC), cached=False, rate_limited=False)
    post = ArtPost(id="nekos:1", rating=Rating.GENERAL, source_tag=tag)
    assert format_answer(TOOLS["art_random"], {"rows": [post], "failures": []}).endswith(
        "[src: nekos]"
    )


def test_a_tag_is_told_in_a_line() -> None:
    row = DanbooruTag.from_payload({"name": "cat_girl", "post_count": 9})
    assert (
        format_answer(TOOLS["danbooru_tags"], {"rows": [row]})
        == "cat_girl: 9 posts [src: danbooru]"
    )
    row = DanbooruTag.from_payload({"name": "cat_girl"})
    assert format_answer(TOOLS["danbooru_tags"], {"rows": [row]}) == "cat_girl [src: danbooru]"


def test_what_has_no_value_is_left_out() -> None:
    answer = {"work": "pixiv:1", "page": None, "characters": ["a", "b"], "artists": []}
    assert format_answer(TOOLS["art_identify"], answer) == "work: pixiv:1\ncharacters: a, b"


def test_no_rows_are_told_as_such() -> None:
    assert format_answer(TOOLS["nekos_search"], {"rows": []}) == "nothing was found"


def test_a_name_steers_nothing() -> None:
    row = NekosImage.from_payload(
        {"url": "https://x.example/neko/1.png", "artist_name": "a\x1b[31m\n\u202eb"}
    )
    text = format_answer(TOOLS["nekos_image"], {"rows": [row]})
    assert not {"\x1b", "\n", "\u202e"} & set(text)


def test_an_object_is_told_as_json() -> None:
    async def run(client: object, given: object) -> dict[str, object]:
        raise NotImplementedError

    tool = Tool("a", "A", "", Arguments, {"failures": list[dict[str, str]]}, run)
    assert format_answer(tool, {"failures": [{"reason": "timeout"}]}) == '{"reason":"timeout"}'
