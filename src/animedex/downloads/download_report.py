"""What became of each picture to download."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from animedex.errors import AnimedexError
    from animedex.http_message import JsonObject
    from animedex.library.entry import NewEntry
    from animedex.remedies import Surface

KEYS = ("path", "id", "url", "status", "bytes", "sha256", "error")
Status = Literal["fetched", "copied", "here", "failed"]


class DownloadReport(NamedTuple):
    """Represent what became of one source; `name` is what the user called it.

    The status `here` is that of a picture that was there already: at `path`, in the folder or in
    the library. `copied` is that of one that the library had elsewhere.
    """

    name: str
    status: Status
    id: str | None = None
    url: str | None = None
    path: str | None = None
    size: int | None = None
    sha256: str | None = None
    error: AnimedexError | None = None

    def to_payload(self, surface: Surface = "python") -> JsonObject:
        """Return the report as a JSON object, its hint worded for where it is read."""
        return {
            "path": self.path,
            "id": self.id,
            "url": self.url,
            "status": self.status,
            "bytes": self.size,
            "sha256": self.sha256,
            "error": None if self.error is None else _error_payload(self.error, surface),
        }


class Outcome(NamedTuple):
    """Represent what became of one thing to download, and the file that the library is to get.

    That is examined until a moment of the monotonic clock, or without a limit.
    """

    report: DownloadReport
    new: NewEntry | None = None
    deadline: float | None = None


def summarize_reports(results: Sequence[DownloadReport]) -> str:
    """Return the number of pictures of each status, in words.

    >>> summarize_reports([DownloadReport("a", "fetched"), DownloadReport("b", "here")])
    '1 fetched, 1 already here'
    """
    words = {
        "fetched": "fetched",
        "copied": "copied from your library",
        "here": "already here",
        "failed": "failed",
    }
    counts = {word: sum(one.status == status for one in results) for status, word in words.items()}
    return ", ".join(f"{count} {word}" for word, count in counts.items() if count) or "no pictures"


def _error_payload(error: AnimedexError, surface: Surface) -> JsonObject:
    payload = error.to_payload(surface)
    return {name: payload[name] for name in ("reason", "message", "hint")}
