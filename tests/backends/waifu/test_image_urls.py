from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.backends.waifu.image_urls import parse_image_id


@pytest.mark.parametrize(
    "text",
    [
        "7256",
        " 7256\n",
        "007256",
        "https://cdn.waifu.im/7256.jpg",
        "http://cdn.waifu.im/7256.jpeg?width=200",
        "cdn.waifu.im/7256.gif#top",
        "HTTPS://CDN.WAIFU.IM/7256.PNG",
        "https://www.waifu.im/images/7256",
        "https://www.waifu.im/images/7256/",
        "https://waifu.im/images/7256?x=1",
        "https://www.waifu.im/preview/7256/",
        "https://api.waifu.im/images/7256",
        # A stand-in's file, written as if it were the service's.
        "https://api.waifu.im/cdn/7256.jpg",
    ],
)
def test_a_picture_s_id_is_found(text: str) -> None:
    assert parse_image_id(text) == 7256


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "-1",
        "1.5",
        "٧",
        "1" * 19,
        "7256.jpg",
        "neko/7256",
        "https://cdn.waifu.im/",
        "https://cdn.waifu.im/7256",
        "https://cdn.waifu.im/a/7256.jpg",
        "https://cdn.waifu.im:8443/7256.jpg",
        "https://cdn.waifu.im@art.example/7256.jpg",
        "https://me@cdn.waifu.im/7256.jpg",
        "https://cdn.waifu.im.art.example/7256.jpg",
        "https://notcdn.waifu.im/7256.jpg",
        "https://cdn-waifu.im/7256.jpg",
        "https://art.example/https://cdn.waifu.im/7256.jpg",
        "https://www.waifu.im/images/",
        "https://www.waifu.im/images/maid",
        "https://www.waifu.im/gallery/7256",
        "https://www.waifu.im/images/7256/7257",
        "ftp://www.waifu.im/images/7256",
        "https://cdn.waifu.im/7256.jpg\nhttps://art.example/",
    ],
)
def test_other_text_has_none(text: str) -> None:
    assert parse_image_id(text) is None


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    found = parse_image_id(text)
    assert found is None or 0 <= found < 10**18


@given(st.integers(0, 10**18 - 1), st.sampled_from(["jpg", "png", "gif", "webp"]))
def test_every_address_of_a_picture_has_its_id(number: int, extension: str) -> None:
    for text in (
        str(number),
        f"https://cdn.waifu.im/{number}.{extension}",
        f"https://www.waifu.im/images/{number}",
    ):
        assert parse_image_id(text) == number
