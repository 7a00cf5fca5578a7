"""The scripts that the server runs, and commands as they go over the wire."""

from __future__ import annotations

import os
from functools import cache
from typing import NamedTuple


class Script(NamedTuple):
    """Hold how a script is called: by its digest, or with all of its text where that is unknown."""

    by_digest: bytes
    by_text: bytes


@cache
def script(name: str) -> Script:
    """Read a script that stands beside this file."""
    from hashlib import sha1

    with open(os.path.join(os.path.dirname(__file__), f"{name}.lua"), "rb") as file:
        text = file.read()
    digest = sha1(text, usedforsecurity=False).hexdigest().encode()
    return Script(words(b"EVALSHA", digest), words(b"EVAL", text))


def words(*parts: bytes) -> bytes:
    r"""Write parts of a command as they go over the wire.

    >>> words(b"GET", b"k")
    b'$3\r\nGET\r\n$1\r\nk\r\n'
    """
    return b"".join(b"$%d\r\n%b\r\n" % (len(part), part) for part in parts)


def command(*parts: bytes) -> bytes:
    r"""Write a whole command as it goes over the wire.

    >>> command(b"PING")
    b'*1\r\n$4\r\nPING\r\n'
    """
    return b"*%d\r\n%b" % (len(parts), words(*parts))


def calling(name: str, keys: tuple[bytes, ...], arguments: tuple[bytes, ...], more: int) -> bytes:
    """Write the call of a script, to which so many more arguments are then added as words."""
    number = b"%d" % len(keys)
    count = 3 + len(keys) + len(arguments) + more
    return b"*%d\r\n" % count + script(name).by_digest + words(number, *keys, *arguments)


def with_text(packed: bytes, name: str) -> bytes:
    """Give the call with the script's text, for a server that does not know it yet."""
    found = script(name)
    return packed.replace(found.by_digest, found.by_text, 1)
