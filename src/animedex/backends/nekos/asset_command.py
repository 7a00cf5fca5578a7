"""`animedex nekos asset`: write the bytes and the credit of one picture."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

import msgspec

from animedex.backends.nekos import calls
from animedex.backends.nekos.asset_parser import CREDITS
from animedex.body_writer import check_target
from animedex.cli.streams import read_in
from animedex.errors import BadArguments, UpstreamDecode, UpstreamShape
from animedex.models import parse_json
from animedex.text_encoding import STANDARD_INPUT, decode_text

if TYPE_CHECKING:
    from animedex.backends.nekos.models import NekosAsset
    from animedex.cli.command_context import CommandSession
    from animedex.http_message import JsonObject
    from animedex.render.text_output import Card

_MOST_ROW = 1024 * 1024
_ROW_HINT = "pipe one in, as in `animedex nekos image --jq '.[0]' | animedex nekos asset - -o .`"
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")


class _Row(msgspec.Struct):
    """What is read of a row."""

    url: str | None = None


def save_asset(session: CommandSession, what: str, to: str | None) -> None:
    """Write a picture to a file and describe it, or to a pipe with the credit on standard error."""
    what = target_path(what)
    if to is None or to == "-":
        if session.output.has_format_option:
            message = "standard output gets the picture itself, so nothing else can be printed"
            raise BadArguments(message, hint="write it to a file with -o FILE")
        if session.output.terminal:
            message = "a picture is not printed on a terminal"
            raise BadArguments(message, hint="write it to a file with -o FILE, or into a pipe")
        asset = session.ask(calls.asset(what))
        session.output.bytes(asset.body or b"")
        session.note(f"animedex: {credit_line(asset)}")
        return
    target = os.path.join(to, file_name(what)) if os.path.isdir(to) else to
    check_target(target)
    asset = session.ask(calls.asset(what, target))
    session.output.facts(describe_asset(asset), lambda: asset_card(asset))


def target_path(what: str) -> str:
    """Return a picture's address, from a row as JSON or read from standard input if need be."""
    text = decode_text(read_in(_ROW_HINT, _MOST_ROW), STANDARD_INPUT) if what == "-" else what
    if not text.lstrip().startswith(("{", "[")):
        return text.strip().strip('"')
    inside = f"[{text}]" if text.lstrip().startswith("{") else text
    try:
        rows = parse_json(inside.encode(), list[_Row])
    except (UpstreamDecode, UpstreamShape):
        rows = []
    if len(rows) > 1:
        message = f"there are {len(rows)} rows, and one picture is fetched at a time"
        raise BadArguments(message, backend="nekos", hint=_ROW_HINT)
    url = rows[0].url if rows else None
    if url is None:
        message = "that is not a row: it has no url"
        raise BadArguments(message, backend="nekos", hint=_ROW_HINT)
    return url


def file_name(what: str) -> str:
    """Return a harmless file name: the last part of the address.

    >>> file_name("https://nekos.best/api/v2/neko/a.png?x=1"), file_name("neko/..")
    ('a.png', 'picture')
    """
    name = _UNSAFE.sub("_", urlsplit(what).path.rpartition("/")[2])[-120:]
    return name if name.strip("._") else "picture"


def describe_asset(asset: NekosAsset) -> JsonObject:
    """Return the properties of a picture that was written to a file."""
    keys = ("path", "size", "content_type", "url", *CREDITS)
    facts = {name: getattr(asset, name) for name in keys}
    return {**facts, "_source": cast("JsonObject", asset.source_tag.to_payload())}


def asset_card(asset: NekosAsset) -> Card:
    """Return the card of a picture that was written to a file."""
    from animedex.render.text_output import Card

    return Card(
        title=asset.path or asset.url,
        lines=(
            ("artist", asset.artist_name),
            ("artist's page", asset.artist_href),
            ("anime", asset.anime_name),
            ("type", asset.content_type),
            ("bytes", str(asset.size)),
            ("source", asset.source_url),
        ),
        url=asset.url,
        source="nekos",
    )


def credit_line(asset: NekosAsset) -> str:
    """Return the credit of a picture in one line."""
    named = [value for name in CREDITS if (value := getattr(asset, name))]
    return f"{', '.join(named) or 'no credit was sent'} [src: nekos]"
