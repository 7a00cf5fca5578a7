from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from animedex.config.config_file import Config, EffectiveSetting, write_setting
from animedex.config.settings import SETTINGS
from animedex.config.toml_file import read_toml
from animedex.errors import BadArguments

# A value for the environment and one for the file, with what they are read as.
VALUES: dict[str, tuple[tuple[str, Any], tuple[str, Any]]] = {
    "contact": (("env@example.org", "env@example.org"), ('"f@example.org"', "f@example.org")),
    "timeout": (("4", 4.0), ("2.5", 2.5)),
    "max_size": (("2G", 2 * 1024**3), ("1000", 1000)),
    "rate": (("slow", "slow"), ('"normal"', "normal")),
    "cache": (("OFF", "off"), ('"on"', "on")),
    "limits": (("off", "off"), ('"on"', "on")),
    "color": (("never", "never"), ('"always"', "always")),
    "proxy": (("env.example", "http://env.example"), ('"f.example"', "http://f.example")),
    "state": (("/env/budgets", "/env/budgets"), ('"/file/budgets"', "/file/budgets")),
}


def test_every_setting_is_tried() -> None:
    assert VALUES.keys() == SETTINGS.keys()


@pytest.mark.parametrize("name", VALUES)
def test_the_environment_beats_the_file_and_that_the_default(
    name: str, config_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (in_environment, environment), (in_file, file) = VALUES[name]
    assert Config().get(name) == EffectiveSetting(SETTINGS[name].default, "default")
    config_file.write_text(f"{name} = {in_file}\n")
    assert Config().get(name) == EffectiveSetting(file, "file")
    monkeypatch.setenv(f"ANIMEDEX_{name.upper()}", in_environment)
    assert Config().get(name) == EffectiveSetting(environment, "environment")
    monkeypatch.setenv(f"ANIMEDEX_{name.upper()}", "")
    assert Config().get(name) == EffectiveSetting(file, "file")


def test_no_deadline_can_be_configured(config_file: Path) -> None:
    config_file.write_text('timeout = "none"\n')
    assert Config().get("timeout") == EffectiveSetting(None, "file")


BAD: dict[str, str] = {
    "contact": '"nobody"',
    "timeout": "-1",
    "max_size": '"much"',
    "rate": '"fast"',
    "cache": "true",
    "limits": '"none"',
    "color": '"mauve"',
    "proxy": '"http://me:hunter2@proxy.example:port"',
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("place", ["file", "environment"])
def test_a_bad_value_is_told_with_its_setting(
    name: str, place: str, config_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if place == "file":
        config_file.write_text(f"{name} = {BAD[name]}\n")
    else:
        monkeypatch.setenv(f"ANIMEDEX_{name.upper()}", BAD[name].strip('"'))
    with pytest.raises(BadArguments, match=f"^{name}: ") as caught:
        Config().get(name)
    assert "hunter2" not in str(caught.value.to_payload())
    with pytest.raises(BadArguments):
        Config().all()


@pytest.mark.parametrize(
    "line", ['contact = ["a@b"]', 'contact = {a = "a@b"}', "state = 1979-05-27", "[state]"]
)
def test_a_setting_is_one_plain_value(line: str, config_file: Path) -> None:
    config_file.write_text(line + "\n")
    name = line.strip("[]").split(" ")[0]
    with pytest.raises(BadArguments, match=f"^{name}: "):
        Config().get(name)


def test_base_urls_come_from_the_file_and_the_environment(
    config_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config_file.write_text('[base_urls]\nnekos = "http://a.example/"\nshelf = "http://b.example"\n')
    urls = {name: setting.value for name, setting in Config().base_urls().items()}
    assert urls == {"nekos": "http://a.example", "shelf": "http://b.example"}
    monkeypatch.setenv("ANIMEDEX_NEKOS_URL", "http://127.0.0.1:8080/api/v2/")
    monkeypatch.setenv("ANIMEDEX_SHELF_URL", "")
    config = Config()
    assert config.base_urls()["nekos"].value == "http://127.0.0.1:8080/api/v2"
    assert config.get("base_urls.nekos").source == "environment"
    assert config.get("base_urls.shelf") == EffectiveSetting("http://b.example", "file")
    assert config.get("base_urls.other") == EffectiveSetting(None, "default")
    assert set(config.all()) == {*SETTINGS, "base_urls.nekos", "base_urls.shelf"}


@pytest.mark.parametrize(
    "text",
    ['base_urls = "http://a.example"', '[base_urls]\nnekos = "nowhere"', "[base_urls.nekos]\na=1"],
)
def test_bad_base_urls_in_the_file_are_told_with_their_name(text: str, config_file: Path) -> None:
    config_file.write_text(text)
    with pytest.raises(BadArguments, match="base_urls"):
        Config().base_urls()


def test_bad_base_urls_in_the_environment_are_told_with_their_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ANIMEDEX_NEKOS_URL", "nowhere")
    with pytest.raises(BadArguments, match="ANIMEDEX_NEKOS_URL: 'nowhere'"):
        Config().base_urls()


def test_an_unknown_setting_is_told_with_those_that_exist() -> None:
    with pytest.raises(BadArguments, match="no such setting: colour") as caught:
        Config().get("colour")
    assert all(name in (caught.value.hint or "") for name in SETTINGS)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"timeout = = 3", "is not TOML: line 1, column 11 cannot be read"),
        (b"timeout", "is not TOML: its end is missing"),
        (b"a = " + b"[" * 9000, "is not TOML: it is nested too deeply"),
        (b'contact = "\xff@example.org"', "line 1: it is not UTF-8"),
        (b'state = "a"\nstate = "b"\n', "is not TOML"),
        ("contact = 'a@b'".encode("utf-16-le"), "line 1: it has NUL bytes"),
    ],
)
def test_a_file_that_is_not_toml(content: bytes, message: str, config_file: Path) -> None:
    config_file.write_bytes(content)
    with pytest.raises(BadArguments, match=message) as caught:
        Config()
    assert str(config_file) in caught.value.message
    with pytest.raises(BadArguments, match=message):
        write_setting(str(config_file), "rate", "slow")
    assert config_file.read_bytes() == content


def test_a_file_that_cannot_be_read(config_file: Path) -> None:
    config_file.mkdir()
    with pytest.raises(BadArguments, match="cannot be read"):
        Config()


def test_storing_keeps_comments_and_order(config_file: Path) -> None:
    before = (
        "# mine\r\nrate = 'normal'  # for now\r\n\r\n[base_urls]  # mirrors\r\n"
        "shelf = 'http://b.example'\r\n"
    )
    config_file.write_bytes(before.encode())
    write_setting(str(config_file), "rate", "slow")
    write_setting(str(config_file), "base_urls.nekos", "http://127.0.0.1:1/api")
    write_setting(str(config_file), "timeout", "none")
    text = config_file.read_bytes().decode()
    for kept in ("# mine\r\n", "# for now", "# mirrors", "shelf = 'http://b.example'"):
        assert kept in text
    assert text.index("rate") < text.index("timeout") < text.index("[base_urls]")
    config = Config()
    assert config.get("rate").value == "slow"
    assert config.get("timeout").value is None
    urls = {name: setting.value for name, setting in config.base_urls().items()}
    assert urls == {"shelf": "http://b.example", "nekos": "http://127.0.0.1:1/api"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("rate", "fast"),
        ("timeout", "0"),
        ("colour", "never"),
        ("base_urls.nekos", "nowhere"),
        ("base_urls.", "http://a.example"),
        ("base_urls.a.b", "http://a.example"),
        ("base_urls", "http://a.example"),
        ("ANIMEDEX_NEKOS_URL", "http://a.example"),
        ("state", "\udcff"),
    ],
)
def test_nothing_is_stored_that_cannot_be_read(name: str, text: str, config_file: Path) -> None:
    config_file.write_text("# mine\n")
    with pytest.raises(BadArguments):
        write_setting(str(config_file), name, text)
    assert config_file.read_text() == "# mine\n"
    assert os.listdir(config_file.parent) == ["config.toml"]


def test_a_base_url_is_not_stored_beside_what_is_no_table(config_file: Path) -> None:
    config_file.write_text("base_urls = 5\n")
    with pytest.raises(BadArguments, match="base_urls"):
        write_setting(str(config_file), "base_urls.nekos", "http://a.example")
    assert config_file.read_text() == "base_urls = 5\n"


@given(st.text(st.characters(codec="utf-8"), min_size=1))
def test_what_is_stored_is_read_back(text: str) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "config.toml")
        write_setting(path, "state", text)
        assert read_toml(path) == {"state": text}
