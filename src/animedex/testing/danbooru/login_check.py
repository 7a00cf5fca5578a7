"""Find out who is asking: HTTP Basic, or ``login`` with ``api_key`` in the query."""

from __future__ import annotations

import binascii
from base64 import b64decode
from hmac import compare_digest
from typing import TYPE_CHECKING, NamedTuple

from animedex.testing.danbooru.error_responses import WRONG_KEY, RequestRefused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from animedex.testing.danbooru.image_store import User


class Level(NamedTuple):
    """The limits of an account."""

    number: int
    terms: int | None
    """Of how many terms a search may be; None is any number."""
    pages: int


ANONYMOUS = Level(0, terms=2, pages=1_000)
LEVELS = {
    "Member": Level(20, terms=2, pages=1_000),
    "Gold": Level(30, terms=6, pages=5_000),
    "Platinum": Level(31, terms=None, pages=5_000),
}


def authenticate_user(request: Request, users: Mapping[str, User]) -> User | None:
    """Return the account of a request, if any; raise ``RequestRefused`` for a wrong key."""
    authorization = request.headers.get("authorization")
    query = request.query_params
    if authorization is not None:
        return _find_user(*_basic(authorization), users)
    if "login" in query or "api_key" in query:
        return _find_user(query.get("login", ""), query.get("api_key", ""), users)
    return None


def level_of(user: User | None) -> Level:
    """Return the limits of an account."""
    return ANONYMOUS if user is None else LEVELS[user.level]


def _basic(authorization: str) -> tuple[str, str]:
    """Read ``Basic bWlrbzpr``; what cannot be read is nobody.

    >>> _basic("Basic bWlrbzpr"), _basic("Bearer x")
    (('miko', 'k'), ('', ''))
    """
    scheme, _, credentials = authorization.partition(" ")
    try:
        decoded = b64decode(credentials, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    login, _, key = decoded.partition(":")
    return (login, key) if scheme.lower() == "basic" else ("", "")


def _find_user(login: str, key: str, users: Mapping[str, User]) -> User:
    user = users.get(login.lower())
    if user is None or not compare_digest(user.api_key.encode(), key.encode()):
        raise RequestRefused(WRONG_KEY)
    return user
