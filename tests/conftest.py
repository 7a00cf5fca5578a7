"""Fixtures of all tests: an environment of their own, a sample server, and the kit's fixtures."""

from __future__ import annotations

import gc
import itertools
import os
import signal
import sys
from typing import TYPE_CHECKING

import pytest
from _pytest.doctest import DoctestModule
from hypothesis import settings

from animedex.testing import SampleServer
from tests.kit.effort import IS_SLOW, mark_fast

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from animedex.client_options import ClientOptions

pytest_plugins = [
    "tests.kit.command_line",
    "tests.kit.raw_server",
    "tests.kit.redis_server",
    "tests.kit.services",
    "tests.kit.terminal",
]

# Compiling every module again would be two thirds of what the start of a command costs.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# A shell starts what it runs in the background with Ctrl-C ignored, and children would ignore it,
# too: who has a function for it hands on the default.
signal.signal(signal.SIGINT, signal.default_int_handler)
# How long an example takes says nothing on a busy machine.
settings.register_profile("animedex", deadline=None, max_examples=40)
settings.register_profile("slow", deadline=None, max_examples=1000)
NUMBERS = itertools.count()
settings.load_profile("slow" if IS_SLOW else "animedex")


# Nothing that is collected becomes garbage; looking for it takes a third of the time.
gc.disable()


def pytest_collection_finish() -> None:
    """Look for garbage among what the tests make, and nowhere else."""
    gc.freeze()
    gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the fast tests; leave out those marked `slow`, unless the slow profile is chosen."""
    mark_fast(items)
    if not IS_SLOW:
        items[:] = [item for item in items if item.get_closest_marker("slow") is None]


@pytest.hookimpl(wrapper=True)
def pytest_collect_file() -> Generator[None, list[pytest.Collector], list[pytest.Collector]]:
    """Look for doctests in `src` alone: the tests have none, and would be imported twice."""
    collectors = yield
    return [one for one in collectors if not isinstance(one, DoctestModule)]


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of all tests' home folders."""
    return tmp_path_factory.mktemp("homes")


@pytest.fixture(autouse=True)
def own_environment(homes: Path) -> Iterator[None]:
    """Keep the tests and whatever the user has configured apart from each other."""
    # pytest would list all folders of all tests before for each new one.
    home = homes / str(next(NUMBERS))
    home.mkdir(0o700)
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(("ANIMEDEX_", "XDG_")) or name.upper().endswith("_PROXY"):
                patch.delenv(name)
        patch.setenv("HOME", str(home))
        patch.setenv("TMPDIR", str(home))
        for kind in ("CONFIG", "CACHE", "DATA"):
            patch.setenv(f"ANIMEDEX_{kind}_DIR", str(home / kind.lower()))
        yield


@pytest.fixture
def config_file(own_environment: None) -> Path:
    """Name the configuration file, which does not exist yet."""
    from pathlib import Path

    folder = Path(os.environ["ANIMEDEX_CONFIG_DIR"])
    folder.mkdir(exist_ok=True)
    return folder / "config.toml"


@pytest.fixture
def server() -> Iterator[SampleServer]:
    with SampleServer(limits=False, seed=1) as running:
        yield running


@pytest.fixture
def options(server: SampleServer, tmp_path: Path) -> ClientOptions:
    """Lead to the server, with files of the test's own."""
    return {
        "base_urls": {"nekos": server.url},
        "state": tmp_path / "state.db",
        "cache": tmp_path / "cache",
        "timeout": 120.0,
    }
