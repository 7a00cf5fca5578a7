"""What takes more than one request: whole lists, names of artists, tags that do not exist."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, TypeVar, cast

from animedex.call import Call, Say, ask
from animedex.errors import AnimedexError, NotFound, UpstreamError, UpstreamShape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from animedex.backends.waifu.models import (
        WaifuArtist,
        WaifuImage,
        WaifuPage,
        WaifuTag,
    )
    from animedex.call import Plan, Response, SourceTag

T = TypeVar("T")
U = TypeVar("U")

# More tags than fit are not expected, and a service that always has a next page must come to an
# end.
MOST_PAGES = 20
_BAD_REQUEST = 400
_LONGEST_NAME = 60
_MOST_NAMES = 5


def then(first: Call[T], go_on: Callable[[T], Plan[U]]) -> Call[U]:
    """Make one call of a call and what is to be done with its answer."""

    def read(response: Response, source: SourceTag) -> Plan[U]:
        return follow(first.parse(response, source))

    def follow(found: T | Plan[T]) -> Plan[U]:
        # A generator is a plan here, and no answer is one.
        plan = isinstance(found, Generator)
        answer = (yield from cast("Plan[T]", found)) if plan else cast("T", found)
        return (yield from go_on(answer))

    def recover(error: AnimedexError) -> Plan[U]:
        assert first.recover is not None
        return follow(first.recover(error))

    recovering = None if first.recover is None else recover
    return Call(first.backend, first.request, read, recovering, lifetime=first.lifetime)


def every_tag(
    found: WaifuPage[WaifuTag], page: Callable[[int], Call[WaifuPage[WaifuTag]]]
) -> Plan[list[WaifuTag]]:
    """Gather the tags of all pages, from the first one on."""
    gathered = list(found)
    for number in range(2, MOST_PAGES + 1):
        if not found.has_next_page:
            break
        found = yield from ask(page(number))
        gathered += found
    return gathered


def by_part_of_name(
    name: str, listing: Call[WaifuPage[WaifuArtist]]
) -> Callable[[AnimedexError], Plan[WaifuArtist]]:
    """Make a plan for an unknown artist: take the only one whose name has this in it, and say so.

    Where there are several, the error names some of them.
    """

    def recover(error: AnimedexError) -> Plan[WaifuArtist]:
        if not isinstance(error, NotFound):
            raise error
        try:
            found = yield from ask(listing)
        except AnimedexError:
            raise error from None
        names = [repr(row.name)[:_LONGEST_NAME] for row in found]
        if len(found) == 1:
            yield Say("waifu", f"there is no artist {name!r:.80}: taking {names[0]}")
            return found[0]
        if names:
            error.hint = f"did you mean {', '.join(names[:_MOST_NAMES])}?"
        raise error

    return recover


def artist_ids(
    found: WaifuArtist, names: Sequence[str], lookup: Callable[[str], Call[WaifuArtist]]
) -> Plan[dict[str, int]]:
    """Map artists' names to their ids; the first of the names was found already."""
    known = {names[0]: _id_of(found)}
    for name in names[1:]:
        known[name] = _id_of((yield from ask(lookup(name))))
    return known


def _id_of(artist: WaifuArtist) -> int:
    if artist.id is None:
        message = "id: the artist has none"
        raise UpstreamShape(message, backend="waifu")
    return artist.id


def reviewed(
    found: WaifuPage[WaifuImage],
    wanted: Sequence[str],
    excluded: Sequence[str],
    listing: Call[list[WaifuTag]],
) -> Plan[WaifuPage[WaifuImage]]:
    """Tell of tags that do not exist, about which the service keeps silent.

    `wanted` are the tags that nothing was found for; an unknown one among them raises `NotFound`.
    Leaving out an unknown one changes nothing, and is a warning.
    """
    try:
        known = names((yield from ask(listing)))
    except AnimedexError:
        # What was found is no less true for that.
        return found
    for tag in wanted:
        if tag not in known:
            raise no_such_tag(tag, known)
    for tag in excluded:
        if tag not in known:
            error = no_such_tag(tag, known)
            yield Say("waifu", f"{error.message}, and excluding it changes nothing ({error.hint})")
    return found


def suggesting(
    wanted: Sequence[str], listing: Call[list[WaifuTag]]
) -> Callable[[AnimedexError], Plan[T]]:
    """Make a plan for a failure: an unknown tag is told with the nearest that there is."""

    def recover(error: AnimedexError) -> Plan[T]:
        unclear = isinstance(error, UpstreamError) and error.status == _BAD_REQUEST
        if wanted and (unclear or isinstance(error, NotFound)):
            try:
                known = names((yield from ask(listing)))
            except AnimedexError:
                raise error from None
            for tag in wanted:
                if tag not in known:
                    raise no_such_tag(tag, known)
        raise error

    return recover


def names(found: Iterable[WaifuTag]) -> Mapping[str, None]:
    """Give what tags can be asked for by: slugs first, then ids."""
    rows = list(found)
    slugs = [row.slug for row in rows if row.slug]
    return dict.fromkeys([*slugs, *(str(row.id) for row in rows if row.id is not None)])


def no_such_tag(tag: str, known: Iterable[str]) -> NotFound:
    """Make the error for an unknown tag, with the nearest as the next thing to try."""
    from difflib import get_close_matches

    slugs = [name for name in known if not name.isdigit()]
    near = get_close_matches(tag, slugs, n=1, cutoff=0.6)
    hint = "list them with `animedex waifu tags`"
    if near:
        hint = f"did you mean {near[0] if near[0].isprintable() else repr(near[0])}?"
    return NotFound(f"waifu has no tag {tag!r}", hint=hint, backend="waifu")
