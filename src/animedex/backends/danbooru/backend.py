"""Danbooru as declared data: address, limits, sign-in, manners."""

from __future__ import annotations

from typing import TYPE_CHECKING

from animedex.backend import Backend, SignIn
from animedex.ratelimit.limits import Limits, TokenBucket

if TYPE_CHECKING:
    from collections.abc import Mapping

    from animedex.backend import ErrorExplanation
    from animedex.http_message import Headers, Response


def _basic_auth_headers(fields: Mapping[str, str]) -> Headers:
    from base64 import b64encode

    pair = f"{fields['login']}:{fields['api_key']}".encode()
    return (("authorization", f"Basic {b64encode(pair).decode()}"),)


def _explain_error(response: Response) -> ErrorExplanation | None:
    from animedex.backends.danbooru.error_messages import explain_error

    return explain_error(response)


BACKEND = Backend(
    name="danbooru",
    title="Danbooru",
    base_url="https://danbooru.donmai.us",
    docs_url="https://danbooru.donmai.us/wiki_pages/help:api",
    limits=Limits(TokenBucket(rate=1.0, burst=5), {}, per_path=False),
    limits_note=(
        "The service allows 10 requests per second and asks for about 1 per second. animedex sends"
        " 1 per second with a burst of 5, for all of your processes together. A response has at"
        " most 200 posts or 1000 other rows; page numbers end at 1000 (Gold: 5000)."
    ),
    guidance=(
        "Results have all ratings: add --rating g for pictures that are safe for everyone"
        " (`rating:safe` means s, sensitive, not g). A search can have 2 terms (Gold 6, Platinum"
        " any number). --order counts as one; --rating and metatags such as id:, score:, date: and"
        " filetype: do not. Tags have underscores: find them with `autocomplete`. A withheld"
        " picture has no file_url, and url null with --common. Always name the artist and the"
        " source with a picture. Do not page through tags to collect pictures."
    ),
    example_path="/posts.json?limit=1",
    hosts=("cdn.donmai.us",),
    sign_in=SignIn(
        fields=("login", "api_key"),
        secret="api_key",  # noqa: S106  the field's name, not a key
        headers=_basic_auth_headers,
        path="/profile.json",
        key_page="https://danbooru.donmai.us/profile",
        user="login",
    ),
    explain_error=_explain_error,
)
