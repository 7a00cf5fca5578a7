"""`animedex art identify`: who is in a picture, and from which series."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, cast

import click

from animedex.cli.command import Command
from animedex.cli.command_context import CommandSession, with_picture_output
from animedex.errors import AnimedexError, BadArguments, NotFound

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from animedex.art.identify import Identification, Subject
    from animedex.art.row_reader import Row
    from animedex.http_message import JsonObject, JsonValue
    from animedex.models import PictureRecord
    from animedex.render.text_output import Card

KEYS = ("query", "work", "page", "characters", "copyrights", "artists", "posts")


@click.command(
    "identify",
    cls=Command,
    examples=(
        "animedex art identify danbooru:$(animedex danbooru random --rating g --jq '.[0].id')",
        "animedex art search maid --common | animedex art identify -",
    ),
    guidance=(
        "Prints `characters`, `copyrights` (series), `artists`, and the `posts` that name them. If"
        " `page` is null, the posts may be of other pictures of the same work: say so when you"
        " name a character. Many pictures are not found (exit code 3); do not guess from the"
        " picture instead."
    ),
)
@click.argument(
    "what",
    metavar="URL|ID|-",
    help="A picture's URL, a work's URL, SERVICE:ID, a row as JSON, or - to read rows.",
)
@with_picture_output
def command(session: CommandSession, what: str) -> None:
    """Find the characters and series in a picture.

    The row of a picture names its source, and Danbooru's posts of the same work name characters,
    series and artists. With -, rows are read as an array or one after another, and the output is an
    array of the results; with --jsonl each result is printed when it is ready.
    """
    _check_fields(session)
    if what == "-":
        _identify_rows(session, _read_piped_subjects())
        return
    subject: Subject | str = what
    if what.lstrip().startswith(("[", "{")):
        subjects = list(_parse_subject(what))
        if what.lstrip().startswith("[") or len(subjects) > 1:
            _identify_rows(session, subjects)
            return
        (subject,) = subjects
    from animedex.art.identify import identify

    identification = identify(session.client, subject)
    session.output.draw_later(identification.posts)
    session.output.facts(_result_payload(session, identification), lambda: _card(identification))


def _check_fields(session: CommandSession) -> None:
    """Raise an error for an unknown field before a request is sent."""
    if session.shared.fields is not None:
        from animedex.render.json_output import pick_fields

        pick_fields([], session.output.fields(), KEYS)


def _read_piped_subjects() -> Iterator[Subject]:
    from animedex.art.row_reader import read_files

    return _subjects(read_files(["-"]), "standard input")


def _parse_subject(text: str) -> Iterator[Subject]:
    from animedex.art.row_reader import read_rows

    name = "the argument"
    return _subjects(read_rows([text.encode(errors="surrogateescape")], name), name)


def _subjects(rows: Iterable[Row], name: str) -> Iterator[Subject]:
    """Read what rows name as their sources, one after the other; say which row is wrong."""
    from animedex.art.identify import read_subject

    for number, row in enumerate(rows, 1):
        try:
            subject = read_subject(row.value)
        except BadArguments as error:
            message = f"{name}, row {number}: {error.message}"
            raise BadArguments(message, hint=error.hint) from None
        yield subject


def _identify_rows(session: CommandSession, subjects: Iterable[Subject]) -> None:
    """Print each result and note each row without one; raise `NotFound` if no row has one."""
    identifications = _identify_all(session, subjects)
    if session.output.mode in {"json", "jq"}:
        _print_array(session, identifications)
        return
    from animedex.cli.streams import write_out

    between = "\n" if session.output.mode == "text" else ""
    for number, one in enumerate(identifications):
        write_out(between if number else "")
        session.output.findings([one], lambda one: _result_payload(session, one), _card, KEYS)


def _identify_all(session: CommandSession, subjects: Iterable[Subject]) -> Iterator[Identification]:
    """Yield what is identified and report the rest; raise `NotFound` if nothing is."""
    from animedex.art.identify import identify_all

    lost = _MissingRows(session)
    has_result = False
    try:
        for one in identify_all(session.client, subjects):
            if isinstance(one, NotFound):
                lost.add(one, alone=not has_result)
            else:
                lost.print_note()
                has_result = True
                session.output.draw_later(one.posts)
                yield one
        if not has_result:
            lost.fail()
    finally:
        lost.print_note()


class _MissingRows:
    """The rows without a result: each is noted at once, but a single one is the command's error."""

    def __init__(self, session: CommandSession) -> None:
        self._session = session
        self._count = 0
        self._first: NotFound | None = None
        self._unreported: NotFound | None = None

    def add(self, error: NotFound, *, alone: bool) -> None:
        """Count an error and note it, unless it is the only one so far and `alone`."""
        self.print_note()
        self._count += 1
        self._first = self._first or error
        self._unreported = error
        if self._count > 1 or not alone:
            self.print_note()

    def print_note(self) -> None:
        """Print a note of the last error, if it has none yet."""
        if self._unreported is not None:
            self._session.note(f"animedex: {self._unreported.message}")
        self._unreported = None

    def fail(self) -> None:
        """Raise one error for all of them, if there are any."""
        if self._first is None:
            return
        if self._count == 1:
            self._unreported = None
            raise self._first
        message = f"none of {self._count} pictures was found; the first: {self._first.message}"
        raise NotFound(message, hint=self._first.hint)


def _print_array(session: CommandSession, identifications: Iterator[Identification]) -> None:
    """Print an array, complete even if Ctrl-C or an error ends the search early."""
    from animedex.cli.stream_output import stream_rows

    ends: list[BaseException] = []
    rows = _until_the_end(session, identifications, ends)
    first = next(rows, None)
    if first is not None:
        stream_rows(session, chain([first], rows), KEYS)
    elif not ends:
        stream_rows(session, [], KEYS)
    if ends:
        raise ends[0]


def _until_the_end(
    session: CommandSession, identifications: Iterator[Identification], ends: list[BaseException]
) -> Iterator[bytes]:
    """Yield results as JSON; append an error or Ctrl-C that ends them early to `ends`."""
    import msgspec

    try:
        for one in identifications:
            yield msgspec.json.encode(_result_payload(session, one))
    except (AnimedexError, KeyboardInterrupt) as error:
        ends.append(error)


def _result_payload(session: CommandSession, identification: Identification) -> JsonObject:
    """Return a result as JSON, each post with its source."""
    return {
        "query": identification.query,
        "work": identification.work.key,
        "page": identification.work.page,
        "characters": cast("JsonValue", identification.characters),
        "copyrights": cast("JsonValue", identification.copyrights),
        "artists": cast("JsonValue", identification.artists),
        "posts": [_post(session, post) for post in identification.posts],
    }


def _post(session: CommandSession, post: PictureRecord) -> JsonObject:
    from animedex.render.json_output import post_payload, row_payload

    source = not session.shared.no_source
    return (
        post_payload(post.to_common(), source=source)
        if session.shared.common
        else row_payload(post, source=source, exact=True)
    )


def _card(identification: Identification) -> Card:
    """Lay out what a terminal shows: who it is, and the posts that say so."""
    from animedex.render.post_cards import join_few
    from animedex.render.text_output import Card

    posts = [post.to_common() for post in identification.posts]
    page = identification.work.page
    return Card(
        title=identification.query,
        lines=(
            ("characters", join_few(identification.characters) or "nobody is named"),
            ("series", join_few(identification.copyrights)),
            ("artist", join_few(identification.artists)),
            ("work", identification.work.key),
            (
                "page",
                "unknown, so any page of the work" if page is None else f"{page + 1} (p{page})",
            ),
            ("posts", join_few([post.id for post in posts])),
        ),
        url=posts[0].page_url or posts[0].url or posts[0].id,
        source=identification.posts[0].backend,
    )
