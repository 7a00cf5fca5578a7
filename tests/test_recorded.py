"""Answers that the service really gave, where a folder of them is present beside the project.

`ANIMEDEX_RECORDED` names another place for it. Without the folder there is nothing to replay, and
no test is collected from here.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import parse_qsl, urlsplit

import msgspec

from animedex import Client
from animedex.backends.nekos.search_score import match_score
from animedex.http_message import Response
from animedex.testing import SampleServer
from animedex.transport.retry_after import exhausted_for

if TYPE_CHECKING:
    import pytest

    from animedex.backends.nekos.models import NekosImage

BESIDE = Path(__file__).parents[2] / "shared" / "data" / "recorded"
FOLDER = Path(os.environ.get("ANIMEDEX_RECORDED", BESIDE)) / "nekos"
FILES = sorted(FOLDER.glob("*.json"))


class RecordedRequest(msgspec.Struct):
    url: str


class Answered(msgspec.Struct):
    status: int
    headers: dict[str, str]
    json: dict[str, object]


class Recording(msgspec.Struct):
    request: RecordedRequest
    response: Answered

    @property
    def path(self) -> str:
        return urlsplit(self.request.url).path.removeprefix("/api/v2")

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.request.url).query))

    @property
    def rows(self) -> list[dict[str, str]]:
        # The tests read no other than the strings of a row.
        return cast("list[dict[str, str]]", self.response.json.get("results", []))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "recording" in metafunc.fixturenames:
        result = [msgspec.json.decode(file.read_bytes(), type=Recording) for file in FILES]
        metafunc.parametrize("recording", result, ids=[file.stem for file in FILES])


def replay(client: Client, recording: Recording) -> list[NekosImage]:
    query = recording.query
    if recording.path == "/search":
        return client.nekos.search(query["query"], "image", amount=int(query["amount"]))
    return client.nekos.image(recording.path[1:], int(query["amount"]))


if FILES:

    def test_a_recorded_answer_comes_back_whole(recording: Recording) -> None:
        with SampleServer(limits=False) as server:
            server.answer(recording.path, body=msgspec.json.encode(recording.response.json))
            with Client(base_urls={"nekos": server.url}) as client:
                if recording.path == "/endpoints":
                    result = client.nekos.categories_full()
                    told = {name: row.payload for name, row in result.items()}
                    assert told == recording.response.json
                    assert client.nekos.categories() == sorted(told)
                else:
                    rows = replay(client, recording)
                    assert [row.payload for row in rows] == recording.rows
                    assert dict(server.arrivals[0].query) == recording.query

    def test_recorded_rows_project_without_a_guess(recording: Recording) -> None:
        from animedex.backends.nekos.models import NekosImage

        for sent in recording.rows:
            post = NekosImage.from_payload({**sent}).to_common()
            assert post.id == f"nekos:{sent['url'].rpartition('/')[2]}"
            assert (post.rating, post.extension, post.animated) == ("g", "png", False)
            assert (post.artist, post.source_url) == (sent["artist_name"], sent["source_url"])

    def test_no_recorded_search_row_answers_its_query(recording: Recording) -> None:
        """The service found nothing in either recorded search, and did not say so."""
        query = recording.query.get("query", "")
        scores = [
            match_score(query, [row["artist_name"]], [row["artist_href"], row["source_url"]])
            for row in recording.rows
        ]
        assert max(scores, default=0.0) < 0.8

    def test_recorded_headers_block_nothing_until_they_say_so(recording: Recording) -> None:
        headers = {name.lower(): value for name, value in recording.response.headers.items()}
        open_ = Response(recording.response.status, tuple(headers.items()), b"", "")
        assert exhausted_for(open_) is None
        headers["x-rate-limit-remaining"] = "0"
        assert 0 < (exhausted_for(open_._replace(headers=tuple(headers.items()))) or 0) <= 60
