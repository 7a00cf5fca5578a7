from __future__ import annotations

import contextlib
import json
import signal
import socket
import subprocess
import sys
from random import Random
from typing import TYPE_CHECKING
from urllib.request import Request, urlopen

import pytest

import animedex.testing
from animedex.testing.samples.registry import SAMPLES, sample_of, url_variable
from animedex.testing.samples.sample_images import SampleCollection, sample_collection

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.testing.conftest import Ask, Clock

SERVE = """
from animedex.testing import serve
serve(ready=lambda url: print(url, flush=True), faults=["/hug:503"], limits=False, seed=1)
print("done", flush=True)
"""


def free_ports() -> Iterator[int]:
    """Return ports that were free a moment ago."""
    for _ in range(20):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port: int = listener.getsockname()[1]
        yield port


def test_a_manifest_without_pictures_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        SampleCollection.load(tmp_path)


def test_draws_come_from_one_category(collection: SampleCollection) -> None:
    drawn = collection.draw("hug", 20, Random(3))
    assert {picture.category for picture in drawn} == {"hug"}


def test_a_picture_is_found_by_category_and_name(collection: SampleCollection) -> None:
    (drawn,) = collection.draw("kitsune", 1, Random(3))
    assert collection.find("kitsune", drawn.filename) == drawn
    assert collection.find("neko", drawn.filename) is None
    assert drawn.path.is_file()


@pytest.mark.parametrize("service", SAMPLES)
def test_every_sample_has_the_same_options(service: str, ask: Ask, clock: Clock) -> None:
    start = sample_of(service)
    with start(port=0, limits=False, faults=["/x:503x1"], seed=1, clock=clock) as server:
        answers = [ask(server, "/x") for _ in range(2)]
    assert [answer.status for answer in answers] == [503, 404]
    assert {answer.headers["Date"] for answer in answers} == {"Fri, 08 May 2026 09:08:03 GMT"}
    assert SAMPLES[service].example.startswith(f"animedex {service} ")


def test_a_service_without_a_sample_is_told_those_that_have_one() -> None:
    with pytest.raises(ValueError, match="no sample of 'weather', but of nekos, danbooru, waifu"):
        sample_of("weather")


def test_public_names_are_loaded_when_asked_for() -> None:
    for name in animedex.testing.__all__:
        assert callable(getattr(animedex.testing, name))
    with pytest.raises(AttributeError, match="no attribute 'weather'"):
        getattr(animedex.testing, "weather")  # noqa: B009 - a type checker would know


def test_a_service_has_its_variable() -> None:
    assert url_variable("danbooru") == "ANIMEDEX_DANBOORU_URL"


def test_several_services_serve_side_by_side() -> None:
    def look(*urls: str) -> None:
        for url, path in zip(urls, ("/endpoints", "/posts.json", "/images"), strict=True):
            request = Request(url + path, headers={"User-Agent": "tester/1.0"})
            with urlopen(request, timeout=120) as answer:
                seen.append(answer.status)
        raise KeyboardInterrupt

    seen: list[int] = []
    animedex.testing.serve(ready=look, services=[*SAMPLES], limits=False)
    assert seen == [200, 200, 200]


def test_ports_of_several_services_follow_each_other() -> None:
    def look(*urls: str) -> None:
        ports.extend(int(url.split("/")[2].partition(":")[2]) for url in urls)
        raise KeyboardInterrupt

    ports: list[int] = []
    for first in free_ports():
        with contextlib.suppress(OSError):  # somebody else has the next one
            animedex.testing.serve(ready=look, services=["waifu", "nekos"], port=first)
        if ports:
            break
    assert ports[1] == ports[0] + 1


def test_where_one_port_is_in_use_nothing_is_served() -> None:
    ready: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            animedex.testing.serve(ready=ready.append, services=["waifu", "nekos"], port=port)
        with pytest.raises(OSError, match="in use"):
            animedex.testing.serve(ready=ready.append, services=["waifu", "nekos"], port=port - 1)
    assert ready == []


def test_the_drawn_collection_is_read_once() -> None:
    assert sample_collection() is sample_collection()
    assert sample_collection().formats()["neko"] == "png"


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C cannot be sent to one child there")
def test_serving_ends_cleanly_on_ctrl_c() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SERVE], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        request = Request(f"{url}/endpoints", headers={"User-Agent": "tester/1.0"})
        with urlopen(request, timeout=120) as answer:
            assert json.load(answer)["neko"] == {"format": "png"}
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=120)
    assert (process.returncode, output, errors) == (0, "done\n", "")
