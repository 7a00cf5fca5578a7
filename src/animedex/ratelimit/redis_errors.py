"""Errors of the Redis library, in one table: retry later, or give up at once.

Rows name classes by text, so that only `redis_client` imports the library.
"""

from __future__ import annotations

from typing import NamedTuple

from animedex.errors import BadArguments
from animedex.ratelimit.store import StoreUnavailable


class UnknownScript(Exception):
    """The server has no script with that digest yet."""


class CommandRefused(StoreUnavailable):
    """The server can be reached, but does not carry out the command now."""


class ErrorRow(NamedTuple):
    """The meaning of an exception of the class `raised` whose text contains `needle`.

    With a hint, it is for the user to correct; without one, it may pass.
    """

    raised: str
    needle: str
    why: str
    hint: str | None = None


_USER = "check user and password in ANIMEDEX_STATE, and what that user may do"
_TLS = "check the certificate, or name the authority's with ?ssl_ca_certs=FILE"
_REFUSES_USER = "refuses the user or the password"
_NO_PERMISSION = "does not let this user keep budgets"
TABLE = (
    ErrorRow("SSLCertVerificationError", "", "has a certificate that is not trusted", _TLS),
    ErrorRow("SSLError", "WRONG_VERSION", "does not speak TLS", "use redis:// there"),
    ErrorRow("SSLError", "NO_CERTIFICATE", "is given a file that holds no certificate", _TLS),
    ErrorRow("SSLError", "PEM lib", "is given a file that holds no certificate", _TLS),
    ErrorRow("RedisError", "NOPERM", _NO_PERMISSION, _USER),
    ErrorRow("RedisError", "can't run this command", _NO_PERMISSION, _USER),
    ErrorRow("RedisError", "can't access", _NO_PERMISSION, _USER),
    ErrorRow("AuthenticationError", "", _REFUSES_USER, _USER),
    ErrorRow("AuthenticationWrongNumberOfArgsError", "", _REFUSES_USER, _USER),
    # Before a client has signed in, a server does not even read long commands.
    ErrorRow("RedisError", "unauthenticated", _REFUSES_USER, _USER),
    ErrorRow("RedisError", "AUTH", _REFUSES_USER, _USER),
    ErrorRow("RedisError", "MOVED", "is one node of a cluster", "use a server of its own"),
    ErrorRow("RedisError", "CROSSSLOT", "is one node of a cluster", "use a server of its own"),
    ErrorRow("RedisError", "DB index", "has no such database", "use another number in the URL"),
    ErrorRow("InvalidResponse", "", "is no Redis server", "check the address in ANIMEDEX_STATE"),
    ErrorRow("RedisError", "OOM", "has no memory left"),
    ErrorRow("RedisError", "READONLY", "is a replica that takes no changes"),
    ErrorRow("RedisError", "LOADING", "is still loading its data"),
    ErrorRow("RedisError", "MASTERDOWN", "has lost its master"),
    ErrorRow("RedisError", "CLUSTERDOWN", "is part of a cluster that is down"),
    ErrorRow("RedisError", "TRYAGAIN", "is moving its data"),
    ErrorRow("RedisError", "MISCONF", "cannot write its data to disk"),
    ErrorRow("RedisError", "NOREPLICAS", "has too few replicas"),
    ErrorRow("RedisError", "BUSY", "is busy with another script"),
    ErrorRow("RedisError", "max number of clients", "has too many clients"),
    ErrorRow("TimeoutError", "", "does not answer"),
    ErrorRow("ResponseError", "", "answers with an error", "check that it is Redis 6.2 or newer"),
    ErrorRow("RedisError", "closed by server", "closed the connection"),
)


def explain_error(error: Exception, path: str) -> str | BadArguments:
    """Return why the server cannot be used now, or the error if waiting does not help."""
    if isinstance(error, BadArguments):
        return error
    causes = _causes(error)
    for cause in causes:
        names = {kind.__name__ for kind in type(cause).__mro__}
        text = f"{getattr(cause, 'status_code', None) or ''} {cause}"
        for row in TABLE:
            if row.raised not in names or row.needle not in text:
                continue
            if row.hint is None:
                return row.why
            return BadArguments(f"budgets are kept at {path}, which {row.why}", hint=row.hint)
    # The system's own text quotes neither a URL nor a password.
    texts = [cause.strerror for cause in causes if isinstance(cause, OSError) and cause.strerror]
    return f"cannot be reached ({texts[0]})" if texts else "cannot be reached"


def is_disconnect(error: Exception) -> bool:
    """Return whether the connection broke, as one that was idle for long may have."""
    return _has_class(error, "ConnectionError")


def is_response(error: BaseException) -> bool:
    """Return whether the server itself sent the error, so that the connection still works."""
    return _has_class(error, "ResponseError")


def is_unknown_script(error: Exception) -> bool:
    """Return whether the server has no script with that digest."""
    return _has_class(error, "NoScriptError")


def _has_class(error: BaseException, name: str) -> bool:
    return any(kind.__name__ == name for kind in type(error).__mro__)


def _causes(error: BaseException) -> list[BaseException]:
    """Return an error after its causes, which are more specific."""
    cause = error.__cause__ or error.__context__
    return [*(_causes(cause) if cause else ()), error]
