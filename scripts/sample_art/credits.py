"""Name the invented artists and shows that the pictures are credited to."""

from __future__ import annotations

from typing import NamedTuple


class Artist(NamedTuple):
    """Name an artist of one site; the handle is part of their addresses there."""

    name: str
    site: str
    handle: str


# Handles longer than the sites allow, and numbers beyond those they have given out, so that no
# address leads to anyone.
ARTISTS = [
    Artist("月見やなぎ", "pixiv", "990418826"),
    Artist("Hoshikuzu Ramune", "pixiv", "990277314"),
    Artist("[mofu]", "twitter", "mofu_kakko_no_egaki"),
    Artist("Rémi Ōkami", "twitter", "remi_ookami_dessin"),
    Artist("こはくもち堂", "pixiv", "990655172"),
    Artist("kitsunebi_note", "twitter", "kitsunebi_note_e"),
    Artist("雨宿りペンギン", "pixiv", "990139907"),
    Artist("Nattō & Toast", "twitter", "nattotoast_draws"),
    Artist("三日月ソーダ", "pixiv", "990882045"),
    Artist("Yuzuki Amamori", "pixiv", "990364419"),
    Artist("猫背のポスト", "twitter", "nekozeno_post_office"),
    Artist("PUDDLE*PAW", "twitter", "puddlepaw_studio"),
    Artist("しろがね屋 (仕事募集中)", "pixiv", "990571360"),
    Artist("Inkwell Tanuki", "twitter", "inkwelltanuki_art"),
]

SHOWS = [
    "Hoshizora Bakery no Nichijou",
    "Kitsune-san wa Teinei ni Okoru",
    "Ame no Hi no Librarians",
    "Mikazuki Express",
    "となりの席のかわうそ君",
    "Tsukiyo no Mahou Sentouya",
    "Nekomata Post Office",
    "Ramune Days: Natsu no Owari ni",
    "月曜日のドラゴン当番",
    "Yukiguni Ryouri Club",
    "Boku to Robot no Obentou",
    "Clockwork Miko",
    "Kumo no Ue no Sentou",
    "放課後ほうき星部",
    "Sakana-hime wa Oyogenai",
    "Isekai Denki Shuuri",
    "Café Hidamari-dori 3-choume",
    "Zero Nen no Umi",
    "おばけ寮の朝ごはん",
    "Hikari & Tanuki: Second Season",
]


def picture_credit(number: int) -> dict[str, str]:
    """Credit a still picture; as with real ones, an address is missing here and there."""
    artist = ARTISTS[number * 5 % len(ARTISTS)]
    post = 1_900_000_000 + number * 7_654_321
    credit = {"artist_name": artist.name}
    if artist.site == "pixiv":
        href = f"https://www.pixiv.net/en/users/{artist.handle}"
        source = f"https://www.pixiv.net/en/artworks/{990_000_000 + number * 12_347}"
    else:
        href = f"https://twitter.com/{artist.handle}"
        source = f"{href}/status/{post * 1_000_000_007}"
    if number % 11 != NO_HREF:
        credit["artist_href"] = href
    if number % 13 != NO_SOURCE:
        credit["source_url"] = source
    return credit


def animation_credit(number: int) -> dict[str, str]:
    """Credit an animated picture to a show."""
    return {"anime_name": SHOWS[number * 7 % len(SHOWS)]}


NO_HREF, NO_SOURCE = 4, 6
