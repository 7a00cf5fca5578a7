"""What the pages show of an entry, in plain texts: the templates escape all of them."""

from __future__ import annotations

import os
from bisect import bisect
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode, urlsplit

from animedex.library.entry import service_name
from animedex.library.filter_sql import OWN
from animedex.models import Rating, url_or_none
from animedex.plurals import format_count

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from animedex.gallery.query_params import QueryParams
    from animedex.library.entry import Entry

# For each of these `pictures.css` has a class, as no style may be written into a page.
RATIOS = (*range(40, 120, 5), *range(120, 200, 10), 200, 220, 240)
RATING_WORDS = {
    Rating.GENERAL: "general",
    Rating.SENSITIVE: "sensitive",
    Rating.QUESTIONABLE: "questionable",
    Rating.EXPLICIT: "explicit",
}
_SERVICES = {"nekos": "nekos.best", "danbooru": "Danbooru", "waifu": "Waifu.im", OWN: "your own"}
_UNKNOWN = "artist not known"
_SQUARE = (600, 600)
_MOST_TAGS = 80
_THOUSAND = 1000


class CardView(NamedTuple):
    """What a list shows of a picture."""

    address: str
    thumbnail: str
    shows: str
    credit: str
    width: int
    height: int
    ratio: int
    animated: bool


class Link(NamedTuple):
    """What leads somewhere; `where` names the other site that it leads to."""

    address: str
    label: str
    where: str = ""


class Fact(NamedTuple):
    """A thing to know of a picture."""

    name: str
    value: str
    address: str | None = None


class Group(NamedTuple):
    """Tags of one kind."""

    name: str
    tags: Sequence[Link]


class PictureView(NamedTuple):
    """What a picture's own page shows."""

    thumbnail: str
    file: str
    shows: str
    width: int
    height: int
    ratio: int
    animated: bool
    is_film: bool
    is_here: bool
    trouble: str
    artists: Sequence[Link]
    links: Sequence[Link]
    facts: Sequence[Fact]
    tags: Sequence[Group]


def card_view(entry: Entry, params: QueryParams) -> CardView:
    """Return the view model of an entry in a list."""
    width, height = _size(entry)
    return CardView(
        address=params.address(f"/picture/{entry.id}"),
        thumbnail=thumbnail_address(entry),
        shows=describe_contents(entry),
        credit=credit(entry),
        width=width,
        height=height,
        ratio=ratio(width, height),
        animated=entry.frames != 1,
    )


def picture_view(entry: Entry, *, is_film: bool, trouble: str) -> PictureView:
    """Return the view model of an entry's page; `trouble` is why its file cannot be shown."""
    width, height = _size(entry)
    return PictureView(
        thumbnail=thumbnail_address(entry),
        file=f"/file/{entry.id}?{urlencode({'v': entry.sha256[:16]})}",
        shows=describe_contents(entry),
        width=width,
        height=height,
        ratio=ratio(width, height),
        animated=entry.frames != 1,
        is_film=is_film and not trouble,
        is_here=not trouble,
        trouble=trouble,
        artists=[Link(_filter("artist", name), name) for name in _names(entry, "artists")],
        links=list(_links(entry)),
        facts=list(_facts(entry)),
        tags=list(_groups(entry)),
    )


def thumbnail_address(entry: Entry) -> str:
    """Return the address of a small picture, another one as soon as the file is another."""
    return f"/thumbnail/{entry.id}?{urlencode({'v': entry.sha256[:16]})}"


def describe_contents(entry: Entry) -> str:
    """Return in a few words what a picture shows: whom, of which work, or what it is called."""
    whom, work = _names(entry, "characters"), _names(entry, "copyrights")
    names = [", ".join(whom[:3]), ", ".join(work[:2])]
    about = " · ".join(dict.fromkeys(text for text in names if text))
    return _join_parts([entry.category, about]) or file_name(entry)


def credit(entry: Entry) -> str:
    """Name the artists, or else the work."""
    return (
        ", ".join(_names(entry, "artists")[:3])
        or ", ".join(_names(entry, "copyrights")[:2])
        or _UNKNOWN
    )


def file_name(entry: Entry) -> str:
    """Return the name of a file, without telling where it is, as text that can be sent."""
    return os.path.basename(entry.path).encode(errors="replace").decode()


def source_of(entry: Entry) -> str:
    """Return the name of an entry's service, or the label for own pictures."""
    return service_name(entry.post) or OWN


def service_title(source: str) -> str:
    """Write the name of a service as it does itself."""
    return _SERVICES.get(source, source)


def ratio(width: int, height: int) -> int:
    """Return the nearest ratio that there is a class for, in hundredths.

    >>> ratio(288, 384), ratio(1, 100), ratio(1000, 1), ratio(1600, 900)
    (75, 40, 240, 180)
    """
    exact = 100 * width / height
    at = bisect(RATIOS, exact)
    near: tuple[int, ...] = RATIOS[max(at - 1, 0) : at + 1]
    return min(near, key=lambda percent: abs(percent - exact))


def file_size(size: int) -> str:
    """Write a number of bytes for people.

    >>> file_size(900), file_size(340_600), file_size(2_300_000)
    ('900 bytes', '341 kB', '2.3 MB')
    """
    if size < _THOUSAND:
        return format_count(size, "byte")
    thousands = size / _THOUSAND
    return f"{thousands:.0f} kB" if thousands < _THOUSAND else f"{thousands / _THOUSAND:.1f} MB"


def _links(entry: Entry) -> Iterable[Link]:
    """Return the addresses elsewhere that are such, and no program."""
    post = entry.post
    if post is None:
        return
    labelled_urls = {"Original": post.source_url, "Post": post.page_url}
    urls_seen = set[str]()
    for label, text in labelled_urls.items():
        url = url_or_none(text)
        host = _host(url) if url else None
        if url and host and url not in urls_seen:
            urls_seen.add(url)
            yield Link(url, label, host)


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _facts(entry: Entry) -> Iterable[Fact]:
    source, post = source_of(entry), entry.post
    yield Fact("Source", service_title(source), _filter("source", source))
    if entry.category:
        yield Fact("Category", entry.category, _filter("category", entry.category))
    if post is not None and post.rating is not None:
        yield Fact("Rating", RATING_WORDS[post.rating], _filter("rating", post.rating.value))
    if entry.width and entry.height:
        yield Fact("Size", f"{entry.width} \u00d7 {entry.height}, {file_size(entry.size)}")
    else:
        yield Fact("Size", file_size(entry.size))
    frames = f", {entry.frames} frames" if entry.frames > 1 else ""
    yield Fact("Format", entry.format + frames)
    yield Fact("Added", entry.added_at.strftime("%Y-%m-%d"))
    yield Fact("File", file_name(entry))


def _groups(entry: Entry) -> Iterable[Group]:
    named = {"Characters": "characters", "Works": "copyrights", "Tags": "tags"}
    names_seen = {*_names(entry, "artists")}
    for name, kind in named.items():
        # Services repeat among the tags what they name besides.
        words = [word for word in _names(entry, kind) if word not in names_seen]
        names_seen.update(words)
        if words:
            yield Group(name, [Link(_search(word), word) for word in words[:_MOST_TAGS]])


def _names(entry: Entry, kind: str) -> list[str]:
    names: list[str] = getattr(entry.post, kind, [])
    return list(dict.fromkeys(name for name in names if name.strip()))


def _join_parts(parts: Iterable[str | None]) -> str:
    return ": ".join(part for part in parts if part)


def _search(words: str) -> str:
    return f"/?{urlencode({'q': words})}"


def _filter(name: str, text: str) -> str:
    return f"/?{urlencode({name: text})}"


def _size(entry: Entry) -> tuple[int, int]:
    """Return a size in any case, so that nothing moves when a picture has come."""
    return (entry.width, entry.height) if entry.width and entry.height else _SQUARE
