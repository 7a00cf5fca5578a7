"""Calls with more than one request: full lists, artists by name, unknown tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from animedex.errors import AnimedexError, NotFound, UpstreamError, UpstreamShape, suggest_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Never

    from animedex.backends.waifu.models import (
        WaifuArtist,
        WaifuImage,
        WaifuPage,
        WaifuTag,
    )
    from animedex.call import Call, CallContext, Steps

# More tags than fit are not expected, and a service that always has a next page must come to an
# end.
MAX_PAGES = 20
_BAD_REQUEST = 400
_MAX_NAME = 60
_MAX_NAMES = 5


def fetch_all_tags(
    context: CallContext,
    rows: WaifuPage[WaifuTag],
    page: Callable[[int], Call[WaifuPage[WaifuTag]]],
) -> Steps[list[WaifuTag]]:
    """Return the tags of all pages, from the first one on."""
    tags = list(rows)
    for number in range(2, MAX_PAGES + 1):
        if not rows.has_next_page:
            break
        rows = yield from context.execute(page(number))
        tags += rows
    return tags


def find_artist_by_name_part(
    name: str, listing: Call[WaifuPage[WaifuArtist]]
) -> Callable[[CallContext, AnimedexError], Steps[WaifuArtist]]:
    """Return what selects the only artist whose name contains an unknown one, with a warning.

    If there are several, the error names some of them.
    """

    def recover(context: CallContext, error: AnimedexError) -> Steps[WaifuArtist]:
        if not isinstance(error, NotFound):
            raise error
        try:
            artists = yield from context.execute(listing)
        except AnimedexError:
            raise error from None
        names = [repr(row.name)[:_MAX_NAME] for row in artists]
        if len(artists) == 1:
            context.warn("waifu", f"there is no artist {name!r:.80}: using {names[0]}")
            return artists[0]
        if names:
            error.hint = f"did you mean {', '.join(names[:_MAX_NAMES])}?"
        raise error

    return recover


def resolve_artist_ids(
    context: CallContext,
    first: WaifuArtist,
    names: Sequence[str],
    lookup: Callable[[str], Call[WaifuArtist]],
) -> Steps[dict[str, int]]:
    """Map artists' names to their ids; the first of the names was looked up already."""
    ids = {names[0]: _id_of(first)}
    for name in names[1:]:
        ids[name] = _id_of((yield from context.execute(lookup(name))))
    return ids


def _id_of(artist: WaifuArtist) -> int:
    if artist.id is None:
        message = "id: the artist has none"
        raise UpstreamShape(message, backend="waifu")
    return artist.id


def check_tags(
    context: CallContext,
    page: WaifuPage[WaifuImage],
    required: Sequence[str],
    excluded: Sequence[str],
    listing: Call[list[WaifuTag]],
) -> Steps[WaifuPage[WaifuImage]]:
    """Return a page, and report tags that do not exist, which the service ignores.

    A required one raises `NotFound` if nothing was found. Excluding an unknown one changes nothing,
    and is a warning.
    """
    if page:
        required = ()
    if not required and not excluded:
        return page
    try:
        tags = tag_names((yield from context.execute(listing)))
    except AnimedexError:
        # The answer is no less true for that.
        return page
    for tag in required:
        if tag not in tags:
            raise no_such_tag(tag, tags)
    for tag in excluded:
        if tag not in tags:
            error = no_such_tag(tag, tags)
            remedy = error.remedy.template if error.remedy else ""
            message = f"{error.message}, and excluding it changes nothing ({remedy})"
            context.warn("waifu", message)
    return page


def suggest_tag(
    tags: Sequence[str], listing: Call[list[WaifuTag]]
) -> Callable[[CallContext, AnimedexError], Steps[Never]]:
    """Return what adds the nearest name to the error for an unknown tag."""

    def recover(context: CallContext, error: AnimedexError) -> Steps[Never]:
        is_unclear = isinstance(error, UpstreamError) and error.status == _BAD_REQUEST
        if tags and (is_unclear or isinstance(error, NotFound)):
            try:
                names = tag_names((yield from context.execute(listing)))
            except AnimedexError:
                raise error from None
            for tag in tags:
                if tag not in names:
                    raise no_such_tag(tag, names)
        raise error

    return recover


def tag_names(tags: Iterable[WaifuTag]) -> Mapping[str, None]:
    """Return the names of tags in a query: slugs first, then ids."""
    rows = list(tags)
    slugs = [row.slug for row in rows if row.slug]
    return dict.fromkeys([*slugs, *(str(row.id) for row in rows if row.id is not None)])


def no_such_tag(tag: str, names: Iterable[str]) -> NotFound:
    """Return the error for an unknown tag, which suggests the nearest."""
    slugs = [name for name in names if not name.isdigit()]
    hint = suggest_name(tag, slugs, "list them with `animedex waifu tags`")
    return NotFound(f"waifu has no tag {tag!r}", hint=hint, backend="waifu")
