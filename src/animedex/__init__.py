"""A typed library over public anime art APIs: `from animedex.backends.nekos import image`."""

from __future__ import annotations

from animedex.lazy_names import lazy_names

# Type checkers take this for true. Importing `typing` takes longer than `--version` may.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from animedex.art.dedupe import dedupe
    from animedex.art.identify import (
        identify,
        identify_all,
        identify_all_async,
        identify_async,
    )
    from animedex.art.random import random_pictures, random_pictures_async
    from animedex.art.search import search, search_async
    from animedex.call import Call, SourceTag
    from animedex.client import AsyncClient, Client
    from animedex.downloads import DownloadReport, download, iter_downloads
    from animedex.errors import AnimedexError
    from animedex.http_message import Request, Response
    from animedex.models import ArtPost, Rating, Record
    from animedex.transport.events import Event

__all__ = [
    "AnimedexError",
    "ArtPost",
    "AsyncClient",
    "Call",
    "Client",
    "DownloadReport",
    "Event",
    "Rating",
    "Record",
    "Request",
    "Response",
    "SourceTag",
    "dedupe",
    "download",
    "identify",
    "identify_all",
    "identify_all_async",
    "identify_async",
    "iter_downloads",
    "random_pictures",
    "random_pictures_async",
    "search",
    "search_async",
]
__version__ = "0.1.0"

_PLACES = {
    "AnimedexError": "errors",
    "ArtPost": "models",
    "AsyncClient": "client",
    "Call": "call",
    "Client": "client",
    "DownloadReport": "downloads",
    "Event": "transport.events",
    "Rating": "models",
    "Record": "models",
    "Request": "http_message",
    "Response": "http_message",
    "SourceTag": "call",
    "dedupe": "art.dedupe",
    "download": "downloads",
    "identify": "art.identify",
    "identify_all": "art.identify",
    "identify_all_async": "art.identify",
    "identify_async": "art.identify",
    "iter_downloads": "downloads",
    "random_pictures": "art.random",
    "random_pictures_async": "art.random",
    "search": "art.search",
    "search_async": "art.search",
}

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazy_names(__name__, _PLACES)
