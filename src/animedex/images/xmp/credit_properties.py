"""A credit as properties of XMP: what each standard name means, and what is told under it.

https://developer.adobe.com/xmp/docs/XMPNamespaces/ and https://iptc.org/std/photometadata/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from animedex.images.xmp.credit_text import Credited, parse_post, post_text, row_text
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
LONGEST_ROW = 2 * 1024 * 1024
TEXT, BAG, SEQ, ALT = "text", "Bag", "Seq", "Alt"


class Name(NamedTuple):
    """Name a property: its namespace, and its name there."""

    space: str
    local: str

    def __str__(self) -> str:
        return f"{PREFIXES.get(self.space, self.space)}:{self.local}"


BEFORE = Name(OWN, "before")
_POST = Name(OWN, "post")
_ROW = Name(OWN, "row")
_ROW_BASE64 = Name(OWN, "rowBase64")


class Property(NamedTuple):
    """What is told under one name.

    `form` is TEXT for one value, and BAG, SEQ or ALT for a list. One that `yields` is a guess of
    ours where somebody else, maybe the artist, may have said it better: what a file says already
    stands.
    """

    name: Name
    form: str
    values: tuple[str, ...]
    yields: bool = False


def properties_of(post: ArtPost, row: bytes | None = None) -> list[Property]:
    """Return all that is to be told, the most important first; a row over 2 MiB is left out."""
    told = [*_standard(post), *_readable(post), _property(_POST, TEXT, [post_text(post)])]
    if row is not None and len(row) <= LONGEST_ROW:
        told.append(_row(row))
    return [one for one in told if one.values]


def credit_of(values: Mapping[Name, Sequence[str]], where: str) -> Credited | None:
    """Read a credit from a packet's properties; None where there is none of ours.

    Raises `Corrupt` where there is one that cannot be read.
    """
    if not values.get(_POST):
        return None
    post = parse_post(values[_POST][0], where)
    return Credited(post, _row_of(values))


def _standard(post: ArtPost) -> Iterable[Property]:
    """Return what others know to show.

    A rating for an audience is no number of stars, so that `xmp:Rating` is not touched. Whether
    rights are reserved is not known, so that `xmpRights:Marked` is left alone too.
    """
    artists, page = post.artists, post.source_url or post.page_url
    yield _property(Name(DUBLIN_CORE, "creator"), SEQ, artists)
    yield _property(Name(DUBLIN_CORE, "source"), TEXT, [page])
    yield _property(Name(DUBLIN_CORE, "identifier"), TEXT, [post.id])
    yield _property(Name(PHOTOSHOP, "Credit"), TEXT, [", ".join(artists)], yields=True)
    yield _property(Name(PHOTOSHOP, "Source"), TEXT, [_service(post)])
    yield _property(Name(RIGHTS, "WebStatement"), TEXT, [page], yields=True)
    yield _property(Name(RIGHTS, "UsageTerms"), ALT, [_terms(post)], yields=True)
    yield _property(Name(DUBLIN_CORE, "rights"), ALT, [_rights(post)], yields=True)
    yield _property(Name(DUBLIN_CORE, "title"), ALT, [_title(post)], yields=True)
    yield _property(Name(IPTC, "PersonInImage"), BAG, post.characters)
    warning = Name(PLUS, "AdultContentWarning")
    yield _property(warning, TEXT, [post.rating and _WARNINGS.get(post.rating)], yields=True)
    yield _property(
        Name(DUBLIN_CORE, "subject"), BAG, [*post.tags, *post.characters, *post.copyrights]
    )


def _readable(post: ArtPost) -> Iterable[Property]:
    """Return under names of our own what no standard has a name for."""
    tag = post.source_tag
    yield _property(Name(OWN, "service"), TEXT, [_service(post)])
    yield _property(Name(OWN, "fetchedAt"), TEXT, [tag and str(tag.to_payload()["fetched_at"])])
    yield _property(Name(OWN, "rating"), TEXT, [post.rating and post.rating.name.lower()])
    yield _property(Name(OWN, "url"), TEXT, [post.url])
    yield _property(Name(OWN, "page"), TEXT, [post.page_url])
    yield _property(Name(OWN, "characters"), BAG, post.characters)
    yield _property(Name(OWN, "series"), BAG, post.copyrights)


def _row(row: bytes) -> Property:
    from base64 import b64encode

    text = row_text(row)
    if text is not None:
        return _property(_ROW, TEXT, [text])
    # An empty row is one, too: a property without a value would be none.
    return Property(_ROW_BASE64, TEXT, (b64encode(row).decode(),))


def _row_of(values: Mapping[Name, Sequence[str]]) -> bytes | None:
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


def _property(
    name: Name, form: str, values: Iterable[str | None], *, yields: bool = False
) -> Property:
    """Make a property of the values that are there, each told once."""
    return Property(name, form, tuple(dict.fromkeys(filter(None, values))), yields)


def _service(post: ArtPost) -> str:
    return post.source_tag.backend if post.source_tag else post.id.partition(":")[0]


def _title(post: ArtPost) -> str | None:
    """Return what is seen and whose it is, as far as there are names for it."""
    seen = ", ".join(post.characters or post.copyrights)
    by = ", ".join(post.artists)
    return f"{seen} by {by}" if seen and by else seen or (f"by {by}" if by else None)


def _rights(post: ArtPost) -> str | None:
    """Return whose the work is; which licence it has, no service tells."""
    if not post.artists:
        return None
    return f"Work of {', '.join(post.artists)}. The terms are the artist's own."


def _terms(post: ArtPost) -> str | None:
    page = post.source_url or post.page_url
    return f"The artist's own terms apply: see {page}" if page else None
