"""Build the list page with its filters, and the page of one picture."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from animedex.gallery.query_params import FILTERS, QueryParams
from animedex.gallery.view_models import RATING_WORDS, card_view, service_title
from animedex.library.filter_sql import OWN, Filters
from animedex.models import Rating

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from animedex.gallery.category_counts import CategoryCounts, Kind
    from animedex.gallery.view_models import CardView
    from animedex.library.entry import Entry
    from animedex.library.picture_library import Library

PAGE = 60
MAX_HITS = 300
MOST_BESIDE = 12
_LABELS = {
    "source": "Source",
    "rating": "Rating",
    "category": "Category",
    "artist": "Artist",
    "animated": "Motion",
    "added": "Added",
    "size": "Larger than",
}
_MOVING = {"yes": "animated", "no": "still"}
_SIZES = {f"{size}mp": f"{size} megapixels" for size in (0.5, 1, 2, 4, 8)}
_DAYS = {"the last week": 7, "the last month": 30, "the last year": 365}


class Field(NamedTuple):
    """A field of the form; one without choices is written into."""

    name: str
    label: str
    value: str
    choices: Sequence[tuple[str, str]] = ()


class Chip(NamedTuple):
    """A filter in force, and the address without it."""

    label: str
    address: str


class EntryStrip(NamedTuple):
    """Related pictures under a title."""

    id: str
    title: str
    pictures: Sequence[CardView]


class EntryPage(NamedTuple):
    """A part of a list: what it shows, how much there is, and where it goes on."""

    entries: Sequence[Entry]
    total: str
    first: str | None
    more: str | None


def list_entries(
    library: Library, census: CategoryCounts, params: QueryParams
) -> dict[str, object]:
    """Return what the page of a list is filled in with."""
    page = _search(library, params) if params.words else _newest(library, census, params)
    return {
        "params": params,
        "title": params.words or "Pictures",
        "fields": list(_fields(params, list(census.kinds()))),
        "chips": list(_chips(params)),
        "pictures": [card_view(entry, params) for entry in page.entries],
        "count": page.total,
        "first": page.first,
        "more": page.more,
    }


def same_artist(library: Library, entry: Entry) -> tuple[str, list[Entry]]:
    """Return what else there is by an entry's artist, and what to call that."""
    artist = entry.post.artist if entry.post else None
    if artist is None:
        return "", []
    entries = library.entries(Filters(artist=artist), limit=MOST_BESIDE + 1)
    others = [each for each in entries if each.id != entry.id][:MOST_BESIDE]
    return f"More by {artist}", others


def entry_strip(name: str, title: str, entries: Sequence[Entry]) -> EntryStrip:
    """Show some entries beside a picture."""
    return EntryStrip(name, title, [card_view(entry, QueryParams({})) for entry in entries])


def neighbours(library: Library, params: QueryParams, number: int) -> tuple[str | None, str | None]:
    """Return the addresses of the pictures before and after one in a list."""
    if params.words:
        hits = library.search(params.words, params.filters, MAX_HITS)
        numbers = [hit.entry.id for hit in hits]
        at = numbers.index(number) if number in numbers else -1
        before, after = (
            numbers[at - 1 : at] if at > 0 else [],
            numbers[at + 1 : at + 2] if at >= 0 else [],
        )
    else:
        after = [entry.id for entry in library.entries(params.filters, before=number, limit=1)]
        before = newer_ids(library, params, number)
    older_one, newer_one = (
        params.address(f"/picture/{each[0]}") if each else None for each in (after, before)
    )
    return older_one, newer_one


def newer_ids(library: Library, params: QueryParams, number: int) -> list[int]:
    """Name the entry that was added next after one, if it answers to the filters as well."""
    where, values = params.filters.where()
    query = f"SELECT min(entry.id) FROM entry WHERE entry.id > ? AND {where or '1'}"  # noqa: S608
    next_id = library.file.read(lambda db: db.execute(query, (number, *values)).fetchone())[0]
    return [] if next_id is None else [int(next_id)]


def _newest(library: Library, census: CategoryCounts, params: QueryParams) -> EntryPage:
    """Return a part of everything that the filters let through, the newest first."""
    entries = library.entries(params.filters, before=params.before, limit=PAGE + 1)
    there = entries[:PAGE]
    count = library.count(params.filters) if params.texts else sum(census.kinds().values())
    more = params.address(before=there[-1].id) if len(entries) > PAGE else None
    return EntryPage(there, _format_total(count), params.address() if params.before else None, more)


def _search(library: Library, params: QueryParams) -> EntryPage:
    """Return a part of what words find, the best first."""
    hits = library.search(params.words, params.filters, MAX_HITS)
    end = params.page * PAGE
    more = params.address(page=params.page + 1) if len(hits) > end else None
    count = _format_total(len(hits), "found", at_least=len(hits) == MAX_HITS)
    there = [hit.entry for hit in hits[end - PAGE : end]]
    return EntryPage(there, count, params.address() if params.page > 1 else None, more)


def _format_total(count: int, ending: str = "", *, at_least: bool = False) -> str:
    """Return how many there are.

    >>> _format_total(0), _format_total(1, "found"), _format_total(300, at_least=True)
    ('no pictures', '1 picture found', 'at least 300 pictures')
    """
    many = f"{count:,} picture{'' if count == 1 else 's'}" if count else "no pictures"
    return " ".join(part for part in ("at least" if at_least else "", many, ending) if part)


def _fields(params: QueryParams, kinds: Sequence[Kind]) -> Iterable[Field]:
    """Build the form fields; the current values are always among the choices."""
    sources = {kind.source or OWN for kind in kinds}
    ratings = {kind.rating for kind in kinds if kind.rating}
    categories = {kind.category for kind in kinds if kind.category}
    choices = {
        "source": {name: service_title(name) for name in sorted(sources)},
        "rating": {each.value: RATING_WORDS[each] for each in Rating if each in ratings},
        "category": {name: name for name in sorted(categories, key=str.casefold)},
        "animated": _MOVING,
        "added": {_since(days): label for label, days in _DAYS.items()},
        "size": _SIZES,
    }
    for name in FILTERS:
        value = params.texts.get(name, "")
        options = choices.get(name)
        if options is None:
            yield Field(name, _LABELS[name], value)
        else:
            asked_for = {value: value} if value else {}
            yield Field(name, _LABELS[name], value, [("", "any"), *(asked_for | options).items()])


def _chips(params: QueryParams) -> Iterable[Chip]:
    for name in FILTERS:
        text = params.texts.get(name)
        if text:
            yield Chip(_chip_label(name, text, params.filters), params.address(**{name: ""}))


def _chip_label(name: str, text: str, filters: Filters) -> str:
    """Return what a filter asks for.

    >>> _chip_label("rating", "general", Filters(rating="g"))
    'general'
    >>> _chip_label("artist", "Mio", Filters(artist="Mio"))
    'by Mio'
    """
    labels = {
        "source": service_title(filters.source or text),
        "rating": RATING_WORDS[Rating(filters.rating)] if filters.rating else text,
        "artist": f"by {text}",
        "animated": _MOVING.get(text, text),
        "added": f"added {text}",
        "size": f"over {text}",
    }
    return labels.get(name, text)


def _since(days: int) -> str:
    """Write so many days up to now as a filter."""
    return f">={datetime.now(UTC).astimezone().date() - timedelta(days=days)}"
