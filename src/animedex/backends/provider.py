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


class Evidence(NamedTuple):
    """What tells whether two rows show the same picture, and which is the better one.

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


class ArtPart(NamedTuple):
    """Declare one service's part; the functions do no I/O.

    `record` is the class of its pictures' rows. `owns` tells whether a row that does not say so
    itself is this service's. `evidence` reads a row that is; it never raises, whatever the row.
    `search` finds at most so many pictures of a rating for words as a person writes them; `random`
    draws some, of a category where one is named; either is None where the service has nothing to
    offer for that, such as a rating it does not know. `picture` finds the row of a URL of the
    service or of an id without the service's name, None where it is neither. `by_work` is there
    where the service tells who is in a picture: given the site and the id of a work, as
    `animedex.art.source_work` has them, it finds posts that may show that work, None for a site
    that it cannot search for.
    """

    record: type[PictureRecord]
    owns: Callable[[Mapping[str, JsonValue]], bool]
    evidence: Callable[[JsonObject], Evidence]
    search: Callable[[str, Rating, int], Call[Sequence[PictureRecord]] | None]
    random: Callable[[str | None, int], Call[Sequence[PictureRecord]] | None]
    picture: Callable[[str], Call[PictureRecord] | None]
    by_work: Callable[[str, str], Call[Sequence[PictureRecord]] | None] | None = None


def part(name: str) -> ArtPart:
    """Return one service's part."""
    found: ArtPart = import_module(f"animedex.backends.{name}.provider").ART
    return found
