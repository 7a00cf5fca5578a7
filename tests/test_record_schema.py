"""Records and posts stand in the models, answers and schemas of pydantic and FastAPI."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import TYPE_CHECKING, Annotated, Any

import httpx
import pydantic
import pytest
from fastapi import Body, FastAPI

from animedex.backends.nekos.models import NekosCategoryFormat, NekosImage
from animedex.models import ArtPost
from animedex.record_schema import json_schema

if TYPE_CHECKING:
    from animedex.http_message import JsonObject

ROW: JsonObject = {
    "url": "https://pictures.example/neko/1.png",
    "dimensions": {"width": 3, "depth": None},
    "mood": ["calm", 10**30],
}
ROWS: pydantic.TypeAdapter[list[NekosImage]] = pydantic.TypeAdapter(list[NekosImage])


class Page(pydantic.BaseModel):
    first: NekosImage
    others: list[NekosImage] = []
    spare: NekosImage | None = None


def test_rows_become_records() -> None:
    (record,) = ROWS.validate_python([ROW])
    assert isinstance(record, NekosImage)
    assert record.payload == ROW


def test_records_stay_the_records_they_are() -> None:
    record = NekosImage.from_payload(ROW)
    assert ROWS.validate_python([record])[0] is record


def test_json_becomes_records() -> None:
    (record,) = ROWS.validate_json(b'[{"url": "a", "x": {"y": 1.0}}]')
    assert record.payload == {"url": "a", "x": {"y": 1.0}}


@pytest.mark.parametrize("row", [17, None, [ROW], "x", {}, {"url": 3}, {"url": "a", "n": b"x"}])
def test_what_is_no_row_is_a_validation_error(row: Any) -> None:
    with pytest.raises(pydantic.ValidationError) as caught:
        ROWS.validate_python([row])
    assert caught.value.errors()[0]["loc"] == (0,)


def test_the_error_of_a_wrong_key_names_it() -> None:
    with pytest.raises(pydantic.ValidationError, match=r"dimensions\.width: expected `int"):
        ROWS.validate_python([{"url": "a", "dimensions": {"width": "wide"}}])


def test_models_hold_records_and_dump_rows() -> None:
    page = Page.model_validate({"first": ROW, "others": [ROW]})
    assert page.first == page.others[0] == NekosImage.from_payload(ROW)
    dumped = {"first": ROW, "others": [ROW], "spare": None}
    assert page.model_dump() == dumped
    assert page.model_dump(mode="json") == dumped
    assert Page.model_validate_json(page.model_dump_json()) == page


@pytest.mark.parametrize("kind", [NekosImage, NekosCategoryFormat])
def test_a_schema_needs_no_references(kind: type[Any]) -> None:
    schema = json_schema(kind)
    assert "$ref" not in str(schema)
    assert schema["type"] == "object"


def test_the_schema_describes_the_known_keys_and_allows_others() -> None:
    schema = ROWS.json_schema()
    assert "$ref" not in str(schema)
    row = schema["items"]
    assert row["required"] == ["url"]
    assert set(row["properties"]) == {*NekosImage.__struct_fields__}
    assert row.get("additionalProperties", True) is True
    sizes = row["properties"]["dimensions"]["anyOf"]
    assert any("width" in size.get("properties", {}) for size in sizes)


def test_a_model_of_records_has_a_schema_in_both_directions() -> None:
    modes: tuple[Any, Any] = ("validation", "serialization")
    for mode in modes:
        properties = Page.model_json_schema(mode=mode)["properties"]
        assert properties["first"]["properties"]["url"]["type"] == "string"


def service() -> FastAPI:
    app = FastAPI()

    def pictures() -> list[NekosImage]:
        return [NekosImage.from_payload(ROW)]

    def declared() -> list[JsonObject]:
        return [ROW]

    def echo(row: Annotated[NekosImage, Body()]) -> str:
        return row.url

    # FastAPI resolves annotations by module, where names imported for type checkers lack.
    declared.__annotations__["return"] = list[dict[str, Any]]
    app.get("/pictures")(pictures)
    app.get("/declared", response_model=list[NekosImage])(declared)
    app.post("/echo")(echo)
    return app


def ask(method: str, path: str, json: object = None) -> httpx.Response:
    async def exchange() -> httpx.Response:
        transport = httpx.ASGITransport(service())
        async with httpx.AsyncClient(transport=transport, base_url="http://app.example") as client:
            return await client.request(method, path, json=json)

    return asyncio.run(exchange())


@pytest.mark.parametrize("path", ["/pictures", "/declared"])
def test_fastapi_answers_with_rows(path: str) -> None:
    answer = ask("GET", path)
    assert (answer.status_code, answer.json()) == (200, [ROW])


def test_fastapi_takes_rows() -> None:
    assert ask("POST", "/echo", json=ROW).json() == ROW["url"]
    assert ask("POST", "/echo", json={"url": 4}).status_code == 422
    assert ask("POST", "/echo", json=[]).status_code == 422


def test_fastapi_documents_rows() -> None:
    answer = ask("GET", "/openapi.json")
    assert answer.status_code == 200
    ok = answer.json()["paths"]["/pictures"]["get"]["responses"]["200"]
    schema = ok["content"]["application/json"]["schema"]
    assert set(schema["items"]["properties"]) == {*NekosImage.__struct_fields__}


POSTS: pydantic.TypeAdapter[ArtPost] = pydantic.TypeAdapter(ArtPost)


def test_posts_go_through_pydantic_and_come_back() -> None:
    post = NekosImage.from_payload(ROW).to_common()
    assert POSTS.validate_python(post) is post
    assert POSTS.dump_python(post) == post.to_payload()
    assert POSTS.validate_json(POSTS.dump_json(post)) == post


@pytest.mark.parametrize("value", [17, {}, {"id": "nekos:a", "rating": "x"}, {"id": 3}])
def test_what_is_no_post_is_a_validation_error(value: Any) -> None:
    with pytest.raises(pydantic.ValidationError):
        POSTS.validate_python(value)


def test_the_schema_of_a_post_needs_no_references_and_has_no_source_tag() -> None:
    schema = POSTS.json_schema()
    assert "$ref" not in str(schema)
    assert (
        schema["properties"].keys()
        == POSTS.validate_python(NekosImage.from_payload(ROW).to_common()).to_payload().keys()
    )
    assert sorted(schema["required"]) == ["id", "rating"]


def test_pydantic_is_not_imported_before_it_asks() -> None:
    program = (
        "import sys, animedex, animedex.backends.nekos.models as models, animedex.client\n"
        "models.NekosImage.from_payload({'url': 'a'})\n"
        "print([name for name in sys.modules if name.startswith('pydantic')])"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
