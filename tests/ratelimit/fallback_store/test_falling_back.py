"""Where the file cannot be used: a temporary one, and memory at last."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.kit.clock import Clock
    from tests.ratelimit.fallback_store.conftest import Open

MEMORY = "this process's memory, with a burst of 1"


def test_a_place_in_the_temporary_folder_comes_second_and_counts_as_used_up(
    opened: Open, unusable: Path, temporary: Path, warnings: list[str]
) -> None:
    first, second = opened(unusable), opened(unusable)
    assert first.claim(3) == [0.5, 1.0, 1.5]
    assert len(warnings) == 1
    assert warnings[0].startswith(f"budgets cannot be kept in {unusable} (")
    assert warnings[0].endswith(f"): using {first.path}")
    assert Path(first.path).parent.parent == temporary
    assert second.claim(1) == [2.0]
    assert len(warnings) == 2


def test_memory_comes_last_and_allows_no_burst(
    opened: Open, unusable: Path, no_temporary: None, warnings: list[str]
) -> None:
    state = opened(unusable)
    assert state.claim(3) == [0.5, 1.0, 1.5]
    assert state.path == MEMORY
    assert len(warnings) == 1
    assert warnings[0].endswith(f"): using {MEMORY}")
    assert state.states().keys() == {state.origin}
    state.close()
    assert state.claim(1) == [2.0]


def test_each_step_down_is_warned_of_once(
    opened: Open, unusable: Path, temporary: Path, warnings: list[str]
) -> None:
    other = opened(unusable)
    other.claim(1)
    other.close()
    spare = Path(other.path)
    for file in spare.parent.iterdir():
        file.unlink()
    spare.mkdir()
    warnings.clear()
    state = opened(unusable)
    assert state.claim(2) == [0.5, 1.0]
    assert state.claim(2) == [1.5, 2.0]
    assert state.path == MEMORY
    assert len(warnings) == 2
    assert f"{spare} (" in warnings[1]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such owners")
def test_a_temporary_folder_of_somebody_else_is_passed_over(
    opened: Open,
    unusable: Path,
    temporary: Path,
    warnings: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    me = os.getuid()
    (temporary / f"animedex-{me + 1}").mkdir()
    monkeypatch.setattr(os, "getuid", lambda: me + 1)
    state = opened(unusable)
    assert state.claim(2) == [0.5, 1.0]
    assert (state.path, len(warnings)) == (MEMORY, 1)
    assert not list((temporary / f"animedex-{me + 1}").iterdir())


def test_no_temporary_folder_at_all_leaves_memory(
    opened: Open, unusable: Path, warnings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: str, mode: int) -> bool:
        return False

    monkeypatch.setattr(os, "access", refuse)
    state = opened(unusable)
    assert state.claim(2) == [0.5, 1.0]
    assert (state.path, len(warnings)) == (MEMORY, 1)


def test_a_file_that_stops_working_is_tried_again_each_time(
    opened: Open, path: Path, temporary: Path, warnings: list[str], clock: Clock
) -> None:
    state = opened(path)
    assert state.claim(4) == [0, 0, 0, 0]
    path.parent.rename(path.parent.with_name("aside"))
    path.parent.touch()
    assert state.claim(2) == [0.5, 1.0]
    spare = state.path
    assert Path(state.path).parent.parent == temporary
    path.parent.unlink()
    path.parent.with_name("aside").rename(path.parent)
    assert state.claim(1) == [1.5]
    assert state.path == str(path)
    clock.now += 60
    assert state.claim(5) == [60, 60, 60, 60, 60.5]
    assert [line.split(" (")[0] for line in warnings] == [
        f"budgets cannot be kept in {path}",
        f"{path} was not used for a while, {spare} was: its budgets count as used up",
        f"budgets are kept in {path} again",
    ]
