"""Which characters and series a picture shows: asked of a service that knows, by the work.

A row names its source, the source is a work on some site, and the same work was posted again with
the names of who is in it. That a post really shows that work is told by the post's own source.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from animedex.art.providers import every_service
from animedex.art.row_lookup import LOOKUP_HINT, lookup
from animedex.art.row_provider import recognise
from animedex.art.source_parser import canonical
from animedex.art.source_work import Work
from animedex.backends.provider import part
from animedex.errors import BadArguments, NotFound
from animedex.models import ArtPost, Record

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping
    from typing import TypeAlias

    from animedex.backends.provider import Evidence
    from animedex.call import Steps
    from animedex.http_message import JsonValue
    from animedex.models import PictureRecord
    from animedex.session import AsyncSession, BaseSession, Session

# A work that comes again within so many others is not asked for again.
MOST_WORKS = 256


class Recent:
    """Keep the posts of the works that were asked for last, so that memory is bounded.

    >>> recent = Recent(most=1)
    >>> recent.put("pixiv:1", []), recent.put("pixiv:2", [])
    (None, None)
    >>> recent.get("pixiv:1"), recent.get("pixiv:2")
    (None, [])
    """

    def __init__(self, most: int = MOST_WORKS) -> None:
        self._most = most
        self._posts: dict[str, list[PictureRecord]] = {}

    def get(self, key: str) -> list[PictureRecord] | None:
        """Return the posts of a work, which is the latest then; None where they are not known."""
        posts = self._posts.pop(key, None)
        if posts is not None:
            self._posts[key] = posts
        return posts

    def put(self, key: str, posts: list[PictureRecord]) -> None:
        """Keep the posts of a work, and forget those of the earliest where they are too many."""
        self._posts[key] = posts
        if len(self._posts) > self._most:
            del self._posts[next(iter(self._posts))]


class Subject(NamedTuple):
    """What is to be identified: how it was named, and the works that it may be, best first."""

    query: str
    works: tuple[Work, ...]


class Identified(NamedTuple):
    """The posts of the same work, those that surely show the same page first.

    Where the work's page is None, the posts are of any of its pages.
    """

    query: str
    work: Work
    posts: list[PictureRecord]

    @property
    def characters(self) -> list[str]:
        """Name who is in the picture."""
        return _union(post.to_common().characters for post in self.posts)

    @property
    def copyrights(self) -> list[str]:
        """Name the series."""
        return _union(post.to_common().copyrights for post in self.posts)

    @property
    def artists(self) -> list[str]:
        """Name the artists."""
        return _union(post.to_common().artists for post in self.posts)


What: TypeAlias = "str | Mapping[str, JsonValue] | Record | ArtPost | Subject"


def identify(client: Session, what: What) -> Identified:
    """Find out who is in a picture and which series it is from.

    `what` is a row of any service, as a record, as JSON or as an art post; or the URL of a picture
    or of a work, or an id with its service, such as `waifu:6460`. Raises `NotFound` where no work
    is known for it, or nobody has posted it; `BadArguments` for anything else.
    """
    return client.run(_identify(client, what, Recent()))


async def identify_async(client: AsyncSession, what: What) -> Identified:
    """Do as `identify`, from a task."""
    return await client.run(_identify(client, what, Recent()))


def identify_all(client: Session, whats: Iterable[What]) -> Iterator[Identified | NotFound]:
    """Identify one after the other, each when it is asked for; what is not found is given.

    A work is asked for once if it comes again within 256 others.
    """
    recent = Recent()
    for what in whats:
        try:
            yield client.run(_identify(client, what, recent))
        except NotFound as error:
            yield error


async def identify_all_async(
    client: AsyncSession, whats: Iterable[What]
) -> AsyncGenerator[Identified | NotFound]:
    """Do as `identify_all`, from a task."""
    recent = Recent()
    for what in whats:
        try:
            yield await client.run(_identify(client, what, recent))
        except NotFound as error:
            yield error


def _identify(client: BaseSession, what: What, recent: Recent) -> Steps[Identified]:
    """Identify something; each call has a time limit of its own.

    `recent` keeps the posts of works for the next time.
    """
    if isinstance(what, str):
        subject = yield from _look_up(client, what)
    else:
        subject = subject_of(what)
    if not subject.works:
        message = f"{subject.query:.80}: no work is known that it comes from"
        raise NotFound(message, hint="it names no source, or one whose pictures are not numbered")
    for work in subject.works:
        posts = recent.get(work.key)
        if posts is None:
            posts = yield from _posts(client, work)
            recent.put(work.key, posts)
        shown = _of_page(work, posts)
        if shown:
            return Identified(subject.query, work, shown)
    (work, *_) = subject.works
    message = f"{subject.query:.80}: nobody has posted {work} where characters are named"
    raise NotFound(message, hint="the work's own page may say who it is")


def subject_of(what: Mapping[str, JsonValue] | Record | ArtPost | Subject) -> Subject:
    """Read what a row names as its source; raise `BadArguments` for a row of no service."""
    if isinstance(what, Subject):
        return what
    seen = recognise(what if isinstance(what, Record | ArtPost) else dict(what))
    if seen is None:
        message = "the row is not one of any service"
        raise BadArguments(message, hint="give rows as any picture command prints them")
    return Subject(seen.evidence.id, _works(seen.service, seen.evidence))


def _look_up(client: BaseSession, text: str) -> Steps[Subject]:
    """Find the row of a service's URL or id, or else read the work that any other URL is."""
    call = lookup(text.strip(), client.config.base_urls)
    if call is not None:
        row = yield from client.start(call)
        return subject_of(row)._replace(query=text)
    work = canonical(text)
    if work is None:
        message = f"{text!r:.80} is neither a picture of a service nor a work that is known"
        raise BadArguments(message, hint=LOOKUP_HINT)
    return Subject(text, (work,))


def _works(service: str, evidence: Evidence) -> tuple[Work, ...]:
    """Name the works of a row's links, and the row itself where its service is who is asked.

    Of one work, one link may tell the page and another not.
    """
    found: dict[str, Work] = {}
    for work in filter(None, map(canonical, evidence.links)):
        if found.setdefault(work.key, work).page is None:
            found[work.key] = work
    own = evidence.id.removeprefix(f"{service}:")
    if part(service).by_work and own:
        found.setdefault(evidence.id, Work(service, own, 0))
    return tuple(found.values())


def _posts(client: BaseSession, work: Work) -> Steps[list[PictureRecord]]:
    """Ask every service that knows characters for a work's posts."""
    posts: list[PictureRecord] = []
    for name in every_service():
        by_work = part(name).by_work
        call = by_work(work.site, work.id) if by_work else None
        if call is not None:
            posts += yield from client.start(call)
    return posts


def _of_page(work: Work, posts: Iterable[PictureRecord]) -> list[PictureRecord]:
    """Keep the posts of a work that may show its page, those that surely do first."""
    sure: list[PictureRecord] = []
    unsure: list[PictureRecord] = []
    for post in posts:
        works = _works(post.backend, part(post.backend).evidence(post.payload))
        same = next((one for one in works if one.key == work.key), None)
        if same is not None and (work.page is None or same.page in {None, work.page}):
            (unsure if same.page is None else sure).append(post)
    return sure + unsure


def _union(names: Iterable[list[str]]) -> list[str]:
    return list(dict.fromkeys(name for some in names for name in some))
