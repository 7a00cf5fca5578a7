"""Filter and sort images by the parameters of a query, sizes such as `>=1920` among them."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, NamedTuple

from animedex.testing.waifu.request_params import read_integer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

    from animedex.testing.waifu.image_rows import ImageRow
    from animedex.testing.waifu.request_params import Parameters

# The service reads numbers of 64 bits; what is longer is no number to it.
_NUMBER = r"\s*([+-]?[0-9]{1,18})\s*"
_ONE = re.compile(rf"(>=|>|<=|<|){_NUMBER}")
_RANGE = re.compile(rf"{_NUMBER}\.\.{_NUMBER}")


class Bounds(NamedTuple):
    """The least and the most that a filter lets pass."""

    least: float = -math.inf
    most: float = math.inf

    def contains(self, size: int) -> bool:
        """Return whether a size passes.

        >>> Bounds(least=3).contains(3), Bounds(most=2).contains(3)
        (True, False)
        """
        return self.least <= size <= self.most


def parse_size(text: str) -> Bounds | None:
    """Read ``>=N``, ``>N``, ``<=N``, ``<N``, ``A..B`` or ``N``; None for what cannot be read.

    >>> parse_size(">=1500"), parse_size("<10")
    (Bounds(least=1500, most=inf), Bounds(least=-inf, most=9))
    >>> parse_size("100..200"), parse_size("5")
    (Bounds(least=100, most=200), Bounds(least=5, most=5))
    >>> parse_size("=>1500"), parse_size("1.5"), parse_size("1.."), parse_size("")
    (None, None, None, None)
    """
    if match := _ONE.fullmatch(text.strip()):
        return _bounds_of(match[1], int(match[2]))
    if match := _RANGE.fullmatch(text.strip()):
        return Bounds(int(match[1]), int(match[2]))
    return None


def _bounds_of(sign: str, number: int) -> Bounds:
    match sign:
        case ">=":
            return Bounds(least=number)
        case ">":
            return Bounds(least=number + 1)
        case "<=":
            return Bounds(most=number)
        case "<":
            return Bounds(most=number - 1)
        case _:
            return Bounds(number, number)


NAMES = (
    *("IsNsfw", "IsAnimated", "Orientation", "Width", "Height", "ByteSize", "OrderBy"),
    *("IncludedTags", "ExcludedTags", "IncludedArtists", "ExcludedArtists"),
    *("IncludedIds", "ExcludedIds"),
)
_ORDERS: dict[str, Callable[[ImageRow], tuple[str | int, int]]] = {
    "random": lambda _: (0, 0),
    "uploadedat": lambda image: (image["uploadedAt"], image["id"]),
    "favorites": lambda image: (image["favorites"], image["id"]),
    # Nobody has albums here.
    "addedtoalbum": lambda _: (0, 0),
}
_FLAGS = {"false": {False}, "true": {True}, "all": {False, True}}
_ORIENTATIONS = {"LANDSCAPE", "PORTRAIT", "SQUARE"}
_SLUG = re.compile(r"[a-z0-9-]+")


def select_images(
    images: Sequence[ImageRow], parameters: Parameters, random: Random
) -> list[ImageRow]:
    """Pick and order images; parameters that cannot be used are ``InvalidParameters``.

    Without an order they come at random, and otherwise for each page.
    """
    selected = _of_size(
        _filter_by_lists(_filter_by_flags(images, parameters), parameters), parameters
    )
    rank = parameters.one(
        "OrderBy",
        lambda text: _ORDERS.get(text.lower()),
        "Random, UploadedAt, Favorites or AddedToAlbum",
        default=_ORDERS["random"],
    )
    parameters.check()
    random.shuffle(selected)
    return sorted(selected, key=rank, reverse=True)


def _filter_by_flags(images: Sequence[ImageRow], parameters: Parameters) -> list[ImageRow]:
    def flag(name: str, default: str) -> set[bool]:
        expected = "False, True or All"

        def read(text: str) -> set[bool] | None:
            return _FLAGS.get(text.lower())

        return parameters.one(name, read, expected, default=_FLAGS[default])

    nsfw, animated = flag("IsNsfw", "false"), flag("IsAnimated", "all")
    return [
        image for image in images if image["isNsfw"] in nsfw and image["isAnimated"] in animated
    ]


def _filter_by_lists(images: Sequence[ImageRow], parameters: Parameters) -> list[ImageRow]:
    # Of what is included an image must have everything, so it never has two ids.
    tag = "an id or a slug (small letters, digits and hyphens)"
    for what, names, read, expected in (
        ("Tags", _tags, _read_tag, tag),
        ("Artists", _artists, read_integer, "an id"),
        ("Ids", _ids, read_integer, "an id"),
    ):
        included = set(parameters.every(f"Included{what}", read, expected))
        excluded = set(parameters.every(f"Excluded{what}", read, expected))
        images = [i for i in images if included <= names(i) and not excluded & names(i)]
    return list(images)


def _of_size(images: Sequence[ImageRow], parameters: Parameters) -> list[ImageRow]:
    width, height, size = (
        parameters.lenient(name, parse_size) for name in ("Width", "Height", "ByteSize")
    )
    orientation = parameters.lenient("Orientation", _read_orientation)
    return [
        image
        for image in images
        if (width is None or width.contains(image["width"]))
        and (height is None or height.contains(image["height"]))
        and (size is None or size.contains(image["byteSize"]))
        and orientation in (None, orientation_of(image))
    ]


def orientation_of(image: ImageRow) -> str:
    """Return which side of an image is longer.

    >>> from animedex.testing.waifu.image_rows import image_row
    >>> orientation_of(image_row({"width": 800, "height": 600}, 1, artists=[], tags=[]))
    'LANDSCAPE'
    """
    if image["width"] == image["height"]:
        return "SQUARE"
    return "LANDSCAPE" if image["width"] > image["height"] else "PORTRAIT"


def _read_orientation(text: str) -> str | None:
    return text.upper() if text.upper() in _ORIENTATIONS else None


def _read_tag(text: str) -> int | str | None:
    number = read_integer(text)
    if number is not None:
        return number
    return text if _SLUG.fullmatch(text) else None


def _tags(image: ImageRow) -> set[int | str]:
    return {name for tag in image["tags"] for name in (tag["id"], tag["slug"])}


def _artists(image: ImageRow) -> set[int | str]:
    return {artist["id"] for artist in image["artists"]}


def _ids(image: ImageRow) -> set[int | str]:
    return {image["id"]}
