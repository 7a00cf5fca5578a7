"""Reading what Waifu.im v7 answers: bodies into records, https://docs.waifu.im/docs/api."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from animedex.backends.waifu.models import (
        WaifuArtist,
        WaifuImage,
        WaifuPage,
        WaifuStats,
        WaifuTag,
    )
    from animedex.call import SourceTag
    from animedex.http_message import Response
    from animedex.models import Record

    R = TypeVar("R", bound=Record)


def parse_page(kind: type[R], response: Response, source: SourceTag) -> WaifuPage[R]:
    """Read one page of a list, in the service's order."""
    from animedex.backends.waifu.models import Envelope, WaifuPage
    from animedex.models import parse_json, parse_records

    envelope = parse_json(response.body, Envelope, source.backend)
    rows = WaifuPage(parse_records(kind, envelope.items, "items", source))
    rows.page = envelope.page_number
    rows.total_pages = envelope.total_pages
    rows.total_count = envelope.total_count
    rows.has_next_page = bool(envelope.has_next_page)
    return rows


def parse_row(kind: type[R], response: Response, source: SourceTag) -> R:
    """Read the answer that is one row."""
    import msgspec

    from animedex.models import parse_json, parse_record

    # Bytes that are no JSON are another error than a row of another shape.
    raw = parse_json(response.body, msgspec.Raw, source.backend)
    return parse_record(kind, raw, "", source)


def parse_images(response: Response, source: SourceTag) -> WaifuPage[WaifuImage]:
    """Read one page of images."""
    from animedex.backends.waifu.models import WaifuImage

    return parse_page(WaifuImage, response, source)


def parse_image(response: Response, source: SourceTag) -> WaifuImage:
    """Read one image."""
    from animedex.backends.waifu.models import WaifuImage

    return parse_row(WaifuImage, response, source)


def parse_tags(response: Response, source: SourceTag) -> WaifuPage[WaifuTag]:
    """Read one page of tags."""
    from animedex.backends.waifu.models import WaifuTag

    return parse_page(WaifuTag, response, source)


def parse_tag(response: Response, source: SourceTag) -> WaifuTag:
    """Read one tag."""
    from animedex.backends.waifu.models import WaifuTag

    return parse_row(WaifuTag, response, source)


def parse_artists(response: Response, source: SourceTag) -> WaifuPage[WaifuArtist]:
    """Read one page of artists."""
    from animedex.backends.waifu.models import WaifuArtist

    return parse_page(WaifuArtist, response, source)


def parse_artist(response: Response, source: SourceTag) -> WaifuArtist:
    """Read one artist."""
    from animedex.backends.waifu.models import WaifuArtist

    return parse_row(WaifuArtist, response, source)


def parse_stats(response: Response, source: SourceTag) -> WaifuStats:
    """Read the service's numbers."""
    from animedex.backends.waifu.models import WaifuStats

    return parse_row(WaifuStats, response, source)
