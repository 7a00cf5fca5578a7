"""Bluesky: posts by their record key, and pictures by their content id."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from animedex.art.source_url import SourceWork, build_work, find_field

if TYPE_CHECKING:
    from animedex.art.source_url import Reader, SourceUrl

# A timestamp of 13 digits in a base 32 of lower-case letters: https://atproto.com/specs/tid
_RECORD_KEY = re.compile(r"[2-7a-j][2-7a-z]{12}")
_ACTOR = re.compile(r"did:[a-z]+:[A-Za-z0-9._:%-]+|@?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
# The hash of the picture's bytes.
_CONTENT = re.compile(r"(baf[a-z2-7]{56})(?:@[a-z]+)?")


def _post(link: SourceUrl) -> SourceWork | None:
    """Read a post by its key alone.

    A user goes by a handle, which may change, or by a DID, which the URL does not tell from it.
    The key holds the microsecond of posting, so it is enough.
    """
    match link.segments:
        case ["profile", actor, "post", key] if _ACTOR.fullmatch(actor):
            return build_work("bluesky", key if _RECORD_KEY.fullmatch(key) else None)
        case _:
            return None


def _picture(link: SourceUrl) -> SourceWork | None:
    match link.segments:
        case ["img", _, "plain", _, content]:
            return _content(content)
        case ["xrpc", "com.atproto.sync.getBlob"]:
            return _content(find_field(link.query, "cid"))
        case _:
            return None


def _content(text: str) -> SourceWork | None:
    match = _CONTENT.fullmatch(text)
    return SourceWork("bluesky-media", match[1], 0) if match else None


_EMBEDDERS = ("fxbsky.app", "vxbsky.app", "bskx.app", "bskyx.app", "bsyy.app", "xbsky.app")
_CLIENTS = ("main.bsky.dev", "staging.bsky.app", "deer.social", "blacksky.community")
_STORES = ("bsky.social", "*.us-east.host.bsky.network", "*.us-west.host.bsky.network")
READERS: dict[str, Reader] = {
    **dict.fromkeys(("bsky.app", *_CLIENTS, *_EMBEDDERS), _post),
    **dict.fromkeys((f"*.{host}" for host in _EMBEDDERS), _post),
    **dict.fromkeys(("cdn.bsky.app", *_STORES), _picture),
}
