"""The same host on other storages: PostgreSQL, S3, several processes on one index."""

import asyncio
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from imgoe_bot.errors import SchemaTooNew
from imgoe_bot.hostserver import GuestRules, HostOptions, HostServer, S3Place
from tests.hostserver.driver import Client, client_of, picture

SECRETS = {"access_key_id": "testing", "secret_access_key": "testing"}


@pytest.fixture(scope="module")
def s3_endpoint() -> Iterator[str]:
    moto = pytest.importorskip("moto.server", reason="moto's server is not installed")
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
async def bucket(s3_endpoint: str, session: aiohttp.ClientSession) -> S3Place:
    pytest.importorskip("obstore", reason="obstore is not installed")
    name = f"pictures-{os.urandom(4).hex()}"
    async with session.put(f"{s3_endpoint}/{name}") as response:
        assert response.status == 200
    return S3Place(name, endpoint=s3_endpoint, **SECRETS)


async def keys_in(place: S3Place, session: aiohttp.ClientSession) -> int:
    async with session.get(f"{place.endpoint}/{place.bucket}") as response:
        return (await response.text()).count("<Key>")


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
    bucket: S3Place, tmp_path: Path, session: aiohttp.ClientSession
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
        assert await keys_in(bucket, session) == 6
        for one in (image, second):
            assert (await client.call("POST", one["delete_url"])).status == 303
        assert await keys_in(bucket, session) == 0
        assert (await client.get(image["url"])).status == 404


@pytest.mark.service("s3")
async def test_approval_moves_files_within_a_bucket(
    bucket: S3Place, tmp_path: Path, session: aiohttp.ClientSession
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


@pytest.mark.service("s3")
async def test_a_storage_that_is_down_is_told_and_leaves_nothing(
    tmp_path: Path, session: aiohttp.ClientSession, unused_port: int
) -> None:
    place = S3Place("nowhere", endpoint=f"http://127.0.0.1:{unused_port}", **SECRETS)
    async with HostServer(HostOptions(tmp_path, s3=place)) as host:
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
