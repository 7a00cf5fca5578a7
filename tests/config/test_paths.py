from __future__ import annotations

import os
from pathlib import Path
from typing import get_args

import pytest

from animedex.config import paths as folders
from animedex.config.paths import Kind, user_folder

KINDS: tuple[Kind, ...] = get_args(Kind)
DEFAULTS: dict[Kind, str] = {"config": ".config", "cache": ".cache", "data": ".local/share"}


@pytest.fixture(autouse=True)
def nothing_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in KINDS:
        monkeypatch.delenv(f"ANIMEDEX_{kind.upper()}_DIR")


@pytest.mark.parametrize("kind", KINDS)
def test_a_chosen_folder(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/somebody")
    variable = f"ANIMEDEX_{kind.upper()}_DIR"
    for chosen, result in (("/a/b", "/a/b"), ("~/b", "/somebody/b"), ("c", os.path.abspath("c"))):
        monkeypatch.setenv(variable, chosen)
        assert user_folder(kind) == result


@pytest.mark.parametrize("kind", KINDS)
def test_the_folders_of_linux(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "_ON_LINUX", True)
    monkeypatch.setenv("HOME", "/somebody")
    default = f"/somebody/{DEFAULTS[kind]}/animedex"
    variable = f"XDG_{kind.upper()}_HOME"
    assert user_folder(kind) == default
    for chosen, result in (("/x", "/x/animedex"), ("", default), ("relative", default)):
        monkeypatch.setenv(variable, chosen)
        assert user_folder(kind) == result


@pytest.mark.parametrize("kind", KINDS)
def test_the_folders_of_other_systems(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "_ON_LINUX", False)
    result = Path(user_folder(kind))
    assert result.is_absolute()
    assert "animedex" in result.parts
