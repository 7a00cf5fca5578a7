"""Reading what Danbooru answers: bodies into records.

https://danbooru.donmai.us/wiki_pages/help:api
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from animedex.backends.danbooru.models import (
        DanbooruArtist,
        DanbooruPool,
        DanbooruPost,
        DanbooruRelatedTag,
        DanbooruSuggestion,
        DanbooruTag,
        DanbooruWikiPage,
    )
    from animedex.call import SourceTag
    from animedex.http_message import Response
    from animedex.models import Record

    R = TypeVar("R", bound=Record)


def posts(response: Response, source: SourceTag) -> list[DanbooruPost]:
    """Read posts, in the service's order."""
    from animedex.backends.danbooru.models import DanbooruPost

    return _rows(DanbooruPost, response, source)


def post(response: Response, source: SourceTag) -> DanbooruPost:
    """Read a single post."""
    from animedex.backends.danbooru.models import DanbooruPost

    return _row(DanbooruPost, response, source)


def tags(response: Response, source: SourceTag) -> list[DanbooruTag]:
    """Read tags, in the service's order."""
    from animedex.backends.danbooru.models import DanbooruTag

    return _rows(DanbooruTag, response, source)


def suggestions(response: Response, source: SourceTag) -> list[DanbooruSuggestion]:
    """Read what a text may be completed to, the likeliest first."""
    from animedex.backends.danbooru.models import DanbooruSuggestion

    return _rows(DanbooruSuggestion, response, source)


def artists(response: Response, source: SourceTag) -> list[DanbooruArtist]:
    """Read artists, in the service's order."""
    from animedex.backends.danbooru.models import DanbooruArtist

    return _rows(DanbooruArtist, response, source)


def artist(response: Response, source: SourceTag) -> DanbooruArtist:
    """Read a single artist."""
    from animedex.backends.danbooru.models import DanbooruArtist

    return _row(DanbooruArtist, response, source)


def pool(response: Response, source: SourceTag) -> DanbooruPool:
    """Read a single pool."""
    from animedex.backends.danbooru.models import DanbooruPool

    return _row(DanbooruPool, response, source)


def wiki_page(response: Response, source: SourceTag) -> DanbooruWikiPage:
    """Read a single page of the wiki."""
    from animedex.backends.danbooru.models import DanbooruWikiPage

    return _row(DanbooruWikiPage, response, source)


def count(response: Response, source: SourceTag) -> int | None:
    """Read how many posts there are; None where the service did not count to the end."""
    from animedex.backends.danbooru.models import Counted
    from animedex.models import parse_rows

    return parse_rows(response.body, Counted, source.backend).counts.posts


def related(response: Response, source: SourceTag) -> list[DanbooruRelatedTag]:
    """Read the tags that stand beside another."""
    from animedex.backends.danbooru.models import DanbooruRelatedTag, Related
    from animedex.models import parse_records, parse_rows

    found = parse_rows(response.body, Related, source.backend).related_tags
    return parse_records(DanbooruRelatedTag, found, "related_tags", source)


def _rows(kind: type[R], response: Response, source: SourceTag) -> list[R]:
    import msgspec

    from animedex.models import parse_records, parse_rows

    found = parse_rows(response.body, list[msgspec.Raw], source.backend)
    return parse_records(kind, found, "", source)


def _row(kind: type[R], response: Response, source: SourceTag) -> R:
    import msgspec

    from animedex.models import parse_record, parse_rows

    found = parse_rows(response.body, msgspec.Raw, source.backend)
    return parse_record(kind, found, "", source)
