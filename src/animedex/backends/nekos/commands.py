"""The command line of nekos.best v2."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from animedex.backends.nekos.backend import BACKEND
from animedex.cli.command import Command, Group
from animedex.cli.command_context import with_output, with_picture_output
from animedex.cli.download_options import DownloadOptions, with_download_options

if TYPE_CHECKING:
    from animedex.backends.nekos.calls import Kind
    from animedex.backends.nekos.models import NekosImage
    from animedex.cli.command_context import CommandSession
    from animedex.errors import NotFound
    from animedex.render.text_output import Card


_offline_option = click.option(
    "--offline", is_flag=True, help="Use only your library; send no request."
)


@click.group("nekos", cls=Group, backend=BACKEND)
def command() -> None:
    """Fetch safe pictures and reaction GIFs from nekos.best."""


@command.command(
    cls=Command,
    backend=BACKEND,
    examples=("animedex nekos categories | head", "animedex nekos categories --json"),
)
@_offline_option
@with_output
def categories(session: CommandSession, *, offline: bool) -> None:
    """List the names of all categories, in alphabetical order."""
    if offline:
        from animedex.backends.nekos.offline_commands import categories as kept

        names = kept(session.library)
        if not names:
            session.note("animedex: the library has no pictures of nekos.best")
        session.output.names(names)
        return
    from animedex.backends.nekos import calls

    session.output.names(session.ask(calls.categories()))


@command.command(
    cls=Command,
    backend=BACKEND,
    examples=(
        "animedex nekos categories-full",
        "animedex nekos categories-full --json --jq '.\"husbando\"'",
        "animedex nekos categories-full --jq '[.[].format] | unique'",
    ),
)
@with_output
def categories_full(session: CommandSession) -> None:
    """List all categories with the format of their pictures: png or gif."""
    from animedex.backends.nekos import calls
    from animedex.backends.nekos.models import NekosCategoryFormat

    session.output.mapping(session.ask(calls.categories_full()), NekosCategoryFormat)


@command.command(
    cls=Command,
    backend=BACKEND,
    examples=(
        "animedex nekos image neko",
        "animedex nekos image baka --jq '.[0].url'",
        "animedex nekos image neko --amount 3 --jq '[.[].url]'",
        "animedex nekos image --fresh --open",
    ),
)
@click.argument("category", required=False, help="Category (default: a random one).")
@click.option(
    "--amount", type=int, default=1, metavar="1..20", help="Number of pictures (default: 1)."
)
@click.option("--fresh", is_flag=True, help="Skip pictures that you have seen.")
@click.option("--open", "opened", is_flag=True, help="Open the first picture's page in a browser.")
@_offline_option
@with_picture_output
def image(  # noqa: PLR0913  each is an option of the command
    session: CommandSession,
    category: str | None,
    amount: int,
    *,
    fresh: bool,
    opened: bool,
    offline: bool,
) -> None:
    """Show random pictures from a category."""
    from animedex.backends.nekos import calls

    if offline:
        from animedex.backends.nekos.offline_commands import image as kept

        rows = kept(session, category, amount, fresh=fresh)
    else:
        rows = session.ask(calls.image(category, amount, fresh=fresh))
    if fresh and not rows:
        if session.output.mode == "json":
            _show(session, [], opened=False)
        raise _nothing_new(category)
    _show(session, rows, opened=opened)


@command.command(
    cls=Command,
    backend=BACKEND,
    examples=(
        "animedex nekos search Frieren --type gif",
        "animedex nekos search 'Bocchi the Rock' --type gif --min-match 0.8",
        "animedex nekos search frieren --category hug --jq '.[].anime_name'",
    ),
)
@click.argument("query", help="Words to look for among artists and shows.")
@click.option(
    "--type",
    "kind",
    metavar="image|gif",
    help="Images or GIFs (default: the category's format, or images).",
)
@click.option("--category", help="Only this category.")
@click.option(
    "--amount",
    type=int,
    default=10,
    metavar="1..20",
    help="Number of results (default: 10).",
)
@click.option("--min-match", type=float, metavar="0..1", help="Drop rows with a lower match score.")
@click.option("--open", "opened", is_flag=True, help="Open the first picture's page in a browser.")
@_offline_option
@with_picture_output
def search(  # noqa: PLR0913  each is an option of the command
    session: CommandSession,
    query: str,
    *,
    kind: Kind | None,
    category: str | None,
    amount: int,
    min_match: float | None,
    opened: bool,
    offline: bool,
) -> None:
    """Search artists and shows; the search is fuzzy, see each row's match."""
    from animedex.backends.nekos import calls

    if offline:
        from animedex.backends.nekos.offline_commands import search as kept

        rows = kept(session, query, kind, category, amount, min_match)
    else:
        rows = session.ask(calls.search(query, kind, category, amount, min_match=min_match))
    if not rows:
        enough = "" if min_match is None else " well enough"
        session.note(f"animedex: nothing matches {query!r}{enough}")
    _show(session, rows, opened=opened)


@command.command(
    cls=Command,
    backend=BACKEND,
    examples=(
        "animedex nekos image neko --jq '.[0]' | animedex nekos asset - -o neko.png",
        "animedex nekos image neko --jq '.[0].url' | animedex nekos asset - -o .",
    ),
)
@click.argument("what", help="A picture's URL, CATEGORY/FILE, a row as JSON, or - to read one.")
@click.option("-o", "--output", "to", metavar="FILE", help="Write to this file or folder.")
@with_output
def asset(session: CommandSession, what: str, *, to: str | None) -> None:
    """Download one picture to a file or a pipe, with its credit."""
    from animedex.backends.nekos import asset_command

    asset_command.save_asset(session, what, to)


@command.command(
    cls=Command,
    backend=BACKEND,
    examples=(
        "animedex nekos download neko --to pictures",
        "animedex nekos download hug --amount 5 --to pictures --name '{category}/{id}.{ext}'",
    ),
)
@click.argument("category", help="A category.")
@click.option(
    "--amount", type=int, default=1, metavar="1..100", help="Number of pictures (default: 1)."
)
@click.option("--fresh", is_flag=True, help="Skip pictures that you have seen.")
@with_download_options
def download(
    session: CommandSession, saving: DownloadOptions, category: str, *, amount: int, fresh: bool
) -> None:
    """Download random pictures from a category.

    A whole category cannot be downloaded: the service's terms forbid copying its collection.
    """
    from animedex.backends.nekos.random_images import fetch_images
    from animedex.cli.download_runner import download_all, print_nothing

    rows = session.ask(fetch_images(category, amount, fresh=fresh))
    if fresh and not rows:
        print_nothing(session, saving)
        raise _nothing_new(category)
    download_all(session, rows, saving, is_repeatable=False)


def _nothing_new(category: str | None) -> NotFound:
    from animedex.backends.nekos.composite_calls import nothing_new

    return nothing_new(category)


def _show(session: CommandSession, rows: list[NekosImage], *, opened: bool) -> None:
    from animedex.backends.nekos.models import NekosImage

    session.output.pictures(rows, NekosImage, image_card)
    if opened and rows:
        session.open(rows[0].source_url or rows[0].url)


def image_card(row: NekosImage) -> Card:
    """Return the card of a row."""
    from animedex.render.text_output import Card, source_label

    return Card(
        title=row.category or row.filename,
        lines=(
            ("artist", row.artist_name),
            ("artist's page", row.artist_href),
            ("anime", row.anime_name),
            ("size", _format_size(row)),
            ("match", None if row.match is None else f"{row.match:.2f}"),
            ("source", row.source_url),
        ),
        url=row.url,
        source=source_label("nekos", row.source_tag),
    )


def _format_size(row: NekosImage) -> str | None:
    size = row.dimensions
    return f"{size.width} x {size.height}" if size and size.width and size.height else None
