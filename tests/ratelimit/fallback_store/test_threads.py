"""Threads that choose a place at once, and one that asks while it is told of that."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from animedex.ratelimit.fallback_store import FallbackStore

if TYPE_CHECKING:
    from pathlib import Path

    from tests.kit.clock import Clock
    from tests.ratelimit.fallback_store.conftest import Open


class Meeting:
    """A lock that nobody may take before all have asked for it."""

    def __init__(self, parties: int) -> None:
        self._barrier = threading.Barrier(parties)
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        self._barrier.wait(timeout=120)
        self._lock.acquire()

    def __exit__(self, *exc_info: object) -> None:
        self._lock.release()


def test_threads_that_choose_a_place_at_once_choose_the_same(
    opened: Open, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = opened(path)
    monkeypatch.setattr(state, "_lock", Meeting(4))
    slots: list[float] = []
    threads = [threading.Thread(target=lambda: slots.extend(state.claim(2))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(slots) == [0, 0, 0, 0, 0.5, 1.0, 1.5, 2.0]
    assert state.path == str(path)


def test_threads_that_find_a_place_unusable_at_once_agree_on_the_next(
    opened: Open, unusable: Path, no_temporary: None, warnings: list[str]
) -> None:
    state, barrier, slots = opened(unusable), threading.Barrier(8), list[float]()

    def work() -> None:
        barrier.wait()
        slots.extend(state.claim(5))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(slots) == [number / 2 for number in range(1, 41)]
    assert len(warnings) == 1


@pytest.mark.parametrize("trouble", ["unusable", "corrupt"])
def test_whoever_hears_a_warning_may_ask_at_once(
    trouble: str, path: Path, unusable: Path, temporary: Path, clock: Clock
) -> None:
    path.parent.mkdir()
    path.write_bytes(b"no database" * 100)
    heard: list[int] = []

    def listen(message: str) -> None:
        heard.append(len(state.states()))

    state = FallbackStore(str(unusable if trouble == "unusable" else path), clock, listen)
    # A lock that is held meanwhile would keep this thread for ever.
    asking = threading.Thread(target=state.clear_seen, daemon=True)
    asking.start()
    asking.join(timeout=120)
    assert (asking.is_alive(), heard) == (False, [0])
    state.close()
