"""The credit of other programs, in one form."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from animedex.models import ArtPost, Rating

if TYPE_CHECKING:
    from collections.abc import Iterable

# Words around the name in a statement of copyright.
_BEFORE_HOLDER = re.compile(r"(?:copyright\b|\(c\)|[©\s,.:-]|\b[12][0-9]{3}\b)*", re.IGNORECASE)
_AFTER_HOLDER = re.compile(
    r"[\s,.;-]*(?:\b[12][0-9]{3}\b[\s,.;-]*)*(?:all rights reserved)?[\s,.;-]*$", re.IGNORECASE
)
_URL = re.compile(r"https?://[^\s\x00-\x1f]{4,4000}", re.IGNORECASE)
_MAX_NAME_LENGTH = 500
# What sites call safe may be more than general.
_RATINGS = {
    **dict.fromkeys(("g", "general"), Rating.GENERAL),
    **dict.fromkeys(("s", "sensitive", "safe"), Rating.SENSITIVE),
    **dict.fromkeys(("q", "questionable"), Rating.QUESTIONABLE),
    **dict.fromkeys(("e", "explicit", "r-18", "r-18g", "r18", "r18g"), Rating.EXPLICIT),
}


class CreditFields(NamedTuple):
    """The credit in one block of metadata.

    `parse_holders` own the rights: they are credited where no artist is named.
    """

    artists: tuple[str, ...] = ()
    holders: tuple[str, ...] = ()
    characters: tuple[str, ...] = ()
    copyrights: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    source_url: str | None = None
    page_url: str | None = None
    url: str | None = None
    rating: Rating | None = None
    md5: str | None = None
    id: str = ""

    def to_post(self) -> ArtPost | None:
        """Return the fields as an art post; None if they say nothing about the picture."""
        artists = self.artists or self.holders
        if not any((*artists, self.source_url, self.page_url, self.rating, self.tags, self.id)):
            return None
        return ArtPost(
            id=self.id,
            rating=self.rating,
            artists=list(artists),
            characters=list(self.characters),
            copyrights=list(self.copyrights),
            tags=list(self.tags),
            source_url=self.source_url,
            page_url=self.page_url,
            url=self.url,
            md5=self.md5,
        )


def merge_fields(several: Iterable[CreditFields]) -> CreditFields:
    """Merge blocks of metadata: each field is from the first block that has it."""
    merged = CreditFields()
    for fields in several:
        merged = CreditFields._make(old or new for old, new in zip(merged, fields, strict=True))
    return merged


def clean_names(values: Iterable[object]) -> tuple[str, ...]:
    r"""Return the texts among values as names, each once.

    >>> clean_names([" Mio ", "", None, "Mio", "a\nb"])
    ('Mio', 'a b')
    """
    texts = (
        " ".join(value.replace("\0", " ").split()) for value in values if isinstance(value, str)
    )
    return tuple(dict.fromkeys(text[:_MAX_NAME_LENGTH] for text in texts if text))


def parse_holders(values: Iterable[object]) -> tuple[str, ...]:
    """Return the names in statements of copyright.

    >>> parse_holders(["Copyright (c) 2020-2024 Mio. All rights reserved.", "© Tove", "2020"])
    ('Mio', 'Tove')
    """
    return clean_names(_parse_holder(text) for text in clean_names(values))


def find_first_url(values: Iterable[object]) -> str | None:
    """Return the first of values that is an address on the web.

    >>> find_first_url(["scanner", "https://pixiv.example/1"])
    'https://pixiv.example/1'
    """
    return next((text for text in clean_names(values) if _URL.fullmatch(text)), None)


def read_rating(value: object) -> Rating | None:
    """Parse a rating by its letter or its name; None for anything else.

    >>> read_rating("R-18"), read_rating("safe"), read_rating("5")
    (<Rating.EXPLICIT: 'e'>, <Rating.SENSITIVE: 's'>, None)
    """
    return _RATINGS.get(value.strip().lower()) if isinstance(value, str) else None


def _parse_holder(text: str) -> str:
    match = _BEFORE_HOLDER.match(text)
    return _AFTER_HOLDER.sub("", text[match.end() :] if match else text)
