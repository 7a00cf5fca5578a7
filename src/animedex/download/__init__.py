"""Fetching pictures into files: what is asked for, and no more.

`download` is the way in. There is nothing here that fetches a whole category or a whole service:
their terms do not allow collections to be made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from animedex.download.checking import require_pillow
from animedex.download.keeping import Keeper, sidecar_kinds
from animedex.download.placing import Place
from animedex.download.report import Downloaded
from animedex.download.saving import Saving
from animedex.download.several import Progress, download_several
from animedex.errors import BadArguments
from animedex.pictures.naming import DEFAULT, Template

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator

    from animedex.client import Client
    from animedex.download.targets import What
    from animedex.library.store import Library

__all__ = ["MOST_JOBS", "Downloaded", "Progress", "download", "iter_downloads"]

JOBS = 4
MOST_JOBS = 16


def download(  # noqa: PLR0913  options, each for itself
    client: Client,
    whats: Iterable[What] | str,
    to: str | os.PathLike[str] | None = None,
    *,
    name: str | None = None,
    jobs: int = JOBS,
    sidecar: str | Iterable[str] | None = None,
    embed: bool = True,
    library: Library | None = None,
    warn: Callable[[str], None] = lambda _: None,
) -> list[Downloaded]:
    """Fetch pictures into a folder; give what became of each, in the order of what was asked.

    What is asked for are records, art posts, rows of JSON, URLs of a service's pictures, or ids
    such as `waifu:7`. One that fails does not stop the rest: its error is in what is given. They go
    into the current folder unless `to` is given. `sidecar` is one kind of file to write beside each
    or several: json, xmp, txt, hydrus, or none. Without `embed` files stay as the service sent
    them, and the credit is in a sidecar, json unless another is given.

    With a `library`, what that has is not fetched again but copied if `to`, `name` or `sidecar` is
    given, and what is fetched is added to it; `warn` is told where that cannot be done. Raises
    `BadArguments` for options and folders that cannot be used, before anything is asked.
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
        warn=warn,
    )
    return [one for _, one in sorted(found, key=lambda pair: pair[0])]


def iter_downloads(  # noqa: PLR0913  options, each for itself
    client: Client,
    whats: Iterable[What] | str,
    to: str | os.PathLike[str] | None = None,
    *,
    name: str | None = None,
    jobs: int = JOBS,
    sidecar: str | Iterable[str] | None = None,
    embed: bool = True,
    library: Library | None = None,
    warn: Callable[[str], None] = lambda _: None,
    told: Callable[[Progress], None] = lambda _: None,
) -> Iterator[tuple[int, Downloaded]]:
    """Do as `download`, and give each as it is done, with its number from 0.

    `told` hears how far each has come, from several threads.
    """
    import os

    if type(jobs) is not int or not 1 <= jobs <= MOST_JOBS:
        message = f"jobs are a whole number from 1 to {MOST_JOBS}, not {jobs!r:.40}"
        raise BadArguments(message)
    require_pillow()
    asked: list[What] = [whats] if isinstance(whats, str) else list(whats)
    kinds = sidecar_kinds(sidecar)
    saving = Saving(
        Place("." if to is None else os.fspath(to)),
        Template(DEFAULT if name is None else name),
        Keeper(library, kinds, warn),
        embed=embed,
        is_place_given=to is not None or name is not None or bool(kinds),
        is_name_given=name is not None,
    )
    return download_several(client, asked, saving, jobs, told)
