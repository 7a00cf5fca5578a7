"""Pictures of the library printed as the rows that they were fetched as."""

from __future__ import annotations

from typing import TYPE_CHECKING

from animedex.cli.entry_output import KEYS, entry_card, entry_payload
from animedex.library.file_credit import service_record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from animedex.cli.command_context import CommandSession
    from animedex.http_message import JsonObject
    from animedex.library.entry import Entry


def print_service_rows(session: CommandSession, entries: Sequence[Entry]) -> None:
    """Print each picture as its service's row, or as an entry where it is of no service."""
    source = session.shared.fields is not None or not session.shared.no_source

    def row(entry: Entry) -> JsonObject:
        from animedex.render import json_output as json

        record = service_record(entry)
        if record is None:
            return entry_payload(entry, source=source)
        if session.shared.common:
            return json.post_payload(record.to_common(), source=source)
        return json.row_payload(record, source=source, exact=True)

    session.output.findings(entries, row, entry_card, (*KEYS, *_service_fields()))


def _service_fields() -> Iterator[str]:
    """Name what rows of any service and art posts have."""
    from animedex import backends
    from animedex.backends.provider import find_provider
    from animedex.models import ArtPost

    yield from ArtPost.__struct_fields__
    for name in backends.list_names():
        yield from find_provider(name).record.__struct_encode_fields__
