"""The characters and series of a picture, from a service that knows its work.

A row names its source, the source is a work on some site, and the same work was posted again with
the names of who is in it. That a post really shows that work is told by the post's own source.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from animedex.art.providers import LOOKUP_HINT, find_picture_call, list_services
from animedex.art.row_provider import identify_row
from animedex.art.source_url import SourceWork
from animedex.art.sources import parse_source_url
from animedex.backends.provider import find_provider
from animedex.errors import BadArguments, NotFound
from animedex.models import ArtPost, Record

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping
    from typing import TypeAlias

    from animedex.backends.provider import MatchKeys
    from animedex.call import Steps
    from animedex.http_message import JsonValue
    from animedex.models import PictureRecord
    from animedex.session import AsyncSession, BaseSession, Session

# A work that comes again within so many others is not asked for again.
MAX_WORKS = 256


class RecentWorks:
    """An LRU cache of the posts of works, so that memory is bounded.

    >>> recent = RecentWorks(max_works=1)
    >>> recent.put("pixiv:1", []), recent.put("pixiv:2", [])
    (None, None)
    >>> recent.get("pixiv:1"), recent.get("pixiv:2")
    (None, [])
    """

    def __init__(self, max_works: int = MAX_WORKS) -> None:
        self._most = max_works
        self._posts: dict[str, list[PictureRecord]] = {}

    def get(self, key: str) -> list[PictureRecord] | None:
        """Return the cached posts of a work, now the most recently used; None if there are none."""
        posts = self._posts.pop(key, None)
        if posts is not None:
            self._posts[key] = posts
        return posts

    def put(self, key: str, posts: list[PictureRecord]) -> None:
        """Add the posts of a work; drop the least recently used work above the limit."""
        self._posts[key] = posts
        if len(self._posts) > self._most:
            del self._posts[next(iter(self._posts))]


class Subject(NamedTuple):
    """What is to be identified: how it was named, and the works that it may be, best first."""

    query: str
    works: tuple[SourceWork, ...]


class Identification(NamedTuple):
    """The posts of the same work, those that surely show the same page first.

    Where the work's page is None, the posts are of any of its pages.
    """

    query: str
    work: SourceWork
    posts: list[PictureRecord]

    @property
    def characters(self) -> list[str]:
        """Return the characters in the picture."""
        return _unite_names(post.to_common().characters for post in self.posts)

    @property
    def copyrights(self) -> list[str]:
        """Return the series."""
        return _unite_names(post.to_common().copyrights for post in self.posts)

    @property
    def artists(self) -> list[str]:
        """Return the artists."""
        return _unite_names(post.to_common().artists for post in self.posts)


IdentifySource: TypeAlias = "str | Mapping[str, JsonValue] | Record | ArtPost | Subject"


def identify(client: Session, what: IdentifySource) -> Identification:
    """Return the characters and the series of a picture.

    `what` is a row of any service, as a record, as JSON or as an art post; or the URL of a picture
    or of a work, or an id with its service, such as `waifu:6460`. Raises `NotFound` where no work
    is known for it, or nobody has posted it; `BadArguments` for anything else.
    """
    return client.run(_identify(client, what, RecentWorks()))


async def identify_async(client: AsyncSession, what: IdentifySource) -> Identification:
    """Do as `identify`, from a task."""
    return await client.run(_identify(client, what, RecentWorks()))


def identify_all(
    client: Session, whats: Iterable[IdentifySource]
) -> Iterator[Identification | NotFound]:
    """Identify pictures lazily, one after the other; a failure is yielded, not raised.

    A work is asked for once if it comes again within 256 others.
    """
    recent = RecentWorks()
    for what in whats:
        try:
            yield client.run(_identify(client, what, recent))
        except NotFound as error:
            yield error


async def identify_all_async(
    client: AsyncSession, whats: Iterable[IdentifySource]
) -> AsyncGenerator[Identification | NotFound]:
    """Do as `identify_all`, from a task."""
    recent = RecentWorks()
    for what in whats:
        try:
            yield await client.run(_identify(client, what, recent))
        except NotFound as error:
            yield error


def _identify(
    client: BaseSession, what: IdentifySource, recent: RecentWorks
) -> Steps[Identification]:
    """Identify something; each call has a time limit of its own.

    `recent` keeps the posts of works for the next time.
    """
    if isinstance(what, str):
        subject = yield from _look_up(client, what)
    else:
        subject = read_subject(what)
    if not subject.works:
        message = f"{subject.query:.80}: the work that it comes from is unknown"
        raise NotFound(message, hint="it has no source, or one whose pictures have no ids")
    for work in subject.works:
        posts = recent.get(work.key)
        if posts is None:
            posts = yield from _fetch_posts(client, work)
            recent.put(work.key, posts)
        page_posts = _select_page(work, posts)
        if page_posts:
            return Identification(subject.query, work, page_posts)
    (work, *_) = subject.works
    message = f"{subject.query:.80}: no post of {work} names its characters"
    raise NotFound(message, hint="the work's own page may name the characters")


def read_subject(what: Mapping[str, JsonValue] | Record | ArtPost | Subject) -> Subject:
    """Read what a row names as its source; raise `BadArguments` for a row of no service."""
    if isinstance(what, Subject):
        return what
    identified = identify_row(what if isinstance(what, Record | ArtPost) else dict(what))
    if identified is None:
        message = "the row is not from a supported service"
        raise BadArguments(message, hint="pass rows as the picture commands print them")
    return Subject(identified.keys.id, _find_works(identified.service, identified.keys))


def _look_up(client: BaseSession, text: str) -> Steps[Subject]:
    """Return the row of a service's URL or id, or the work that any other URL names."""
    call = find_picture_call(text.strip(), client.config.base_urls)
    if call is not None:
        row = yield from client.start(call)
        return read_subject(row)._replace(query=text)
    work = parse_source_url(text)
    if work is None:
        message = f"{text!r:.80} is neither a picture of a supported service nor a known work"
        raise BadArguments(message, hint=LOOKUP_HINT)
    return Subject(text, (work,))


def _find_works(service: str, evidence: MatchKeys) -> tuple[SourceWork, ...]:
    """Return the works of a row's links, and the row itself if its service identifies characters.

    Of one work, one link may tell the page and another not.
    """
    works: dict[str, SourceWork] = {}
    for work in filter(None, map(parse_source_url, evidence.links)):
        if works.setdefault(work.key, work).page is None:
            works[work.key] = work
    own = evidence.id.removeprefix(f"{service}:")
    if find_provider(service).posts_by_source and own:
        works.setdefault(evidence.id, SourceWork(service, own, 0))
    return tuple(works.values())


def _fetch_posts(client: BaseSession, work: SourceWork) -> Steps[list[PictureRecord]]:
    """Fetch a work's posts from every service with tags for characters."""
    posts: list[PictureRecord] = []
    for name in list_services():
        by_work = find_provider(name).posts_by_source
        call = by_work(work.site, work.id) if by_work else None
        if call is not None:
            posts += yield from client.start(call)
    return posts


def _select_page(work: SourceWork, posts: Iterable[PictureRecord]) -> list[PictureRecord]:
    """Return the posts of a work that may show its page, those that surely do first."""
    sure: list[PictureRecord] = []
    unsure: list[PictureRecord] = []
    for post in posts:
        works = _find_works(post.backend, find_provider(post.backend).read_keys(post.payload))
        same = next((one for one in works if one.key == work.key), None)
        if same is not None and (work.page is None or same.page in {None, work.page}):
            (unsure if same.page is None else sure).append(post)
    return sure + unsure


def _unite_names(names: Iterable[list[str]]) -> list[str]:
    return list(dict.fromkeys(name for some in names for name in some))
