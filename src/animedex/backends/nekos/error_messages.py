"""What a failure of nekos.best means, where that is not what it means in general."""

from __future__ import annotations

from typing import TYPE_CHECKING

from animedex.backend import ErrorExplanation
from animedex.errors import Refused

if TYPE_CHECKING:
    from animedex.http_message import Response

# https://docs.nekos.best/getting-started/api-endpoints.html
_BAD_USER_AGENT = b"NB-BXIUA"
_FORBIDDEN = 403


def explain_error(response: Response) -> ErrorExplanation | None:
    """Return the meaning of a rejected User-Agent; None for any other failure.

    >>> from animedex.http_message import Response
    >>> explain_error(Response(403, (), b"error code: NB-BXIUA", "")).what
    'User-Agent rejected'
    """
    if response.status != _FORBIDDEN or _BAD_USER_AGENT not in response.body:
        return None
    words = "NB-BXIUA: it must name the program and a contact, an e-mail address or a public URL"
    return ErrorExplanation(Refused, "User-Agent rejected", words)
