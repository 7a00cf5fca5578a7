"""Fetching pictures into files: what is asked for, and no more.

`download` is the way in. There is nothing here that fetches a whole category or a whole service:
their terms do not allow collections to be made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from animedex.download.download_deadline import Deadline
from animedex.download.download_report import Downloaded
from animedex.download.file_check import require_pillow
from animedex.download.library_writer import LibraryWriter
from animedex.download.name_conflicts import Place
from animedex.download.save_options import Saving
from animedex.download.sidecar_writer import SidecarWriter, parse_sidecar_kinds
from animedex.download.unfinished_files import Parts
from animedex.download.worker_pool import Progress, WorkerPool
from animedex.errors import BadArguments
from animedex.images.filename_template import DEFAULT, Template

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator

    from animedex.download.targets import What
    from animedex.library.picture_library import Library
    from animedex.session import Session

__all__ = ["MAX_SIZE", "MOST_JOBS", "Downloaded", "Progress", "download", "iter_downloads"]

JOBS = 4
# In bytes: more than a picture has, and less than fills a disk.
MAX_SIZE = 512 * 1024 * 1024
MOST_JOBS = 16


def download(  # noqa: PLR0913  options, each for itself
    client: Session,
    whats: Iterable[What] | str,
    to: str | os.PathLike[str] | None = None,
    *,
    name: str | None = None,
    jobs: int = JOBS,
    sidecar: str | Iterable[str] | None = None,
    embed: bool = True,
    library: Library | None = None,
    max_size: int | None = MAX_SIZE,
    warn: Callable[[str], None] = lambda _: None,
) -> list[Downloaded]:
    """Fetch pictures into a folder; give what became of each, in the order of what was asked.

    What is asked for are records, art posts, rows of JSON, URLs of a service's pictures, or ids
    such as `waifu:7`. One that fails does not stop the rest: its error is in what is given. They go
    into the current folder unless `to` is given. `sidecar` is one kind of file to write beside each
    or several: json, xmp, txt, hydrus, or none. Without `embed` files stay as the service sent
    them, and the credit is in a sidecar, json unless another is given.

    With a `library`, what that has is not fetched again but copied if `to`, `name` or `sidecar` is
    given, and what is fetched is added to it; `warn` is told where that cannot be done. A file of
    more than `max_size` bytes is not fetched; None is no limit. Raises `BadArguments` for options
    and folders that cannot be used, before anything is asked.
    """
    found = iter_downloads(
        client,
        whats,
        to,
        name=name,
        jobs=jobs,
        sidecar=sidecar,
        embed=embed,
        library=library,
        max_size=max_size,
        warn=warn,
    )
    return [one for _, one in sorted(found, key=lambda pair: pair[0])]


def iter_downloads(  # noqa: PLR0913  options, each for itself
    client: Session,
    whats: Iterable[What] | str,
    to: str | os.PathLike[str] | None = None,
    *,
    name: str | None = None,
    jobs: int = JOBS,
    sidecar: str | Iterable[str] | None = None,
    embed: bool = True,
    library: Library | None = None,
    max_size: int | None = MAX_SIZE,
    timeout: float | None = None,
    warn: Callable[[str], None] = lambda _: None,
    told: Callable[[Progress], None] = lambda _: None,
    parts: Parts | None = None,
) -> Iterator[tuple[int, Downloaded]]:
    """Do as `download`, and give each as it is done, with its number from 0.

    `timeout` is in seconds, for all of them together, where the client's is for each. `told` hears
    how far each has come, from several threads. `parts` are the unfinished files, for
    who has to end before all is done.
    """
    import os

    if type(jobs) is not int or not 1 <= jobs <= MOST_JOBS:
        message = f"jobs are a whole number from 1 to {MOST_JOBS}, not {jobs!r:.40}"
        raise BadArguments(message)
    if max_size is not None and (type(max_size) is not int or max_size < 1):
        message = f"max_size is a whole number of bytes above 0, or None, not {max_size!r:.40}"
        raise BadArguments(message)
    require_pillow()
    asked: list[What] = [whats] if isinstance(whats, str) else list(whats)
    kinds = parse_sidecar_kinds(sidecar)
    saving = Saving(
        Place("." if to is None else os.fspath(to)),
        Template(DEFAULT if name is None else name),
        LibraryWriter(library, warn),
        SidecarWriter(kinds, warn),
        warn,
        Parts() if parts is None else parts,
        Deadline(timeout),
        embed=embed,
        is_place_given=to is not None or name is not None or bool(kinds),
        is_name_given=name is not None,
        max_bytes=max_size,
    )
    return WorkerPool(client, asked, saving, jobs, told).run()
