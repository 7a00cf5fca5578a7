"""A client's arguments lie over what is configured."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, cast

import pytest

from animedex import __version__, backends
from animedex.client_options import ClientOptions, Setup, set_up
from animedex.errors import BadArguments
from animedex.transport.proxies import Proxies
from tests.kit.transport import CACHE_FILE


def plan(**options: Any) -> Setup:
    return set_up(cast("ClientOptions", options))


def test_defaults() -> None:
    result = plan()
    config = result.config
    assert config.user_agent == f"animedex/{__version__}"
    assert (config.base_urls, config.timeout, config.rate_factor) == ({}, 30.0, 1.0)
    assert (config.is_cached, config.refresh, config.is_limited) == (True, False, True)
    assert result.proxies == Proxies()
    assert os.path.dirname(result.state) == os.environ["ANIMEDEX_DATA_DIR"]
    assert os.path.dirname(result.cache_path) == os.environ["ANIMEDEX_CACHE_DIR"]


def test_the_user_agent_names_the_contact() -> None:
    config = plan(contact="you@example.org").config
    assert config.user_agent == f"animedex/{__version__} (you@example.org)"


# An argument with what it comes to, the environment's value with the same, and the file's.
Case = tuple[Any, object, str, object, str, object]
PRECEDENCE: dict[str, Case] = {
    "contact": ("a@example.org", "a@", "e@example.org", "e@", '"f@example.org"', "f@"),
    "timeout": (1, 1.0, "2", 2.0, "3", 3.0),
    "rate": ("normal", 1.0, "slow", 0.5, '"slow"', 0.5),
    "cache": (True, True, "off", False, '"off"', False),
    "limits": (True, True, "off", False, '"off"', False),
    "proxy": ("a.example", "http://a", "e.example", "http://e", '"f.example"', "http://f"),
    "state": ("/a", "/a", "/e", "/e", '"/f"', "/f"),
}


def outcome(name: str, found: Setup) -> object:
    contact = found.config.user_agent.partition("(")[2].partition("example")[0]
    return {
        "contact": contact,
        "timeout": found.config.timeout,
        "rate": found.config.rate_factor,
        "cache": found.config.is_cached,
        "limits": found.config.is_limited,
        "proxy": (found.proxies.every or "").partition(".")[0],
        "state": found.state,
    }[name]


@pytest.mark.parametrize("name", PRECEDENCE)
def test_an_argument_beats_the_environment_and_that_the_file(
    name: str, config_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    argument, of_argument, variable, of_variable, line, of_file = PRECEDENCE[name]
    config_file.write_text(f"{name} = {line}\n")
    assert outcome(name, plan()) == of_file
    monkeypatch.setenv(f"ANIMEDEX_{name.upper()}", variable)
    assert outcome(name, plan()) == of_variable
    assert outcome(name, plan(**{name: argument})) == of_argument


def test_base_urls_are_laid_over_each_other(
    config_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert plan().config.base_urls == {}
    config_file.write_text('[base_urls]\nnekos = "http://f.example"\n')
    assert plan().config.base_urls == {"nekos": "http://f.example"}
    monkeypatch.setenv("ANIMEDEX_NEKOS_URL", "http://e.example")
    assert plan().config.base_urls == {"nekos": "http://e.example"}
    result = plan(base_urls={"nekos": "http://127.0.0.1:8080/"})
    assert result.config.base_urls == {"nekos": "http://127.0.0.1:8080"}


def test_a_service_that_there_is_not_has_no_base_url(monkeypatch: pytest.MonkeyPatch) -> None:
    known = ", ".join(backends.list_names())
    for name, hint in (("nekoz", "did you mean nekos?"), ("ratte", f"there are {known}")):
        with pytest.raises(BadArguments, match="no service") as caught:
            plan(base_urls={name: "http://127.0.0.1:8080"})
        assert caught.value.hint == hint
    monkeypatch.setenv("ANIMEDEX_NEKSO_URL", "http://e.example")
    with pytest.raises(BadArguments, match="nekso"):
        plan()


@pytest.mark.parametrize("given", ["http://x.example", ["nekos"], 3])
def test_base_urls_that_are_no_mapping(given: object) -> None:
    with pytest.raises(BadArguments, match="base_urls maps services"):
        plan(base_urls=given)


@pytest.mark.parametrize("given", [None, "none"])
def test_no_deadline(given: str | None) -> None:
    assert plan(timeout=given).config.timeout is None


def test_places_and_switches(tmp_path: Path) -> None:
    result = plan(cache=tmp_path, state=tmp_path / "budgets.db", rate="slow", refresh=True)
    assert os.path.dirname(result.cache_path) == str(tmp_path)
    assert result.state == str(tmp_path / "budgets.db")
    assert (result.config.is_cached, result.config.rate_factor, result.config.refresh) == (
        True,
        0.5,
        True,
    )
    off = plan(cache=False, limits=False)
    assert (off.config.is_cached, off.config.is_limited) == (False, False)
    assert os.path.isabs(plan(state="budgets.db").state)


def test_a_configured_state_is_one_file_from_everywhere(
    config_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    config_file.write_text('state = "kept/budgets.db"\n')
    assert plan().state == str(config_file.parent / "kept" / "budgets.db")
    monkeypatch.setenv("ANIMEDEX_STATE", "other.db")
    assert plan().state == str(config_file.parent / "other.db")
    assert plan(state="mine.db").state == str(tmp_path / "mine.db")


def test_a_tilde_is_the_home_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    home = os.path.expanduser("~")
    result = plan(state="~/budgets.db", cache="~/answers")
    assert result.state == os.path.join(home, "budgets.db")
    assert os.path.dirname(result.cache_path) == os.path.join(home, "answers")
    monkeypatch.setenv("ANIMEDEX_STATE", "~/other.db")
    assert plan().state == os.path.join(home, "other.db")


def test_the_usual_variables_name_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "proxy.example:3128")
    monkeypatch.setenv("no_proxy", "nekos.best")
    assert plan().proxies == Proxies(https="http://proxy.example:3128", direct="nekos.best")
    assert plan(proxy="other.example").proxies == Proxies(every="http://other.example")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("contact", "nobody"),
        ("contact", None),
        ("timeout", 0),
        ("timeout", -1.5),
        ("timeout", float("nan")),
        ("timeout", True),
        ("timeout", 1e300),
        ("rate", "fast"),
        ("rate", 0.5),
        ("proxy", "ftp://me:hunter2@proxy.example"),
        ("state", "https://me:hunter2@budgets.example"),
        ("state", "redis://me:hunter2@"),
        ("state", "redis://me:hunter2@budgets.example:none"),
        ("state", "redis://me:hunter2@budgets.example/first"),
        ("state", "redis://budgets.example?password=hunter2"),
        ("state", "redis://budgets.example?db=-1"),
        ("state", "redis://budgets.example#hunter2"),
        ("state", "redis://me:hunter2@[budgets"),
        ("state", "unix://"),
        ("state", "redis:/:hunter2@budgets.example"),
        ("state", "rediss//:hunter2@budgets.example"),
        ("state", " Redis:hunter2@budgets.example"),
        ("state", "valkey :hunter2"),
        ("state", "redis://budgets.example?ssl_ca_certs=/etc/ca.pem"),
        ("state", "unix:///run/redis.sock?ssl_keyfile=/etc/key.pem"),
        ("state", 5),
        ("base_urls", {"nekos": "nowhere"}),
        ("base_urls", {"nekos": "http://me:hunter2@mirror.example"}),
    ],
)
def test_a_bad_argument_is_told_with_its_name(name: str, value: object) -> None:
    with pytest.raises(BadArguments, match=f"^{name}\\b") as caught:
        plan(**{name: value})
    assert "hunter2" not in str(caught.value.to_payload())


@pytest.mark.parametrize(
    "url",
    [
        "redis://me:hunter2@budgets.example",
        "rediss://budgets.example:6380/3?ssl_ca_certs=/etc/ca.pem",
        "valkey://[::1]/",
        "unix:///run/redis.sock?db=2",
    ],
)
def test_a_server_keeps_budgets_and_answers(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANIMEDEX_STATE", url)
    result = plan()
    assert (result.state, result.cache_path) == (url, "")
    assert "hunter2" not in repr(result)
    assert plan(cache=False).cache_path == ""


def test_a_folder_for_answers_is_used_beside_a_server(tmp_path: Path) -> None:
    result = plan(state="redis://budgets.example", cache=tmp_path)
    assert result.cache_path == str(tmp_path / CACHE_FILE)


def test_a_setting_that_was_removed_is_refused(
    config_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(
        BadArguments, match=r"^state_share: this setting no longer exists"
    ) as caught:
        plan(state_share="1/24")
    assert caught.value.hint == (
        "leave it out: while the Redis server is away, calls wait for it until their deadline"
    )
    config_file.write_text('state_share = "1/24"\n')
    with pytest.raises(BadArguments, match=r"^state_share: ") as caught:
        plan()
    assert f"delete it from {config_file}: " in str(caught.value.hint)
    monkeypatch.setenv("ANIMEDEX_STATE_SHARE", "1/24")
    with pytest.raises(BadArguments, match=r"^state_share: ") as caught:
        plan()
    assert "unset ANIMEDEX_STATE_SHARE: " in str(caught.value.hint)
