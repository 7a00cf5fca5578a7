"""Paths whose names are not UTF-8, as they are printed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, cast

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from animedex.http_message import JsonObject
    from tests.kit.command_line import Cli


@pytest.mark.usefixtures("neighbours")
def test_a_folder_whose_name_is_not_utf_8_is_written_for_a_shell(cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    done = cli("download", "waifu:5000", "--to", str(folder), "--name", "{id}")
    assert done.code == 0
    (row,) = cast("list[JsonObject]", done.json)
    (picture,) = folder.glob("[!.]*")
    assert row["path"] == f"$'{tmp_path}/caf\\xe9/{picture.name}'"
    cleaned = cli("download", "--clean", str(folder))
    assert cast("JsonObject", cleaned.json)["folder"] == f"$'{tmp_path}/caf\\xe9'"
