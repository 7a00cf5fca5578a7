"""One deadline for all tries of a picture, where a timeout is set."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from animedex import Client
from animedex.backends import find_backend
from animedex.backends.asset_call import fetch_file
from animedex.downloads import download, iter_downloads
from animedex.downloads.save_options import Deadline
from animedex.errors import TimedOut
from animedex.library.picture_library import Library
from tests.downloads.conftest import picture_name
from tests.kit.effort import retry_with_more_time
from tests.kit.odd_pictures import endless_jpeg

if TYPE_CHECKING:
    from pathlib import Path

    from animedex.client_options import ClientOptions
    from tests.kit.services import Services

CALL = fetch_file(find_backend("nekos"), "https://nekos.best/api/v2/neko/1.png")


def test_only_where_no_timeout_is_set_a_file_may_take_its_time(options: ClientOptions) -> None:
    del options["timeout"]
    with Client(**options) as client:
        deadline = Deadline(None).for_picture(client)
        file = deadline.limit_file_call(client, CALL)
        assert (file.is_open_ended, file.timeout) == (True, None)
        # Looking a picture up has the usual time.
        assert deadline.limit_call(CALL) == CALL
        assert deadline.lock_timeout(client) == 30.0
    options["timeout"] = None
    with Client(**options) as client:
        deadline = Deadline(None).for_picture(client)
        assert deadline.limit_file_call(client, CALL) == CALL
        assert deadline.lock_timeout(client) == 60.0


@pytest.mark.parametrize("where", ["argument", "environment", "file", "all together"])
def test_a_timeout_that_is_set_bounds_each_call(
    where: str, options: ClientOptions, config_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del options["timeout"]
    if where == "argument":
        options["timeout"] = 1e-9
    elif where == "environment":
        monkeypatch.setenv("ANIMEDEX_TIMEOUT", "1e-9")
    elif where == "file":
        config_file.write_text("timeout = 1e-9")
    with Client(**options) as client:
        deadline = Deadline(1e-9 if where == "all together" else None).for_picture(client)
        with pytest.raises(TimedOut, match="not all files were downloaded within 1e-09 s"):
            deadline.limit_call(CALL)
        with pytest.raises(TimedOut, match="not all files were downloaded within 1e-09 s"):
            deadline.limit_file_call(client, CALL)
        assert deadline.is_over()
        assert deadline.lock_timeout(client) == 0.0


def test_the_time_that_is_left_is_for_the_next_try(options: ClientOptions) -> None:
    with Client(**options) as client:
        deadline = Deadline(1000.0).for_picture(client)
        one = deadline.limit_file_call(client, CALL)
        assert one.timeout is not None
        assert 0 < one.timeout <= 120.0
        assert not one.is_open_ended
        assert not deadline.is_over()


def test_all_together_end_at_once(client: Client, services: Services, folder: Path) -> None:
    result = iter_downloads(client, ["waifu:5000", "waifu:5001"], folder, timeout=1e-9)
    errors = [one.error for _, one in result]
    assert [error.reason for error in errors if error] == ["timeout", "timeout"]
    assert services.requests() == 0


def test_the_deadline_holds_while_a_picture_is_decoded(
    options: ClientOptions, services: Services, tmp_path: Path
) -> None:
    path = f"/neko/{picture_name(0)}"
    # Without its end, only decoding says whether it is complete.
    body = endless_jpeg().removesuffix(b"\xff\xd9")
    services.nekos.answer(path, body=body, headers={"content-type": "image/jpeg"})
    options["timeout"] = 2.0
    row = {"url": f"{services.nekos.url}{path}", "artist_name": "a"}
    with Client(**options) as client:
        (one,) = download(client, [row], tmp_path / "pictures")
    assert one.error is not None
    assert one.error.reason == "timeout"
    assert str(tmp_path) not in one.error.message


def test_the_deadline_holds_while_a_fingerprint_is_made(
    options: ClientOptions, services: Services, tmp_path: Path
) -> None:
    path = f"/neko/{picture_name(0)}"
    services.nekos.answer(path, body=endless_jpeg(), headers={"content-type": "image/jpeg"})
    row = {"url": f"{services.nekos.url}{path}", "artist_name": "a"}

    def check(seconds: float) -> None:
        options["timeout"] = seconds
        warnings: list[str] = []
        folder = tmp_path / str(seconds)
        with Client(**options) as client, Library(str(tmp_path / f"{seconds}.db")) as library:
            (one,) = download(client, [row], folder, library=library, warn=warnings.append)
            assert one.status == "fetched"
            (entry,) = library.entries()
            assert library.fingerprint(entry.id) is None
        (warning,) = warnings
        assert "not compared with other pictures" in warning

    retry_with_more_time(check)
