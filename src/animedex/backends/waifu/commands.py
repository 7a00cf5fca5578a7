"""The command line of Waifu.im v7."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict, TypeVar, Unpack

import click

from animedex.backends.waifu.backend import BACKEND
from animedex.cli.command import Command, Group
from animedex.cli.command_context import with_output, with_picture_output
from animedex.cli.download_options import DownloadOptions, with_download_options
from animedex.errors import BadArguments
from animedex.plurals import format_count

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from animedex.backends.waifu.filter_params import Nsfw, Order, Orientation
    from animedex.backends.waifu.models import WaifuImage, WaifuPage
    from animedex.cli.command_context import CommandSession
    from animedex.models import Record

    F = TypeVar("F", bound=Callable[..., object])
    R = TypeVar("R", bound=Record)


class Filters(TypedDict):
    """The options that choose pictures."""

    tags: Sequence[str]
    exclude_tags: Sequence[str]
    artists: Sequence[str]
    exclude_artists: Sequence[str]
    exclude_ids: Sequence[str]
    nsfw: Nsfw
    animated: bool | None
    orientation: Orientation | None
    order: Order
    width: str | None
    height: str | None
    byte_size: str | None
    page: int
    limit: int


def _parse_size(name: str, text: str) -> Callable[[F], F]:
    """Return an option for a filter; of two values the service would ignore one silently."""

    def once(ctx: click.Context, param: click.Parameter, text_value: tuple[str, ...]) -> str | None:
        del ctx, param
        if len(text_value) > 1:
            message = f"{name} can be given once"
            raise BadArguments(message, hint=f"give both bounds together, as in {name} 200..299")
        return text_value[0] if text_value else None

    return click.option(name, metavar="SIZE", multiple=True, callback=once, help=text)


_FILTERS = (
    click.option(
        "--tag",
        "tags",
        multiple=True,
        metavar="SLUG",
        help="Only with this tag; repeatable, all must match.",
    ),
    click.option(
        "--exclude-tag",
        "exclude_tags",
        multiple=True,
        metavar="SLUG",
        help="Without this tag; repeatable.",
    ),
    click.option(
        "--artist",
        "artists",
        multiple=True,
        metavar="NAME|ID",
        help="Only by this artist; repeatable, all must match.",
    ),
    click.option(
        "--exclude-artist",
        "exclude_artists",
        multiple=True,
        metavar="NAME|ID",
        help="Not by this artist; repeatable.",
    ),
    click.option(
        "--exclude-id",
        "exclude_ids",
        multiple=True,
        metavar="ID",
        help="Without this picture; repeatable.",
    ),
    click.option(
        "--nsfw",
        metavar="no|yes|all",
        default="no",
        help="Safe pictures (no), adult ones (yes), or all (default: no).",
    ),
    click.option(
        "--animated/--no-animated", default=None, help="Only animated pictures, or only still ones."
    ),
    click.option(
        "--orientation", metavar="landscape|portrait|square", help="Only this orientation."
    ),
    click.option(
        "--order",
        metavar="random|uploaded_at|favorites",
        default="random",
        help="Sort order (default: random).",
    ),
    _parse_size("--width", "In pixels: '>=1500', '<1500', 1000..2000 or 1500."),
    _parse_size("--height", "In pixels, as --width."),
    _parse_size("--byte-size", "In bytes, as --width."),
    click.option(
        "--page", type=int, default=1, metavar="N", help="Page number; a random order has one page."
    ),
    click.option(
        "--limit", type=int, default=1, metavar="1..100", help="Number of pictures (default: 1)."
    ),
)


def _with_filters(decorated: F) -> F:
    """Add the options that choose pictures."""
    for add in reversed(_FILTERS):
        decorated = add(decorated)
    return decorated


@click.group("waifu", cls=Group, backend=BACKEND)
def command() -> None:
    """Search tagged pictures on Waifu.im (default: safe ones)."""


@command.command(
    cls=Command,
    backend=BACKEND,
    examples=(
        "animedex waifu images --tag maid",
        "animedex waifu images --tag waifu --exclude-tag uniform --limit 3 --jq '.[].url'",
        "animedex waifu images --width '>=200' --orientation portrait --common",
        "animedex waifu images --order favorites --limit 5 --page 2 --json",
    ),
)
@_with_filters
@click.option("--open", "opened", is_flag=True, help="Open the first picture's page in a browser.")
@with_picture_output
def images(session: CommandSession, *, opened: bool, **filters: Unpack[Filters]) -> None:
    """Search pictures by tags, artists and size (default: one random picture)."""
    _show(session, _search_images(session, filters), opened=opened)


@command.command(
    cls=Command,
    backend=BACKEND,
    examples=(
        "animedex waifu download --tag maid --to pictures",
        "animedex waifu download --tag maid --order favorites --limit 3 --sidecar json",
    ),
)
@_with_filters
@with_download_options
def download(session: CommandSession, saving: DownloadOptions, **filters: Unpack[Filters]) -> None:
    """Search pictures as `images` does and download them.

    A whole tag cannot be downloaded, only one page of results.
    """
    from animedex.cli.download_runner import download_all

    is_random = filters["order"] == "random"
    download_all(session, _search_images(session, filters), saving, is_repeatable=not is_random)


def _search_images(session: CommandSession, filters: Filters) -> WaifuPage[WaifuImage]:
    """Search for pictures; explain an empty answer."""
    from animedex.backends.waifu import calls

    page = session.ask(calls.images(**filters))
    if not page:
        session.note(f"animedex: {_explain_no_rows(page, filters['page'], filters['nsfw'])}")
    return page


@command.command(
    cls=Command,
    backend=BACKEND,
    examples=(
        "animedex waifu image 5000",
        "animedex waifu image 5000 --jq '{url, source}'",
        "animedex waifu image 5000 --common",
    ),
)
@click.argument("id", help="A picture's id, or its address.")
@click.option("--open", "opened", is_flag=True, help="Open the picture's page in a browser.")
@with_picture_output
def image(session: CommandSession, id: str, *, opened: bool) -> None:  # noqa: A002  the service's own name
    """Show one picture."""
    from animedex.backends.waifu import calls, cards

    row = session.ask(calls.image(id))
    session.output.picture(row, cards.image_card)
    if opened:
        _open(session, row)


@command.command(
    cls=Command,
    backend=BACKEND,
    examples=("animedex waifu tags", "animedex waifu tags --jq '.[].slug' -r | head -3"),
)
@with_output
def tags(session: CommandSession) -> None:
    """List all tags."""
    from animedex.backends.waifu import calls, cards
    from animedex.backends.waifu.models import WaifuTag

    session.output.records(session.ask(calls.tags()), WaifuTag, cards.tag_card)


@command.command(
    cls=Command,
    backend=BACKEND,
    examples=("animedex waifu tag maid", "animedex waifu tag maid --jq .description -r"),
)
@click.argument("name", metavar="SLUG|ID", help="A tag's slug, such as long-hair, or its id.")
@with_output
def tag(session: CommandSession, name: str) -> None:
    """Show one tag."""
    from animedex.backends.waifu import calls, cards

    session.output.record(session.ask(calls.tag(name)), cards.tag_card)


@command.command(
    cls=Command,
    backend=BACKEND,
    examples=("animedex waifu artists", "animedex waifu artists --page 2 --limit 5 --json"),
)
@click.option("--page", type=int, default=1, metavar="N", help="Page number (default: 1).")
@click.option(
    "--limit", type=int, default=30, metavar="1..100", help="Number of artists (default: 30)."
)
@with_output
def artists(session: CommandSession, *, page: int, limit: int) -> None:
    """List artists, most pictures first."""
    from animedex.backends.waifu import calls, cards
    from animedex.backends.waifu.models import WaifuArtist

    rows = session.ask(calls.artists(page, limit))
    if not rows:
        session.note(f"animedex: {_explain_last_page(rows, page) or 'there is no artist'}")
    session.output.records(rows, WaifuArtist, cards.artist_card)


@command.command(
    cls=Command,
    backend=BACKEND,
    examples=("animedex waifu artist 1", "animedex waifu artist 1 --jq .pixiv -r"),
)
@click.argument("name", metavar="NAME|ID", help="An artist's name in full, or the id.")
@with_output
def artist(session: CommandSession, name: str) -> None:
    """Show one artist."""
    from animedex.backends.waifu import calls, cards

    session.output.record(session.ask(calls.artist(name)), cards.artist_card)


@command.command(
    cls=Command,
    backend=BACKEND,
    examples=("animedex waifu stats", "animedex waifu stats --jq .totalImages"),
)
@with_output
def stats(session: CommandSession) -> None:
    """Count what the service has."""
    from animedex.backends.waifu import calls, cards

    session.output.record(session.ask(calls.stats()), cards.stats_card)


def _show(session: CommandSession, rows: Sequence[WaifuImage], *, opened: bool) -> None:
    from animedex.backends.waifu import cards
    from animedex.backends.waifu.models import WaifuImage

    session.output.pictures(rows, WaifuImage, cards.image_card)
    if opened and rows:
        _open(session, rows[0])


def _open(session: CommandSession, row: WaifuImage) -> None:
    address = row.page_url or row.url
    if address:
        session.open(address)
    else:
        session.note("animedex: the picture has no page")


def _explain_no_rows(rows: WaifuPage[WaifuImage], page: int, nsfw: str) -> str:
    among = " among safe pictures" if nsfw == "no" else ""
    return _explain_last_page(rows, page) or f"nothing matches{among}"


def _explain_last_page(rows: WaifuPage[R], page: int) -> str | None:
    """Return a note that the list has fewer pages; None if it has not."""
    if not rows.total_pages or page <= rows.total_pages:
        return None
    pages = format_count(rows.total_pages, "page")
    return f"page {page} is past the end: there {'is' if rows.total_pages == 1 else 'are'} {pages}"
