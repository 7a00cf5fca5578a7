"""The endpoints of nekos.best v2 as calls: arguments are checked here, nothing is sent.

https://docs.nekos.best/getting-started/api-endpoints.html
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from animedex.backends.nekos import composite_calls, parsers
from animedex.backends.nekos.backend import BACKEND
from animedex.call import Call, is_text
from animedex.errors import BadArguments
from animedex.http_message import Request

if TYPE_CHECKING:
    from animedex.backends.nekos.models import NekosAsset, NekosCategoryFormat, NekosImage
    from animedex.call import CallContext, SourceTag, Steps
    from animedex.http_message import JsonValue, Response

Kind = Literal["image", "gif", 1, 2]
MOST = 20
DAY = 86_400.0
TEN_MINUTES = 600.0
ASSET_CAP = 128 * 1024 * 1024
_CATALOGUE = Request("GET", "/endpoints")
_UNNAMEABLE = re.compile(r"[/\\?#\x00-\x1f\x7f\ud800-\udfff]")
_HALVES = re.compile(r"[\ud800-\udfff]")
_KINDS: dict[str, int] = {"image": 1, "gif": 2, "1": 1, "2": 2}


def categories() -> Call[list[str]]:
    """List the names of all categories, in alphabetical order.

    The answer is cached for a day.
    """
    return Call(BACKEND, _CATALOGUE, parsers.parse_names, ttl=DAY)


def categories_full() -> Call[dict[str, NekosCategoryFormat]]:
    """Map each category's name to its format, in alphabetical order.

    The answer is cached for a day.
    """
    return Call(BACKEND, _CATALOGUE, parsers.parse_catalogue, ttl=DAY)


def image(
    category: str | None = None, amount: int = 1, *, fresh: bool = False
) -> Call[list[NekosImage]]:
    """Draw random pictures from a category, 1 to 20; without one, a category is drawn too.

    Pictures repeat, within an answer as well. With `fresh` none comes that this user has been
    shown before: it is asked again a few times, and fewer pictures come where new ones run out.
    Raises `NotFound` with the nearest name for an unknown category.
    """
    _check_amount(amount)
    if category is not None:
        _check_category(category)
        return _images(category, amount, fresh=fresh)

    def choose(context: CallContext, names: list[str]) -> Steps[list[NekosImage]]:
        import random

        choice = random.choice(names)  # noqa: S311  nothing depends on it
        return (yield from context.execute(_images(choice, amount, fresh=fresh)))

    return categories().then(choose)


def search(
    query: str,
    type: Kind | None = None,  # noqa: A002  the service's own name for it
    category: str | None = None,
    amount: int = 10,
    *,
    min_match: float | None = None,
) -> Call[list[NekosImage]]:
    """Search artists and shows for a word, 1 to 20 rows; the answer is cached for ten minutes.

    The service is fuzzy and never says that it found nothing; each row's `match`, in 0..1, tells
    how well it answers, and `min_match` drops what answers worse. Without a `type` (images, or
    animations) images are searched, or what the category holds.
    """
    _check_amount(amount)
    _check_query(query)
    _check_match(min_match)
    number = None if type is None else _parse_kind(type)
    if category is not None:
        _check_category(category)
    if category is None or number is not None:
        return _search_call(query, number or 1, category, amount, min_match)

    def search_by_format(
        context: CallContext, catalogue: dict[str, NekosCategoryFormat]
    ) -> Steps[list[NekosImage]]:
        if category not in catalogue:
            raise composite_calls.no_such_category(category, catalogue)
        animated = catalogue[category].format == "gif"
        search_call = _search_call(query, 2 if animated else 1, category, amount, min_match)
        return (yield from context.execute(search_call))

    return categories_full().then(search_by_format)


def asset(
    what: NekosImage | Mapping[str, JsonValue] | str, to: str | os.PathLike[str] | None = None
) -> Call[NekosAsset]:
    """Fetch a picture's bytes, with the credit from the headers.

    `what` is a row, a picture's URL, or `<category>/<file name>`. The bytes stay in memory, or
    are written to the file `to`, which appears only when it is complete and an image of the
    right type. Raises `BadArguments` for a URL of another host, `UpstreamDecode` for bytes that
    are no such image, `NoSpace` where the disk is full.
    """
    from animedex.backends.nekos.asset_parser import parse_asset
    from animedex.body_writer import to_file

    path = _asset_path(what)
    sink = None if to is None else to_file(os.fspath(to), max_unpacked=ASSET_CAP)
    request = Request("GET", path)
    return Call(
        BACKEND,
        request,
        parse_asset,
        gzip=False,
        open_writer=sink,
        max_bytes=ASSET_CAP,
    )


def is_animated(kind: Kind) -> bool:
    """Return whether a type is that of animations; raise `BadArguments` for what is no type.

    >>> is_animated("gif"), is_animated(1)
    (True, False)
    """
    return _parse_kind(kind) == _KINDS["gif"]


def _images(category: str, amount: int, *, fresh: bool) -> Call[list[NekosImage]]:
    from urllib.parse import quote

    request = Request("GET", f"/{quote(category, safe='')}", (("amount", str(amount)),))
    recover = composite_calls.suggest_category(category, categories())
    call = Call(BACKEND, request, parsers.parse_images, recover, seen=_filenames)
    if not fresh:
        return call
    first = call._replace(seen=None)
    more = first._replace(request=request._replace(params=(("amount", str(MOST)),)))
    return first.then(composite_calls.select_unseen(amount, more))


def _filenames(rows: list[NekosImage]) -> list[str]:
    return [row.filename for row in rows]


def _search_call(
    query: str, number: int, category: str | None, amount: int, min_match: float | None
) -> Call[list[NekosImage]]:
    params = [("query", query), ("type", str(number)), ("amount", str(amount))]
    if category is not None:
        params.append(("category", category))

    def read(response: Response, source: SourceTag) -> list[NekosImage]:
        rows = parsers.rank_rows(query, parsers.parse_images(response, source))
        if min_match is None:
            return rows
        return [row for row in rows if (row.match or 0.0) >= min_match]

    recover = None
    if category is not None:
        recover = composite_calls.suggest_category(category, categories())
    request = Request("GET", "/search", tuple(params))
    return Call(BACKEND, request, read, recover, ttl=TEN_MINUTES)


def _check_amount(amount: int) -> None:
    # A bool is an int to Python, but no amount.
    if type(amount) is not int or not 1 <= amount <= MOST:
        message = f"an amount is a whole number from 1 to {MOST}, not {amount!r}"
        raise BadArguments(message, backend="nekos")


def _check_category(category: str) -> None:
    if not is_text(category):
        message = f"the name of a category is text, not {category!r:.80}"
    elif not category.strip() or _UNNAMEABLE.search(category) or category in {".", ".."}:
        message = f"{category!r:.80} cannot be the name of a category"
    elif category in {"endpoints", "search"}:
        message = f"{category!r} is an endpoint, not a category"
    else:
        return
    raise BadArguments(message, backend="nekos", hint="list them with `animedex nekos categories`")


def _check_query(query: str) -> None:
    # Bytes of a command line that are no text arrive as halves of surrogates.
    if not is_text(query) or _HALVES.search(query):
        message = f"a search is for text, not {query!r:.80}"
    elif not query.strip():
        message = "a search needs a word to search for"
    else:
        return
    raise BadArguments(message, backend="nekos")


def _check_match(match: float | None) -> None:
    if match is None or (type(match) in {int, float} and 0 <= match <= 1):
        return
    message = f"a match score is between 0 and 1, not {match!r}"
    raise BadArguments(message, backend="nekos")


def _parse_kind(kind: Kind) -> int:
    number = _KINDS.get(str(kind).lower())
    if number is None:
        message = f"a type is image or gif (or 1 or 2), not {kind!r}"
        raise BadArguments(message, backend="nekos")
    return number


def _asset_path(what: NekosImage | Mapping[str, JsonValue] | str) -> str:
    """Return where a picture is: its URL, or a path below the base URL."""
    from urllib.parse import quote

    text = what if isinstance(what, str) else _read_url(what)
    if "://" in text:
        return text
    parts = text.strip("/").split("/")
    if len(parts) != 2 or any(not part.strip(".") or _UNNAMEABLE.search(part) for part in parts):  # noqa: PLR2004
        message = f"{text!r:.80} is neither a picture's URL nor <category>/<file name>"
        raise BadArguments(message, backend="nekos")
    return "/" + "/".join(quote(part, safe="") for part in parts)


def _read_url(row: NekosImage | Mapping[str, JsonValue]) -> str:
    url = row.get("url") if isinstance(row, Mapping) else getattr(row, "url", None)
    if not isinstance(url, str):
        message = "the row has no url"
        raise BadArguments(message, backend="nekos")
    return url
