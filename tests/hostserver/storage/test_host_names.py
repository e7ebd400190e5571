"""An address, once given, means one file and no other, for as long as it is cached."""

import asyncio
from pathlib import Path

import aiohttp
import pytest

from imgoe_bot.hostserver import GuestRules, HostOptions, HostServer, S3Bucket
from imgoe_bot.hostserver.names import split_stored_name
from tests.hostserver.admin import signed_in
from tests.hostserver.client import Client, FileList
from tests.hostserver.pictures import picture
from tests.hostserver.running_host import PROBLEM, Clock, running, with_key
from tests.hostserver.s3_bucket import count_objects

FOR_EVER = "public, max-age=31536000, immutable"


async def check_that_no_address_comes_again(client: Client) -> None:
    first = await client.stored(picture(seed=1), filename="cat.jpg")
    assert (await client.call("POST", first["delete_url"])).status == 303
    second = await client.stored(picture(seed=2), filename="cat.jpg")
    assert (first["name"], second["name"][:4]) == ("cat", "cat-")
    assert first["url"] != second["url"]
    assert (await client.get(first["url"])).status == 404
    assert (await client.get(second["url"])).headers["cache-control"] == FOR_EVER


async def test_a_deleted_uploads_address_never_shows_another_file(client: Client) -> None:
    await check_that_no_address_comes_again(client)


@pytest.mark.service("postgres")
@pytest.mark.service("s3")
async def test_nor_does_it_in_a_bucket_and_an_index_in_postgresql(
    postgres_url: str, bucket: S3Bucket, tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    options = HostOptions(tmp_path, database_url=postgres_url, s3=bucket)
    async with HostServer(options) as host:
        owner = Client(session, host.url, await host.create_key("names"))
        await check_that_no_address_comes_again(owner)
        assert await count_objects(bucket, session) == 3


async def test_an_expired_uploads_address_never_shows_another_file(
    tmp_path: Path, session: aiohttp.ClientSession, clock: Clock
) -> None:
    async with running(tmp_path, session, clock) as (host, client):
        first = await client.stored(picture(), filename="cat.jpg", expiration="PT5M")
        clock.now_s += 301
        assert await host.sweep() == 1
        second = await client.stored(picture(), filename="cat.jpg")
        assert first["url"] != second["url"]


async def test_a_file_is_cached_no_longer_than_it_stays(
    tmp_path: Path, session: aiohttp.ClientSession, clock: Clock
) -> None:
    async with running(tmp_path, session, clock) as (_, client):
        image = await client.stored(picture(size=(900, 600)), expiration="PT10M")
        for url in (image["url"], image["thumb"]["url"], image["medium"]["url"]):
            assert (await client.get(url)).headers["cache-control"] == "public, max-age=600"
        clock.now_s += 599
        assert (await client.get(image["url"])).headers["cache-control"] == "public, max-age=1"
        staying = await client.stored(picture(seed=2))
        assert (await client.get(staying["url"])).headers["cache-control"] == FOR_EVER


async def test_an_expired_file_is_not_served_until_the_sweep(
    tmp_path: Path, session: aiohttp.ClientSession, clock: Clock, files: FileList
) -> None:
    async with running(tmp_path / "data", session, clock) as (_, client):
        image = await client.stored(picture(), expiration="PT5M")
        assert (await client.get(image["url"])).status == 200
        clock.now_s += 300
        for url in (image["url"], image["thumb"]["url"], image["url_viewer"]):
            assert (await client.get(url)).status == 404
        assert len(files.names()) == 3


async def test_a_waiting_upload_keeps_its_name_free_for_its_approval(
    tmp_path: Path, session: aiohttp.ClientSession, clock: Clock
) -> None:
    rules = {"guests": GuestRules(), "moderation": "guests"}
    async with running(tmp_path, session, clock, **rules) as (_, client):
        guest = Client(session, client.url, None)
        waiting = await guest.stored(picture(seed=1), filename="cat.jpg")
        public = await client.stored(picture(seed=2), filename="cat.jpg")
        assert (waiting["name"], public["name"][:4]) == ("cat", "cat-")
        admin = await signed_in(client)
        await admin.form(f"/admin/uploads/{waiting['id_encoded']}/approve")
        path = f"/api/1/uploads/{waiting['id_encoded']}"
        shown = (await client.get(path, headers=with_key(client))).json["image"]
        assert (await client.get(shown["url"])).headers["cache-control"].startswith("public")
        assert shown["name"] == "cat"


async def check_that_one_of_many_is_taken(client: Client) -> None:
    headers, data = with_key(client) | PROBLEM, picture()
    answers = await asyncio.gather(*(client.upload(data, headers=headers) for _ in range(6)))
    assert sorted(answer.status for answer in answers) == [200, 409, 409, 409, 409, 409]
    taken = next(answer.json["image"] for answer in answers if answer.status == 200)
    named = {answer.json["existing_url"] for answer in answers if answer.status == 409}
    assert named == {taken["url_viewer"]}


async def test_of_six_equal_files_that_come_at_once_one_is_taken(
    client: Client, files: FileList
) -> None:
    await check_that_one_of_many_is_taken(client)
    assert len(files.names()) == 3


async def test_also_by_two_processes_that_share_an_index(
    tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    options, headers = HostOptions(tmp_path), PROBLEM
    async with HostServer(options) as first, HostServer(options) as second:
        clients = [Client(session, host.url, first.first_key) for host in (first, second)]
        sent = [
            clients[n % 2].upload(picture(), headers=headers | with_key(clients[0]))
            for n in range(6)
        ]
        statuses = sorted(answer.status for answer in await asyncio.gather(*sent))
        assert statuses == [200, 409, 409, 409, 409, 409]


@pytest.mark.service("postgres")
async def test_also_with_an_index_in_postgresql(
    postgres_url: str, tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    async with HostServer(HostOptions(tmp_path, database_url=postgres_url)) as host:
        key = await host.create_key("six at once")
        await check_that_one_of_many_is_taken(Client(session, host.url, key))


async def test_what_was_deleted_or_has_expired_is_no_duplicate(
    tmp_path: Path, session: aiohttp.ClientSession, clock: Clock
) -> None:
    async with running(tmp_path, session, clock, strict=True) as (_, client):
        image = await client.stored(picture())
        await client.call("POST", image["delete_url"])
        await client.stored(picture(), expiration="PT5M")
        clock.now_s += 301
        assert (await client.upload(picture())).status == 200


async def test_a_file_the_index_does_not_know_is_neither_served_nor_overwritten(
    tmp_path: Path, session: aiohttp.ClientSession, clock: Clock
) -> None:
    async with running(tmp_path, session, clock) as (_, client):
        stray = tmp_path / "images/2027/01/15/cat.jpg"
        stray.parent.mkdir(parents=True)
        stray.write_bytes(b"stray")
        assert (await client.get("/images/2027/01/15/cat.jpg")).status == 404
        image = await client.stored(picture(), filename="cat.jpg")
        assert image["name"].startswith("cat-")
        assert stray.read_bytes() == b"stray"


@pytest.mark.parametrize(
    ("stored", "parts"),
    [
        ("2026/11/27/cat.jpg", ("2026/11/27", "cat")),
        ("2026/11/27/cat.th.jpg", ("2026/11/27", "cat")),
        ("2026/11/27/cat.md.webp", ("2026/11/27", "cat")),
        ("2026/11/27/clip.fr.jpeg", ("2026/11/27", "clip")),
        ("2026/11/27/a.b.c.png", ("2026/11/27", "a.b.c")),
        ("2026/11/27/nothing", ("2026/11/27", "")),
    ],
)
def test_a_files_name_tells_its_uploads(stored: str, parts: tuple[str, str]) -> None:
    assert split_stored_name(stored) == parts
