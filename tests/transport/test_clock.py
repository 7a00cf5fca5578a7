from __future__ import annotations

import runpy
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from animedex.transport import clock

if TYPE_CHECKING:
    import pytest


def test_the_clock_does_not_step_back() -> None:
    moments = [clock.shared_clock() for _ in range(1000)]
    assert moments == sorted(moments)


def test_every_process_reads_the_same_clock() -> None:
    script = "from animedex.transport.clock import shared_clock; print(repr(shared_clock()))"
    before = clock.shared_clock()
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert before < float(found.stdout) < clock.shared_clock()


def test_sleep_of_the_machine_counts_where_the_system_can_tell(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[int] = []

    def read(which: int) -> float:
        asked.append(which)
        return 5.0

    monkeypatch.setattr(time, "CLOCK_BOOTTIME", 77, raising=False)
    monkeypatch.setattr(time, "clock_gettime", read, raising=False)
    assert runpy.run_path(clock.__file__)["shared_clock"]() == 5.0
    assert asked == [77]


def test_the_monotonic_clock_serves_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(time, "CLOCK_BOOTTIME", raising=False)
    monkeypatch.setattr(time, "monotonic", lambda: 6.0)
    assert runpy.run_path(clock.__file__)["shared_clock"]() == 6.0
