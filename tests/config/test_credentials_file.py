"""The file of keys: for its owner alone, and kept whole."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest

from animedex.backends.danbooru.backend import BACKEND as DANBOORU
from animedex.backends.waifu.backend import BACKEND as WAIFU
from animedex.config.credentials_file import (
    delete_credentials,
    file_path,
    read_credentials,
    write_credentials,
)
from animedex.errors import BadArguments

TABLE = {"login": "me", "api_key": "k3y", "origin": "https://club.example"}
TEXT = "".join(
    ["# mine\n", "[club]\n", *(f'{name} = "{value}"\n' for name, value in TABLE.items())]
)
not_on_windows = pytest.mark.skipif(os.name == "nt", reason="files have no such modes there")


def write(path: Path, text: str, mode: int = 0o600) -> None:
    path.write_text(text)
    path.chmod(mode)


def test_the_file_is_in_the_configuration_folder(key_file: Path) -> None:
    assert file_path() == str(key_file)


def test_without_a_file_nothing_is_stored() -> None:
    assert read_credentials("club") == {}
    assert not delete_credentials("club")
    assert not os.path.exists(file_path())


def test_what_is_stored_is_read_back(key_file: Path) -> None:
    write_credentials("club", TABLE)
    assert read_credentials("club") == TABLE
    assert read_credentials("other") == {}


@not_on_windows
def test_storing_makes_a_folder_and_a_file_for_their_owner_alone(key_file: Path) -> None:
    key_file.parent.rmdir()
    before = os.umask(0)
    try:
        write_credentials("club", TABLE)
    finally:
        os.umask(before)
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(key_file.parent.stat().st_mode) == 0o700
    assert os.listdir(key_file.parent) == ["credentials.toml"]


@not_on_windows
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o602, 0o777])
def test_a_file_that_others_may_read_or_write_is_refused(mode: int, key_file: Path) -> None:
    write(key_file, TEXT, mode)
    with pytest.raises(BadArguments, match="others may read it") as raised:
        read_credentials("club")
    assert raised.value.hint == f"chmod 600 {key_file}"
    assert "k3y" not in str(raised.value.to_payload())


@not_on_windows
def test_the_way_to_mend_it_works_for_a_path_with_spaces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "my own"
    folder.mkdir()
    monkeypatch.setenv("ANIMEDEX_CONFIG_DIR", str(folder))
    write(folder / "credentials.toml", TEXT, 0o644)
    with pytest.raises(BadArguments) as raised:
        read_credentials("club")
    subprocess.run(raised.value.hint or "false", shell=True, check=True)
    assert read_credentials("club") == TABLE


@not_on_windows
def test_storing_closes_a_file_that_was_open_to_others(key_file: Path) -> None:
    write(key_file, TEXT, 0o644)
    write_credentials("shelf", TABLE)
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert (read_credentials("club"), read_credentials("shelf")) == (TABLE, TABLE)


@not_on_windows
def test_who_signs_out_may_do_so_of_an_open_file(key_file: Path) -> None:
    write(key_file, TEXT, 0o644)
    assert delete_credentials("club")
    assert "k3y" not in key_file.read_text()


@not_on_windows
def test_a_link_counts_as_what_it_leads_to(key_file: Path, tmp_path: Path) -> None:
    real = tmp_path / "real.toml"
    write(real, TEXT)
    key_file.symlink_to(real)
    assert read_credentials("club") == TABLE
    write_credentials("club", {**TABLE, "api_key": "other"})
    assert key_file.is_symlink()
    assert "other" in real.read_text()
    real.chmod(0o644)
    with pytest.raises(BadArguments, match="others may read it"):
        read_credentials("club")


def test_a_link_to_nowhere_is_no_file_yet(key_file: Path, tmp_path: Path) -> None:
    key_file.symlink_to(tmp_path / "later.toml")
    assert read_credentials("club") == {}
    write_credentials("club", TABLE)
    assert (tmp_path / "later.toml").is_file()
    assert read_credentials("club") == TABLE


def test_a_folder_in_its_place_is_told(key_file: Path) -> None:
    key_file.mkdir()
    with pytest.raises(BadArguments, match="cannot be read: Is a directory"):
        read_credentials("club")
    with pytest.raises(BadArguments, match="cannot be read"):
        write_credentials("club", TABLE)


@pytest.mark.parametrize("text", ["k3y", "[club\nk3y=1", '[club]\napi_key = "k3y', "a = k3y"])
def test_a_file_that_is_not_toml_is_told_without_what_it_holds(text: str, key_file: Path) -> None:
    write(key_file, text)
    for work in (
        lambda: read_credentials("club"),
        lambda: write_credentials("club", TABLE),
        lambda: delete_credentials("club"),
    ):
        with pytest.raises(BadArguments, match="is not TOML") as raised:
            work()
        assert str(key_file) in raised.value.message
        assert "k3y" not in str(raised.value.to_payload())
    assert key_file.read_text() == text


@pytest.mark.parametrize(
    "text",
    [
        'club = "k3y"',
        '[[club]]\napi_key = "k3y"',
        '[club]\napi_key = 3\norigin = "https://club.example"',
        '[club]\norigin = ["https://club.example"]',
        '[club.more]\napi_key = "k3y"',
        '[club]\nlogin = "me"\napi_key = "k3y"',
        "[club]\n",
    ],
)
def test_a_table_of_another_shape_is_told_and_can_be_written_anew(
    text: str, key_file: Path
) -> None:
    write(key_file, text)
    with pytest.raises(BadArguments, match="no table 'club' of texts, with 'origin'") as raised:
        read_credentials("club")
    assert "animedex auth login club" in (raised.value.hint or "")
    assert "k3y" not in str(raised.value.to_payload())
    write_credentials("club", TABLE)
    assert read_credentials("club") == TABLE


def test_an_origin_may_end_in_a_slash(key_file: Path) -> None:
    write(key_file, TEXT.replace("club.example", "club.example/"))
    assert read_credentials("club")["origin"] == "https://club.example"


def test_storing_and_forgetting_leave_the_rest_alone(key_file: Path) -> None:
    write(key_file, "# first\n" + TEXT + "\n[shelf] # second\napi_key = 'other'\n")
    write_credentials("club", {"command": "pass show club", "origin": "https://club.example"})
    assert read_credentials("club") == {
        "command": "pass show club",
        "origin": "https://club.example",
    }
    text = key_file.read_text()
    assert "k3y" not in text
    assert "# first" in text
    assert "[shelf] # second\napi_key = 'other'" in text
    assert delete_credentials("club")
    assert not delete_credentials("club")
    assert read_credentials("club") == {}
    assert "[shelf] # second\napi_key = 'other'" in key_file.read_text()


def test_the_example_in_the_documentation_is_readable(key_file: Path) -> None:
    page = Path(__file__).parents[2] / "docs" / "sign-in.md"
    write(key_file, page.read_text("utf-8").partition("```toml\n")[2].partition("```")[0])
    assert read_credentials("danbooru") == {
        "login": "me",
        "command": "pass show danbooru",
        "origin": DANBOORU.base_url,
    }
    assert read_credentials("waifu")["origin"] == WAIFU.base_url
