"""Waifu.im v7 as declared data: address, limits, sign-in, manners."""

from __future__ import annotations

from typing import TYPE_CHECKING

from animedex.backend import Backend, SignIn
from animedex.backends.waifu.error_messages import VERSION, check_version, explain_error
from animedex.ratelimit.limits import Limits, TokenBucket

if TYPE_CHECKING:
    from collections.abc import Mapping

    from animedex.http_message import Headers


def _auth_headers(fields: Mapping[str, str]) -> Headers:
    return (("x-api-key", fields["api_key"]),)


BACKEND = Backend(
    name="waifu",
    title="Waifu.im v7",
    base_url="https://api.waifu.im",
    docs_url="https://docs.waifu.im/docs/getting-started",
    limits=Limits(TokenBucket(rate=10.0, burst=10), {}, per_path=False),
    limits_note=(
        "The service allows 20 requests per second with a burst of 30. animedex sends 10 per"
        " second with a burst of 10, for all of your processes together."
    ),
    guidance=(
        "Results are safe pictures unless --nsfw is set. Other pictures are for adults: use --nsfw"
        " only if the user asks. Ratings are g or e. Tags are slugs such as long-hair: find them"
        " with `animedex waifu tags`. `images` is random and repeats; to read page after page, add"
        " --order uploaded_at or favorites. Filter by size with --width '>=1500'. Always show the"
        " artist or the source with a picture. Commercial use must credit Waifu.im."
    ),
    example_path="/images?IncludedTags=waifu&PageSize=3",
    hosts=("cdn.waifu.im",),
    headers=(("accept-version", VERSION),),
    sign_in=SignIn(
        fields=("api_key",),
        secret="api_key",  # noqa: S106  the name of the field, not a key
        headers=_auth_headers,
        path="/users/me",
        key_page="https://www.waifu.im/api-keys",
    ),
    explain_error=explain_error,
    notice=check_version,
)
