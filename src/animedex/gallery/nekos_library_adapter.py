"""The library as a collection that the routes of nekos.best v2 can serve.

Every picture stands in one category: the one that it has; else that of its service and rating, such
as `danbooru-general` or `danbooru-unrated`; else `own`. A rating beyond general is always named, as
in `neko-explicit`. A search without a category finds pictures that are rated general and no others:
what nekos.best has is fit for everyone.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec

from animedex.gallery.view_models import RATING_WORDS
from animedex.library.entry import service_name
from animedex.library.filter_sql import OWN, Filters
from animedex.models import Rating, url_or_none
from animedex.testing.nekos.image_store import CREDITS, Picture, Size

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from random import Random

    from animedex.gallery.category_counts import CategoryCounts, Kind
    from animedex.gallery.entry_files import EntryFiles
    from animedex.library.entry import Entry
    from animedex.library.picture_library import Library
    from animedex.models import ArtPost

FORMATS = {"png": "png", "gif": "gif", "jpeg": "jpg", "webp": "webp", "avif": "avif"}
"""The formats that are served, with what a file of each is called."""
MOST_SEARCHED = 300
UNRATED = "unrated"
_NEKOS = "nekos"
_ROUTES = ("search", "endpoints")
_NO_WORD = re.compile(r"[^\w-]+")
# Another gallery has other files under the same numbers, but none with the same digits of the hash.
_DIGITS = 16
_FILE = re.compile(rf"([1-9][0-9]{{0,17}})-[0-9a-f]{{{_DIGITS}}}\.[a-z]{{3,4}}")
_NEKOS_FILE = re.compile(r"[0-9A-Za-z_-]{1,80}\.(?:png|gif|jpg|jpeg|webp|avif)")
_TRIES = 4


class Credits(msgspec.Struct, frozen=True):
    """A picture's credit, as in a row of nekos.best."""

    anime_name: str | None = None
    artist_name: str | None = None
    artist_href: str | None = None
    source_url: str | None = None


class NekosLibraryAdapter:
    """The pictures of a library by category."""

    def __init__(self, library: Library, census: CategoryCounts, files: EntryFiles) -> None:
        self._library = library
        self._census = census
        self._files = files

    def formats(self) -> Mapping[str, str]:
        """Map every category to the format that most of its pictures have."""
        counts: dict[str, Counter[str]] = {}
        for kind, count in self._list_kinds():
            counts.setdefault(place(*kind[:3]), Counter())[FORMATS[kind.format]] += count
        return {name: max(sorted(each), key=each.__getitem__) for name, each in counts.items()}

    def draw(self, category: str, amount: int, random: Random) -> Sequence[Picture]:
        """Pick pictures of a category at random, the same one twice perhaps."""
        kinds = {kind: count for kind, count in self._list_kinds() if place(*kind[:3]) == category}
        if not kinds:
            return []
        # Some files may be gone, such as with a disk that is not there.
        chosen = random.choices([*kinds], [*kinds.values()], k=amount * _TRIES)
        numbers = (random.choice(self._census.ids(kind)) for kind in chosen)
        return list(islice(self._there(numbers), amount))

    def search(
        self, query: str, *, animated: bool, category: str | None, amount: int
    ) -> Sequence[Picture]:
        """Find pictures by words, the best first; nothing where nothing is like that."""
        hits = self._library.search(query, self._build_filters(category, animated), MOST_SEARCHED)
        fitting = (hit.entry for hit in hits if _fits(hit.entry, category))
        return list(
            islice((to_nekos_picture(entry) for entry in fitting if entry.is_there()), amount)
        )

    def find(self, category: str, filename: str) -> Picture | None:
        """Return a picture; None if its file changed since it was added."""
        for entry in self._find_by_name(filename):
            if category_path(entry) == category and file_name_for(entry) == filename:
                file_status = self._files.check(entry)
                if file_status.format is not None:
                    return to_nekos_picture(entry, file_status.format.media_type)
        return None

    def _list_kinds(self) -> Iterator[tuple[Kind, int]]:
        return (each for each in self._census.kinds().items() if each[0].format in FORMATS)

    def _there(self, numbers: Iterator[int]) -> Iterator[Picture]:
        entries = (self._library.get(number) for number in numbers)
        return (
            to_nekos_picture(entry) for entry in entries if entry is not None and entry.is_there()
        )

    def _find_by_name(self, filename: str) -> Iterator[Entry]:
        """Return what may have a name: one's own by its number, a download by the name it has."""
        number = _FILE.fullmatch(filename)
        own = self._library.get(int(number[1])) if number else None
        candidates = (own, self._library.holding(f"{_NEKOS}:{filename}"))
        return (entry for entry in candidates if entry is not None)

    def _build_filters(self, category: str | None, animated: bool) -> Filters:  # noqa: FBT001
        """Ask for no more than may fit."""
        if category is None:
            return Filters(animated=animated)
        kinds = [kind for kind, _ in self._list_kinds() if place(*kind[:3]) == category]
        sources = {kind.source or OWN for kind in kinds}
        categories = {kind.category for kind in kinds}
        return Filters(
            source=sources.pop() if len(sources) == 1 else None,
            category=categories.pop() if len(categories) == 1 else None,
            animated=animated,
        )


def to_nekos_picture(entry: Entry, media_type: str | None = None) -> Picture:
    """Describe an entry as the routes want it; its category is written as in an address."""
    measured = entry.width and entry.height
    return Picture(
        category=quote(category_path(entry), safe=""),
        filename=file_name_for(entry),
        path=Path(entry.path),
        credits=credits_of(entry),
        size=Size(entry.width or 0, entry.height or 0) if measured else None,
        media_type=media_type,
    )


def category_path(entry: Entry) -> str:
    """Return the category of an entry."""
    return place(
        entry.category, service_name(entry.post), entry.post.rating if entry.post else None
    )


def place(category: str | None, source: str | None, rating: str | None) -> str:
    """Name the category in which entries of a kind stand.

    >>> place("neko", "nekos", "g"), place(None, "danbooru", "e"), place(None, None, None)
    ('neko', 'danbooru-explicit', 'own')
    >>> place("Cat Ears!", None, None), place("neko", None, "q"), place("search", None, None)
    ('cat-ears', 'neko-questionable', 'own-search')
    >>> place("danbooru-explicit", "nekos", "e"), place(None, "danbooru", None)
    ('danbooru-explicit', 'danbooru-unrated')
    """
    named = _slug(category or "")
    word = RATING_WORDS[Rating(rating)] if rating else None
    if named and rating in {None, Rating.GENERAL}:
        return f"{OWN}-{named}" if named in _ROUTES else named
    # What comes from a gallery has been named there.
    if word and f"-{named}".endswith(f"-{word}"):
        return named
    if source and not word:
        word = UNRATED
    return "-".join(part for part in (named or source or OWN, word) if part)


def file_name_for(entry: Entry) -> str:
    """Name an entry's file as the service does, or else by its number and hash.

    No other gallery's file has that name, and nothing of the path is told.
    """
    service, _, name = entry.post.id.partition(":") if entry.post else ("", "", "")
    if service == _NEKOS and _NEKOS_FILE.fullmatch(name):
        return name
    return f"{entry.id}-{entry.sha256[:_DIGITS]}.{FORMATS.get(entry.format, 'bin')}"


def credits_of(entry: Entry) -> Mapping[str, str]:
    """Return an entry's credit in the fields of nekos.best."""
    post = entry.post
    if post is None:
        return {}
    raw_credits = (
        _row_credits(entry.row) if post.id.startswith(f"{_NEKOS}:") else _post_credits(post)
    )
    links = {name: url_or_none(raw_credits.get(name)) for name in ("artist_href", "source_url")}
    named = {name: raw_credits.get(name) for name in ("anime_name", "artist_name")}
    all_credits = {**named, **links}
    return {name: text for name in CREDITS if (text := all_credits[name])}


def _row_credits(row: bytes | None) -> Mapping[str, str | None]:
    try:
        row_credits = msgspec.json.decode(row or b"{}", type=Credits)
    except (ValueError, RecursionError):
        return {}
    return {name: getattr(row_credits, name) for name in CREDITS}


def _post_credits(post: ArtPost) -> Mapping[str, str | None]:
    return {
        "artist_name": post.artist,
        "anime_name": next(iter(post.copyrights), None),
        "source_url": post.source_url or post.page_url,
    }


def _fits(entry: Entry, category: str | None) -> bool:
    if entry.format not in FORMATS:
        return False
    if category is not None:
        return category_path(entry) == category
    return entry.post is not None and entry.post.rating == Rating.GENERAL


def _slug(text: str) -> str:
    """Quote a category as a path segment."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return _NO_WORD.sub("-", plain).strip("-")
