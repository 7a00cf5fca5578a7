"""The last resort but one: a folder of the user's own among the temporary files."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from animedex.database import make_own_folder, temporary_folder_path

if TYPE_CHECKING:
    from pathlib import Path


def temporary_folder() -> str | None:
    path = temporary_folder_path()
    return path if path and make_own_folder(path) else None


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


needs_owners = pytest.mark.skipif(os.name == "nt", reason="Windows has no such owners")


@needs_owners
def test_each_user_has_a_folder_among_the_temporary_files(temporary: Path) -> None:
    mine = temporary / f"animedex-{os.getuid()}"
    assert temporary_folder() == str(mine)
    assert temporary_folder() == str(mine)
    assert stat.S_IMODE(mine.stat().st_mode) == 0o700


@needs_owners
def test_a_temporary_folder_of_somebody_else_is_not_used(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    me = os.getuid()
    (temporary / f"animedex-{me + 1}").mkdir()
    monkeypatch.setattr(os, "getuid", lambda: me + 1)
    assert temporary_folder() is None


@needs_owners
def test_a_temporary_folder_that_leads_elsewhere_is_not_used(temporary: Path) -> None:
    (temporary / "elsewhere").mkdir()
    (temporary / f"animedex-{os.getuid()}").symlink_to(temporary / "elsewhere")
    assert temporary_folder() is None


@needs_owners
def test_a_file_in_the_temporary_folders_place_is_not_used(temporary: Path) -> None:
    (temporary / f"animedex-{os.getuid()}").touch()
    assert temporary_folder() is None


def test_where_there_are_no_owners_the_temporary_folder_is_the_users_own(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "getuid", raising=False)
    assert temporary_folder() == str(temporary / "animedex")


def test_the_first_folder_that_can_be_written_to_is_taken(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(temporary / "nowhere"))
    monkeypatch.setenv("TEMP", str(temporary))
    assert str(temporary_folder()).startswith(str(temporary))


def test_there_may_be_no_place_for_temporary_files_at_all(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: str, mode: int) -> bool:
        return False

    monkeypatch.setattr(os, "access", refuse)
    assert temporary_folder() is None
