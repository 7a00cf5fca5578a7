"""The fingerprint of a picture named on a command line: a file, a number, or a URL."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from animedex.cli.entry_numbers import get_entry, is_number
from animedex.errors import BadArguments

if TYPE_CHECKING:
    from animedex.cli.command_context import CommandSession
    from animedex.images.fingerprint import Fingerprint
    from animedex.library.entry import Entry


def fingerprint_of(session: CommandSession, named: str) -> tuple[Fingerprint, Entry | None]:
    """Return a picture's fingerprint, and its library entry if it was named by that.

    A number is that of an entry. A file is examined, be it in the library or not. An address, or
    the id of an art post, is that of an entry or else asked for.
    """
    library = session.library
    if is_number(named):
        entry = get_entry(library, named)
    elif not _is_remote(named):
        return _file_fingerprint(named, named), None
    else:
        match = library.addressed(named) if "://" in named else library.holding(named)
        if match is None:
            return _fetch_fingerprint(session, named), None
        entry = match
    look = library.fingerprint(entry.id)
    if look is None:
        message = f"picture {entry.id} has no fingerprint: it is not indexed, or it is a video"
        raise BadArguments(message, hint="run `animedex library verify` to index pictures")
    return look, entry


def _is_remote(named: str) -> bool:
    """Return whether a name is a URL or the id of an art post, and not a file."""
    from animedex import backends

    service = named.partition(":")[0] in backends.list_names() and ":" in named
    return "://" in named or (service and not os.path.lexists(named))


def _fetch_fingerprint(session: CommandSession, named: str) -> Fingerprint:
    """Fetch a picture, and return its fingerprint."""
    import tempfile

    from animedex.cli.picture_sources import text_source

    sight = text_source(session, named)
    if sight.call is None:
        return _file_fingerprint(sight.path, named)
    body = session.ask(sight.call).body
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "picture")
        with open(path, "wb") as file:
            file.write(body)
        return _file_fingerprint(path, named)


def _file_fingerprint(path: str, named: str) -> Fingerprint:
    from animedex.errors import Corrupt
    from animedex.library.entry import NewEntry
    from animedex.library.file_inspection import inspect_file

    if not path:
        message = "the name of the file is empty"
        raise BadArguments(message, hint="give a file, or a picture of the library")
    try:
        look = inspect_file(NewEntry(os.path.abspath(path))).fingerprint
    except Corrupt as error:
        # Of what was fetched, nobody knows the path.
        message = error.message.replace(path, named)
        raise Corrupt(message, hint=error.hint) from None
    if look is None:
        message = f"{named} is a video or an archive, not a picture"
        raise BadArguments(message, hint="give a png, jpeg, gif, webp or avif")
    return look
