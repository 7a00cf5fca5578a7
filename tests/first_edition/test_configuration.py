"""Settings and keys as the first edition wrote them, read by the command line and by clients."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from animedex.backends.danbooru.backend import BACKEND as DANBOORU
from animedex.backends.waifu.backend import BACKEND as WAIFU
from animedex.config.accounts import AccountCache

DATA = Path(__file__).parent / "data"


@pytest.fixture(autouse=True)
def folder(own_environment: None) -> Path:
    folder = Path(os.environ["ANIMEDEX_CONFIG_DIR"])
    folder.mkdir(exist_ok=True)
    shutil.copy(DATA / "config.toml", folder)
    shutil.copy(DATA / "credentials.toml", folder)
    (folder / "credentials.toml").chmod(0o600)
    return folder


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "animedex", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_settings_are_in_force(folder: Path) -> None:
    settings = json.loads(run("config", "list", "--json").stdout)
    from_file = {
        name: setting["value"] for name, setting in settings.items() if setting["source"] == "file"
    }
    assert from_file == {
        "contact": "me@example.com",
        "timeout": 12.5,
        "rate": "slow",
        "cache": "off",
        "color": "never",
        "state": "redis://***@cache.example:6379/2",
    }


def test_keys_are_found() -> None:
    accounts = AccountCache()
    danbooru = accounts.find(DANBOORU, "https://danbooru.donmai.us")
    waifu = accounts.find(WAIFU, "https://api.waifu.im", 10.0)
    assert danbooru is not None
    assert danbooru.user == "somebody"
    assert [value for _, value in danbooru.headers] == ["Basic c29tZWJvZHk6azN5LW9mLW1pbmU="]
    assert waifu is not None
    assert "t0ken" in "".join(value for _, value in waifu.headers)


def test_a_setting_that_was_removed_is_refused_by_every_command(folder: Path) -> None:
    (folder / "config.toml").write_text('state_share = "1/24"\n')
    for command in (("status",), ("config", "list"), ("config", "set", "state_share", "1/3")):
        done = run(*command)
        assert done.returncode == 2
        assert "state_share: this setting no longer exists" in done.stderr
