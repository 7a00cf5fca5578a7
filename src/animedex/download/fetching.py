"""One picture, from what was asked for to the file in its place."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from animedex import backends
from animedex.backends.assets import fetch
from animedex.download.checking import checked, file_sum
from animedex.download.partial import Partial
from animedex.download.ready import made_ready
from animedex.download.report import Downloaded
from animedex.download.sameness import is_same
from animedex.download.targets import known_id, name_of, target_of
from animedex.errors import AnimedexError, Corrupt, TimedOut, UpstreamDecode
from animedex.pictures.naming import values_of
from animedex.sinks import file_error

if TYPE_CHECKING:
    from collections.abc import Callable

    from animedex.backends.assets import Fetched
    from animedex.client import Client
    from animedex.download.checking import Checked
    from animedex.download.keeping import Keeper
    from animedex.download.placing import Place
    from animedex.download.targets import Target, What
    from animedex.pictures.naming import Template

_NO_SUCH_RANGE = 416
_HINT = "look at the picture's page, or try again later"
_PATIENCE = 60.0


class Saving(NamedTuple):
    """Hold where files go, and what they are called."""

    place: Place
    template: Template
    keeper: Keeper


def download_one(
    client: Client, what: What, saving: Saving, told: Callable[[int, int | None], None]
) -> Downloaded:
    """Fetch what is asked for, unless it is here; a failure is part of what is given."""
    asked = name_of(what)
    known: str | None = None
    target: Target | None = None
    try:
        known = known_id(what, client.manner.base_urls)
        here = saving.keeper.find(asked, known)
        if here is not None:
            return here
        target = target_of(client, what)
        if known != target.post.id and (here := saving.keeper.find(asked, target.post.id)):
            return here._replace(url=target.file.url)
        return _saved(client, asked, target, saving, told)
    except AnimedexError as error:
        failure = error
        failure.hint = failure.hint or _HINT
    except OSError as error:
        failure = file_error(saving.place.folder, error)
    url = target.file.url if target else None
    return Downloaded(asked, "failed", target.post.id if target else known, url, error=failure)


def _saved(
    client: Client,
    asked: str,
    target: Target,
    saving: Saving,
    told: Callable[[int, int | None], None],
) -> Downloaded:
    patience = client.manner.timeout or _PATIENCE
    promised = target.file.extension or ""
    folder, url, summed = saving.place.folder, target.file.url, target.file.md5 is not None
    with Partial(folder, url, patience, told, summed=summed) as partial:
        # Only now: another process may have put it there while this one waited.
        found = saving.place.find(
            _path(target, promised, saving), lambda path: is_same(target, path)
        )
        if found is not None:
            partial.forget()
            saving.keeper.find_again(found, target)
            return _here(asked, target, found)
        fetched, content = _brought(client, target, partial, look=saving.keeper.has_library)
        target = _dated(target, fetched)
        ready = made_ready(target, content, partial)
        spot = saving.place.put(
            ready.path,
            _path(target, content.format.extension, saving),
            lambda path: is_same(target, path, partial.path),
        )
        partial.forget()
    if spot.is_here:
        saving.keeper.find_again(spot.path, target)
        return _here(asked, target, spot.path)
    saving.keeper.keep(spot.path, target, content.examined, ready)
    post, url, facts = target.post, target.file.url, ready.facts
    return Downloaded(asked, "fetched", post.id, url, spot.path, facts.size, facts.sha256)


def _brought(
    client: Client, target: Target, partial: Partial, *, look: bool
) -> tuple[Fetched, Checked]:
    """Fetch a file and check it; one that was put together and is wrong is fetched anew, once."""
    while True:
        fetched = _whole(client, target, partial)
        partial.let_go()
        try:
            return fetched, checked(target, fetched, partial, look=look)
        except (UpstreamDecode, Corrupt):
            if not partial.is_resumed:
                partial.forget()
                raise
            partial.start_over()


def _whole(client: Client, target: Target, partial: Partial) -> Fetched:
    """Fetch until all is there: the time limit is for each try that brings nothing new."""
    call = fetch(backends.declared(target.backend), target.file.url, partial.sink, partial.resume)
    most, anew = partial.size(), False
    while True:
        try:
            return client.perform(call)
        except TimedOut:
            if partial.size() <= most or not partial.resume():
                raise
            most = partial.size()
        except AnimedexError as error:
            if anew or not (partial.is_odd or error.status == _NO_SUCH_RANGE):
                raise
            anew = True
            partial.start_over()


def _dated(target: Target, fetched: Fetched) -> Target:
    """Note when the file was fetched, which is later than when its row was."""
    import msgspec

    post = msgspec.structs.replace(target.post, source_tag=fetched.source_tag)
    return target._replace(post=post)


def _path(target: Target, extension: str, saving: Saving) -> str:
    values = values_of(target.post, target.category, extension.strip(".").lower())
    return saving.template.path(values, saving.place.longest)


def _here(asked: str, target: Target, path: str) -> Downloaded:
    size, url = os.stat(path).st_size, target.file.url
    return Downloaded(asked, "here", target.post.id, url, path, size, file_sum(path))
