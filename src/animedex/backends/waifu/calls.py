"""The endpoints of Waifu.im v7 as calls: arguments are checked here, nothing is sent.

https://docs.waifu.im/docs/api
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote

from animedex.backends.waifu import composite_calls, parsers
from animedex.backends.waifu import filter_params as filters
from animedex.backends.waifu.backend import BACKEND
from animedex.backends.waifu.filter_params import parse_image_id
from animedex.call import Call
from animedex.http_message import Request

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from animedex.backends.waifu.filter_params import Nsfw, Order, Orientation, Several, Size
    from animedex.backends.waifu.models import (
        WaifuArtist,
        WaifuImage,
        WaifuPage,
        WaifuStats,
        WaifuTag,
    )
    from animedex.call import CallContext, Steps

DAY = 86_400.0
HOUR = 3600.0
TEN_MINUTES = 600.0
MINUTE = 60.0
_Params = list[tuple[str, str]]


def images(  # noqa: PLR0913  each is a filter of the service
    tags: Several = (),
    *,
    exclude_tags: Several = (),
    artists: Several = (),
    exclude_artists: Several = (),
    ids: Several = (),
    exclude_ids: Several = (),
    nsfw: Nsfw = "no",
    animated: bool | None = None,
    orientation: Orientation | None = None,
    order: Order = "random",
    width: Size | None = None,
    height: Size | None = None,
    byte_size: Size | None = None,
    page: int = 1,
    limit: int = 1,
) -> Call[WaifuPage[WaifuImage]]:
    """Find images that have all these tags and artists, 1 to 100 of them.

    Tags are slugs or ids, artists names or ids. Sizes are `>=N`, `>N`, `<=N`, `<N`, `A..B` or `N`,
    in pixels and bytes. A random order repeats itself and has no pages; the others, the newest or
    the most favored first, are cached for a minute. The rows are a list that knows how many pages
    and images there are. Raises `NotFound` with the nearest slug where nothing is found and a tag
    does not exist.
    """
    included, excluded = filters.parse_tags(tags), filters.parse_tags(exclude_tags)
    by = filters.parse_artists(artists), filters.parse_artists(exclude_artists)
    params: _Params = [
        *_repeat_param("IncludedTags", included),
        *_repeat_param("ExcludedTags", excluded),
        *_repeat_param("IncludedIds", filters.parse_id(ids)),
        *_repeat_param("ExcludedIds", filters.parse_ids(exclude_ids)),
        *_single_param("IsNsfw", filters.parse_choice("nsfw", nsfw, filters.NSFW)),
        *_single_param("IsAnimated", filters.parse_flag("animated", animated)),
        *_single_param("Orientation", _parse_orientation(orientation)),
        *_single_param("Width", filters.parse_size("width", width)),
        *_single_param("Height", filters.parse_size("height", height)),
        *_single_param("ByteSize", filters.parse_size("byte_size", byte_size)),
        *_page_params(filters.parse_choice("order", order, filters.ORDERS), page, limit),
    ]
    return _call_by_artists(
        *by, lambda by_artist: _images_call((*by_artist, *params), included, excluded)
    )


def image(id: int | str) -> Call[WaifuImage]:  # noqa: A002  the service's own name for it
    """Fetch one image by its id, or by a URL that contains it; cached for ten minutes."""
    number = parse_image_id(str(id)) if filters.is_id(id) or isinstance(id, str) else None
    if number is None:
        message = f"an image is named by its id or its URL, not {id!r:.80}"
        raise filters.bad_argument(message)
    request = Request("GET", f"/images/{number}")
    return Call(BACKEND, request, parsers.parse_image, ttl=TEN_MINUTES)


def tags() -> Call[list[WaifuTag]]:
    """List all tags; the answer is cached for a day."""
    return _tags(1).then(partial(composite_calls.fetch_all_tags, page=_tags))


def tag(name: str | int) -> Call[WaifuTag]:
    """Fetch one tag by its slug or id; the answer is cached for a day.

    Raises `NotFound` with the nearest slug for an unknown one.
    """
    tag_filter = filters.parse_tag(name)
    path = f"/tags/{tag_filter}" if filters.is_id(tag_filter) else f"/tags/by-slug/{tag_filter}"
    recover = composite_calls.suggest_tag([tag_filter], tags())
    return Call(BACKEND, Request("GET", path), parsers.parse_tag, recover, ttl=DAY)


def artists(page: int = 1, limit: int = 30) -> Call[WaifuPage[WaifuArtist]]:
    """List artists, the busiest first, 1 to 100 a page; the answer is cached for an hour."""
    request = Request("GET", "/artists", _paging_params(page, limit))
    return Call(BACKEND, request, parsers.parse_artists, ttl=HOUR)


def artist(name: str | int) -> Call[WaifuArtist]:
    """Fetch one artist by name or id; the answer is cached for an hour.

    A name of digits alone is taken for an id. A part of a name is enough where only one has it.
    """
    artist_filter = filters.parse_artist(name)
    if isinstance(artist_filter, str):
        return _find_artist(artist_filter)
    request = Request("GET", f"/artists/{artist_filter}")
    return Call(BACKEND, request, parsers.parse_artist, ttl=HOUR)


def artist_by_name(name: str) -> Call[WaifuArtist]:
    """Fetch one artist by the name in full."""
    request = Request("GET", f"/artists/by-name/{quote(name, safe='')}")
    return Call(BACKEND, request, parsers.parse_artist, ttl=HOUR)


def _find_artist(name: str) -> Call[WaifuArtist]:
    request = Request("GET", "/artists", (("Name", name), *_paging_params(1, filters.MOST)))
    listing = Call(BACKEND, request, parsers.parse_artists, ttl=HOUR)
    return artist_by_name(name)._replace(
        recover=composite_calls.find_artist_by_name_part(name, listing)
    )


def stats() -> Call[WaifuStats]:
    """Fetch how much the service has; the answer is cached for ten minutes."""
    request = Request("GET", "/stats/public")
    return Call(BACKEND, request, parsers.parse_stats, ttl=TEN_MINUTES)


def _images_call(
    params: tuple[tuple[str, str], ...], included: list[str], excluded: list[str]
) -> Call[WaifuPage[WaifuImage]]:
    recover = composite_calls.suggest_tag([*included, *excluded], tags())
    lifetime = MINUTE if "OrderBy" in dict(params) else 0
    request = Request("GET", "/images", params)
    call = Call(BACKEND, request, parsers.parse_images, recover, ttl=lifetime)
    if not included and not excluded:
        return call
    check = partial(
        composite_calls.check_tags, required=included, excluded=excluded, listing=tags()
    )
    return call.then(check)


def _call_by_artists(
    included: Sequence[int | str],
    excluded: Sequence[int | str],
    build: Callable[[_Params], Call[WaifuPage[WaifuImage]]],
) -> Call[WaifuPage[WaifuImage]]:
    """Look artists up by name, as the service finds images by the ids of artists alone."""
    names = [name for name in (*included, *excluded) if isinstance(name, str)]

    def params(ids: Mapping[str, int]) -> _Params:
        return [
            *_repeat_param("IncludedArtists", _resolve_numbers(included, ids)),
            *_repeat_param("ExcludedArtists", _resolve_numbers(excluded, ids)),
        ]

    if not names:
        return build(params({}))

    def look_up(context: CallContext, first: WaifuArtist) -> Steps[WaifuPage[WaifuImage]]:
        ids = yield from composite_calls.resolve_artist_ids(context, first, names, _find_artist)
        return (yield from context.execute(build(params(ids))))

    return _find_artist(names[0]).then(look_up)


def _tags(page: int) -> Call[WaifuPage[WaifuTag]]:
    request = Request("GET", "/tags", _paging_params(page, filters.MOST))
    return Call(BACKEND, request, parsers.parse_tags, ttl=DAY)


def _page_params(order: str | None, page: int, limit: int) -> _Params:
    """Return the parameters for the order and the part of the list."""
    if order is None and filters.parse_whole_number("page", page, filters.MOST_PAGE) > 1:
        message = "a random order has no pages: the next one would repeat rows of this one"
        raise filters.bad_argument(message, "add --order=uploaded_at or --order=favorites")
    if order is None:
        return _single_param(
            "PageSize", str(filters.parse_whole_number("limit", limit, filters.MOST))
        )
    return [("OrderBy", order), *_paging_params(page, limit)]


def _paging_params(page: int, limit: int) -> tuple[tuple[str, str], ...]:
    return (
        ("Page", str(filters.parse_whole_number("page", page, filters.MOST_PAGE))),
        ("PageSize", str(filters.parse_whole_number("limit", limit, filters.MOST))),
    )


def _parse_orientation(value: Orientation | None) -> str | None:
    return (
        None if value is None else filters.parse_choice("orientation", value, filters.ORIENTATIONS)
    )


def _resolve_numbers(values: Sequence[int | str], ids_by_name: Mapping[str, int]) -> list[str]:
    return [str(ids_by_name[one] if isinstance(one, str) else one) for one in values]


def _repeat_param(name: str, values: Sequence[str]) -> _Params:
    return [(name, value) for value in values]


def _single_param(name: str, value: str | None) -> _Params:
    return [] if value is None else [(name, value)]
