"""Where the file cannot be used: a temporary one, and memory at last."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from animedex.transport.state import FILE_NAME

if TYPE_CHECKING:
    from tests.transport.state.conftest import Open

MEMORY = "this process's memory, with a burst of 1"


def test_a_place_in_the_temporary_folder_comes_second(
    opened: Open, unusable: Path, temporary: Path, warnings: list[str]
) -> None:
    first, second = opened(unusable), opened(unusable)
    assert first.claim(5) == [0, 0, 0, 0, 0.5]
    assert len(warnings) == 1
    assert warnings[0].startswith(f"budgets cannot be kept in {unusable} (")
    assert warnings[0].endswith(f"): using {first.path}")
    assert Path(first.path).parent.parent == temporary
    assert second.claim(1) == [1.0]
    assert len(warnings) == 2


def test_memory_comes_last_and_allows_no_burst(
    opened: Open, unusable: Path, no_temporary: None, warnings: list[str]
) -> None:
    state = opened(unusable)
    assert state.claim(3) == [0, 0.5, 1.0]
    assert state.path == MEMORY
    assert len(warnings) == 1
    assert warnings[0].endswith(f"): using {MEMORY}")
    assert state.ledgers().keys() == {state.origin}
    state.close()
    assert state.claim(1) == [1.5]


def test_each_step_down_is_warned_of_once(
    opened: Open, unusable: Path, temporary: Path, warnings: list[str]
) -> None:
    owner = f"animedex-{os.getuid()}" if hasattr(os, "getuid") else "animedex"
    (temporary / owner / FILE_NAME).mkdir(parents=True)
    state = opened(unusable)
    assert state.claim(2) == [0, 0.5]
    assert state.claim(2) == [1.0, 1.5]
    assert state.path == MEMORY
    assert len(warnings) == 2
    assert f"{temporary / owner / FILE_NAME} (" in warnings[1]


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
    assert state.claim(2) == [0, 0.5]
    assert (state.path, len(warnings)) == (MEMORY, 1)
    assert not list((temporary / f"animedex-{me + 1}").iterdir())


def test_ctrl_c_while_a_place_is_chosen_leaves_that_to_be_done(
    opened: Open, unusable: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt() -> str:
        raise KeyboardInterrupt

    state = opened(unusable)
    with monkeypatch.context() as patch:
        patch.setattr(tempfile, "gettempdir", interrupt)
        with pytest.raises(KeyboardInterrupt):
            state.claim(1)
    assert state.claim(1) == [0]
    assert Path(state.path).parent.parent == temporary


def test_no_temporary_folder_at_all_leaves_memory(
    opened: Open, unusable: Path, warnings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> str:
        raise FileNotFoundError

    monkeypatch.setattr(tempfile, "gettempdir", refuse)
    state = opened(unusable)
    assert state.claim(2) == [0, 0.5]
    assert (state.path, len(warnings)) == (MEMORY, 1)


def test_a_file_that_stops_working_is_replaced_with_a_warning(
    opened: Open, path: Path, temporary: Path, warnings: list[str]
) -> None:
    state = opened(path)
    state.claim(4)
    for each in path.parent.iterdir():
        each.unlink()
    path.parent.rmdir()
    path.parent.touch()
    assert state.claim(5) == [0, 0, 0, 0, 0.5]
    assert len(warnings) == 1
    assert Path(state.path).parent.parent == temporary
