"""Invent the tags of the drawn pictures."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from animedex.testing.nekos.image_store import ANIMATED_FORMAT

if TYPE_CHECKING:
    from animedex.testing.nekos.image_store import Picture

# As somebody would write them who knows how they are read.
_READINGS = {
    "おばけ寮の朝ごはん": "obake_ryou_no_asagohan",
    "となりの席のかわうそ君": "tonari_no_seki_no_kawauso-kun",
    "放課後ほうき星部": "houkago_houkiboshi-bu",
    "月曜日のドラゴン当番": "getsuyoubi_no_dragon_touban",
    "月見やなぎ": "tsukimi_yanagi",
    "猫背のポスト": "nekoze_no_post",
    "雨宿りペンギン": "amayadori_penguin",
    "こはくもち堂": "kohakumochi-dou",
    "しろがね屋 (仕事募集中)": "shirogane-ya",
    "三日月ソーダ": "mikazuki_soda",
    "[mofu]": "mofu_(kakko)",
}
_NAMES = ("kohaku", "shiori", "mikan", "tsubasa", "ren", "sumire")
_TRAITS = ("long_hair", "short_hair", "smile", "blush", "blue_eyes", "brown_hair", "open_mouth")
_FAN_ART = ("original", "Clockwork Miko", "original", "Zero Nen no Umi", "Nekomata Post Office")
_KINDS = {
    "neko": "1girl solo animal_ears cat_ears cat_girl cat_tail",
    "kitsune": "1girl solo animal_ears fox_ears fox_girl fox_tail",
    "waifu": "1girl solo",
    "husbando": "1boy solo male_focus",
}


def picture_tags(picture: Picture, noise: int) -> dict[str, str]:
    """Return the tags of a picture, from its data and a constant number."""
    fan_art = _FAN_ART[noise % len(_FAN_ART)]
    series = tag_name(picture.credits.get("anime_name", fan_art))
    artist = picture.credits.get("artist_name")
    trait = _TRAITS[noise % len(_TRAITS)]
    # Series have characters; an original picture shows somebody without a name.
    character = f"{_NAMES[noise % len(_NAMES)]}_({series})" if series != "original" else ""
    return {
        "general": f"{_KINDS.get(picture.category, f'multiple_girls {picture.category}')} {trait}",
        "artist": tag_name(artist) if artist else "",
        "copyright": series,
        "character": character,
        "meta": "animated animated_gif" if is_animated(picture) else "commentary",
    }


def tag_name(name: str) -> str:
    """Spell a name as a tag: small letters without accents, words joined by underscores.

    >>> tag_name("Rémi Ōkami"), tag_name("PUDDLE*PAW"), tag_name("月見やなぎ")
    ('remi_okami', 'puddlepaw', 'tsukimi_yanagi')
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return _READINGS.get(name, plain.lower().replace("*", "").replace(" ", "_"))


def is_animated(picture: Picture) -> bool:
    """Return whether a picture moves."""
    return picture.path.suffix == f".{ANIMATED_FORMAT}"
