"""Cards show what is known, and leave out what is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from animedex.backends.waifu.cards import artist_card, image_card, stats_card, tag_card
from animedex.backends.waifu.models import WaifuArtist, WaifuImage, WaifuStats, WaifuTag

if TYPE_CHECKING:
    from animedex.http_message import JsonObject


def test_a_picture_s_card() -> None:
    row = WaifuImage.from_payload(
        {
            "id": 7,
            "url": "https://cdn.waifu.im/7.png",
            "source": "https://gallery.example/1",
            "isNsfw": False,
            "width": 3,
            "height": 4,
            "favorites": 0,
            "tags": [{"slug": "maid"}],
            "artists": [{"name": "Mio"}],
        }
    )
    shown = image_card(row)
    assert (shown.title, shown.url, shown.source) == ("7", "https://cdn.waifu.im/7.png", "waifu")
    assert dict(shown.lines) == {
        "artist": "Mio",
        "tags": "maid",
        "rating": "safe",
        "size": "3 x 4",
        "favorites": "0",
        "source": "https://gallery.example/1",
        "page": "https://www.waifu.im/images/7",
    }


def test_a_tag_s_card() -> None:
    shown = tag_card(
        WaifuTag.from_payload(
            {"id": 3, "name": "Maid", "slug": "maid", "description": "Aprons.", "imageCount": 9}
        )
    )
    assert (shown.title, shown.source) == ("maid", "waifu")
    assert shown.url == "https://www.waifu.im/gallery?includedTags=maid"
    assert dict(shown.lines) == {"name": "Maid", "id": "3", "images": "9", "means": "Aprons."}


def test_a_tag_s_address_has_its_slug_whole() -> None:
    shown = tag_card(WaifuTag.from_payload({"slug": "a&b=c/#\u732b"}))
    assert shown.title == "a&b=c/#\u732b"
    assert shown.url == "https://www.waifu.im/gallery?includedTags=a%26b%3Dc%2F%23%E7%8C%AB"


def test_an_artist_s_card() -> None:
    row: JsonObject = {"id": 31, "name": "Mio", "pixiv": "https://p.example/31", "imageCount": 2}
    shown = artist_card(WaifuArtist.from_payload(row))
    assert (shown.title, shown.source) == ("Mio", "waifu")
    assert shown.url == "https://www.waifu.im/gallery?includedArtists=31"
    assert {name: value for name, value in shown.lines if value} == {
        "id": "31",
        "images": "2",
        "pixiv": "https://p.example/31",
    }


def test_cards_of_rows_that_say_nothing() -> None:
    assert image_card(WaifuImage.from_payload({})) == (
        "a picture",
        (
            *(("artist", None), ("tags", None), ("rating", "not safe"), ("size", None)),
            *(("favorites", None), ("source", None), ("page", None)),
        ),
        "no address was sent",
        "waifu",
    )
    assert tag_card(WaifuTag.from_payload({"imageCount": 0}))[::2] == (
        "a tag",
        "https://www.waifu.im/gallery",
    )
    assert artist_card(WaifuArtist.from_payload({})).title == "an artist"
    assert {value for _, value in tag_card(WaifuTag.from_payload({})).lines} == {None}


def test_the_card_of_the_whole_service() -> None:
    shown = stats_card(WaifuStats.from_payload({"totalImages": 1244, "totalTags": 0}))
    assert (shown.title, shown.source) == ("Waifu.im", "waifu")
    assert [line for line in shown.lines if line[1]] == [("images", "1244"), ("tags", "0")]
