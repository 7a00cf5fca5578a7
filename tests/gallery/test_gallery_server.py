from __future__ import annotations

import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from animedex.errors import BadArguments
from animedex.gallery.gallery_server import gallery_server
from tests.gallery.conftest import ask

if TYPE_CHECKING:
    from pathlib import Path

    from tests.gallery.conftest import GalleryFixture

SECRET = "correct-horse-battery"
BLOCKED = """
import sys
sys.modules["PIL"] = None
from animedex.gallery.gallery_server import gallery_server
from animedex.library.picture_library import Library
from animedex.errors import BadArguments
try:
    gallery_server(Library("nowhere.db"), cache=".")
except BadArguments as error:
    print(error)
"""


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "gallery.example", "127.0.0.1.x"])
def test_others_are_let_in_by_a_token_alone(host: str, own: GalleryFixture, tmp_path: Path) -> None:
    with pytest.raises(BadArguments, match="token"):
        gallery_server(own.library, cache=str(tmp_path), host=host)


@pytest.mark.parametrize("host", ["0.0.0.0", "127.0.0.2"])
def test_another_address_can_be_listened_on(host: str, own: GalleryFixture, tmp_path: Path) -> None:
    with gallery_server(own.library, cache=str(tmp_path), host=host, token=SECRET) as server:
        assert server.origin == f"http://{host}:{server.port}"
        signed = {"Authorization": f"Bearer {SECRET}", "Host": f"{host}:{server.port}"}
        if host == "0.0.0.0":
            assert ask(server, "/", headers={**signed, "Host": "192.168.1.5"}).status == 200
            assert ask(server, "/", headers={**signed, "Host": "gallery.example"}).status == 421


def test_localhost_is_loopback(own: GalleryFixture, tmp_path: Path) -> None:
    with gallery_server(own.library, cache=str(tmp_path), host="localhost") as server:
        assert ask(server, "/").status == 200


def test_a_name_that_leads_nowhere_is_an_os_error(own: GalleryFixture, tmp_path: Path) -> None:
    server = gallery_server(own.library, cache=str(tmp_path), host="no.invalid", token=SECRET)
    with pytest.raises(socket.gaierror):
        server.start()


def test_what_is_not_installed_is_told() -> None:
    done = subprocess.run(
        [sys.executable, "-c", BLOCKED], capture_output=True, text=True, check=True, timeout=120
    )
    assert "pip install 'animedex[pictures,serve]'" in done.stdout
