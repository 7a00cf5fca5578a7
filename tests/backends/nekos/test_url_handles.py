"""What a link tells of its user, and what it does not."""

from __future__ import annotations

import pytest

from animedex.backends.nekos.url_handles import find_handles


@pytest.mark.parametrize(
    ("link", "found"),
    [
        ("https://twitter.com/korimizu/status/151", ["korimizu", "151"]),
        ("twitter.com/korimizu", ["korimizu"]),
        ("HTTPS://MOBILE.TWITTER.COM/Korimizu?ID=7", ["Korimizu", "7"]),
        ("https://www.pixiv.net/en/users/40417", ["40417"]),
        ("https://www.pixiv.net/en/users", []),
        ("https://www.pixiv.net/member.php?id=40417", ["40417"]),
        ("https://i.pximg.net/img/2021/01/90_p0.png", ["90_p0"]),
        ("https://korimizu.fanbox.cc/posts/12", ["korimizu", "12"]),
        ("https://www.fanbox.cc/@korimizu/posts/12", ["@korimizu", "12"]),
        ("https://www.tumblr.com/korimizu", ["korimizu"]),
        ("https://www.deviantart.com/korimizu/gallery", ["korimizu"]),
        ("https://art.example/%E6%B0%B7%E6%B0%B4", ["氷水"]),
        ("https://art.example/works/rain.html#top", ["rain"]),
        ("https://x.com.art.example/korimizu/rain", ["rain"]),
        ("https://art.example", []),
        ("https://[", []),
        ("korimizu", []),
        ("", []),
    ],
)
def test_handles(link: str, found: list[str]) -> None:
    assert find_handles(link) == found
