"""Connections to a Redis server, and its URL; the only module that imports the Redis library.

Commands block, open to Ctrl-C, for `TIMEOUT` or until the caller's deadline. After a failure every
command fails at once for a while; then one of them tries again.
"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from animedex.errors import BadArguments
from animedex.ratelimit.circuit_breaker import CircuitBreaker
from animedex.ratelimit.redis_errors import (
    CommandRefused,
    UnknownScript,
    explain_error,
    is_disconnect,
    is_response,
    is_unknown_script,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from animedex.clock import Clock

# What a server answers depends on the command, which no type can express.
Reply: TypeAlias = Any
# The library's classes have no types to rely on.
Connection: TypeAlias = Any

# A healthy server answers within a millisecond; a network may lose a packet or two.
TIMEOUT = 2.0
_MIN_TIMEOUT = 0.01
_REFUSAL_PAUSE = 0.25
_SCAN_COUNT = b"1000"


def redact_redis_url(url: str) -> str:
    """Remove user and password from a URL.

    >>> redact_redis_url("redis://me:s3cr/et@cache.example:6380")
    'redis://***@cache.example:6380'
    """
    scheme, separator, rest = url.partition("://")
    return f"{scheme}://***@{rest.rpartition('@')[2]}" if separator and "@" in rest else url


def pack_words(*words: bytes) -> bytes:
    r"""Encode parts of a command as they are sent to the server.

    >>> pack_words(b"GET", b"k")
    b'$3\r\nGET\r\n$1\r\nk\r\n'
    """
    return b"".join(b"$%d\r\n%b\r\n" % (len(word), word) for word in words)


def pack_command(*words: bytes) -> bytes:
    r"""Encode a command in the server's protocol.

    >>> pack_command(b"PING")
    b'*1\r\n$4\r\nPING\r\n'
    """
    return b"*%d\r\n%b" % (len(words), pack_words(*words))


class RedisClient:
    """A server that any thread can send commands to.

    Raises `StoreUnavailable` if it cannot be reached now, `CommandRefused` if it refuses a command,
    `UnknownScript` if it does not know a script, and `BadArguments` if waiting does not help.
    """

    def __init__(self, url: str, clock: Clock, warn: Callable[[str], None]) -> None:
        self._url = url
        self.path = redact_redis_url(url).partition("?")[0]
        self._clock = clock
        self._idle: list[Connection] = []
        self._breaker = CircuitBreaker(self.path, TIMEOUT, clock, warn)

    def execute(self, command: bytes, deadline: float) -> Reply:
        """Send one encoded command, and return the answer."""
        return self._execute(command, deadline, 1)[0]

    def execute_many(self, commands: Sequence[bytes], deadline: float) -> list[Reply]:
        """Send several encoded commands at once, and return the answers."""
        return self._execute(b"".join(commands), deadline, len(commands)) if commands else []

    def scan_keys(self, pattern: bytes, deadline: float) -> list[bytes]:
        """Return the keys that match a pattern; slow if there are many."""
        keys: dict[bytes, None] = {}
        cursor: Reply = b"0"
        while True:
            command = pack_command(b"SCAN", cursor, b"MATCH", pattern, b"COUNT", _SCAN_COUNT)
            cursor, page = self.execute(command, deadline)
            keys.update(dict.fromkeys(page))
            if cursor == b"0":
                return list(keys)

    def close(self) -> None:
        """Close all connections; the next command connects again."""
        idle, self._idle = self._idle, []
        for connection in idle:
            connection.disconnect()

    def _execute(self, packed: bytes, deadline: float, count: int) -> list[Reply]:
        if self._breaker.is_open:
            self._breaker.require()
        timeout = min(TIMEOUT, max(_MIN_TIMEOUT, deadline - self._clock()))
        try:
            replies = self._exchange(packed, timeout, count)
        except Exception as error:  # noqa: BLE001  the table explains whatever the library raises
            if is_response(error):
                self._breaker.close()
            raise self._translate(error) from None
        self._breaker.close()
        return replies

    def _exchange(self, packed: bytes, timeout: float, count: int) -> list[Reply]:
        try:
            connection = self._idle.pop()
        except IndexError:
            pass
        else:
            try:
                return self._send(connection, packed, timeout, count)
            except Exception as error:
                if not is_disconnect(error):
                    raise
            # The server may have been restarted, and other idle connections are no better.
            self.close()
        return self._send(self._connect(timeout), packed, timeout, count)

    def _send(
        self, connection: Connection, packed: bytes, timeout: float, count: int
    ) -> list[Reply]:
        try:
            connection.send_packed_command((packed,), False)
            # The library reads faster without a timeout of its own.
            options = {"timeout": timeout} if timeout < TIMEOUT else {}
            replies = [connection.read_response(**options) for _ in range(count)]
        except BaseException as error:
            # After half an exchange, the next answer would be taken for another command's.
            if count == 1 and is_response(error):
                self._idle.append(connection)
            else:
                connection.disconnect()
            raise
        self._idle.append(connection)
        return replies

    def _connect(self, timeout: float) -> Connection:
        """Connect on a thread, as name resolution notices neither Ctrl-C nor deadlines."""
        connection = _create_connection(self._url, self.path, timeout)
        outcome: list[BaseException | None] = []
        is_abandoned = False

        def connect() -> None:
            try:
                connection.connect()
                outcome.append(None)
            except BaseException as error:  # noqa: BLE001  raised again by the waiting thread
                outcome.append(error)
            if is_abandoned:
                connection.disconnect()

        thread = threading.Thread(target=connect, name="animedex-connect", daemon=True)
        thread.start()
        try:
            thread.join(timeout)
            if not outcome:
                raise TimeoutError
        except BaseException:
            is_abandoned = True
            raise
        if outcome[0] is not None:
            raise outcome[0]
        return connection

    def _translate(self, error: Exception) -> Exception:
        """Return the error to raise; an error in one reply concerns that caller alone."""
        if is_unknown_script(error):
            return UnknownScript()
        reason = explain_error(error, self.path)
        if isinstance(reason, BadArguments):
            return reason
        if is_response(error):
            return CommandRefused(self.path, reason, _REFUSAL_PAUSE)
        return self._breaker.open(reason)


def _create_connection(url: str, path: str, timeout: float) -> Connection:
    """Create a connection from a URL that `settings.read_state` has accepted."""
    try:
        from redis import connection as library
        from redis.backoff import NoBackoff
        from redis.retry import Retry
    except ImportError:
        message = f"budgets at {path} need the Redis library, which is not installed"
        raise BadArguments(message, hint="pip install 'animedex[redis]'") from None
    scheme, separator, rest = url.partition("://")
    # The library knows no other name of the protocol.
    redis_url = scheme.lower().replace("valkey", "redis") + separator + rest
    # The library declares neither the names nor the types of its options.
    options = cast("Callable[[str], dict[str, Any]]", getattr(library, "parse_url"))(redis_url)  # noqa: B009  its types are unknown
    for name, file in options.items():
        if name.startswith("ssl_") and not os.access(file, os.R_OK):
            message = f"{name} of {path} names {file!r}, which cannot be read"
            raise BadArguments(message, hint="check the path in ANIMEDEX_STATE")
    connection_class = options.pop("connection_class", library.Connection)
    return connection_class(
        **options,
        socket_timeout=TIMEOUT,
        socket_connect_timeout=timeout,
        protocol=2,
        driver_info=None,
        retry=Retry(NoBackoff(), 0),
    )
