"""What the nekos routes need of a collection of pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from random import Random

# In the order in which the service's rows have them.
CREDITS = ("anime_name", "artist_name", "artist_href", "source_url")
ANIMATED_FORMAT = "gif"


class Size(NamedTuple):
    """Measure a picture, in pixels."""

    width: int
    height: int


class Picture(NamedTuple):
    """A picture: its category, its file, and its credit."""

    category: str
    filename: str
    path: Path
    credits: Mapping[str, str]
    """The values of ``CREDITS``, as far as the picture has them."""
    size: Size | None
    media_type: str | None = None
    """What the file is by its content; None leaves that to its name."""


class Collection(Protocol):
    """The pictures that the routes serve."""

    def formats(self) -> Mapping[str, str]:
        """Map every category to the extension of its pictures."""
        ...

    def draw(self, category: str, amount: int, random: Random) -> Sequence[Picture]:
        """Pick pictures of a category that exists at random, the same one twice perhaps."""
        ...

    def search(
        self, query: str, *, animated: bool, category: str | None, amount: int
    ) -> Sequence[Picture]:
        """Pick the pictures that come nearest to a query, however far they are."""
        ...

    def find(self, category: str, filename: str) -> Picture | None:
        """Look a picture up."""
        ...
