from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

pytest_plugins = ["pytester"]

TESTS = """
import json, os
from pathlib import Path
from urllib.request import Request, urlopen

def get(url):
    return urlopen(Request(url, headers={"User-Agent": "tester/1.0"}), timeout=120)

def test_server(animedex_server, tmp_path):
    assert os.environ["ANIMEDEX_NEKOS_URL"] == animedex_server.url
    for _ in range(9):
        get(animedex_server.url + "/search?query=a&type=1").close()
    assert len(animedex_server.arrivals) == 9
    for name in ("STATE", "CACHE_DIR", "CONFIG_DIR", "DATA_DIR"):
        path = Path(os.environ["ANIMEDEX_" + name])
        assert path.parent.is_dir() and tmp_path.parent in path.parents
    assert list(tmp_path.iterdir()) == []

def test_factory(animedex_server_factory):
    first = animedex_server_factory(faults=["/neko:cut"], seed=1)
    second = animedex_server_factory(limits=True)
    assert first.url != second.url == os.environ["ANIMEDEX_NEKOS_URL"]

def test_services(animedex_server, animedex_danbooru_server, animedex_waifu_server):
    assert os.environ["ANIMEDEX_NEKOS_URL"] == animedex_server.url
    assert os.environ["ANIMEDEX_DANBOORU_URL"] == animedex_danbooru_server.url
    assert os.environ["ANIMEDEX_WAIFU_URL"] == animedex_waifu_server.url
    for _ in range(31):
        get(animedex_waifu_server.url + "/images?Limit=1").close()
    assert {each.name for each in animedex_waifu_server.ignored} == {"Limit"}
    with get(animedex_danbooru_server.url + "/posts.json?limit=1") as answer:
        assert len(json.load(answer)) == 1

def test_factory_of_a_service(animedex_server_factory):
    server = animedex_server_factory("waifu", faults=["/tags:503x1"], seed=1)
    assert os.environ["ANIMEDEX_WAIFU_URL"] == server.url
    assert "ANIMEDEX_NEKOS_URL" not in os.environ

def test_afterwards():
    assert not any(name.endswith("_URL") for name in os.environ if name.startswith("ANIMEDEX_"))
"""
LIGHT = """
import sys
import animedex.testing.pytest_plugin
print([name for name in ("starlette", "uvicorn", "msgspec", "pyreqwest") if name in sys.modules])
"""


def test_the_fixtures_work(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delenv("ANIMEDEX_NEKOS_URL", raising=False)
    pytester.makepyfile(TESTS)
    result = pytester.runpytest_subprocess("-p", "animedex.testing.pytest_plugin")
    result.assert_outcomes(passed=5)


def test_the_plugin_loads_lightly() -> None:
    loaded = subprocess.run([sys.executable, "-c", LIGHT], capture_output=True, check=True)
    assert loaded.stdout.strip() == b"[]"
