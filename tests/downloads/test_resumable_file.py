"""A file on its way: kept when it is cut, and fetched on only where it still fits."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from animedex import Client
from animedex.downloads import download
from animedex.downloads.resumable_file import ResumableFile
from animedex.errors import UpstreamDecode
from animedex.http_message import Response
from tests.downloads.conftest import noise, picture_name
from tests.downloads.test_download import visible
from tests.kit.effort import retry_with_more_time

if TYPE_CHECKING:
    import socket
    import threading
    from pathlib import Path

    from animedex.client_options import ClientOptions
    from animedex.http_message import JsonObject
    from animedex.library.picture_library import Library
    from tests.kit.raw_server import StartRawServer
    from tests.kit.services import Services

URL = "https://x.example/1.png"
DATE = "Thu, 26 Nov 2026 12:00:00 GMT"
EARLIER = "Thu, 26 Nov 2026 11:00:00 GMT"


def head(status: int = 200, **headers: str) -> Response:
    fields = ((name.replace("_", "-"), value) for name, value in headers.items())
    return Response(status, tuple(fields), b"", URL)


def left(folder: Path, data: bytes, url: str = URL, **headers: str) -> None:
    """Leave a part behind, as a process does that ended too early."""
    folder.mkdir(exist_ok=True)
    with ResumableFile(str(folder), url, 1.0) as partial:
        partial.open_writer(head(200, **headers)).write(data)


def resume_headers(folder: Path, url: str = URL) -> dict[str, str]:
    with ResumableFile(str(folder), url, 1.0) as partial:
        return dict(partial.resume_headers())


@pytest.mark.parametrize(
    ("headers", "validator"),
    [
        ({"etag": '"abc"'}, '"abc"'),
        ({"etag": '"abc"', "last_modified": EARLIER, "date": DATE}, '"abc"'),
        ({"last_modified": EARLIER, "date": DATE}, EARLIER),
    ],
)
def test_the_rest_is_asked_for_where_it_would_fit(
    headers: dict[str, str], validator: str, tmp_path: Path
) -> None:
    left(tmp_path, b"12345", **headers)
    assert resume_headers(tmp_path) == {"range": "bytes=4-", "if-range": validator}
    assert resume_headers(tmp_path, "https://x.example/2.png") == {}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"etag": 'W/"abc"'},
        {"etag": 'W/"abc"', "last_modified": EARLIER, "date": DATE},
        {"last_modified": DATE, "date": DATE},
        {"last_modified": EARLIER},
        {"last_modified": "yesterday", "date": DATE},
        {"etag": '"\xe9"'},
    ],
)
def test_all_is_asked_for_where_that_is_not_certain(
    headers: dict[str, str], tmp_path: Path
) -> None:
    left(tmp_path, b"12345", **headers)
    assert resume_headers(tmp_path) == {}


def test_what_comes_is_put_behind_what_is_there(tmp_path: Path) -> None:
    left(tmp_path, b"12345", etag='"a"')
    told: list[tuple[int, int | None]] = []
    with ResumableFile(
        str(tmp_path), URL, 1.0, lambda size, total: told.append((size, total))
    ) as partial:
        sink = partial.open_writer(head(206, etag='"a"', content_range="bytes 4-8/9"))
        sink.write(b"56")
        sink.write(b"789")
        assert (partial.total, partial.size(), partial.open().read()) == (9, 9, b"123456789")
        assert told == [(6, 9), (9, 9)]


@pytest.mark.parametrize(
    "headers",
    [
        {"content_range": "bytes 3-8/9", "etag": '"a"'},
        {"content_range": "bytes */9", "etag": '"a"'},
        {},
        {"content_range": "bytes 4-8/9", "etag": '"b"'},
        {"content_range": "bytes 4-8/9"},
        {"content_range": "bytes 4-8/9", "last_modified": EARLIER},
    ],
)
def test_another_part_is_refused_and_all_begins_anew(
    headers: dict[str, str], tmp_path: Path
) -> None:
    left(tmp_path, b"12345", etag='"a"')
    with ResumableFile(str(tmp_path), URL, 1.0) as partial:
        with pytest.raises(UpstreamDecode, match="another part"):
            partial.open_writer(head(206, **headers))
        assert partial.is_odd
        assert (partial.size(), partial.resume_headers()) == (0, ())


@pytest.mark.parametrize(
    "headers",
    [
        {"last_modified": "Thu, 26 Nov 2026 11:30:00 GMT", "content_range": "bytes 4-8/9"},
        {"content_range": "bytes 4-8/9"},
        {"last_modified": EARLIER, "content_range": "bytes 4-9/10"},
    ],
    ids=["another version", "no version", "another length"],
)
def test_a_part_of_a_version_of_another_time_is_refused(
    headers: dict[str, str], tmp_path: Path
) -> None:
    left(tmp_path, b"12345", last_modified=EARLIER, date=DATE, content_length="9")
    with ResumableFile(str(tmp_path), URL, 1.0) as partial:
        with pytest.raises(UpstreamDecode, match="another part"):
            partial.open_writer(head(206, **headers))
        assert (partial.is_odd, partial.size()) == (True, 0)


def test_the_length_that_was_announced_is_known_to_the_next_process(tmp_path: Path) -> None:
    left(tmp_path, b"12345", last_modified=EARLIER, date=DATE, content_length="9")
    with ResumableFile(str(tmp_path), URL, 1.0) as partial:
        partial.open_writer(head(206, last_modified=EARLIER, content_range="bytes 4-8/*"))
        assert partial.total == 9


def test_nothing_is_left_where_nothing_came(tmp_path: Path) -> None:
    assert resume_headers(tmp_path) == {}
    assert os.listdir(tmp_path) == []


def test_a_state_that_was_cut_counts_for_nothing(tmp_path: Path) -> None:
    left(tmp_path, b"12345", etag='"abc"')
    (state,) = (path for path in tmp_path.iterdir() if "state" in path.name)
    state.write_bytes(b'"ab')
    assert resume_headers(tmp_path) == {}


def test_a_file_that_has_its_name_already_is_never_written_to(tmp_path: Path) -> None:
    left(tmp_path, b"12345", etag='"a"')
    (part,) = (path for path in tmp_path.iterdir() if "state" not in path.name)
    os.link(part, tmp_path / "placed.mp4")
    with ResumableFile(str(tmp_path), URL, 1.0) as partial:
        assert partial.resume_headers() == ()
        partial.open_writer(head(etag='"b"')).write(b"other")
    assert (tmp_path / "placed.mp4").read_bytes() == b"12345"


def test_a_file_packed_in_an_unknown_way_is_refused(tmp_path: Path) -> None:
    with (
        ResumableFile(str(tmp_path), URL, 1.0) as partial,
        pytest.raises(UpstreamDecode, match="encoding 'br'"),
    ):
        partial.open_writer(head(content_encoding="br"))


@pytest.fixture
def row(services: Services) -> JsonObject:
    return {"url": f"{services.nekos.url}/neko/{picture_name(0)}", "artist_name": "a"}


def etag_of(client: Client, services: Services, folder: Path, row: JsonObject) -> str:
    """Learn a picture's ETag as any client would: by asking for it."""
    from animedex.backends import find_backend
    from animedex.backends.asset_call import fetch_file

    result = client.perform(fetch_file(find_backend("nekos"), str(row["url"])))
    services.nekos.arrivals.clear()
    return result.header("etag") or ""


def test_a_later_run_fetches_only_the_rest(
    client: Client, services: Services, folder: Path, row: JsonObject
) -> None:
    etag = etag_of(client, services, folder, row)
    left(folder, noise(0)[:200_000], str(row["url"]), etag=etag)
    (one,) = download(client, [row], folder)
    (arrival,) = services.nekos.arrivals
    assert one.status == "fetched"
    assert (arrival.status, arrival.headers["range"]) == (206, "bytes=199999-")
    assert arrival.headers["if-range"] == etag
    assert len(visible(folder)) == 1


def test_a_file_of_which_all_is_here_takes_one_byte(
    client: Client, services: Services, folder: Path, row: JsonObject
) -> None:
    etag = etag_of(client, services, folder, row)
    left(folder, noise(0), str(row["url"]), etag=etag)
    (one,) = download(client, [row], folder)
    assert one.status == "fetched"
    assert [each.status for each in services.nekos.arrivals] == [206]


def test_a_cut_is_mended_in_the_same_run(
    client: Client, services: Services, folder: Path, row: JsonObject
) -> None:
    services.nekos.faults.add("/neko/*:cutx1")
    (one,) = download(client, [row], folder)
    assert one.status == "fetched"
    assert [each.status for each in services.nekos.arrivals] == [200, 206]


def test_a_cut_after_a_few_bytes_leaves_them(
    raw_server: StartRawServer, folder: Path, tmp_path: Path
) -> None:
    body = noise(0)
    head = f'HTTP/1.1 200 OK\r\ncontent-length: {len(body)}\r\netag: "a"\r\n\r\n'
    server = raw_server(head.encode() + body[:1000])
    url = f"{server.url}/neko/{picture_name(0)}"
    state = tmp_path / "state.db"
    with Client(base_urls={"nekos": server.url}, limits=False, state=state, cache=False) as client:
        (one,) = download(client, [{"url": url, "artist_name": "a"}], folder)
    assert one.status == "failed"
    assert resume_headers(folder, url) == {"range": "bytes=999-", "if-range": '"a"'}


def test_a_file_that_has_changed_begins_anew(
    client: Client, services: Services, folder: Path, row: JsonObject
) -> None:
    left(folder, b"an older version", str(row["url"]), etag='"old"')
    (one,) = download(client, [row], folder)
    assert one.status == "fetched"
    assert [each.status for each in services.nekos.arrivals] == [200]


def test_a_server_that_ignores_ranges(
    client: Client, services: Services, folder: Path, row: JsonObject, drawn: Path
) -> None:
    body = noise(0)
    headers = {"content-type": "image/png", "etag": '"a"'}
    left(folder, body[:1000], str(row["url"]), etag='"a"')
    services.nekos.answer(f"/neko/{picture_name(0)}", body=body, headers=headers)
    (one,) = download(client, [row], folder)
    assert one.status == "fetched"
    assert services.nekos.arrivals[0].headers["range"] == "bytes=999-"


ODD = {
    "a range that there is not": (416, {"content-range": "bytes */5"}, b""),
    "another part": (206, {"content-range": "bytes 0-4/5", "etag": '"a"'}, b"12345"),
    "the rest of another file": (
        206,
        {"content-range": "bytes 999-1003/1004", "etag": '"a"'},
        b"12345",
    ),
    "the rest of who knows what": (206, {"content-range": "bytes 999-1003/1004"}, b"12345"),
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_what_does_not_go_together_begins_anew(
    odd: tuple[int, dict[str, str], bytes],
    client: Client,
    services: Services,
    folder: Path,
    row: JsonObject,
) -> None:
    status, headers, body = odd
    left(folder, noise(0)[:1000], str(row["url"]), etag='"a"')
    path = f"/neko/{picture_name(0)}"
    services.nekos.answer(path, status=status, headers=headers, body=body)
    (one,) = download(client, [row], folder)
    assert one.error is None
    assert [each.status for each in services.nekos.arrivals] == [status, 200]
    assert len(visible(folder)) == 1


class Piecemeal:
    """Answer with so many bytes of what is lacking, and hang up, or wait until the test ends."""

    def __init__(self, size: int, *, waits: bool) -> None:
        self.begins: list[int] = []
        self._size = size
        self._waits = waits

    def __call__(self, connection: socket.socket, over: threading.Event) -> None:
        body = noise(0)
        begin = self.begins[-1] + self._size - 1 if self.begins else 0
        self.begins.append(begin)
        span = f"content-range: bytes {begin}-{len(body) - 1}/{len(body)}\r\n"
        status = f"206 Part\r\n{span}" if begin else "200 OK\r\n"
        head = f'HTTP/1.1 {status}content-length: {len(body) - begin}\r\netag: "a"\r\n\r\n'
        connection.sendall(head.encode() + body[begin:][: self._size])
        if self._waits:
            over.wait()


def test_a_timeout_that_is_set_is_for_all_tries(
    raw_server: StartRawServer, folder: Path, tmp_path: Path
) -> None:
    state = tmp_path / "state.db"

    def check(seconds: float) -> None:
        script = Piecemeal(20_000, waits=True)
        url = raw_server(script).url
        options: ClientOptions = {"limits": False, "cache": False, "state": state}
        options["base_urls"], options["timeout"] = {"nekos": url}, seconds
        with Client(**options) as client:
            row = {"url": f"{url}/neko/{picture_name(0)}", "artist_name": "a"}
            (one,) = download(client, [row], folder / str(seconds))
        assert one.error is not None
        assert (one.error.reason, len(script.begins)) == ("timeout", 1)

    retry_with_more_time(check)


def test_without_a_timeout_it_goes_on_as_long_as_more_comes(
    raw_server: StartRawServer, folder: Path, tmp_path: Path
) -> None:
    script = Piecemeal(60_000, waits=False)
    url = raw_server(script).url
    state, urls = tmp_path / "state.db", {"nekos": url}
    with Client(base_urls=urls, limits=False, state=state, cache=False) as client:
        row = {"url": f"{url}/neko/{picture_name(0)}", "artist_name": "a"}
        (one,) = download(client, [row], folder)
    assert one.error is None
    # More tries than one request has.
    assert len(script.begins) == 5


def test_a_file_that_is_always_cut_at_one_place_is_given_up(
    raw_server: StartRawServer, folder: Path, tmp_path: Path
) -> None:
    head = b'HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\netag: "a"\r\n\r\n'
    server = raw_server(head + noise(0)[:1000])
    state, urls = tmp_path / "state.db", {"nekos": server.url}
    with Client(base_urls=urls, limits=False, state=state, cache=False) as client:
        row = {"url": f"{server.url}/neko/{picture_name(0)}", "artist_name": "a"}
        (one,) = download(client, [row], folder)
    assert one.error is not None
    assert (one.error.reason, len(server.requests)) == ("unreachable", 4)


def test_the_library_has_no_part(
    client: Client, services: Services, folder: Path, library: Library, row: JsonObject
) -> None:
    services.nekos.faults.add("/neko/*:503")
    (one,) = download(client, [row], folder, library=library)
    assert one.status == "failed"
    assert library.count() == 0
    assert os.listdir(folder) == []


@pytest.mark.parametrize(("etag", "left_over"), [('"a"', 2), ("", 0)])
def test_what_nothing_can_be_put_behind_is_not_left(
    etag: str, left_over: int, tmp_path: Path
) -> None:
    with ResumableFile(str(tmp_path), URL, 1.0) as partial:
        partial.open_writer(head(200, etag=etag)).write(b"123")
    assert len(os.listdir(tmp_path)) == left_over
