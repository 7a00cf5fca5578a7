"""What the Redis library raises, told apart by one table: wait for the server, or give up at once.

Rows name classes, so that only the link itself needs to know the library.
"""

from __future__ import annotations

from typing import NamedTuple

from animedex.errors import BadArguments
from animedex.transport.fleet.away import Away


class Unknown(Exception):
    """Say that the server does not know a script by its digest yet."""


class Refused(Away):
    """Say that the server does not do what it is asked to just now, though it can be reached."""


class Trouble(NamedTuple):
    """Hold one row: an exception of the class `raised` that says `needle` means `why`.

    With a hint it is for the user to put right; without one it may pass.
    """

    raised: str
    needle: str
    why: str
    hint: str | None = None


_USER = "check user and password in ANIMEDEX_STATE, and what that user may do"
_TLS = "check the certificate, or name the authority's with ?ssl_ca_certs=FILE"
TABLE = (
    Trouble("SSLCertVerificationError", "", "has a certificate that is not trusted", _TLS),
    Trouble("SSLError", "WRONG_VERSION", "does not speak TLS", "use redis:// there"),
    Trouble("SSLError", "NO_CERTIFICATE", "is given a file that holds no certificate", _TLS),
    Trouble("SSLError", "PEM lib", "is given a file that holds no certificate", _TLS),
    Trouble("RedisError", "NOPERM", "does not let this user keep budgets", _USER),
    Trouble("RedisError", "can't run this command", "does not let this user keep budgets", _USER),
    Trouble("RedisError", "can't access", "does not let this user keep budgets", _USER),
    Trouble("AuthenticationError", "", "refuses the user or the password", _USER),
    Trouble("AuthenticationWrongNumberOfArgsError", "", "refuses the user or the password", _USER),
    # Before it knows somebody, a server does not even read long commands.
    Trouble("RedisError", "unauthenticated", "refuses the user or the password", _USER),
    Trouble("RedisError", "AUTH", "refuses the user or the password", _USER),
    Trouble("RedisError", "MOVED", "is one node of a cluster", "use a server of its own"),
    Trouble("RedisError", "CROSSSLOT", "is one node of a cluster", "use a server of its own"),
    Trouble("RedisError", "DB index", "has no such database", "use another number in the URL"),
    Trouble("InvalidResponse", "", "is no Redis server", "check the address in ANIMEDEX_STATE"),
    Trouble("RedisError", "OOM", "has no memory left"),
    Trouble("RedisError", "READONLY", "is a replica that takes no changes"),
    Trouble("RedisError", "LOADING", "is still loading its data"),
    Trouble("RedisError", "MASTERDOWN", "has lost its master"),
    Trouble("RedisError", "CLUSTERDOWN", "is part of a cluster that is down"),
    Trouble("RedisError", "TRYAGAIN", "is moving its data"),
    Trouble("RedisError", "MISCONF", "cannot write its data down"),
    Trouble("RedisError", "NOREPLICAS", "has too few replicas"),
    Trouble("RedisError", "BUSY", "is busy with another's script"),
    Trouble("RedisError", "max number of clients", "has too many clients"),
    Trouble("TimeoutError", "", "does not answer"),
    Trouble("ResponseError", "", "answers with an error", "see that it is Redis 6.2 or newer"),
    Trouble("RedisError", "closed by server", "hung up"),
)


def sorted_out(error: Exception, place: str) -> str | BadArguments:
    """Say why the server cannot be asked just now; or give the error that waiting does not mend."""
    if isinstance(error, BadArguments):
        return error
    for told in _chain(error):
        names = {kind.__name__ for kind in type(told).__mro__}
        text = f"{getattr(told, 'status_code', None) or ''} {told}"
        for row in TABLE:
            if row.raised in names and row.needle in text:
                return row.why if row.hint is None else _given_up(row, place)
    return _reason(error)


def is_broken(error: Exception) -> bool:
    """Tell whether a connection broke, as one that was long idle may have."""
    return _is(error, "ConnectionError")


def is_answer(error: BaseException) -> bool:
    """Tell whether the server said so itself, so that the connection is as good as before."""
    return _is(error, "ResponseError")


def is_unknown(error: Exception) -> bool:
    """Tell whether the server does not know a script."""
    return _is(error, "NoScriptError")


def _is(error: BaseException, name: str) -> bool:
    return any(kind.__name__ == name for kind in type(error).__mro__)


def _chain(error: BaseException) -> list[BaseException]:
    """Give an error after what it came from: the cause knows more than who tells of it."""
    before = error.__cause__ or error.__context__
    return [*(_chain(before) if before else ()), error]


def _given_up(row: Trouble, place: str) -> BadArguments:
    return BadArguments(f"budgets are kept at {place}, which {row.why}", hint=row.hint)


def _reason(error: Exception) -> str:
    """Say what the system says, which quotes neither a URL nor a password."""
    for told in _chain(error):
        if isinstance(told, OSError) and told.strerror:
            return f"cannot be reached ({told.strerror})"
    return "cannot be reached"
