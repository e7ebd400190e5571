"""One request, however often it is sent, becomes one upload, and gets the first answer."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import Engine, event, update

from imgoe_bot.hostserver import GuestRules
from imgoe_bot.hostserver.faults import Fault
from imgoe_bot.hostserver.index.database import Database, open_database
from imgoe_bot.hostserver.index.lifecycle import UploadLifecycle
from imgoe_bot.hostserver.index.schema import uploads
from imgoe_bot.hostserver.index.uploads import UploadIndex
from tests.hostserver.client import Answer, Client, FileList
from tests.hostserver.pictures import picture
from tests.hostserver.running_host import PROBLEM, Clock, running, with_key

SMALL = picture(size=(32, 32))
OTHER = picture(size=(32, 32), seed=7)
KEY = "job-17:a1b2"
DAY_S = 24 * 3_600
LOOKUP = "/api/1/idempotency"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.service("postgres"))])
def index(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Where the index is."""
    if request.param == "sqlite":
        return {}
    return {"database_url": request.getfixturevalue("postgres_url")}


def keyed(client: Client, key: str = KEY, **more: str) -> dict[str, str]:
    return {**with_key(client), "Idempotency-Key": key, **more}


async def send(client: Client, data: bytes = SMALL, *, key: str = KEY, **fields: str) -> Answer:
    return await client.upload(data, headers=keyed(client, key), **fields)


async def look(client: Client, key: str = KEY) -> Answer:
    return await client.get(LOOKUP, headers=keyed(client, key))


@asynccontextmanager
async def database(data_dir: Path, index: dict[str, Any]) -> AsyncGenerator[Database]:
    found = open_database(index.get("database_url", f"sqlite:///{data_dir / 'index.sqlite3'}"))
    try:
        yield found
    finally:
        await found.close()


async def unfinish(data_dir: Path, index: dict[str, Any], *, begun_at: float) -> None:
    """Set an upload back to where a kill leaves it."""
    statement = update(uploads).values(begun_at=int(begun_at))
    async with database(data_dir, index) as opened:
        await opened.run(lambda connection: connection.execute(statement))


async def test_a_repeat_gets_the_first_answer_also_after_a_restart(
    tmp_path: Path, session: aiohttp.ClientSession, clock: Clock, index: dict[str, Any]
) -> None:
    async with running(tmp_path / "data", session, clock, **index) as (_, client):
        first = await send(client, title="Cat", tags="a,b")
        again = await send(client, title="Cat", tags="a,b")
        assert (first.status, again.status) == (200, 200)
        assert again.json == first.json
        assert "/delete/" in first.json["image"]["delete_url"]
        assert first.headers["idempotency-key"] == again.headers["idempotency-key"] == KEY
    async with running(tmp_path / "data", session, clock, **index) as (_, after):
        client = Client(session, after.url, client.key)
        clock.now_s += 2 * DAY_S
        later = await send(client, title="Cat", tags="a,b")
        found = await look(client)
        shown = await client.get("/api/1/uploads", headers=with_key(client))
    image = first.json["image"]
    for answer in (later, found):
        assert answer.status == 200
        same = answer.json["image"]
        assert same["id_encoded"] == image["id_encoded"]
        assert same["delete_url"].rpartition("/")[2] == image["delete_url"].rpartition("/")[2]
    assert len(shown.json["uploads"]) == 1


async def test_a_key_stands_for_one_request_of_one_account(
    tmp_path: Path, session: aiohttp.ClientSession, clock: Clock, index: dict[str, Any]
) -> None:
    async with running(tmp_path / "data", session, clock, **index) as (host, client):
        stranger = Client(session, client.url, await host.create_key("bot", user="club"))
        rotated = Client(session, client.url, await host.create_key("second"))
        first = (await send(client)).json["image"]
        for refused in (
            await send(client, OTHER),
            await send(client, title="Another one"),
            await send(client, expiration="PT5M"),
        ):
            assert (refused.status, refused.json["code"]) == (422, 400)
            assert refused.headers["idempotency-key"] == KEY
        assert (await look(stranger)).status == 404
        theirs = (await send(stranger)).json["image"]
        same = (await send(rotated)).json["image"]
    assert theirs["id_encoded"] != first["id_encoded"]
    assert same["id_encoded"] == first["id_encoded"]


@pytest.mark.parametrize("key", ["k" * 10_000, "k" * 256, "", "two words", "caf\u00e9"])
async def test_what_is_no_key_is_refused_in_words_and_nothing_is_stored(
    client: Client, files: FileList, key: str
) -> None:
    for answer in (await send(client, key=key), await look(client, key)):
        assert (answer.status, answer.json["code"]) == (400, 400)
        assert "1 to 255 visible ASCII characters" in answer.json["detail"]
        assert "idempotency-key" not in answer.headers
    assert files.names() == []


async def test_a_lookup_without_a_key_or_an_account_is_refused(client: Client) -> None:
    assert (await client.get(LOOKUP, headers=with_key(client))).status == 400
    assert (await client.get(LOOKUP, headers={"Idempotency-Key": KEY})).status == 401


async def test_guests_have_no_keys(
    tmp_path: Path, session: aiohttp.ClientSession, clock: Clock
) -> None:
    async with running(tmp_path, session, clock, guests=GuestRules()) as (_, client):
        guest = Client(session, client.url, None)
        first, second = [
            await guest.upload(SMALL, headers={"Idempotency-Key": KEY}) for _ in range(2)
        ]
    assert first.json["image"]["id_encoded"] != second.json["image"]["id_encoded"]
    assert "idempotency-key" not in first.headers


async def test_two_keys_in_one_request_are_none(client: Client) -> None:
    headers = [*keyed(client).items(), ("Idempotency-Key", "another")]
    assert (await client.get(LOOKUP, headers=headers)).status == 400


async def test_an_upload_that_was_deleted_is_neither_stored_anew_nor_answered(
    tmp_path: Path, session: aiohttp.ClientSession, clock: Clock, index: dict[str, Any]
) -> None:
    async with running(tmp_path / "data", session, clock, **index) as (host, client):
        image = (await send(client, expiration="PT10M")).json["image"]
        await client.call("POST", image["delete_url"])
        await send(client, key="another", expiration="PT10M")
        clock.now_s += 600
        for answer in (
            await send(client, expiration="PT10M"),
            await look(client),
            await look(client, "another"),
        ):
            assert (answer.status, answer.json["code"]) == (410, 404)
            assert "idempotency-key" in answer.headers
        assert await host.sweep() == 1
        assert (await look(client, "another")).status == 410
        clock.now_s += 3 * DAY_S
        await host.sweep()
        assert (await look(client)).status == 404
        assert (await send(client)).status == 200


async def test_a_first_try_that_failed_frees_its_key(
    tmp_path: Path, session: aiohttp.ClientSession, clock: Clock, index: dict[str, Any]
) -> None:
    async with running(tmp_path / "data", session, clock, **index) as (_, client):
        refused = await send(client, b"no picture at all")
        assert (refused.status, refused.json["error"]["code"]) == (400, 610)
        assert refused.headers["idempotency-key"] == KEY
        assert (await send(client)).status == 200


async def test_a_first_try_that_found_no_room_frees_its_key(
    tmp_path: Path,
    session: aiohttp.ClientSession,
    clock: Clock,
    index: dict[str, Any],
    files: FileList,
) -> None:
    async with running(tmp_path / "data", session, clock, **index) as (_, client):
        folder = tmp_path / "data/images/2027"
        folder.write_bytes(b"in the way")
        assert (await send(client)).json["error"]["code"] == 104
        folder.unlink()
        assert (await look(client)).status == 404
        assert (await send(client)).status == 200
        assert len([name for name in files.names() if ".th." not in name]) == 1


async def test_a_key_whose_process_died_is_taken_over_in_time(
    tmp_path: Path, session: aiohttp.ClientSession, clock: Clock, index: dict[str, Any]
) -> None:
    async with running(tmp_path / "data", session, clock, **index) as (host, client):
        await send(client)
        await unfinish(tmp_path / "data", index, begun_at=clock.now_s)
        for answer in (await send(client), await look(client)):
            assert (answer.status, answer.headers["retry-after"]) == (409, "2")
            assert answer.headers["idempotency-key"] == KEY
        clock.now_s += 121
        assert (await look(client)).status == 404
        again = await send(client)
        shown = await client.get("/api/1/uploads", headers=with_key(client))
        assert [each["id_encoded"] for each in shown.json["uploads"]] == [
            again.json["image"]["id_encoded"]
        ]
        await unfinish(tmp_path / "data", index, begun_at=clock.now_s)
        clock.now_s += 3_600
        assert await host.sweep() == 1
        assert (await look(client)).status == 404


async def test_whoever_was_taken_over_can_not_finish_any_more(
    tmp_path: Path, session: aiohttp.ClientSession, clock: Clock, index: dict[str, Any]
) -> None:
    async with (
        running(tmp_path / "data", session, clock, **index) as (_, client),
        database(tmp_path / "data", index) as opened,
    ):
        image = (await send(client)).json["image"]
        slow = await UploadIndex(opened, clock=clock).find(image["id_encoded"])
        assert slow is not None
        await unfinish(tmp_path / "data", index, begun_at=clock.now_s - 121)
        again = (await send(client)).json["image"]
        with pytest.raises(Fault, match="too long"):
            await asyncio.to_thread(UploadLifecycle(opened, clock=clock).finish, slow)
        assert (await look(client)).json["image"]["id_encoded"] == again["id_encoded"]


async def test_the_same_request_many_times_at_once_is_stored_once(
    tmp_path: Path, session: aiohttp.ClientSession, clock: Clock, index: dict[str, Any]
) -> None:
    """Two hosts on one index: on each the requests meet in memory, between them in the index."""
    async with (
        running(tmp_path / "data", session, clock, **index) as (_, first),
        running(tmp_path / "data", session, clock, **index) as (_, second),
    ):
        second = replace(second, key=first.key)
        answers = await asyncio.gather(
            *(send(client) for client in (first, second) for _ in range(6))
        )
        assert {answer.status for answer in answers} <= {200, 409}
        shown = await first.get("/api/1/uploads", headers=with_key(first))
        ids = {a.json["image"]["id_encoded"] for a in answers if a.status == 200}
        assert ids == {each["id_encoded"] for each in shown.json["uploads"]}
        assert len(ids) == 1
        used = (await look(second)).json["image"]["id_encoded"]
        assert ids == {used}


@pytest.mark.parametrize("strict", [False, True])
async def test_a_repeat_is_no_duplicate_and_another_key_is(
    tmp_path: Path, session: aiohttp.ClientSession, clock: Clock, strict: bool
) -> None:
    options = {"strict": strict, "refuse_duplicates": True}
    async with running(tmp_path, session, clock, **options) as (_, client):
        first, again = await send(client), await send(client)
        other = await send(client, key="another")
    assert again.json == first.json
    assert (other.status, other.json.get("code", 101)) == (409 if strict else 400, 101)


async def test_a_repeat_may_ask_for_another_form_of_the_answer(client: Client) -> None:
    first = (await send(client)).json["image"]
    as_text = await send(client, format="txt")
    renamed = await client.upload(SMALL, headers=keyed(client), filename="other name.jpg")
    assert as_text.body.decode() == first["url"]
    assert renamed.json["image"]["id_encoded"] == first["id_encoded"]


async def test_refusals_about_a_key_tell_the_truth_in_any_form(client: Client) -> None:
    await send(client)
    compatible = await send(client, OTHER, format="txt")
    asked = await client.upload(OTHER, headers=keyed(client, **PROBLEM))
    assert compatible.status == asked.status == 422
    assert compatible.json == asked.json


async def test_an_upload_without_a_key_costs_no_statement_about_keys(client: Client) -> None:
    statements: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        await client.stored(SMALL)
        unkeyed = len(statements)
        await send(client, OTHER)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    about_keys = [each for each in statements if "idempotency_keys" in each]
    assert 0 < unkeyed < len(statements)
    assert not any(each in about_keys for each in statements[:unkeyed])
    assert len(about_keys) == 2
