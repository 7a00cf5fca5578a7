"""Budgets in a file, in places that cannot be used, and by a clock that is set by hand."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from animedex.backends.backend import Bucket, Limits, Window
from animedex.transport import state as states_module
from animedex.transport.ledger import Claim
from animedex.transport.state import FILE_NAME, State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import TypeAlias

    Open: TypeAlias = Callable[[Path], "ShelfState"]

HOUR = 3600.0


class Clock:
    """Stand still until told otherwise."""

    start = 1000.0

    def __init__(self) -> None:
        self.now = self.start

    def __call__(self) -> float:
        return self.now


class ShelfState(State):
    """Answer claims on one origin's budget; others have theirs."""

    origin = "https://shelf.example"
    limits = Limits(Bucket(rate=2.0, burst=4), {"/search": Window(calls=2, seconds=5.0)})

    def claim(self, times: int) -> list[float]:
        """Claim room so many times, and give the slots as seconds from the start."""
        return [
            self.reserve(self.origin, self.limits, Claim(f"{number}", "/neko")).at - Clock.start
            for number in range(times)
        ]


@pytest.fixture(autouse=True)
def seldom() -> Iterator[None]:
    """Keep notes unwritten for longer than any test takes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(states_module, "NOTING_SECONDS", HOUR)
        yield


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def warnings() -> list[str]:
    return []


@pytest.fixture
def opened(clock: Clock, warnings: list[str]) -> Iterator[Open]:
    states: list[State] = []

    def make(path: Path) -> ShelfState:
        state = ShelfState(str(path), clock, warnings.append)
        states.append(state)
        return state

    yield make
    for state in states:
        state.close()


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
