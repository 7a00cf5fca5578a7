"""Answers that Danbooru really gave, where a folder of them is present beside the project.

`ANIMEDEX_RECORDED` names another place for it. Without the folder there is nothing to replay, and
no test is collected from here.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qsl, urlsplit

import msgspec
import pytest

from animedex import Client
from animedex.backends.danbooru import BACKEND, calls
from animedex.backends.danbooru import tag_query as query
from animedex.backends.danbooru.error_messages import explain_error
from animedex.backends.danbooru.models import (
    DanbooruArtist,
    DanbooruPool,
    DanbooruPost,
    DanbooruTag,
)
from animedex.backends.provider import find_provider
from animedex.http_message import Response
from animedex.testing.samples.danbooru_sample import DanbooruSample
from tests.kit.transport import error_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from animedex.call import Call
    from animedex.http_message import JsonObject
    from animedex.models import Record

BESIDE = Path(__file__).parents[2] / "shared" / "data" / "recorded"
FOLDER = Path(os.environ.get("ANIMEDEX_RECORDED", BESIDE)) / "danbooru"
FILES = sorted(FOLDER.glob("*.json"))
KINDS: dict[str, type[Record]] = {
    "posts": DanbooruPost,
    "tags": DanbooruTag,
    "artists": DanbooruArtist,
    "pools": DanbooruPool,
}
OK, TOO_MANY_TERMS = 200, 422


class RecordedRequest(msgspec.Struct):
    url: str


class Answered(msgspec.Struct):
    status: int
    headers: dict[str, str]
    json: object


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
    def kind(self) -> type[Record] | None:
        return KINDS.get(self.path.split("/")[1].partition(".")[0])

    @property
    def rows(self) -> list[JsonObject]:
        """Return the rows of an answer that has some."""
        if self.response.status != OK or self.kind is None:
            return []
        result = self.response.json
        return cast("list[JsonObject]", result if isinstance(result, list) else [result])

    @property
    def body(self) -> bytes:
        return msgspec.json.encode(self.response.json)


RECORDINGS = {file.stem: msgspec.json.decode(file.read_bytes(), type=Recording) for file in FILES}
POSTS = [row for one in RECORDINGS.values() if one.kind is DanbooruPost for row in one.rows]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    for name, suits in CASES.items():
        if name in metafunc.fixturenames:
            result = {stem: one for stem, one in RECORDINGS.items() if suits(one)}
            metafunc.parametrize(name, result.values(), ids=result)
    if "row" in metafunc.fixturenames:
        metafunc.parametrize("row", POSTS, ids=lambda row: str(row["id"]))


def replay(recording: Recording) -> Call[Any] | None:
    """Make the call that asks the same, where there is one."""
    path, sent = recording.path.removeprefix("/"), dict(recording.query)
    name = path.rpartition("/")[2].removesuffix(".json")
    again: dict[str, Callable[[], Call[Any]]] = {
        "posts.json": lambda: calls.search(
            sent.pop("tags"), limit=int(sent.pop("limit")), page=sent.pop("page", None)
        ),
        "counts/posts.json": lambda: calls.count(sent.pop("tags")),
        "tags.json": lambda: calls.tags(sent.pop("search[name_matches]"), int(sent.pop("limit"))),
        f"posts/{name}.json": lambda: calls.post(int(name)),
        f"pools/{name}.json": lambda: calls.pool(int(name)),
    }
    try:
        call = again[path]()
    except KeyError:
        return None
    return None if sent else call


CASES: dict[str, Callable[[Recording], bool]] = {
    "recording": lambda one: bool(one.rows),
    "refusal": lambda one: one.response.status != OK,
    "search": lambda one: one.path in {"/posts.json", "/counts/posts.json"},
    "repeatable": lambda one: one.response.status == OK and replay(one) is not None,
}


if FILES:

    def test_a_recorded_row_is_kept_whole(recording: Recording) -> None:
        kind = recording.kind
        for sent in recording.rows:
            assert kind
            assert kind.from_payload(sent).payload == sent

    def test_a_recorded_row_has_no_key_that_is_not_typed(recording: Recording) -> None:
        for sent in recording.rows:
            assert recording.kind is not None
            assert set(sent) <= set(recording.kind.__struct_fields__)

    def test_recorded_posts_project_without_a_guess(row: JsonObject) -> None:
        record = DanbooruPost.from_payload(row)
        common = record.to_common()
        assert common == record.to_common()
        assert (common.id, common.rating) == (f"danbooru:{row['id']}", row["rating"])
        assert common.url == row["file_url"]
        assert common.tags == str(row["tag_string"]).split()
        kinds = [record.artists, record.characters, record.copyrights]
        assert sorted(sum(kinds, record.general_tags + record.meta_tags)) == sorted(common.tags)
        assert common.extension == row["file_ext"]
        assert common.animated in {True, False}
        source = str(row["source"])
        assert common.source_url == (source if source.startswith("http") else None)

    def test_recorded_posts_tell_what_they_are(row: JsonObject) -> None:
        art = find_provider("danbooru")
        told = art.read_keys(row)
        assert art.matches_row(row)
        assert told.md5 == row["md5"]
        assert (told.pixels > 0, told.byte_size) == (True, row["file_size"])
        assert any("/artworks/" in link for link in told.links) == bool(row["pixiv_id"])

    def test_a_withheld_post_projects_to_no_url(row: JsonObject) -> None:
        gone = {"md5", "file_url", "large_file_url", "preview_file_url"}
        withheld = {key: value for key, value in row.items() if key not in gone}
        common = DanbooruPost.from_payload(withheld).to_common()
        assert (common.url, common.preview_url, common.sample_url, common.md5) == (None,) * 4

    def test_recorded_failures_are_told_in_their_own_words(refusal: Recording) -> None:
        body = cast("dict[str, str]", refusal.response.json)
        response = Response(refusal.response.status, (), refusal.body, "")
        assert explain_error(response) is not None
        error = error_of(response, BACKEND)
        assert body["message"] in error.message
        assert "app/" not in str(error)

    def test_the_rule_of_two_terms_is_the_recorded_one(search: Recording) -> None:
        refused = search.response.status == TOO_MANY_TERMS
        terms = query.split_query([search.query["tags"]])
        assert (len(query.limited_terms(terms)) > query.MOST_TERMS) == refused

    @pytest.fixture(scope="module")
    def server() -> Iterator[DanbooruSample]:
        with DanbooruSample(limits=False) as running:
            yield running

    def test_a_recorded_answer_comes_back_whole(
        repeatable: Recording, server: DanbooruSample, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("ANIMEDEX_LIMITS", "off")
        server.arrivals.clear()
        server.answer(repeatable.path, body=repeatable.body)
        call = replay(repeatable)
        assert call is not None
        with Client(base_urls={"danbooru": server.url}, cache=False) as client:
            result: object = client.perform(call)
        assert sent_back(result) == repeatable.response.json
        assert repeatable.query.items() <= dict(server.arrivals[0].query).items()


def sent_back(found: object) -> object:
    """Turn what a call gives into what the service sent."""
    if isinstance(found, list):
        return [one.payload for one in cast("list[Record]", found)]
    if found is None or isinstance(found, int):
        return {"counts": {"posts": found}}
    return cast("Record", found).payload
