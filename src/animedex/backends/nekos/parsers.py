"""Parsers of what nekos.best v2 answers: bodies into records.

https://docs.nekos.best/getting-started/api-endpoints.html
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from animedex.backends.nekos.models import NekosCategoryFormat, NekosImage
    from animedex.call import SourceTag
    from animedex.http_message import Response

_LONGEST = 40


def parse_names(response: Response, source: SourceTag) -> list[str]:
    """Read the categories' names, in alphabetical order."""
    if source.cached:
        # It was checked before it was kept, and this parser is loaded in a tenth of the time.
        import json

        # What an earlier version kept unchecked is checked now.
        with contextlib.suppress(ValueError, RecursionError):
            names: object = json.loads(response.body)
            if names and isinstance(names, dict):
                return sorted(cast("dict[str, object]", names))
    return list(parse_catalogue(response, source))


def parse_catalogue(response: Response, source: SourceTag) -> dict[str, NekosCategoryFormat]:
    """Read the categories with their formats, in alphabetical order."""
    import msgspec

    from animedex.backends.nekos.models import NekosCategoryFormat
    from animedex.errors import UpstreamShape
    from animedex.models import SHAPE_HINT, parse_json, parse_record

    raw = parse_json(response.body, dict[str, msgspec.Raw], source.backend)
    if not raw:
        message = "the response has no category"
        raise UpstreamShape(message, backend=source.backend, hint=SHAPE_HINT)
    return {
        name: parse_record(NekosCategoryFormat, raw[name], _category_order(name), source)
        for name in sorted(raw)
    }


def _category_order(name: str) -> str:
    """Open the path of an error with a name that may be anything."""
    return name if name.isidentifier() and len(name) <= _LONGEST else repr(name[:_LONGEST])


def parse_images(response: Response, source: SourceTag) -> list[NekosImage]:
    """Read the rows of a category or a search, in the service's order."""
    from animedex.backends.nekos.models import Envelope, NekosImage
    from animedex.models import parse_json, parse_records

    envelope = parse_json(response.body, Envelope, source.backend)
    return parse_records(NekosImage, envelope.results, "results", source)


def rank_rows(query: str, rows: list[NekosImage]) -> list[NekosImage]:
    """Return each row with its score for the query."""
    from animedex.backends.nekos.search_score import match_score
    from animedex.models import with_match

    def score(row: NekosImage) -> float:
        names = [name for name in (row.artist_name, row.anime_name) if name]
        links = [link for link in (row.artist_href, row.source_url) if link]
        return round(match_score(query, names, links), 4)

    return [with_match(row, score(row)) for row in rows]
