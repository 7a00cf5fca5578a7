"""One picture, from what was asked for to the file in its place."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from animedex import backends
from animedex.backends.asset_call import fetch
from animedex.body_writer import file_error
from animedex.download.download_report import Downloaded
from animedex.download.file_check import checked, file_sum
from animedex.download.finalize import made_ready
from animedex.download.library_copy import use_entry
from animedex.download.resumable_file import Partial
from animedex.download.resumable_writer import FileTooLong, too_long
from animedex.download.targets import known_id, name_of, target_of
from animedex.errors import AnimedexError, Corrupt, TimedOut, Unreachable, UpstreamDecode
from animedex.images.decoder import decoding_limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from animedex.backends.asset_call import Fetched
    from animedex.client import Client
    from animedex.download.download_deadline import Deadline
    from animedex.download.file_check import Checked
    from animedex.download.save_options import Saving
    from animedex.download.targets import Target, What

_NO_SUCH_RANGE = 416
_HINT = "look at the picture's page, or try again later"


class Job(NamedTuple):
    """Represent one picture on its way, with everything that its fetching goes by."""

    client: Client
    asked: str
    saving: Saving
    deadline: Deadline
    told: Callable[[int, int | None], None]


def download_one(
    client: Client, what: What, saving: Saving, told: Callable[[int, int | None], None]
) -> Downloaded:
    """Fetch what is asked for, unless it is here; a failure is part of what is given."""
    asked = name_of(what)
    job = Job(client, asked, saving, saving.deadline.for_picture(client), told)
    known: str | None = None
    target: Target | None = None
    try:
        known = known_id(what, client.manner.base_urls)
        done = _from_library(asked, known, saving)
        if done is not None:
            return done
        target = target_of(client, what, job.deadline)
        if known != target.post.id and (done := _from_library(asked, target.post.id, saving)):
            return done._replace(url=target.file.url)
        return _saved(job, target)
    except AnimedexError as error:
        failure = error
        failure.hint = failure.hint or _HINT
    except OSError as error:
        failure = file_error(saving.place.folder, error)
    url = target.file.url if target else None
    return Downloaded(asked, "failed", target.post.id if target else known, url, error=failure)


def _from_library(asked: str, post_id: str | None, saving: Saving) -> Downloaded | None:
    entry = saving.keeper.find(asked, post_id)
    return use_entry(asked, entry, saving) if entry else None


def _saved(job: Job, target: Target) -> Downloaded:
    saving, asked = job.saving, job.asked
    _check_size(target, saving.max_bytes)
    patience = job.deadline.patience(job.client)
    promised = target.file.extension or ""
    folder, url, summed = saving.place.folder, target.file.url, target.file.md5 is not None
    most = saving.max_bytes
    latest = job.deadline.end
    with Partial(
        folder, url, patience, job.told, summed=summed, max_bytes=most, latest=latest
    ) as partial:
        saving.parts.add(partial)
        # Only now: another process may have put it there while this one waited.
        found = saving.place.find(
            saving.path(target, promised), lambda path: saving.is_same(target, path)
        )
        if found is not None:
            partial.forget()
            saving.keeper.find_again(found, target)
            return _here(asked, target, found)
        fetched, content = _brought(job, target, partial)
        target = _dated(target, fetched)
        ready = made_ready(target, content, partial, embed=saving.embed)
        spot = saving.place.put(
            ready.path,
            saving.path(target, content.format.extension),
            lambda path: saving.is_same(target, path, partial.path),
        )
        partial.forget()
    if spot.is_here:
        saving.keeper.find_again(spot.path, target)
        return _here(asked, target, spot.path)
    saving.keeper.keep(spot.path, target, content, ready)
    post, url, facts = target.post, target.file.url, ready.facts
    return Downloaded(asked, "fetched", post.id, url, spot.path, facts.size, facts.sha256)


def _brought(job: Job, target: Target, partial: Partial) -> tuple[Fetched, Checked]:
    """Fetch a file and check it; one that was put together and is wrong is fetched anew, once."""
    is_anew = False
    while True:
        fetched = _whole(job, target, partial)
        try:
            look = job.saving.keeper.has_library
            with decoding_limits(job.deadline.moment()):
                return fetched, checked(target, fetched, partial, look=look)
        except (UpstreamDecode, Corrupt):
            if is_anew or not partial.is_doubtful:
                partial.forget()
                raise
            is_anew = True
            partial.start_over()


def _check_size(target: Target, max_bytes: int | None) -> None:
    """Raise for a file that its row announces to be too long, before it is asked for."""
    size = target.file.byte_size
    if max_bytes is not None and size is not None and size > max_bytes:
        raise too_long(max_bytes, size)


def _whole(job: Job, target: Target, partial: Partial) -> Fetched:
    """Fetch until all of a file is here; as long as a try brings more, another one follows."""
    call = fetch(backends.declared(target.backend), target.file.url, partial.sink, partial.resume)
    is_anew = False
    while True:
        try:
            fetched = job.client.perform(job.deadline.bound_file(job.client, call))
            partial.finish()
            if not partial.has_grown() or not partial.is_short():
                return fetched
        except (TimedOut, Unreachable):
            if not partial.has_grown() or not partial.resume() or job.deadline.is_over():
                raise
        except AnimedexError as error:
            if is_anew or not _may_begin_anew(error, partial):
                if isinstance(error, UpstreamDecode):
                    partial.forget()
                raise
            is_anew = True
            partial.start_over()


def _may_begin_anew(error: AnimedexError, partial: Partial) -> bool:
    """Return whether the fault may lie with what was put together, and not with the file."""
    if isinstance(error, FileTooLong):
        return False
    is_mixed = isinstance(error, UpstreamDecode) and partial.is_doubtful
    return partial.is_odd or is_mixed or error.status == _NO_SUCH_RANGE


def _dated(target: Target, fetched: Fetched) -> Target:
    """Note when the file was fetched, which is later than when its row was."""
    import msgspec

    post = msgspec.structs.replace(target.post, source_tag=fetched.source_tag)
    return target._replace(post=post)


def _here(asked: str, target: Target, path: str) -> Downloaded:
    size, url = os.stat(path).st_size, target.file.url
    return Downloaded(asked, "here", target.post.id, url, path, size, file_sum(path))
