"""`animedex art identify`: who is in a picture, and from which series."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import click

from animedex.cli.command import Command
from animedex.cli.session import Session, picturing
from animedex.errors import AnimedexError, NotFound

if TYPE_CHECKING:
    from collections.abc import Iterator

    from animedex.art.identify import Identified, Subject
    from animedex.models import PictureRecord
    from animedex.render.text import Card
    from animedex.wire import JsonObject, JsonValue

KEYS = ("query", "work", "page", "characters", "copyrights", "artists", "posts")


@click.command(
    "identify",
    cls=Command,
    examples=(
        "animedex art identify danbooru:$(animedex danbooru random --rating g --jq '.[0].id')",
        "animedex art search maid --common | animedex art identify -",
    ),
    guidance=(
        "Answers with `characters`, `copyrights` (series), `artists` and the `posts` that say so."
        " Where `page` is null the posts are of any picture of the work: say so when you name"
        " somebody. Not found is common, and exit 3; do not guess from the picture instead."
    ),
)
@click.argument(
    "what",
    metavar="URL|ID|-",
    help="A picture's URL, a work's URL, SERVICE:ID, a row as JSON, or - to read rows.",
)
@picturing
def command(session: Session, what: str) -> None:
    """Find out who is in a picture, by posts of the same work.

    A picture's row names its source, and the posts of that work on Danbooru name characters,
    series and artists. With - rows are read, an array or one below the other, and the answer is an
    array of those that were found.
    """
    if what == "-" or what.lstrip()[:1] == "[":
        _identify_rows(session, _read(what))
        return
    from animedex.art.identify import identify

    subject = _read(what)[0] if what.lstrip()[:1] == "{" else what
    found = identify(session.client, subject)
    session.output.facts(_told(session, found), lambda: _card(found))


def _read(what: str) -> list[Subject]:
    """Read all rows before anything is asked, so that a wrong one costs no request."""
    from animedex.art.identify import subject_of
    from animedex.art.reading import read_files, rows

    given = read_files([what]) if what == "-" else rows([what.encode(errors="surrogateescape")])
    return [subject_of(row.value) for row in given]


def _identify_rows(session: Session, subjects: list[Subject]) -> None:
    """Print those that are found and name the others; fail where that is all of them."""
    found: list[Identified] = []
    try:
        missing = list(_told_apart(session, subjects, found))
    except AnimedexError:
        # What was asked for already is not asked for again.
        if found:
            _print(session, found)
        raise
    if missing and not found:
        raise _none(missing)
    for error in missing:
        session.note(f"animedex: {error.message}")
    _print(session, found)


def _told_apart(
    session: Session, subjects: list[Subject], found: list[Identified]
) -> Iterator[NotFound]:
    from animedex.art.identify import identify_all

    for one in identify_all(session.client, subjects):
        if isinstance(one, NotFound):
            yield one
        else:
            found.append(one)


def _none(missing: list[NotFound]) -> NotFound:
    if len(missing) == 1:
        return missing[0]
    message = f"none of {len(missing)} pictures was found; the first: {missing[0].message}"
    return NotFound(message, hint=missing[0].hint)


def _print(session: Session, found: list[Identified]) -> None:
    session.output.findings(found, lambda one: _told(session, one), _card, KEYS)


def _told(session: Session, found: Identified) -> JsonObject:
    """Give what was found as JSON, each post with its source."""
    return {
        "query": found.query,
        "work": found.work.key,
        "page": found.work.page,
        "characters": cast("JsonValue", found.characters),
        "copyrights": cast("JsonValue", found.copyrights),
        "artists": cast("JsonValue", found.artists),
        "posts": [_post(session, post) for post in found.posts],
    }


def _post(session: Session, post: PictureRecord) -> JsonObject:
    from animedex.render.json import post_row, row

    source = not session.shared.no_source
    return (
        post_row(post.to_common(), source=source)
        if session.shared.common
        else row(post, source=source)
    )


def _card(found: Identified) -> Card:
    """Lay out what a terminal shows: who it is, and the posts that say so."""
    from animedex.render.posts import few
    from animedex.render.text import Card

    posts = [post.to_common() for post in found.posts]
    page = found.work.page
    return Card(
        title=found.query,
        lines=(
            ("characters", few(found.characters) or "nobody is named"),
            ("series", few(found.copyrights)),
            ("artist", few(found.artists)),
            ("work", found.work.key),
            ("page", "not known, so any of the same work" if page is None else str(page)),
            ("posts", few([post.id for post in posts])),
        ),
        url=posts[0].page_url or posts[0].url or posts[0].id,
        source=found.posts[0].backend,
    )
