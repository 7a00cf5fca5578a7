"""nekos.best v2 as declared data: address, limits, manners."""

from __future__ import annotations

from typing import TYPE_CHECKING

from animedex.backend import Backend
from animedex.ratelimit.limits import Limits, SlidingWindow, TokenBucket

if TYPE_CHECKING:
    from animedex.backend import ErrorExplanation
    from animedex.http_message import Response


def _explain_error(response: Response) -> ErrorExplanation | None:
    from animedex.backends.nekos.error_messages import explain_error

    return explain_error(response)


BACKEND = Backend(
    name="nekos",
    title="nekos.best v2",
    base_url="https://nekos.best/api/v2",
    docs_url="https://docs.nekos.best/getting-started/api-endpoints.html",
    limits=Limits(
        TokenBucket(rate=3.0, burst=10), {"/search": SlidingWindow(calls=7, seconds=5.0)}
    ),
    limits_note=(
        "The service allows 200 requests per minute for each category, and 7 searches in any 5"
        " seconds. animedex sends 3 per second with a burst of 10, and 7 searches in any 5"
        " seconds, for all of your processes together."
    ),
    guidance=(
        "Every picture is safe for work (rating g): add no filter. There are no accounts. `image`"
        " is random and may repeat. `search` is fuzzy and always returns rows: use --min-match 0.8"
        " to get real matches only. Always show the artist or anime with a picture. Do not loop"
        " over categories to collect pictures. No commercial use."
    ),
    example_path="/endpoints",
    explain_error=_explain_error,
)
