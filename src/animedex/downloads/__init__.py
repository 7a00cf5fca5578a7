"""Download pictures into files: those that are named, and no more.

There is no way to download a whole category or a whole service: their terms do not allow
collections to be made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from animedex.downloads.download_report import DownloadReport
from animedex.downloads.file_check import require_pillow
from animedex.downloads.library_writer import LibraryWriter
from animedex.downloads.save_options import Deadline, SaveOptions
from animedex.downloads.sidecar_writer import SidecarWriter, parse_sidecar_kinds
from animedex.downloads.target_folder import TargetFolder
from animedex.downloads.unfinished_files import UnfinishedFiles
from animedex.downloads.worker_pool import Progress, WorkerPool
from animedex.errors import BadArguments
from animedex.images.filename_template import DEFAULT, FilenameTemplate

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator

    from animedex.downloads.targets import Source
    from animedex.library.picture_library import Library
    from animedex.session import Session

__all__ = ["MAX_JOBS", "MAX_SIZE", "DownloadReport", "Progress", "download", "iter_downloads"]

DEFAULT_JOBS = 4
# In bytes: more than a picture has, and less than fills a disk.
MAX_SIZE = 512 * 1024 * 1024
MAX_JOBS = 16


def download(  # noqa: PLR0913  options, each for itself
    client: Session,
    sources: Iterable[Source] | str,
    to: str | os.PathLike[str] | None = None,
    *,
    name: str | None = None,
    jobs: int = DEFAULT_JOBS,
    sidecar: str | Iterable[str] | None = None,
    embed: bool = True,
    library: Library | None = None,
    max_size: int | None = MAX_SIZE,
    warn: Callable[[str], None] = lambda _: None,
) -> list[DownloadReport]:
    """Download pictures into a folder; return a report for each source, in their order.

    Sources are records, art posts, rows of JSON, URLs of a service's pictures, or ids such as
    `waifu:7`. One that fails does not stop the rest: its error is in its report. `to` is the folder
    (default: the current one). `sidecar` is one or several kinds of files to write beside each:
    json, xmp, txt, hydrus, or none. Without `embed` files stay as the service sent them, and the
    credit is in a sidecar (default: json).

    With a `library`, a picture that it has is not fetched again, but copied if `to`, `name` or
    `sidecar` is set; new files are added to it, and `warn` is called with a message for each that
    cannot be. A file of more than `max_size` bytes is not fetched; None is no limit. Raises
    `BadArguments` for options and folders that cannot be used, before any request.
    """
    reports = iter_downloads(
        client,
        sources,
        to,
        name=name,
        jobs=jobs,
        sidecar=sidecar,
        embed=embed,
        library=library,
        max_size=max_size,
        warn=warn,
    )
    return [report for _, report in sorted(reports, key=lambda pair: pair[0])]


def iter_downloads(  # noqa: PLR0913  options, each for itself
    client: Session,
    sources: Iterable[Source] | str,
    to: str | os.PathLike[str] | None = None,
    *,
    name: str | None = None,
    jobs: int = DEFAULT_JOBS,
    sidecar: str | Iterable[str] | None = None,
    embed: bool = True,
    library: Library | None = None,
    max_size: int | None = MAX_SIZE,
    timeout: float | None = None,
    warn: Callable[[str], None] = lambda _: None,
    on_progress: Callable[[Progress], None] = lambda _: None,
    unfinished: UnfinishedFiles | None = None,
) -> Iterator[tuple[int, DownloadReport]]:
    """Do as `download` does, but yield each report when it is done, with its number from 0.

    `timeout` is the limit for all of them together, in seconds; the client's is for each.
    `on_progress` is called from several threads. `unfinished` collects the unfinished files, for
    a caller that may end before all is done.
    """
    import os

    if type(jobs) is not int or not 1 <= jobs <= MAX_JOBS:
        message = f"jobs must be a whole number from 1 to {MAX_JOBS}, not {jobs!r:.40}"
        raise BadArguments(message)
    if max_size is not None and (type(max_size) is not int or max_size < 1):
        message = f"max_size must be a whole number of bytes above 0, or None, not {max_size!r:.40}"
        raise BadArguments(message)
    require_pillow()
    source_list: list[Source] = [sources] if isinstance(sources, str) else list(sources)
    kinds = parse_sidecar_kinds(sidecar)
    options = SaveOptions(
        TargetFolder("." if to is None else os.fspath(to)),
        FilenameTemplate(DEFAULT if name is None else name),
        LibraryWriter(library, warn),
        SidecarWriter(kinds, warn),
        warn,
        UnfinishedFiles() if unfinished is None else unfinished,
        Deadline(timeout),
        embed=embed,
        has_explicit_place=to is not None or name is not None or bool(kinds),
        has_explicit_name=name is not None,
        max_bytes=max_size,
    )
    return WorkerPool(client, source_list, options, jobs, on_progress).run()
