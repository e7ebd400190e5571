"""The same host on other storages: PostgreSQL, S3, several processes on one index."""

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from imgoe_bot.errors import SchemaTooNew
from imgoe_bot.hostserver import GuestRules, HostOptions, HostServer, S3Bucket
from imgoe_bot.hostserver.options import MIB
from tests.hostserver.client import Client, client_of
from tests.hostserver.pictures import picture
from tests.hostserver.s3_bucket import SECRETS, count_objects


@pytest.mark.service("postgres")
async def test_an_index_in_postgresql_serves_the_whole_round(
    postgres_url: str, tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    options = HostOptions(tmp_path, database_url=postgres_url)
    async with HostServer(options) as host:
        client = client_of(host, session)
        headers = {"X-API-Key": str(client.key)}
        made = await client.call("POST", "/api/1/albums", json={"name": "H\0i"}, headers=headers)
        album_id = made.json["album"]["id"]
        image = await client.stored(picture(), tags="a,b", album_id=album_id, title="x\0y")
        listed = await client.get("/api/1/uploads?tag=b", headers=headers)
        assert [one["id_encoded"] for one in listed.json["uploads"]] == [image["id_encoded"]]
        assert listed.json["uploads"][0]["title"] == "xy"
        assert (await client.get(image["url_viewer"])).status == 200
        assert (await client.get("/image/a%00b")).status == 404
        assert (await client.call("POST", image["delete_url"])).status == 303
    async with HostServer(options) as again:
        assert again.first_key is None


async def test_two_processes_serve_one_index_and_folder(
    tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    async with (
        HostServer(HostOptions(tmp_path)) as first,
        HostServer(HostOptions(tmp_path)) as second,
    ):
        assert second.first_key is None
        clients = [Client(session, host.url, first.first_key) for host in (first, second)]
        images = await asyncio.gather(
            *(clients[n % 2].stored(picture(seed=n), filename="same.jpg") for n in range(8))
        )
        assert len({image["name"] for image in images}) == 8
        elsewhere = images[0]["path_viewer"]
        assert (await clients[1].get(elsewhere)).status == 200
        gone = await clients[1].call("POST", images[0]["delete_url"].replace(first.url, second.url))
        assert gone.status == 303
        assert (await clients[0].get(elsewhere)).status == 404


@pytest.mark.service("s3")
async def test_files_in_a_bucket_serve_the_whole_round(
    bucket: S3Bucket, tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    async with HostServer(HostOptions(tmp_path, s3=bucket)) as host:
        client, data = client_of(host, session), picture(size=(900, 700))
        image = await client.stored(data)
        whole = await client.get(image["url"])
        assert (whole.status, whole.body) == (200, data)
        assert whole.headers["content-type"] == "image/jpeg"
        part = await client.get(image["url"], headers={"Range": "bytes=10-19"})
        assert (part.status, part.body) == (206, data[10:20])
        assert part.headers["content-range"] == f"bytes 10-19/{len(data)}"
        beyond = await client.get(image["url"], headers={"Range": "bytes=9999999-"})
        assert beyond.status == 416
        etag = {"If-None-Match": whole.headers["etag"]}
        assert (await client.get(image["url"], headers=etag)).status == 304
        head = await client.call("HEAD", image["url"])
        assert (head.status, head.headers["content-length"]) == (200, str(len(data)))
        second = await client.stored(picture(seed=5))
        assert second["url"] != image["url"]
        assert await count_objects(bucket, session) == 6
        for one in (image, second):
            assert (await client.call("POST", one["delete_url"])).status == 303
        assert await count_objects(bucket, session) == 0
        assert (await client.get(image["url"])).status == 404


@pytest.mark.service("s3")
async def test_a_file_that_was_in_the_way_outlives_an_upload_that_fails(
    tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    """The index knows nothing of it: its name was given up before the storage broke down."""
    answers, taken, deleted = iter([412, 403]), set[str](), set[str]()

    async def answer(request: web.Request) -> web.Response:
        body = await request.read()
        if request.method == "POST":  # S3's way to delete several
            names = re.findall("<Key>(.*?)</Key>", body.decode())
            deleted.update(names)
            gone = "".join(f"<Deleted><Key>{name}</Key></Deleted>" for name in names)
            return web.Response(text=f"<DeleteResult>{gone}</DeleteResult>")
        status = next(answers)
        if status == 412:
            taken.add(request.path.removeprefix("/bucket/"))
        return web.Response(status=status)

    app = web.Application(client_max_size=MIB)
    app.router.add_route("*", "/{name:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    bucket = S3Bucket("bucket", endpoint=f"http://127.0.0.1:{runner.addresses[0][1]}", **SECRETS)
    try:
        async with HostServer(HostOptions(tmp_path, s3=bucket)) as host:
            refused = await client_of(host, session).upload(picture())
    finally:
        await runner.cleanup()

    assert refused.status == 400
    assert len(taken) == 1
    assert not taken & deleted


@pytest.mark.service("s3")
async def test_approval_moves_files_within_a_bucket(
    bucket: S3Bucket, tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    options = HostOptions(tmp_path, s3=bucket, guests=GuestRules(), moderation="guests")
    async with HostServer(options) as host:
        guest = Client(session, host.url, None)
        image = await guest.stored(picture())
        begun = await guest.call("POST", "/login", data={"key": str(host.first_key)})
        headers = {"Cookie": begun.headers["set-cookie"].partition(";")[0]}
        page = (await guest.get("/admin", headers=headers)).body.decode()
        csrf = page.partition('name="csrf" value="')[2].partition('"')[0]
        path = f"/admin/uploads/{image['id_encoded']}/approve"
        await guest.call("POST", path, headers=headers, data={"csrf": csrf})
        page = (await guest.get(image["path_viewer"])).body.decode()
        url = page.partition('og:image" content="')[2].partition('"')[0]
        assert (await guest.get(url)).status == 200


async def check_that_what_is_known_is_not_sent(client: Client) -> None:
    image = await client.stored(picture())
    whole = await client.get(image["url"])
    etag, modified = whole.headers["etag"], whole.headers["last-modified"]
    for name, value, status in (
        ("If-None-Match", etag, 304),
        ("If-None-Match", "*", 304),
        ("If-None-Match", f'"other", W/{etag}', 304),
        ("If-None-Match", '"other"', 200),
        ("If-None-Match", etag[:-2] + '"', 200),
        ("If-Modified-Since", modified, 304),
        ("If-Modified-Since", "Thu, 01 Jan 1970 00:00:00 GMT", 200),
        ("If-Modified-Since", "yesterday", 200),
    ):
        asked = await client.get(image["url"], headers={name: value})
        assert (name, value, asked.status) == (name, value, status)
        assert asked.headers["etag"] == etag


async def test_a_file_of_a_folder_that_the_client_has_is_not_sent(client: Client) -> None:
    await check_that_what_is_known_is_not_sent(client)


@pytest.mark.service("s3")
async def test_nor_is_one_of_a_bucket(
    bucket: S3Bucket, tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    async with HostServer(HostOptions(tmp_path, s3=bucket)) as host:
        await check_that_what_is_known_is_not_sent(client_of(host, session))


class FailingBucket:
    """An S3 service that takes everything and gives one MiB of each file, or nothing."""

    def __init__(self) -> None:
        self.is_down = False

    async def answer(self, request: web.Request) -> web.Response:
        if request.method == "PUT":
            await request.read()
            return web.Response(headers={"ETag": '"x"'})
        start = int(request.headers.get("Range", "bytes=0").partition("=")[2].partition("-")[0])
        if self.is_down or start > 0:
            return web.Response(status=403)
        headers = {"ETag": '"x"', "Last-Modified": "Thu, 01 Jan 2026 00:00:00 GMT"}
        if request.method == "HEAD":
            return web.Response(headers=headers | {"Content-Length": str(3 * MIB)})
        headers["Content-Range"] = f"bytes 0-{MIB - 1}/{3 * MIB}"
        return web.Response(status=206, body=bytes(MIB), headers=headers)


@pytest.fixture
async def failing() -> AsyncIterator[tuple[FailingBucket, S3Bucket]]:
    pytest.importorskip("obstore", reason="obstore is not installed")
    service, app = FailingBucket(), web.Application(client_max_size=10 * MIB)
    app.router.add_route("*", "/{tail:.*}", service.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    endpoint = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield service, S3Bucket("pictures", endpoint=endpoint, **SECRETS)
    await runner.cleanup()


async def read_into(received: bytearray, answer: aiohttp.ClientResponse) -> None:
    while piece := await answer.content.readany():
        received += piece


@pytest.mark.service("s3")
async def test_a_file_that_the_storage_does_not_give_is_told_truthfully(
    failing: tuple[FailingBucket, S3Bucket], tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    service, bucket = failing
    async with HostServer(HostOptions(tmp_path, s3=bucket)) as host:
        client = client_of(host, session)
        image = await client.stored(picture())
        service.is_down = True
        answer = await client.get(image["url"])
        assert (answer.status, answer.json["code"]) == (503, 104)
        beyond = await client.get(image["url"], headers={"Range": "bytes=2000000-"})
        assert beyond.status == 503


@pytest.mark.service("s3")
async def test_a_file_the_storage_breaks_off_is_cut_and_not_made_up(
    failing: tuple[FailingBucket, S3Bucket],
    tmp_path: Path,
    session: aiohttp.ClientSession,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with HostServer(HostOptions(tmp_path, s3=failing[1])) as host:
        client = client_of(host, session)
        image = await client.stored(picture())
        received = bytearray()
        async with session.get(image["url"]) as answer:
            assert (answer.status, answer.content_length) == (200, 3 * MIB)
            with pytest.raises(aiohttp.ClientError):
                await read_into(received, answer)
        assert received == bytes(len(received))
        assert "the storage broke off within a file" in caplog.messages
        assert not any(record.exc_info for record in caplog.records)


@pytest.mark.service("s3")
async def test_a_storage_that_is_down_is_told_and_leaves_nothing(
    tmp_path: Path, session: aiohttp.ClientSession, unused_port: int
) -> None:
    bucket = S3Bucket("nowhere", endpoint=f"http://127.0.0.1:{unused_port}", **SECRETS)
    async with HostServer(HostOptions(tmp_path, s3=bucket)) as host:
        client = client_of(host, session)
        answer = await client.upload(picture())
        assert (answer.status, answer.json["error"]["code"]) == (400, 104)
        assert "127.0.0.1" not in answer.json["error"]["message"]
        headers = {"X-API-Key": str(client.key), "Accept": "application/problem+json"}
        assert (await client.upload(picture(), headers=headers)).status == 507
        assert list((tmp_path / "tmp").iterdir()) == []


async def test_a_newer_index_is_left_alone(tmp_path: Path) -> None:
    async with HostServer(HostOptions(tmp_path)):
        pass
    database = sqlite3.connect(tmp_path / "index.sqlite3")
    with database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    with pytest.raises(SchemaTooNew):
        async with HostServer(HostOptions(tmp_path)):
            pass
