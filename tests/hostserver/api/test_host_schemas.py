"""The OpenAPI document's schemas fit real answers to the field, and docs/host-api.md lists them."""

import base64
import copy
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import jsonschema_rs
import pytest

from imgoe_bot.hostserver import GuestRules, HostOptions, HostServer
from imgoe_bot.hostserver.api.openapi import PARAMETERS, openapi
from imgoe_bot.hostserver.api.schemas import IMAGE
from tests.docs.tables import code, read, rows, sections
from tests.hostserver.client import Answer, Client, client_of
from tests.hostserver.pictures import animation, picture, picture_with_location
from tests.hostserver.videos import video

Json = dict[str, Any]
DOCUMENT: Json = openapi("http://x", "x")
PROBLEM = {"Accept": "application/problem+json"}
UPLOAD = ("/api/1/upload", "post")


def _resolved(found: Json) -> Json:
    while "$ref" in found:
        target: Any = DOCUMENT
        for name in found["$ref"].removeprefix("#/").split("/"):
            target = target[name]
        found = target
    return found


def schema_of(operation: tuple[str, str], answer: Answer) -> Json:
    """Return what the document says of such an answer to such a call."""
    path, method = operation
    responses = DOCUMENT["paths"][path][method]["responses"]
    content = _resolved(responses[str(answer.status)])["content"]
    schema: Json = content[answer.headers["content-type"].partition(";")[0]]["schema"]
    return schema


def problems_of(schema: Json, instance: object) -> list[str]:
    whole = schema | {"components": DOCUMENT["components"]}
    found = jsonschema_rs.Draft202012Validator(whole).iter_errors(instance)
    return [f"{error.instance_path}: {error.message[:200]}" for error in found]


def assert_fits(operation: tuple[str, str], answer: Answer) -> None:
    assert problems_of(schema_of(operation, answer), answer.json) == []


@pytest.fixture
async def guarded(tmp_path: Path, session: aiohttp.ClientSession) -> AsyncIterator[Client]:
    rules = GuestRules()
    options = HostOptions(tmp_path / "data", guests=rules, moderation="guests")
    async with HostServer(options) as host:
        yield client_of(host, session)


PICTURES = {
    "wide": picture(size=(900, 600)),
    "narrow": picture(size=(200, 100)),
    "from a camera": picture_with_location("JPEG"),
    "animated": animation("GIF"),
    "another format": picture("BMP"),
}


@pytest.mark.parametrize("kind", [*PICTURES, "video"])
@pytest.mark.parametrize("waits", [False, True], ids=["approved", "waiting"])
async def test_replies_to_uploads_fit(
    guarded: Client, tmp_path: Path, kind: str, waits: bool
) -> None:
    data = video(tmp_path / "a.mp4") if kind == "video" else PICTURES[kind]
    sender = Client(guarded.session, guarded.url, None) if waits else guarded
    answer = await sender.upload(data, filename="a.mp4", tags="a,b", expiration="P1D", nsfw="1")
    assert_fits(UPLOAD, answer)
    fields = 57 + (kind == "video") - 3 * waits
    assert len(answer.json["image"]) == fields
    bare = await sender.upload(data, filename="a.mp4")
    assert_fits(UPLOAD, bare)


@pytest.mark.parametrize("waits", [False, True], ids=["approved", "waiting"])
async def test_replies_in_imgbbs_shape_fit(guarded: Client, waits: bool) -> None:
    form = {"image": base64.b64encode(PICTURES["wide"]).decode(), "expiration": "P1D"}
    form |= {} if waits else {"key": str(guarded.key)}
    answer = await guarded.call("POST", "/api/1/upload", data=form)
    assert (answer.json["data"]["url"] is None) == waits
    assert_fits(UPLOAD, answer)


async def test_lists_albums_and_deletions_fit(guarded: Client, tmp_path: Path) -> None:
    key = {"X-API-Key": str(guarded.key)}
    image = await guarded.stored(PICTURES["wide"])
    await guarded.stored(video(tmp_path / "a.mp4"), filename="a.mp4")
    one = f"/api/1/uploads/{image['id_encoded']}"
    for path, operation in (
        ("/api/1/uploads?limit=1", ("/api/1/uploads", "get")),
        ("/api/1/uploads", ("/api/1/uploads", "get")),
        (one, ("/api/1/uploads/{id}", "get")),
    ):
        answer = await guarded.get(path, headers=key)
        assert_fits(operation, answer)
        assert "delete_url" in (answer.json.get("image") or answer.json["uploads"][0])
    gone = await guarded.call("DELETE", one, headers=key)
    assert_fits(("/api/1/uploads/{id}", "delete"), gone)
    for body in ({"name": "Hills"}, {"name": "Drafts", "description": "x", "private": True}):
        made = await guarded.call("POST", "/api/1/albums", json=body, headers=key)
        assert_fits(("/api/1/albums", "post"), made)
    assert_fits(("/api/1/albums", "get"), await guarded.get("/api/1/albums", headers=key))
    listed = await guarded.get("/api/1/categories", headers=key)
    assert_fits(("/api/1/categories", "get"), listed)


async def test_refusals_fit_both_ways(guarded: Client) -> None:
    key, data = {"X-API-Key": str(guarded.key)}, PICTURES["wide"]
    assert_fits(UPLOAD, await guarded.upload(b"words"))
    await guarded.stored(data)
    repeated = await guarded.upload(data, headers=key | PROBLEM)
    assert "existing_url" in repeated.json
    assert_fits(UPLOAD, repeated)
    gone = await guarded.get("/api/1/uploads/nothere", headers=key)
    assert_fits(("/api/1/uploads/{id}", "get"), gone)


@pytest.mark.parametrize(
    "wrong",
    [
        {"nsfw": True},
        {"is_use_loader": 0},
        {"medium": None},
        {"tags": ["a"]},
        {"original_exifdata": {}},
        {"frame": None},
        {"is_approved": 0},
        {"url": None},
        {"surprise": 1},
    ],
    ids=str,
)
async def test_a_reply_of_another_shape_would_be_noticed(client: Client, wrong: Json) -> None:
    answer = await client.upload(PICTURES["wide"])
    schema = schema_of(UPLOAD, answer)
    assert problems_of(schema, answer.json) == []
    changed = copy.deepcopy(answer.json)
    changed["image"] |= wrong
    assert problems_of(schema, changed) != []


def test_the_requests_schema_takes_either_source_in_either_form() -> None:
    post = DOCUMENT["paths"]["/api/1/upload"]["post"]["requestBody"]["content"]
    assert set(post) == {"multipart/form-data", "application/x-www-form-urlencoded"}
    for form in post.values():
        assert problems_of(form["schema"], {"source": "x", "title": "y"}) == []
        assert problems_of(form["schema"], {"image": "x"}) == []
        assert problems_of(form["schema"], {"title": "y"}) != []
        assert problems_of(form["schema"], {"source": "x", "image": "x"}) != []


def _type_words(schema: Json) -> str:
    if "$ref" in schema:
        return "object"
    if "oneOf" in schema:
        return _type_words(schema["oneOf"][0])
    kinds: str | list[str] = schema["type"]
    words = kinds if isinstance(kinds, str) else " or ".join(kinds)
    return words.replace("array", "list")


def test_the_document_lists_every_field_of_the_reply_with_its_type() -> None:
    listed = rows(sections(read("docs/host-api.md"), level=3)["The reply"])
    assert [tuple(row) for row in listed] == [
        (f"`{name}`", _type_words(schema), text) for name, (schema, text) in IMAGE.items()
    ]


def test_the_document_lists_every_parameter_of_the_upload() -> None:
    section = sections(read("docs/host-api.md"), level=2)["Upload"].partition("###")[0]
    assert {code(name) for name, _ in rows(section)} == {"source", "image", *PARAMETERS} - {"key"}
