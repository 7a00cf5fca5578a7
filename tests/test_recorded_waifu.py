"""Answers that Waifu.im really gave, where a folder of them is present beside the project.

`ANIMEDEX_RECORDED` names another place for it. Without the folder there is nothing to replay, and
no test is collected from here.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import parse_qsl, urlsplit

import msgspec
import pytest

from animedex import Client
from animedex.backends.waifu import BACKEND
from animedex.backends.waifu.error_messages import check_version
from animedex.backends.waifu.models import WaifuImage
from animedex.backends.waifu.provider import ART
from animedex.errors import Refused
from animedex.http_message import Response
from animedex.testing.samples.waifu_sample import WaifuSample

if TYPE_CHECKING:
    from collections.abc import Sequence

    from animedex.http_message import JsonObject
    from animedex.models import Record

BESIDE = Path(__file__).parents[2] / "shared" / "data" / "recorded"
FOLDER = Path(os.environ.get("ANIMEDEX_RECORDED", BESIDE)) / "waifu"
FILES = sorted(FOLDER.glob("*.json"))


class RecordedRequest(msgspec.Struct):
    url: str


class Answered(msgspec.Struct):
    status: int
    headers: dict[str, str]
    json: dict[str, object] | None = None
    text: str = ""


class Recording(msgspec.Struct):
    request: RecordedRequest
    response: Answered

    @property
    def path(self) -> str:
        return urlsplit(self.request.url).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.request.url).query))

    @property
    def body(self) -> bytes:
        told = self.response
        return told.text.encode() if told.json is None else json.dumps(told.json).encode()

    @property
    def rows(self) -> list[JsonObject]:
        told = self.response.json or {}
        return cast("list[JsonObject]", told.get("items", [told] if told else []))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "recording" in metafunc.fixturenames:
        result = [msgspec.json.decode(file.read_bytes(), type=Recording) for file in FILES]
        metafunc.parametrize("recording", result, ids=[file.stem for file in FILES])


def replay(client: Client, path: str) -> Sequence[Record]:
    match path.strip("/").split("/"):
        case ["images"]:
            return client.waifu.images()
        case ["artists"]:
            return client.waifu.artists()
        case ["artists", "by-name", name]:
            return [client.waifu.artist(name)]
        case ["tags", number]:
            return [client.waifu.tag(number)]
        case _:
            return []


if FILES:

    def test_a_recorded_answer_comes_back_whole(recording: Recording) -> None:
        told = recording.response
        if recording.path == "/users/me":
            return
        with WaifuSample(limits=False) as server:
            kind = {"content-type": told.headers["Content-Type"]}
            server.answer(recording.path, status=told.status, headers=kind, body=recording.body)
            with Client(base_urls={"waifu": server.url}) as client:
                if told.status == 200:
                    rows = replay(client, recording.path)
                    assert [row.payload for row in rows] == recording.rows
                    assert [list(row.payload) for row in rows] == [
                        list(row) for row in recording.rows
                    ]
                else:
                    with pytest.raises(Refused, match="signing in does not help"):
                        replay(client, recording.path)

    def test_a_recorded_page_says_where_it_stands(recording: Recording) -> None:
        told = recording.response.json or {}
        if "items" not in told:
            return
        with WaifuSample(limits=False) as server:
            server.answer(recording.path, body=recording.body)
            with Client(base_urls={"waifu": server.url}) as client:
                page = client.waifu.images() if "images" in recording.path else None
                result = page if page is not None else client.waifu.artists()
        assert result.total_count == told["totalCount"]
        assert (result.page, result.total_pages) == (told["pageNumber"], told["totalPages"])
        assert result.has_next_page == told["hasNextPage"]

    def test_recorded_images_project_without_a_guess(recording: Recording) -> None:
        for sent in recording.rows if recording.path == "/images" else []:
            post = WaifuImage.from_payload(sent).to_common()
            assert post.id == f"waifu:{sent['id']}" == ART.read_keys(sent).id
            assert (post.url, post.source_url) == (sent["url"], sent["source"])
            assert (post.rating, f".{post.extension}") == ("g", sent["extension"])
            assert post.perceptual_hash == sent["perceptualHash"]
            assert f"{ART.read_keys(sent).perceptual_hash:016x}" == sent["perceptualHash"]
            assert ART.matches_row(sent)
            call = ART.picture(str(sent["url"]))
            assert call is not None
            assert call.request.path == f"/images/{sent['id']}"

    def test_a_recorded_answer_is_of_the_version_that_is_asked_for(recording: Recording) -> None:
        headers = tuple((k.lower(), v) for k, v in recording.response.headers.items())
        assert check_version(Response(recording.response.status, headers, b"", "")) is None

    def test_a_parameter_with_underscores_changed_nothing(recording: Recording) -> None:
        """The service passed it over: all of its images were counted."""
        if any("_" in name for name in recording.query):
            plain = next(file for file in FILES if file.stem == "images-01-default-page1")
            whole = msgspec.json.decode(plain.read_bytes(), type=Recording).response.json
            told = recording.response.json
            assert whole is not None
            assert told is not None
            assert told["totalCount"] == whole["totalCount"]

    def test_a_recorded_user_has_a_name(recording: Recording) -> None:
        assert BACKEND.sign_in is not None
        if recording.path == BACKEND.sign_in.path:
            assert recording.response.json is not None
            assert recording.response.json["name"]
