"""The way to the server: connections, and whether it can be asked just now.

The one file that knows the Redis library, which is loaded when the first connection is made. Who
asks blocks, open to Ctrl-C, for `PATIENCE` or until its own deadline. A server that did not answer
is left alone for a while, in which everyone is turned away at once; then one of them tries again.
"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, cast

from animedex.errors import BadArguments
from animedex.transport.fleet.gate import Gate
from animedex.transport.fleet.scripts import command
from animedex.transport.fleet.trouble import (
    Refused,
    Unknown,
    is_answer,
    is_broken,
    is_unknown,
    sorted_out,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from animedex.transport.clock import Clock
    from animedex.transport.fleet.place import Place

# What a server says depends on the command, which no type can tell.
Reply: TypeAlias = Any

# A server that is well answers within a millisecond; a network may lose a packet or two.
PATIENCE = 2.0


class Connection(Protocol):
    """Be what is used of a connection of the library."""

    def connect(self) -> None:
        """Connect and sign in."""
        ...

    def disconnect(self) -> None:
        """Hang up."""
        ...

    def send_packed_command(self, command: Sequence[bytes], check_health: bool) -> None:  # noqa: FBT001  the library's
        """Send what is written as it goes over the wire."""
        ...

    def read_response(self, *, timeout: float = ...) -> Any:  # noqa: ANN401  what it says depends on the command
        """Read one answer."""
        ...


class Link:
    """Ask the server from any thread.

    Raises `Away` where it cannot be asked just now, `Refused` where it will not do what it is asked
    to, `Unknown` for a script, and `BadArguments` where waiting does not help.
    """

    def __init__(self, place: Place, clock: Clock, warn: Callable[[str], None]) -> None:
        self.place = place
        self._clock = clock
        self._idle: list[Connection] = []
        self._gate = Gate(place.shown, PATIENCE, clock, warn)

    def ask(self, packed: bytes, latest: float) -> Reply:
        """Send one command, and give what the server says to it before that moment."""
        return self._asked(packed, latest, 1)[0]

    def ask_each(self, commands: Sequence[bytes], latest: float) -> list[Reply]:
        """Send several commands at once, and give what the server says to each."""
        return self._asked(b"".join(commands), latest, len(commands)) if commands else []

    def matching(self, pattern: bytes, latest: float) -> list[bytes]:
        """Find the keys that a pattern matches, which may take a while where there are many."""
        found: dict[bytes, None] = {}
        cursor: Reply = b"0"
        while True:
            asked = command(b"SCAN", cursor, b"MATCH", pattern, b"COUNT", _PAGE)
            cursor, names = self.ask(asked, latest)
            found.update(dict.fromkeys(names))
            if cursor == b"0":
                return list(found)

    def close(self) -> None:
        """Hang up; who asks again is connected again."""
        idle, self._idle = self._idle, []
        for connection in idle:
            connection.disconnect()

    def _asked(self, packed: bytes, latest: float, answers: int) -> list[Reply]:
        if self._gate.closed:
            self._gate.enter()
        timeout = min(PATIENCE, max(_SHORTEST, latest - self._clock()))
        try:
            replies = self._exchange(packed, timeout, answers)
        except Exception as error:  # noqa: BLE001  whatever the library raises is sorted out
            if is_answer(error):
                self._gate.passed()
            raise self._sorted_out(error) from None
        if self._gate.closed:
            self._gate.passed()
        return replies

    def _exchange(self, packed: bytes, timeout: float, answers: int) -> list[Reply]:
        connection = self._taken()
        if connection is not None:
            try:
                return self._talk(connection, packed, timeout, answers)
            except Exception as error:
                if not is_broken(error):
                    raise
            # The server may have been started anew since, and others' connections are no better.
            self.close()
        return self._talk(self._connected(timeout), packed, timeout, answers)

    def _taken(self) -> Connection | None:
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _talk(
        self, connection: Connection, packed: bytes, timeout: float, answers: int
    ) -> list[Reply]:
        try:
            connection.send_packed_command((packed,), False)
            if timeout < PATIENCE:
                replies = [connection.read_response(timeout=timeout) for _ in range(answers)]
            else:
                replies = [connection.read_response() for _ in range(answers)]
        except BaseException as error:
            # After half an exchange, the next answer would be taken for another's.
            if answers == 1 and is_answer(error):
                self._idle.append(connection)
            else:
                connection.disconnect()
            raise
        self._idle.append(connection)
        return replies

    def _connected(self, timeout: float) -> Connection:
        """Connect on a thread of its own.

        Looking a name up notices neither Ctrl-C nor deadlines.
        """
        connection = _made(self.place, timeout)
        outcome: list[BaseException | None] = []
        wanted = True

        def work() -> None:
            try:
                connection.connect()
                outcome.append(None)
            except BaseException as error:  # noqa: BLE001  raised again by the waiting thread
                outcome.append(error)
            if not wanted:
                connection.disconnect()

        thread = threading.Thread(target=work, name="animedex-connect", daemon=True)
        thread.start()
        try:
            thread.join(timeout)
            if not outcome:
                raise TimeoutError
        except BaseException:
            wanted = False
            raise
        if outcome[0] is not None:
            raise outcome[0]
        return connection

    def _sorted_out(self, error: Exception) -> Exception:
        """Give what to raise: nobody but who asked is concerned by what the server says to them."""
        if is_unknown(error):
            return Unknown()
        found = sorted_out(error, self.place.shown)
        if isinstance(found, BadArguments):
            return found
        if is_answer(error):
            return Refused(self.place.shown, found, _PAUSE)
        return self._gate.failed(found)


def _made(place: Place, timeout: float) -> Connection:
    try:
        from redis import connection as library
        from redis.backoff import NoBackoff
        from redis.retry import Retry
    except ImportError:
        message = f"budgets at {place.shown} need the Redis library, which is not installed"
        raise BadArguments(message, hint="pip install 'animedex[redis]'") from None
    options: dict[str, Any] = {
        "db": place.database,
        "username": place.user,
        "password": place.password,
        "socket_timeout": PATIENCE,
        "socket_connect_timeout": timeout,
        "protocol": 2,
        "driver_info": None,
        "retry": Retry(NoBackoff(), 0),
    }
    kind: Callable[..., Connection]
    if place.path:
        kind, options["path"] = cast("Any", library.UnixDomainSocketConnection), place.path
    else:
        kind = cast("Any", library.SSLConnection if place.secure else library.Connection)
        options |= {"host": place.host, "port": place.port, **_certificates(place)}
    return kind(**options)


def _certificates(place: Place) -> dict[str, str]:
    """Give the options of TLS; raise `BadArguments` where a file that they name is not there."""
    for name, path in place.tls:
        if not os.access(path, os.R_OK):
            message = f"{name} of {place.shown} names {path!r}, which cannot be read"
            raise BadArguments(message, hint="check the path in ANIMEDEX_STATE")
    return dict(place.tls)


_SHORTEST = 0.01
_PAUSE = 0.25
_PAGE = b"1000"
