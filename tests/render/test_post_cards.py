"""Cards of art posts."""

from __future__ import annotations

from animedex.models import ArtPost, Rating
from animedex.render.post_cards import join_few, post_card
from animedex.render.text_output import TextStyle, cards


def render_card(post: ArtPost) -> list[str]:
    return cards([post_card(post)], TextStyle(60)).splitlines()


def test_a_card_names_who_made_it_and_who_is_on_it() -> None:
    post = ArtPost(
        id="danbooru:7",
        rating=Rating.QUESTIONABLE,
        url="https://cdn.example/7.png",
        page_url="https://danbooru.example/posts/7",
        source_url="https://www.pixiv.net/artworks/990000000",
        artists=["aoba_mio"],
        characters=["miko"],
        copyrights=["lantern_street"],
        width=30,
        height=40,
        score=-2,
    )
    first, *lines = render_card(post)
    assert first.split() == ["danbooru:7", "[src:", "danbooru]"]
    assert [line.split(maxsplit=1)[1] for line in lines[:-1]] == [
        "aoba_mio",
        "miko",
        "lantern_street",
        "questionable",
        "30 x 40",
        "-2",
        "https://www.pixiv.net/artworks/990000000",
        "https://danbooru.example/posts/7",
    ]
    assert lines[-1] == "  https://cdn.example/7.png"


def test_a_withheld_picture_says_so_in_place_of_its_address() -> None:
    lines = render_card(ArtPost(id="danbooru:7", rating=Rating.GENERAL))
    assert lines[1:] == ["  rating  general", "  withheld by the service"]


def test_a_score_of_nothing_is_a_score() -> None:
    assert "  score   0" in render_card(ArtPost(id="waifu:7", rating=Rating.GENERAL, score=0))


def test_many_names_are_counted() -> None:
    assert join_few([str(number) for number in range(8)]) == "0, 1, 2, 3, 4 and 3 more"


def test_names_are_data() -> None:
    post = ArtPost(id="waifu:7", rating=Rating.EXPLICIT, artists=["a\x1b[2Jb [red]"])
    text = "\n".join(render_card(post))
    assert "\x1b" not in text
    assert "[red]" in text
