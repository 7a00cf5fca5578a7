"""What Waifu.im's failures and headers mean, where that is not what they mean in general.

https://docs.waifu.im/docs/api
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

from animedex.errors import AnimedexError, NotFound, Refused, UpstreamError

if TYPE_CHECKING:
    from animedex.wire import Response

VERSION = "v7"
_INVALID, _FORBIDDEN, _MISSING = {400, 422}, 403, 404
_LONGEST = 240
_KIND = re.compile(r"/(image|tag|artist)s/[^/]")
_LISTS = {
    "image": "see the ids with `animedex waifu images --jq '.[].id'`",
    "tag": "list them with `animedex waifu tags`",
    "artist": "list them with `animedex waifu artists`",
}


def explain(response: Response) -> AnimedexError | None:
    """Give the error of a block page, of parameters that are wrong, and of a row not there.

    The block page is HTML and has nothing to do with who is signed in.
    """
    if response.status == _FORBIDDEN and _is_page(response):
        message = (
            "waifu refused the request (403): the service's protection stopped it, not the lack"
            " of a sign-in"
        )
        return Refused(message)
    if response.status in _INVALID:
        return _invalid(response)
    return _missing(response) if response.status == _MISSING else None


def notice(response: Response) -> str | None:
    """Say where the service answers as another version of itself than was asked for."""
    version = response.header("version")
    if version is None or version.strip().lower() == VERSION:
        return None
    return (
        f"waifu answered as version {plain(version)[:20]} and not as {VERSION}:"
        " what it sends may be different"
    )


def plain(text: str) -> str:
    r"""Give a service's text as a short line without anything that is not shown.

    >>> plain("a  b\x1b[1m\nc")
    'a b [1m c'
    """
    shown = "".join(char if char.isprintable() else " " for char in text[: 4 * _LONGEST])
    line = " ".join(shown.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def _is_page(response: Response) -> bool:
    kind = (response.header("content-type") or "").lower()
    return kind.startswith("text/html") or response.body.lstrip()[:1] == b"<"


def _invalid(response: Response) -> UpstreamError | None:
    errors = _problem(response).get("errors")
    if not isinstance(errors, dict) or not errors:
        return None
    told = [_one(name, said) for name, said in cast("dict[str, object]", errors).items()]
    message = f"waifu did not accept the request ({response.status}): {plain('; '.join(told))}"
    return UpstreamError(message)


def _one(name: str, said: object) -> str:
    texts = cast("list[object]", said) if isinstance(said, list) else [said]
    words = " ".join(text for text in texts if isinstance(text, str))
    return f"{name}: {words}" if words else name


def _missing(response: Response) -> NotFound | None:
    kind = _KIND.search(response.url.partition("?")[0])
    if kind is None:
        return None
    problem = _problem(response)
    words = next(
        (w for w in (problem.get("detail"), problem.get("title")) if isinstance(w, str)), ""
    )
    said = f": {plain(words)}" if words.strip() else ""
    return NotFound(f"waifu has no such {kind[1]} (404){said}", hint=_LISTS[kind[1]])


def _problem(response: Response) -> dict[str, object]:
    """Read a problem (RFC 9457); anything else is one that says nothing."""
    import msgspec

    try:
        return msgspec.json.decode(response.body, type=dict[str, object])
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return {}
