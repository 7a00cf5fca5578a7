"""Several downloads at a time, and what follows them: fingerprints, syncs, the library.

Threads take what is to be downloaded, one after the other. Files for the library are decoded on
further threads, so that transfers do not wait for that. Whatever is done by then is written down
together: one sync for each folder, one transaction of the library.

The threads are daemons: a service that hangs must not hold up Ctrl-C. What they leave behind then
are unfinished files, which are resumed.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, NamedTuple

from animedex.downloads.single_download import download_one

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from animedex.downloads.download_report import DownloadReport, Outcome
    from animedex.downloads.save_options import SaveOptions
    from animedex.downloads.targets import Source
    from animedex.library.file_inspection import InspectedFile
    from animedex.session import Session

# So many are stored together, if they are done within so many seconds: a transaction of the library
# takes almost as long with one file as with all of these.
_MOST_AT_ONCE, _BATCH_SECONDS = 64, 0.1


class Progress(NamedTuple):
    """The progress of a download; `number` is its position in the list, from 0.

    `size` and `total` are in bytes; `total` is None if the service does not announce the length.
    """

    number: int
    size: int
    total: int | None


class _Done(NamedTuple):
    """One finished download, and its file for the library, if there is one."""

    number: int
    outcome: Outcome
    file: InspectedFile | None = None


class WorkerPool:
    """Threads that download pictures, and threads that compute their fingerprints."""

    def __init__(
        self,
        client: Session,
        sources: Sequence[Source],
        options: SaveOptions,
        jobs: int,
        on_progress: Callable[[Progress], None],
    ) -> None:
        self._client = client
        self._options = options
        self._on_progress = on_progress
        self._count = len(sources)
        self._todo = deque(enumerate(sources))
        self._unexamined: SimpleQueue[_Done | None] = SimpleQueue()
        self._done: SimpleQueue[_Done | BaseException] = SimpleQueue()
        self._jobs = min(jobs, len(sources))
        self._examiners = (
            min(os.cpu_count() or 1, len(sources)) if options.library.has_library else 0
        )

    def run(self) -> Iterator[tuple[int, DownloadReport]]:
        """Yield a report and its number for each download, when it and all its files are stored."""
        for work, count in ((self._download, self._jobs), (self._examine, self._examiners)):
            for _ in range(count):
                threading.Thread(target=work, name="animedex-download", daemon=True).start()
        left = self._count
        try:
            while left:
                finished = self._take(left)
                left -= len(finished)
                self._store(finished)
                for one in finished:
                    yield one.number, one.outcome.report
        finally:
            # Whoever leaves early needs no more of them.
            self._todo.clear()
            self._options.folder.sync_folders()
            self._options.library.close()
            for _ in range(self._examiners):
                self._unexamined.put(None)

    def _take(self, left: int) -> list[_Done]:
        """Wait for a download, and return it with what else is done; raise a thread's error."""
        finished: list[_Done] = []
        timeout: float | None = None
        end = 0.0
        with suppress(Empty):
            while len(finished) < min(left, _MOST_AT_ONCE):
                one = self._done.get(timeout=timeout)
                if isinstance(one, BaseException):
                    raise one
                if not finished:
                    end = time.monotonic() + (_BATCH_SECONDS if self._examiners else 0.0)
                finished.append(one)
                timeout = max(0.0, end - time.monotonic())
        return finished

    def _store(self, finished: Sequence[_Done]) -> None:
        library = self._options.library
        if self._examiners:
            # The library is to have no file that is lost with the power.
            self._options.folder.sync_folders()
        library.store(one.file for one in finished if one.file)
        library.release(one.outcome.new for one in finished if one.outcome.new)

    def _download(self) -> None:
        while True:
            try:
                number, what = self._todo.popleft()
            except IndexError:
                return
            try:
                outcome = download_one(self._client, what, self._options, self._progress_of(number))
            except BaseException as error:  # noqa: BLE001  raised again by the waiting thread
                self._done.put(error)
                continue
            is_for_library = self._examiners and outcome.new is not None
            queue = self._unexamined if is_for_library else self._done
            queue.put(_Done(number, outcome))

    def _examine(self) -> None:
        while item := self._unexamined.get():
            _, new, deadline = item.outcome
            try:
                file = self._options.library.examine(new, deadline) if new else None
                self._done.put(item._replace(file=file))
            except BaseException as error:  # noqa: BLE001  raised again by the waiting thread
                self._done.put(error)

    def _progress_of(self, number: int) -> Callable[[int, int | None], None]:
        return lambda size, total: self._on_progress(Progress(number, size, total))
