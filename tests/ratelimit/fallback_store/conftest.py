"""Budgets in a file, in places that cannot be used, and by a clock that is set by hand."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from animedex.ratelimit import seen_store
from animedex.ratelimit.fallback_store import FallbackStore
from animedex.ratelimit.limits import Limits, SlidingWindow, TokenBucket
from animedex.ratelimit.rate_limiter import Reservation
from animedex.ratelimit.seen_store import SeenStore
from animedex.ratelimit.store import FILE_NAME
from tests.kit.clock import Clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import TypeAlias

    Open: TypeAlias = Callable[[Path], "ShelfStore"]

HOUR = 3600.0

START = 1000.0


class ShelfStore(FallbackStore):
    """Answer claims on one origin's budget; others have theirs."""

    origin = "https://shelf.example"
    limits = Limits(
        TokenBucket(rate=2.0, burst=4), {"/search": SlidingWindow(calls=2, seconds=5.0)}
    )

    def __init__(self, path: str, clock: Clock, warn: Callable[[str], None]) -> None:
        super().__init__(path, clock, warn)
        self.seen = SeenStore(self, clock)

    def close(self) -> None:
        """Write what is pending, and close the files."""
        self.seen.close()
        super().close()

    def claim(self, times: int) -> list[float]:
        """Reserve room so many times, and return the slots as seconds from the start."""
        return [
            self.reserve(self.origin, self.limits, Reservation(f"{number}", "/neko")).at - START
            for number in range(times)
        ]


@pytest.fixture(autouse=True)
def seldom() -> Iterator[None]:
    """Keep notes unwritten for longer than any test takes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(seen_store, "WRITE_INTERVAL", HOUR)
        yield


@pytest.fixture
def clock() -> Clock:
    return Clock(START)


@pytest.fixture
def warnings() -> list[str]:
    return []


@pytest.fixture
def opened(clock: Clock, warnings: list[str]) -> Iterator[Open]:
    stores: list[ShelfStore] = []

    def make(path: Path) -> ShelfStore:
        stores.append(ShelfStore(str(path), clock, warnings.append))
        return stores[-1]

    yield make
    for store in stores:
        store.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / FILE_NAME


@pytest.fixture
def unusable(tmp_path: Path) -> Path:
    """Name a place below a file, where nothing can be."""
    (tmp_path / "file").touch()
    return tmp_path / "file" / FILE_NAME


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


@pytest.fixture
def no_temporary(temporary: Path) -> None:
    """Put a file in the way of this user's temporary folder."""
    for name in ("animedex", f"animedex-{getattr(os, 'getuid', int)()}"):
        (temporary / name).touch()
