"""A credit as XMP properties, under standard names and our own.

https://developer.adobe.com/xmp/docs/XMPNamespaces/ and https://iptc.org/std/photometadata/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from animedex.images.xmp.credit_text import Credit, decode_row, format_post, parse_post
from animedex.models import Rating

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from animedex.models import ArtPost

DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
PHOTOSHOP = "http://ns.adobe.com/photoshop/1.0/"
RIGHTS = "http://ns.adobe.com/xap/1.0/rights/"
IPTC = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
PLUS = "http://ns.useplus.org/ldf/xmp/1.0/"
NOTE = "http://ns.adobe.com/xmp/note/"
OWN = "urn:animedex:credit#"
PREFIXES = {
    DUBLIN_CORE: "dc",
    PHOTOSHOP: "photoshop",
    RIGHTS: "xmpRights",
    IPTC: "Iptc4xmpExt",
    PLUS: "plus",
    NOTE: "xmpNote",
    OWN: "animedex",
}
# Even if every sign of it must be escaped, it can be read again.
MAX_ROW_BYTES = 2 * 1024 * 1024
TEXT, BAG, SEQ, ALT = "text", "Bag", "Seq", "Alt"


class PropertyName(NamedTuple):
    """Name a property: its namespace, and its name there."""

    space: str
    local: str

    def __str__(self) -> str:
        return f"{PREFIXES.get(self.space, self.space)}:{self.local}"


BEFORE = PropertyName(OWN, "before")
_POST = PropertyName(OWN, "post")
_ROW = PropertyName(OWN, "row")
_ROW_BASE64 = PropertyName(OWN, "rowBase64")


class Property(NamedTuple):
    """Represent one property and its values.

    `form` is TEXT for one value, and BAG, SEQ or ALT for a list. One that `is_fallback` is our
    guess: a value that the file has already, maybe from the artist, stays.
    """

    name: PropertyName
    form: str
    values: tuple[str, ...]
    is_fallback: bool = False


def build_properties(post: ArtPost, row: bytes | None = None) -> list[Property]:
    """Return the properties of a post, most important first; a row over 2 MiB is left out."""
    properties = [
        *_standard_properties(post),
        *_own_properties(post),
        _create_property(_POST, TEXT, [format_post(post)]),
    ]
    if row is not None and len(row) <= MAX_ROW_BYTES:
        properties.append(_row_property(row))
    return [one for one in properties if one.values]


def parse_credit(values: Mapping[PropertyName, Sequence[str]], where: str) -> Credit | None:
    """Read a credit from a packet's properties; return None if it has none of ours.

    Raises `Corrupt` where there is one that cannot be read.
    """
    if not values.get(_POST):
        return None
    post = parse_post(values[_POST][0], where)
    return Credit(post, _parse_row(values))


def _standard_properties(post: ArtPost) -> Iterable[Property]:
    """Return the properties that other programs display.

    A rating for an audience is no number of stars, so that `xmp:Rating` is not touched. Whether
    rights are reserved is not known, so that `xmpRights:Marked` is left alone too.
    """
    artists, page = post.artists, post.source_url or post.page_url
    yield _create_property(PropertyName(DUBLIN_CORE, "creator"), SEQ, artists)
    yield _create_property(PropertyName(DUBLIN_CORE, "source"), TEXT, [page])
    yield _create_property(PropertyName(DUBLIN_CORE, "identifier"), TEXT, [post.id])
    yield _create_property(
        PropertyName(PHOTOSHOP, "Credit"), TEXT, [", ".join(artists)], yields=True
    )
    yield _create_property(PropertyName(PHOTOSHOP, "Source"), TEXT, [_service_name(post)])
    yield _create_property(PropertyName(RIGHTS, "WebStatement"), TEXT, [page], yields=True)
    yield _create_property(
        PropertyName(RIGHTS, "UsageTerms"), ALT, [_build_terms(post)], yields=True
    )
    yield _create_property(
        PropertyName(DUBLIN_CORE, "rights"), ALT, [_build_rights(post)], yields=True
    )
    yield _create_property(
        PropertyName(DUBLIN_CORE, "title"), ALT, [_build_title(post)], yields=True
    )
    yield _create_property(PropertyName(IPTC, "PersonInImage"), BAG, post.characters)
    warning = PropertyName(PLUS, "AdultContentWarning")
    yield _create_property(warning, TEXT, [post.rating and _WARNINGS.get(post.rating)], yields=True)
    yield _create_property(
        PropertyName(DUBLIN_CORE, "subject"), BAG, [*post.tags, *post.characters, *post.copyrights]
    )


def _own_properties(post: ArtPost) -> Iterable[Property]:
    """Return under names of our own what no standard has a name for."""
    tag = post.source_tag
    yield _create_property(PropertyName(OWN, "service"), TEXT, [_service_name(post)])
    yield _create_property(
        PropertyName(OWN, "fetchedAt"), TEXT, [tag and str(tag.to_payload()["fetched_at"])]
    )
    yield _create_property(
        PropertyName(OWN, "rating"), TEXT, [post.rating and post.rating.name.lower()]
    )
    yield _create_property(PropertyName(OWN, "url"), TEXT, [post.url])
    yield _create_property(PropertyName(OWN, "page"), TEXT, [post.page_url])
    yield _create_property(PropertyName(OWN, "characters"), BAG, post.characters)
    yield _create_property(PropertyName(OWN, "series"), BAG, post.copyrights)


def _row_property(row: bytes) -> Property:
    from base64 import b64encode

    text = decode_row(row)
    if text is not None:
        return _create_property(_ROW, TEXT, [text])
    # An empty row is one, too: a property without a value would be none.
    return Property(_ROW_BASE64, TEXT, (b64encode(row).decode(),))


def _parse_row(values: Mapping[PropertyName, Sequence[str]]) -> bytes | None:
    from base64 import b64decode

    if values.get(_ROW):
        return values[_ROW][0].encode()
    if _ROW_BASE64 in values:
        try:
            return b64decode("".join(values[_ROW_BASE64]).encode(), validate=True)
        except ValueError:
            # The post is whole without it.
            return None
    return None


# What the PLUS vocabulary has words for: it knows nothing between the two.
_WARNINGS = {
    Rating.GENERAL: "http://ns.useplus.org/ldf/vocab/CW-NRQ",
    Rating.EXPLICIT: "http://ns.useplus.org/ldf/vocab/CW-AWR",
}


def _create_property(
    name: PropertyName, form: str, values: Iterable[str | None], *, yields: bool = False
) -> Property:
    """Return a property of the values that are not empty, each once."""
    return Property(name, form, tuple(dict.fromkeys(filter(None, values))), yields)


def _service_name(post: ArtPost) -> str:
    return post.source_tag.backend if post.source_tag else post.id.partition(":")[0]


def _build_title(post: ArtPost) -> str | None:
    """Return a title from the characters, the series and the artist, as far as known."""
    subject = ", ".join(post.characters or post.copyrights)
    by = ", ".join(post.artists)
    return f"{subject} by {by}" if subject and by else subject or (f"by {by}" if by else None)


def _build_rights(post: ArtPost) -> str | None:
    """Return a statement of the author's rights; no service publishes the licence."""
    if not post.artists:
        return None
    return f"Work of {', '.join(post.artists)}. The terms are the artist's own."


def _build_terms(post: ArtPost) -> str | None:
    page = post.source_url or post.page_url
    return f"The artist's own terms apply: see {page}" if page else None
