"""The command line of Danbooru."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from animedex.backends.danbooru.backend import BACKEND
from animedex.cli.command import Command, Group
from animedex.cli.command_context import with_output, with_picture_output
from animedex.cli.download_options import DownloadOptions, with_download_options
from animedex.errors import BadArguments

if TYPE_CHECKING:
    from collections.abc import Sequence

    from animedex.backends.danbooru.models import DanbooruPost
    from animedex.backends.danbooru.tag_query import RatingWord
    from animedex.cli.command_context import CommandSession


@click.group("danbooru", cls=Group, backend=BACKEND)
def command() -> None:
    """Search Danbooru's pictures, tags, artists and wiki, of all ratings."""


_tags = click.argument(
    "tags", nargs=-1, metavar="[TAG]...", help="Tags and metatags; put -tag after `--`."
)
_rating = click.option(
    "--rating", metavar="g|s|q|e", help="Only this rating; g is safe for everyone."
)
_order = click.option(
    "--order", metavar="ORDER", help="Sort by score, favcount, rank, ...; one term."
)
_limit = click.option("--limit", type=int, metavar="1..200", help="Number of posts (default: 20).")
_page = click.option(
    "--page", metavar="N|b<id>|a<id>", help="Page number, or posts before or after an id."
)


@command.command(
    cls=Command,
    backend=BACKEND,
    examples=(
        "animedex danbooru search cat_girl --rating g",
        "animedex danbooru search 1girl --rating g -- -solo",
        "animedex danbooru search cat_girl 'score:>10' --order score --limit 5",
        "animedex danbooru search cat_ears --rating g --jq '.[].file_url'",
        "animedex danbooru search cat_ears --rating g --all --max 300 --jsonl",
    ),
)
@_tags
@_rating
@_order
@_limit
@_page
@click.option("--all", "everything", is_flag=True, help="Fetch all pages, up to --max posts.")
@click.option(
    "--max", "most", type=int, metavar="1..1000", help="Maximum number of posts with --all."
)
@click.option("--open", "opened", is_flag=True, help="Open the first post's page in a browser.")
@with_picture_output
def search(  # noqa: PLR0913  each is an option of the command
    session: CommandSession,
    tags: tuple[str, ...],
    *,
    rating: RatingWord | None,
    order: str | None,
    limit: int | None,
    page: str | None,
    everything: bool,
    most: int | None,
    opened: bool,
) -> None:
    """Search posts by tags (default: the newest posts)."""
    from animedex.backends.danbooru import calls

    if everything:
        maximum = _parse_max(most, limit, page)
        rows = session.ask(calls.all_posts(*tags, max=maximum, rating=rating, order=order))
    elif most is not None:
        message = "--max goes with --all"
        raise BadArguments(message, backend="danbooru", hint="use --limit for a single page")
    else:
        amount = 20 if limit is None else limit
        rows = session.ask(calls.search(*tags, rating=rating, order=order, limit=amount, page=page))
    if not rows:
        session.note(f"animedex: no posts found{_suggest_spelling(tags)}")
    _show(session, rows, opened=opened)


@command.command(
    cls=Command,
    backend=BACKEND,
    examples=(
        "animedex danbooru download cat_girl --rating g --limit 3 --to pictures",
        "animedex danbooru download cat_girl --rating g --order score --limit 1 --sidecar txt",
    ),
)
@_tags
@_rating
@_order
@_limit
@_page
@with_download_options
def download(  # noqa: PLR0913  each is an option of the command
    session: CommandSession,
    saving: DownloadOptions,
    tags: tuple[str, ...],
    *,
    rating: RatingWord | None,
    order: str | None,
    limit: int | None,
    page: str | None,
) -> None:
    """Search posts by tags and download one page of them.

    A whole tag cannot be downloaded: the site asks not to be copied.
    """
    from animedex.backends.danbooru import calls
    from animedex.backends.danbooru import tag_query as query
    from animedex.cli.download_runner import download_all

    amount = 20 if limit is None else limit
    rows = session.ask(calls.search(*tags, rating=rating, order=order, limit=amount, page=page))
    if not rows:
        session.note(f"animedex: no posts found{_suggest_spelling(tags)}")
    is_random = order == "random" or query.has_random_order(tags)
    download_all(session, rows, saving, is_repeatable=not is_random)


@command.command(
    cls=Command,
    backend=BACKEND,
    examples=("animedex danbooru post 9000013", "animedex danbooru post 9000013 --common --json"),
)
@click.argument("id", type=int, help="The post's number.")
@click.option("--open", "opened", is_flag=True, help="Open the post's page in a browser.")
@with_picture_output
def post(session: CommandSession, id: int, *, opened: bool) -> None:  # noqa: A002  the service's name
    """Show one post."""
    from animedex.backends.danbooru import calls

    row = session.ask(calls.post(id))
    session.output.picture(row)
    if opened:
        _open(session, row)


@command.command(
    cls=Command,
    backend=BACKEND,
    examples=(
        "animedex danbooru random cat_girl --rating g",
        "animedex danbooru random --rating g --open",
    ),
)
@_tags
@_rating
@click.option("--open", "opened", is_flag=True, help="Open the post's page in a browser.")
@with_picture_output
def random(
    session: CommandSession, tags: tuple[str, ...], *, rating: RatingWord | None, opened: bool
) -> None:
    """Show a random post that matches."""
    from animedex.backends.danbooru import calls

    _show(session, [session.ask(calls.random(*tags, rating=rating))], opened=opened)


@command.command(
    cls=Command,
    backend=BACKEND,
    examples=(
        "animedex danbooru count cat_girl",
        "animedex danbooru count cat_girl --rating g --jq .posts",
    ),
)
@_tags
@_rating
@with_output
def count(session: CommandSession, tags: tuple[str, ...], *, rating: RatingWord | None) -> None:
    """Count matching posts; null if the service stopped counting."""
    from animedex.backends.danbooru import calls

    total = session.ask(calls.count(*tags, rating=rating))
    if total is None:
        session.note("animedex: danbooru stopped counting; narrow the search")
    session.output.facts({"posts": total})


@command.command(
    "tags",
    cls=Command,
    backend=BACKEND,
    examples=(
        "animedex danbooru tags 'cat_*'",
        "animedex danbooru tags '*_hair' --limit 50 --jq '.[].name'",
    ),
)
@click.argument("pattern", help="Name of a tag; `*` matches anything.")
@click.option(
    "--limit", type=int, default=20, metavar="1..1000", help="Number of tags (default: 20)."
)
@with_output
def find_tags(session: CommandSession, pattern: str, *, limit: int) -> None:
    """Find tags by a pattern, most used first."""
    from animedex.backends.danbooru import calls, cards
    from animedex.backends.danbooru.models import DanbooruTag

    rows = session.ask(calls.tags(pattern, limit))
    _require_rows(session, rows, f"tag is called {pattern!r}")
    session.output.records(rows, DanbooruTag, cards.tag_card)


@command.command(
    cls=Command,
    backend=BACKEND,
    examples=(
        "animedex danbooru autocomplete 'cat g'",
        "animedex danbooru autocomplete catgirl --jq '.[0].value'",
    ),
)
@click.argument("text", help="Beginning or part of a tag's name, in any language.")
@with_output
def autocomplete(session: CommandSession, text: str) -> None:
    """Suggest tags for a text."""
    from animedex.backends.danbooru import calls, cards
    from animedex.backends.danbooru.models import DanbooruSuggestion

    rows = session.ask(calls.autocomplete(text))
    _require_rows(session, rows, f"tag is like {text!r}")
    session.output.records(rows, DanbooruSuggestion, cards.suggestion_card)


@command.command(
    cls=Command,
    backend=BACKEND,
    examples=(
        "animedex danbooru artist mikazuki_soda",
        "animedex danbooru artist 501 --jq .other_names",
    ),
)
@click.argument("who", metavar="NAME|ID", help="The artist's exact tag, or number.")
@with_output
def artist(session: CommandSession, who: str) -> None:
    """Show one artist."""
    from animedex.backends.danbooru import calls, cards

    number = int(who) if who.isascii() and who.isdecimal() and len(who) < _LONGEST else who
    row = session.ask(calls.artist(number))
    session.output.record(row, cards.artist_card)


@command.command(
    cls=Command,
    backend=BACKEND,
    examples=("animedex danbooru pool 71", "animedex danbooru pool 71 --jq .post_ids"),
)
@click.argument("id", type=int, help="The pool's number.")
@with_output
def pool(session: CommandSession, id: int) -> None:  # noqa: A002  the service's own name for it
    """Show one pool, a collection of posts."""
    from animedex.backends.danbooru import calls, cards

    session.output.record(session.ask(calls.pool(id)), cards.pool_card)


@command.command(
    cls=Command,
    backend=BACKEND,
    examples=(
        "animedex danbooru wiki cat_girl",
        "animedex danbooru wiki cat_girl --jq .body -r",
    ),
)
@click.argument("title", help="The page's title, most often a tag.")
@with_output
def wiki(session: CommandSession, title: str) -> None:
    """Show a tag's wiki page."""
    from animedex.backends.danbooru import calls, cards

    session.output.record(session.ask(calls.wiki(title)), cards.wiki_card)


@command.command(
    cls=Command,
    backend=BACKEND,
    examples=(
        "animedex danbooru related cat_girl",
        "animedex danbooru related cat_girl --jq '.[].tag.name'",
    ),
)
@click.argument("tag", help="A tag.")
@with_output
def related(session: CommandSession, tag: str) -> None:
    """Find tags that often occur with another."""
    from animedex.backends.danbooru import calls, cards
    from animedex.backends.danbooru.models import DanbooruRelatedTag

    rows = session.ask(calls.related(tag))
    _require_rows(session, rows, f"tag stands beside {tag!r}")
    session.output.records(rows, DanbooruRelatedTag, cards.related_card)


def _parse_max(most: int | None, limit: int | None, page: str | None) -> int:
    """Return the largest number of posts for --all, which requires it."""
    if most is None:
        message, hint = "--all needs to know how many posts at most", "add --max N, up to 1000"
    elif limit is not None or page is not None:
        message, hint = "--all pages by itself, without --limit and --page", "say --max alone"
    else:
        return most
    raise BadArguments(message, backend="danbooru", hint=hint)


def _suggest_spelling(tags: Sequence[str]) -> str:
    """Return a note on how tags are written, if blanks in one look like a wrong spelling."""
    blank = next(
        (tag for tag in tags if len(tag.split()) > 1 and tag.replace(" ", "").isalnum()), ""
    )
    return f" (a tag is written with underscores: {'_'.join(blank.split())})" if blank else ""


def _require_rows(session: CommandSession, rows: Sequence[object], what: str) -> None:
    if not rows:
        session.note(f"animedex: no {what}")


def _show(session: CommandSession, rows: list[DanbooruPost], *, opened: bool) -> None:
    from animedex.backends.danbooru.models import DanbooruPost

    session.output.pictures(rows, DanbooruPost)
    if opened and rows:
        _open(session, rows[0])


def _open(session: CommandSession, row: DanbooruPost) -> None:
    if row.page_url:
        session.open(row.page_url)


_LONGEST = 19
