from __future__ import annotations

import runpy
import subprocess
import sys
import time
from itertools import count
from typing import TYPE_CHECKING

from animedex import clock

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_the_clock_does_not_step_back() -> None:
    moments = [clock.shared_clock() for _ in range(1000)]
    assert moments == sorted(moments)


def test_every_process_reads_the_same_clock() -> None:
    script = "from animedex.clock import shared_clock; print(repr(shared_clock()))"
    before = clock.shared_clock()
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert before < float(result.stdout) < clock.shared_clock()


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


def test_a_boot_is_the_same_whenever_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    first = clock.read_boot()
    assert clock.read_boot().is_same(first)
    # A container has its machine's id and may have a clock of its own.
    inside = clock.shared_clock() + 5000.0
    monkeypatch.setattr(clock, "_read", lambda: inside)
    assert clock.read_boot().is_same(first) is (first == clock.Boot())


def test_a_process_that_is_stopped_while_it_reads_reads_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "boot_id").write_text("b00t\n")
    monkeypatch.setattr(clock, "_BOOT_ID", str(tmp_path / "boot_id"))
    moments = iter([10.0, 30.0, 40.0, 40.0])
    monkeypatch.setattr(clock, "_read", lambda: next(moments))
    monkeypatch.setattr(time, "time", lambda: 140.0)
    assert clock.read_boot() == clock.Boot("b00t", 100.0)


def test_a_process_that_is_always_stopped_reads_something(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "boot_id").write_text("b00t\n")
    monkeypatch.setattr(clock, "_BOOT_ID", str(tmp_path / "boot_id"))
    moments = count(step=10)
    monkeypatch.setattr(clock, "_read", lambda: float(next(moments)))
    assert clock.read_boot().id == "b00t"


def test_a_system_without_such_an_id_has_one_boot(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(clock, "_BOOT_ID", str(tmp_path / "nowhere"))
    assert clock.read_boot() == clock.Boot()
