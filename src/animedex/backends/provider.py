"""How a service takes part in what is done across services: `animedex art`.

Each service's folder has a module `art` with an `ART`; nothing else needs to know the service.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from animedex.call import Call
    from animedex.http_message import JsonObject, JsonValue
    from animedex.models import PictureRecord, Rating


class MatchKeys(NamedTuple):
    """Keys by which two rows show the same picture, and which of the two is better.

    `id` is the art post's id. `links` are what the row names as its source, the surest first.
    `perceptual_hash` is a 64-bit number; `pixels` and `byte_size` are 0 where unknown. A `withheld`
    picture has a row and no file.
    """

    id: str
    md5: str | None = None
    links: tuple[str, ...] = ()
    perceptual_hash: int | None = None
    pixels: int = 0
    byte_size: int = 0
    withheld: bool = False


class ArtProvider(NamedTuple):
    """A service's part in what spans services, as functions without I/O.

    `record` is the class of its pictures' rows. `matches_row` is whether a row without a source is
    this service's. `read_keys` reads a row that is, and never raises, whatever the row. `search`
    finds at most so many pictures of a rating for words as a person writes them; `random` picks
    some, of a category if one is named; either is None if the service offers nothing for that, such
    as a rating it does not have. `picture` finds the row of a URL or of an id, without its name, of
    the service; None if it is neither. `posts_by_source` exists if the service knows who is in a
    picture: given the site and the id of a work, as in `animedex.art.source_url`, it finds
    posts that may show that work; None for a site that it cannot search for.
    """

    record: type[PictureRecord]
    matches_row: Callable[[Mapping[str, JsonValue]], bool]
    read_keys: Callable[[JsonObject], MatchKeys]
    search: Callable[[str, Rating, int], Call[Sequence[PictureRecord]] | None]
    random: Callable[[str | None, int], Call[Sequence[PictureRecord]] | None]
    picture: Callable[[str], Call[PictureRecord] | None]
    posts_by_source: Callable[[str, str], Call[Sequence[PictureRecord]] | None] | None = None


def find_provider(name: str) -> ArtProvider:
    """Return one service's part."""
    provider: ArtProvider = import_module(f"animedex.backends.{name}.provider").ART
    return provider
