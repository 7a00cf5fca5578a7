"""Several at a time: threads that take what is asked for, one after the other.

They are daemons, as in `art.together`: a service that hangs must not hold up Ctrl-C. What they
leave behind then are files on their way, which are found again.
"""

from __future__ import annotations

import threading
from collections import deque
from queue import SimpleQueue
from typing import TYPE_CHECKING, NamedTuple

from animedex.download.single_download import download_one

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from animedex.client import Client
    from animedex.download.download_report import Downloaded
    from animedex.download.save_options import Saving
    from animedex.download.targets import What


class Progress(NamedTuple):
    """Tell how far one thing has come: `number` is its place among what was asked for, from 0.

    `total` is None where the service does not tell how long the file is.
    """

    number: int
    size: int
    total: int | None


def download_several(
    client: Client,
    whats: Sequence[What],
    saving: Saving,
    jobs: int,
    told: Callable[[Progress], None],
) -> Iterator[tuple[int, Downloaded]]:
    """Fetch all, so many at a time; give what became of each as it is done, with its number."""
    left = deque(enumerate(whats))
    done: SimpleQueue[tuple[int, Downloaded] | BaseException] = SimpleQueue()

    def work() -> None:
        while True:
            try:
                number, what = left.popleft()
            except IndexError:
                return
            try:
                done.put((number, download_one(client, what, saving, _telling(told, number))))
            except BaseException as error:  # noqa: BLE001  raised again by the waiting thread
                done.put(error)

    for _ in range(min(jobs, len(whats))):
        threading.Thread(target=work, name="animedex-download", daemon=True).start()
    try:
        for _ in whats:
            found = done.get()
            if isinstance(found, BaseException):
                raise found
            yield found
    finally:
        # Whoever leaves early wants no more of them.
        left.clear()


def _telling(told: Callable[[Progress], None], number: int) -> Callable[[int, int | None], None]:
    return lambda size, total: told(Progress(number, size, total))
