"""Cards show what is known, and leave out what is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from animedex.backends.danbooru import cards
from animedex.backends.danbooru.models import (
    DanbooruArtist,
    DanbooruPool,
    DanbooruRelatedTag,
    DanbooruSuggestion,
    DanbooruTag,
    DanbooruWikiPage,
)
from animedex.render.text_output import TextStyle
from animedex.render.text_output import cards as drawn

if TYPE_CHECKING:
    from animedex.http_message import JsonObject
    from animedex.render.text_output import Card

HOME = "https://danbooru.donmai.us"


@pytest.mark.parametrize(
    ("lay_out", "kind", "row", "title", "lines", "url"),
    [
        (
            cards.tag_card,
            DanbooruTag,
            {"name": "natto_&_toast", "category": 1, "post_count": 3, "is_deprecated": True},
            "natto_&_toast",
            {"kind": "artist", "posts": "3", "deprecated": "yes"},
            f"{HOME}/posts?tags=natto_%26_toast",
        ),
        (
            cards.suggestion_card,
            DanbooruSuggestion,
            {"value": "cat_girl", "category": 0, "post_count": 0, "antecedent": "catgirl"},
            "cat_girl",
            {"kind": "general", "posts": "0", "found as": "catgirl"},
            f"{HOME}/posts?tags=cat_girl",
        ),
        (
            cards.related_card,
            DanbooruRelatedTag,
            {
                "tag": {"name": "cat_ears", "category": 0, "post_count": 9},
                "frequency": 0.5,
                "cosine_similarity": 0.256,
            },
            "cat_ears",
            {"kind": "general", "posts": "9", "beside it": "50%", "similarity": "0.26"},
            f"{HOME}/posts?tags=cat_ears",
        ),
        (
            cards.artist_card,
            DanbooruArtist,
            {
                "id": 5,
                "name": "mio",
                "other_names": ["澪", "Mio"],
                "group_name": "a",
                "is_banned": True,
            },
            "mio",
            {"other names": "澪, Mio", "group": "a", "banned": "yes", "page": f"{HOME}/artists/5"},
            f"{HOME}/posts?tags=mio",
        ),
        (
            cards.pool_card,
            DanbooruPool,
            {
                "id": 7,
                "name": "Rain",
                "category": "series",
                "post_count": 2,
                "post_ids": [3, 4],
                "description": "Three\r\n\r\npages.",
            },
            "Rain",
            {"kind": "series", "posts": "2", "first": "3, 4", "about": "Three pages."},
            f"{HOME}/pools/7",
        ),
        (
            cards.wiki_card,
            DanbooruWikiPage,
            {"title": "fate/zero", "body": "x" * 900, "other_names": ["a"]},
            "fate/zero",
            {"other names": "a", "text": "x" * 599 + "…"},
            f"{HOME}/wiki_pages/fate%2Fzero",
        ),
    ],
)
def test_a_card_shows_what_is_known(  # noqa: PLR0913, PLR0917  a table's columns
    lay_out: Any, kind: Any, row: JsonObject, title: str, lines: dict[str, str], url: str
) -> None:
    card: Card = lay_out(kind.from_payload(row))
    assert (card.title, dict(card.lines), card.url) == (title, lines, url)
    assert card.source == "danbooru"


@pytest.mark.parametrize(
    ("lay_out", "kind"),
    [
        (cards.tag_card, DanbooruTag),
        (cards.suggestion_card, DanbooruSuggestion),
        (cards.related_card, DanbooruRelatedTag),
        (cards.artist_card, DanbooruArtist),
        (cards.pool_card, DanbooruPool),
        (cards.wiki_card, DanbooruWikiPage),
    ],
)
def test_a_card_leaves_out_what_is_not_known(lay_out: Any, kind: Any) -> None:
    card: Card = lay_out(kind.from_payload({}))
    assert card.title == "without a name"
    assert {value for _, value in card.lines if value} == set()


def test_a_related_tag_without_a_kind() -> None:
    assert (
        dict(cards.related_card(DanbooruRelatedTag.from_payload({"tag": {}})).lines)["kind"] is None
    )


ODD: JsonObject = {
    **dict.fromkeys(("name", "value", "title", "body", "description"), "a\x1b[31m\x9b \u202e\x07b"),
    "other_names": ["\x1b]8;;https://x.example\x07"],
    "id": 7,
}


@pytest.mark.parametrize(
    ("lay_out", "kind"),
    [
        (cards.tag_card, DanbooruTag),
        (cards.suggestion_card, DanbooruSuggestion),
        (cards.artist_card, DanbooruArtist),
        (cards.pool_card, DanbooruPool),
        (cards.wiki_card, DanbooruWikiPage),
    ],
)
def test_what_the_service_says_does_not_steer_a_terminal(lay_out: Any, kind: Any) -> None:
    shown = drawn([lay_out(kind.from_payload(ODD))], TextStyle())
    assert "[src: danbooru]" in shown
    assert not {"\x1b", "\x9b", "\x07", "\u202e"} & set(shown)
