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


def parse_posts(response: Response, source: SourceTag) -> list[DanbooruPost]:
    """Read posts, in the service's order."""
    from animedex.backends.danbooru.models import DanbooruPost

    return _parse_rows(DanbooruPost, response, source)


def parse_post(response: Response, source: SourceTag) -> DanbooruPost:
    """Read a single post."""
    from animedex.backends.danbooru.models import DanbooruPost

    return _parse_row(DanbooruPost, response, source)


def parse_tags(response: Response, source: SourceTag) -> list[DanbooruTag]:
    """Read tags, in the service's order."""
    from animedex.backends.danbooru.models import DanbooruTag

    return _parse_rows(DanbooruTag, response, source)


def parse_suggestions(response: Response, source: SourceTag) -> list[DanbooruSuggestion]:
    """Read what a text may be completed to, the likeliest first."""
    from animedex.backends.danbooru.models import DanbooruSuggestion

    return _parse_rows(DanbooruSuggestion, response, source)


def parse_artists(response: Response, source: SourceTag) -> list[DanbooruArtist]:
    """Read artists, in the service's order."""
    from animedex.backends.danbooru.models import DanbooruArtist

    return _parse_rows(DanbooruArtist, response, source)


def parse_artist(response: Response, source: SourceTag) -> DanbooruArtist:
    """Read a single artist."""
    from animedex.backends.danbooru.models import DanbooruArtist

    return _parse_row(DanbooruArtist, response, source)


def parse_pool(response: Response, source: SourceTag) -> DanbooruPool:
    """Read a single pool."""
    from animedex.backends.danbooru.models import DanbooruPool

    return _parse_row(DanbooruPool, response, source)


def parse_wiki_page(response: Response, source: SourceTag) -> DanbooruWikiPage:
    """Read a single page of the wiki."""
    from animedex.backends.danbooru.models import DanbooruWikiPage

    return _parse_row(DanbooruWikiPage, response, source)


def parse_count(response: Response, source: SourceTag) -> int | None:
    """Parse the number of posts; None if the service did not finish counting."""
    from animedex.backends.danbooru.models import CountResponse
    from animedex.models import parse_json

    return parse_json(response.body, CountResponse, source.backend).counts.posts


def parse_related_tags(response: Response, source: SourceTag) -> list[DanbooruRelatedTag]:
    """Parse the tags that occur with another."""
    from animedex.backends.danbooru.models import DanbooruRelatedTag, RelatedResponse
    from animedex.models import parse_json, parse_records

    response_row = parse_json(response.body, RelatedResponse, source.backend).related_tags
    return parse_records(DanbooruRelatedTag, response_row, "related_tags", source)


def _parse_rows(kind: type[R], response: Response, source: SourceTag) -> list[R]:
    import msgspec

    from animedex.models import parse_json, parse_records

    rows = parse_json(response.body, list[msgspec.Raw], source.backend)
    return parse_records(kind, rows, "", source)


def _parse_row(kind: type[R], response: Response, source: SourceTag) -> R:
    import msgspec

    from animedex.models import parse_json, parse_record

    row = parse_json(response.body, msgspec.Raw, source.backend)
    return parse_record(kind, row, "", source)
