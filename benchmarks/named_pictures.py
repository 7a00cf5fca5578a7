"""Names of so many pictures, always the same: as various, and as unevenly spread, as real ones.

One tag is on half of all pictures, and most are on a few; so it is with artists, shows and
characters. Two names in five are Japanese, one in ten is Korean.
"""

from __future__ import annotations

import random
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from animedex.library.fts_index import EntryTexts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

ARTISTS, SHOWS, CHARACTERS, TAGS, TAGS_EACH = 20_000, 5_000, 15_000, 30_000, 24
POPULAR = ("solo", "long_hair", "1girl", "smile", "blue_eyes", "blush", "short_hair", "open_mouth")
VOWELS, CONSONANTS = "aiueo", ("", *"kstnhmrgzdb")
SYLLABLES = (*(start + end for start in CONSONANTS for end in VOWELS), "ya", "yu", "yo", "wa", "n")
KANA = (
    "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわんー"
)
KANJI = "君名葬送進撃巨人鬼滅刃呪術廻戦約束国少女終末旅行響宝石物語夜空海花月星雪風雨光影夢心声歌"
HANGUL = "너의이름은귀멸칼날나혼자만레벨업신탑여신강림외모지상주연애혁명마음소리하루봄여름가을겨울"
ENDS = ("hair", "eyes", "dress", "shirt", "ribbon", "hat", "skirt", "background", "pose", "focus")


class Names(NamedTuple):
    """The names of each kind, the most frequent first."""

    artists: list[str]
    shows: list[str]
    characters: list[str]
    tags: list[str]


def names() -> Names:
    """Make all names."""
    draw = random.Random(1)

    def artist() -> str:
        handle = romaji(draw, 2, 4)
        return draw.choice((handle, f"{handle}_{romaji(draw, 2, 4)}", f"{handle}{len(handle)}"))

    def title() -> str:
        return " ".join(romaji(draw, 2, 4) for _ in range(draw.randint(1, 4)))

    def character() -> str:
        return f"{romaji(draw, 2, 4)} {romaji(draw, 2, 4)}"

    def tag() -> str:
        return f"{romaji(draw, 1, 3)}_{draw.choice((*ENDS, romaji(draw, 2, 3)))}"

    return Names(
        different(ARTISTS, mix_scripts(draw, artist)),
        different(SHOWS, mix_scripts(draw, title)),
        different(CHARACTERS, mix_scripts(draw, character)),
        [*POPULAR, *different(TAGS - len(POPULAR), tag)],
    )


def pictures(count: int) -> Iterator[EntryTexts]:
    """Return the names of each picture."""
    draw, every = random.Random(2), names()
    artist, show = picker(draw, every.artists, 0.6), picker(draw, every.shows, 0.9)
    character, tag = picker(draw, every.characters, 0.8), picker(draw, every.tags, 0.95)
    for number in range(count):
        [by] = artist(1)
        chance = draw.random()
        file = f"{by} - {number}" if chance < 1 / 2 else f"{draw.getrandbits(128):032x}"
        yield EntryTexts(
            [by],
            character(draw.randrange(3)),
            show(1),
            ["solo", *tag(TAGS_EACH)] if chance < 1 / 2 else tag(TAGS_EACH),
            f"/pictures/{file}.png",
        )


def different(count: int, make: Callable[[], str]) -> list[str]:
    """Call a function until so many different names have come."""
    found: dict[str, None] = {}
    while len(found) < count:
        found[make()] = None
    return list(found)


def mix_scripts(draw: random.Random, latin: Callable[[], str]) -> Callable[[], str]:
    """Make some names Japanese, some Korean, and the rest as given."""

    def make() -> str:
        chance = draw.random()
        if chance < 4 / 10:
            return "".join(draw.choices(KANJI + KANA, k=draw.randint(3, 9)))
        if chance < 5 / 10:
            return "".join(draw.choices(HANGUL + " ", k=draw.randint(3, 9))).strip() or "너의"
        return latin()

    return make


def romaji(draw: random.Random, least: int, most: int) -> str:
    """Make one word."""
    return "".join(draw.choices(SYLLABLES, k=draw.randint(least, most)))


def picker(draw: random.Random, choices: Sequence[str], steep: float) -> Callable[[int], list[str]]:
    """Return a function that draws so many names, the first of them most often."""
    weights = list(accumulate(1 / (rank + 2) ** steep for rank in range(len(choices))))
    return lambda count: draw.choices(choices, cum_weights=weights, k=count)
