"""The HTTP library's exceptions, translated into this package's errors by one table.

Its classes do not tell a refused connection from a failed handshake or a name that does not
resolve: only the text of an error's causes does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

from animedex.errors import (
    AnimedexError,
    BadArguments,
    ClientUnusable,
    TimedOut,
    Unreachable,
    UpstreamDecode,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


class HttpErrorRow(NamedTuple):
    """One row of the table: an exception with `needle` in its text becomes an `error`.

    `raised` names the exception's class or one that it derives from, so that only the driver
    itself needs to know the library.
    """

    raised: str
    needle: str
    error: type[AnimedexError]
    message: str
    hint: str | None = None
    transient: bool = True


_NETWORK = "check the network connection, and the base URL if another one is configured"
_TIME = "allow more time with --timeout"
_FORK = "start processes by `spawn`, or make the first request after forking"

HTTP_ERRORS = (
    HttpErrorRow("RequestTimeoutError", "", TimedOut, "no complete response came in time", _TIME),
    HttpErrorRow(
        "ConnectError", "dns error", Unreachable, "the host name does not resolve", _NETWORK
    ),
    HttpErrorRow(
        "ConnectError",
        "invalid peer certificate",
        Unreachable,
        "the server's TLS certificate is not trusted",
        "a company's own certificates can be named in SSL_CERT_FILE",
        transient=False,
    ),
    HttpErrorRow(
        "ConnectError", "tls handshake", Unreachable, "the TLS handshake failed", _NETWORK
    ),
    HttpErrorRow("ConnectError", "corrupt message", Unreachable, "the server does not speak TLS"),
    HttpErrorRow("ConnectError", "refused", Unreachable, "the connection was refused", _NETWORK),
    HttpErrorRow(
        "ConnectError",
        "closed before",
        Unreachable,
        "the server closed the connection without a response",
    ),
    HttpErrorRow("ConnectError", "reset", Unreachable, "the connection was reset"),
    HttpErrorRow("ConnectError", "", Unreachable, "the connection failed", _NETWORK),
    HttpErrorRow("RequestError", "end of file", Unreachable, "the response was truncated"),
    HttpErrorRow(
        "ReadError", "", Unreachable, "the connection broke in the middle of the response"
    ),
    HttpErrorRow(
        "DecodeError", "head is too large", UpstreamDecode, "the response headers are too large"
    ),
    HttpErrorRow("DecodeError", "", UpstreamDecode, "the response is not valid HTTP"),
    HttpErrorRow(
        "RequestError", "reading a body", UpstreamDecode, "the response is not valid HTTP"
    ),
    HttpErrorRow("ClientClosedError", "", ClientUnusable, "the client is closed", "open a new one"),
    HttpErrorRow("BuilderError", "", BadArguments, "the request cannot be built"),
    HttpErrorRow("PyreqwestError", "", Unreachable, "the request failed", _NETWORK),
    HttpErrorRow("ValueError", "convert header", UpstreamDecode, "a response header is not text"),
    HttpErrorRow("ValueError", "", BadArguments, "the request cannot be built"),
    HttpErrorRow("RuntimeError", "fork", ClientUnusable, "this process was forked from one", _FORK),
)


def translate(error: BaseException) -> BaseException:
    """Return the error to raise instead; one that no row describes is returned as it is."""
    if isinstance(error, AnimedexError):
        return error
    causes = _causes(error)
    row = next((row for row in HTTP_ERRORS if _fits(row, error, causes)), None)
    if row is None:
        return error
    translated = row.error(f"{row.message}{_detail(causes)}", hint=row.hint)
    if isinstance(translated, Unreachable):
        translated.transient = row.transient
    return translated


def _fits(row: HttpErrorRow, error: BaseException, causes: list[str]) -> bool:
    kinds = {kind.__name__ for kind in type(error).__mro__}
    return row.raised in kinds and any(row.needle in text for text in causes)


def _causes(error: BaseException) -> list[str]:
    details = cast("Mapping[str, list[dict[str, str]] | None]", getattr(error, "details", {}))
    return [cause["message"] for cause in details.get("causes") or ()] or [str(error)]


def _detail(causes: list[str]) -> str:
    """Quote the innermost cause, unless it quotes a URL or a header and so perhaps a secret."""
    cause = causes[-1]
    hidden = "://" in cause or "header value" in cause or not cause.isprintable()
    return "" if hidden else f" ({cause})"
