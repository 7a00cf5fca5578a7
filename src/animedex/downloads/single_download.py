"""The download of one picture, from the request to the finished file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from animedex import backends
from animedex.backends.asset_call import fetch_file
from animedex.downloads.download_report import DownloadReport, Outcome
from animedex.downloads.file_check import check_file
from animedex.downloads.finalize import finalize
from animedex.downloads.library_copy import complete_file, use_entry
from animedex.downloads.resumable_file import ResumableFile
from animedex.downloads.resumable_writer import FileTooLong, file_too_long
from animedex.downloads.targets import find_id, find_target, format_source
from animedex.errors import AnimedexError, Corrupt, TimedOut, Unreachable, UpstreamDecode
from animedex.files import hash_file, write_error
from animedex.images.decoder import decoding_limits
from animedex.library.entry import NewEntry

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    from animedex.backends.asset_call import FetchedFile
    from animedex.downloads.file_check import FileCheck
    from animedex.downloads.finalize import FinishedFile
    from animedex.downloads.save_options import Deadline, SaveOptions
    from animedex.downloads.targets import Source, Target
    from animedex.session import Session

_NO_SUCH_RANGE = 416
_HINT = "look at the picture's page, or try again later"


class Job(NamedTuple):
    """One download with everything that it needs."""

    client: Session
    name: str
    options: SaveOptions
    deadline: Deadline
    on_progress: Callable[[int, int | None], None]


def download_one(
    client: Session,
    source: Source,
    options: SaveOptions,
    on_progress: Callable[[int, int | None], None],
) -> Outcome:
    """Fetch a picture, unless it is there already; a failure is part of the report."""
    name = format_source(source)
    job = Job(client, name, options, options.deadline.for_picture(client), on_progress)
    post_id: str | None = None
    target: Target | None = None
    try:
        post_id = find_id(source, client.config.base_urls)
        outcome = _find_in_library(name, post_id, options)
        if outcome is not None:
            return outcome
        target = find_target(client, source, job.deadline)
        if post_id != target.post.id:
            outcome = _find_in_library(name, target.post.id, options)
            if outcome is not None:
                return outcome._replace(report=outcome.report._replace(url=target.file.url))
        return _download(job, target)
    except AnimedexError as error:
        failure = error
        failure.hint = failure.hint or _HINT
    except OSError as error:
        failure = write_error(options.folder.folder, error)
    url = target.file.url if target else None
    post_id = target.post.id if target else post_id
    return Outcome(DownloadReport(name, "failed", post_id, url, error=failure))


def _find_in_library(name: str, post_id: str | None, options: SaveOptions) -> Outcome | None:
    entry = options.library.find(name, post_id)
    return use_entry(name, entry, options) if entry else None


def _download(job: Job, target: Target) -> Outcome:
    options = job.options
    _check_size(target, options.max_bytes)
    with ResumableFile(
        options.folder.folder,
        target.file.url,
        job.deadline.lock_timeout(job.client),
        job.on_progress,
        with_md5=target.file.md5 is not None,
        max_bytes=options.max_bytes,
        deadline=job.deadline.end,
    ) as part:
        options.unfinished.add(part)
        path = options.build_path(target, target.file.extension or "")
        # Only now: another process may have put it there while this one waited.
        present = options.folder.find_picture(path, lambda path: options.is_same(target, path))
        if present is not None:
            part.remove()
            return _report_present(job, target, present)
        fetched, content, check = _fetch_checked(job, target, part)
        target = _with_fetch_time(target, fetched)
        with content:
            file = finalize(target, check, part, content, embed=options.embed)
        if check.format.extension.strip(".").lower() != target.file.extension:
            path = options.build_path(target, check.format.extension)
        spot = options.folder.place_file(
            file.path, path, lambda path: options.is_same(target, path, part.store())
        )
        part.remove()
    if spot.is_present:
        return _report_present(job, target, spot.path)
    return _report_new(job, target, spot.path, check, file)


def _report_present(job: Job, target: Target, path: str) -> Outcome:
    """Return the outcome for a file that was there, with the sidecars that it lacked."""
    new = complete_file(path, target, job.options)
    size, url = os.stat(path).st_size, target.file.url
    report = DownloadReport(job.name, "here", target.post.id, url, path, size, hash_file(path))
    return Outcome(report, new, job.deadline.end_or_none())


def _report_new(
    job: Job, target: Target, path: str, check: FileCheck, file: FinishedFile
) -> Outcome:
    """Return the result for a new file, and write its sidecars."""
    options, facts = job.options, file.facts
    kinds = options.sidecars.write(path, target, is_credited=file.is_credited)
    where = f"in the {kinds[0]} file beside it" if kinds else "in no file"
    if file.is_refused:
        where = where if kinds else f"{where}: --sidecar is none"
        options.warn(f"{path}: its metadata or its structure is damaged, so its credit is {where}")
    if check.fault is not None:
        why = f"{check.fault}; the service has the same file"
        options.warn(f"{why}: it is kept as {path}, its credit {where}")
    new = NewEntry(
        path, target.post, target.row, target.category, None, facts, check.fault is not None
    )
    options.library.expect(new)
    url = target.file.url
    report = DownloadReport(
        job.name, "fetched", target.post.id, url, path, facts.size, facts.sha256
    )
    return Outcome(report, new, job.deadline.end_or_none())


def _fetch_checked(
    job: Job, target: Target, part: ResumableFile
) -> tuple[FetchedFile, BinaryIO, FileCheck]:
    """Fetch a file and check it; one that was put together and is wrong is fetched anew, once."""
    is_anew = False
    while True:
        fetched = _fetch_whole(job, target, part)
        content = part.open()
        try:
            with decoding_limits(job.deadline.end_or_none()):
                return fetched, content, check_file(target, fetched, part, content)
        except BaseException as error:
            content.close()
            if not isinstance(error, UpstreamDecode | Corrupt):
                raise
            if is_anew or not part.is_doubtful:
                part.remove()
                raise
            is_anew = True
            part.start_over()


def _check_size(target: Target, max_bytes: int | None) -> None:
    """Raise for a file whose row announces too many bytes, before a request is sent."""
    size = target.file.byte_size
    if max_bytes is not None and size is not None and size > max_bytes:
        raise file_too_long(max_bytes, size)


def _fetch_whole(job: Job, target: Target, part: ResumableFile) -> FetchedFile:
    """Fetch until all of a file is here; as long as a try brings more, another one follows."""
    call = fetch_file(
        backends.find_backend(target.backend),
        target.file.url,
        part.open_writer,
        part.resume_headers,
    )
    is_anew = False
    while True:
        try:
            fetched = job.client.perform(job.deadline.limit_file_call(job.client, call))
            part.finish()
            if not part.has_grown() or not part.is_incomplete():
                return fetched
        except (TimedOut, Unreachable):
            if not part.has_grown() or not part.resume_headers() or job.deadline.is_over():
                raise
        except AnimedexError as error:
            if is_anew or not _can_start_over(error, part):
                if isinstance(error, UpstreamDecode):
                    part.remove()
                raise
            is_anew = True
            part.start_over()


def _can_start_over(error: AnimedexError, part: ResumableFile) -> bool:
    """Return whether the fault may lie with what was put together, and not with the file."""
    if isinstance(error, FileTooLong):
        return False
    is_mixed = isinstance(error, UpstreamDecode) and part.is_doubtful
    return part.is_odd or is_mixed or error.status == _NO_SUCH_RANGE


def _with_fetch_time(target: Target, fetched: FetchedFile) -> Target:
    """Return a target with the moment its file was fetched, which is later than its row's."""
    from msgspec.structs import replace

    return target._replace(post=replace(target.post, source_tag=fetched.source_tag))
