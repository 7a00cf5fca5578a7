"""The options that library commands share: filters, folders, limits and distances."""

from __future__ import annotations

from typing import TYPE_CHECKING, ParamSpec, TypeVar, cast

import click

from animedex.errors import BadArguments

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
F = TypeVar("F", bound="Callable[..., None]")


def with_filter_options(command: Callable[P, None]) -> Callable[P, None]:
    """Add the filter options to a command, and their value as the argument `filters`."""

    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        from animedex.library.filter_parser import FilterTexts, parse_filters

        filter_texts = {name: kwargs.pop(name) for name in FilterTexts._fields}
        texts = FilterTexts(**filter_texts)  # type: ignore[arg-type]  # click has checked their types
        folders = cast("tuple[str, ...]", kwargs.pop("folders", ()))
        kwargs["filters"] = parse_filters(texts)._replace(folders=tuple(map(_folder, folders)))
        command(*args, **kwargs)

    run.__doc__, run.__name__ = command.__doc__, command.__name__
    run.__dict__.update(command.__dict__)
    for option in reversed(_OPTIONS):
        option(run)
    return run


def folders_argument(command: Callable[P, None]) -> Callable[P, None]:
    """Add the argument for folders, which narrows the filters of `with_filter_options`."""
    return click.argument(
        "folders", metavar="[DIR]...", nargs=-1, help="Only pictures below these folders."
    )(command)


def count_option(name: str, default: int, items: str) -> Callable[[F], F]:
    """Return an option for the number of items, at least 1."""
    text = f"Number of {items} (default: {default})."
    return click.option(name, type=click.IntRange(1), default=default, metavar="N", help=text)


within_option = click.option(
    "--within",
    type=click.IntRange(0, 64),
    metavar="BITS",
    help="Largest Hamming distance of 64-bit hashes (default: 10).",
)


def _folder(name: str) -> str:
    """Return an absolute path; a missing folder may still be in the library."""
    import os

    if not name or (os.path.exists(name) and not os.path.isdir(name)):
        message = f"{name!r} is not a folder"
        raise BadArguments(message, hint="name the folders with the pictures")
    return os.path.abspath(name)


_OPTIONS = (
    click.option(
        "--source", metavar="NAME", help="Only from this service; `own` for your own pictures."
    ),
    click.option("--rating", metavar="g|s|q|e", help="Only pictures of this rating."),
    click.option("--category", metavar="NAME", help="Only pictures of this category."),
    click.option("--artist", metavar="NAME", help="Only pictures by this artist."),
    click.option(
        "--added", metavar="'>DATE'", help="Only pictures added then: DATE, '>DATE', FROM..TO."
    ),
    click.option(
        "--larger-than", metavar="SIZE", help="Only pictures larger than this: 2mp, 1920x1080."
    ),
    click.option(
        "--animated/--no-animated", default=None, help="Only animated pictures, or only still ones."
    ),
)
