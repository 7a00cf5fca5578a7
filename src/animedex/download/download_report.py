"""What became of each thing that was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from animedex.errors import AnimedexError
    from animedex.http_message import JsonObject
    from animedex.library.entry import NewEntry

KEYS = ("path", "id", "url", "status", "bytes", "sha256", "error")
Status = Literal["fetched", "copied", "here", "failed"]


class Downloaded(NamedTuple):
    """Hold what became of one thing that was asked for.

    `here` is a picture that was there already: at `path`, in the folder or in the library. `copied`
    is one that the library had elsewhere.
    """

    asked: str
    status: Status
    id: str | None = None
    url: str | None = None
    path: str | None = None
    size: int | None = None
    sha256: str | None = None
    error: AnimedexError | None = None

    def to_payload(self) -> JsonObject:
        """Give it as a JSON object."""
        return {
            "path": self.path,
            "id": self.id,
            "url": self.url,
            "status": self.status,
            "bytes": self.size,
            "sha256": self.sha256,
            "error": None if self.error is None else _told(self.error),
        }


class Outcome(NamedTuple):
    """Represent what became of one thing to download, and the file that the library is to get.

    That is examined until a moment of the monotonic clock, or without a limit.
    """

    report: Downloaded
    new: NewEntry | None = None
    deadline: float | None = None


def summary(results: Sequence[Downloaded]) -> str:
    """Count what became of all.

    >>> summary([Downloaded("a", "fetched"), Downloaded("b", "here"), Downloaded("c", "here")])
    '1 fetched, 2 already here'
    """
    words = {
        "fetched": "fetched",
        "copied": "copied from your library",
        "here": "already here",
        "failed": "failed",
    }
    counts = {word: sum(one.status == status for one in results) for status, word in words.items()}
    told = [f"{count} {word}" for word, count in counts.items() if count]
    return ", ".join(told) or "nothing was asked for"


def _told(error: AnimedexError) -> JsonObject:
    payload = error.to_payload()
    return {name: payload[name] for name in ("reason", "message", "hint")}
