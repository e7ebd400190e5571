"""What has expired goes: all of it, whatever keeps one of them."""

from pathlib import Path

import aiohttp
import pytest

from tests.hostserver.client import FileList
from tests.hostserver.pictures import picture
from tests.hostserver.running_host import Clock, running, with_key

SMALL = picture(size=(32, 32))
MORE_THAN_A_PAGE = 101


async def test_one_sweep_removes_all_that_has_expired(
    tmp_path: Path, session: aiohttp.ClientSession, clock: Clock, files: FileList
) -> None:
    async with running(tmp_path / "data", session, clock) as (host, client):
        for number in range(MORE_THAN_A_PAGE):
            await client.stored(SMALL, filename=f"{number}.jpg", expiration="PT5M")
        clock.now_s += 301
        assert await host.sweep() == MORE_THAN_A_PAGE
        assert files.names() == []


async def test_a_file_that_can_not_be_deleted_keeps_no_other(
    tmp_path: Path, session: aiohttp.ClientSession, clock: Clock, files: FileList
) -> None:
    async with running(tmp_path / "data", session, clock) as (host, client):
        for name in ("first.jpg", "second.jpg"):
            await client.stored(SMALL, filename=name, expiration="PT5M")
        stuck = tmp_path / "data/images/2027/01/15/first.th.jpg"
        stuck.unlink()
        stuck.mkdir()
        clock.now_s += 301
        assert await host.sweep() == 1
        assert files.names() == []
        stuck.rmdir()
        assert await host.sweep() == 1


async def test_what_can_not_be_deleted_now_is_told_truthfully(
    tmp_path: Path, session: aiohttp.ClientSession, clock: Clock
) -> None:
    async with running(tmp_path, session, clock) as (_, client):
        image = await client.stored(SMALL, filename="cat.jpg")
        stuck = tmp_path / "images/2027/01/15/cat.jpg"
        stuck.unlink()
        stuck.mkdir()
        path = f"/api/1/uploads/{image['id_encoded']}"
        answer = await client.call("DELETE", path, headers=with_key(client))
        assert (answer.status, answer.json["code"]) == (503, 104)
        page = await client.call("POST", image["delete_url"], headers={"Accept": "text/html"})
        assert page.status == 503
        assert str(tmp_path) not in page.body.decode() + answer.body.decode()
        stuck.rmdir()
        assert (await client.call("DELETE", path, headers=with_key(client))).status == 200


@pytest.mark.parametrize("what", ["list", "read", "delete", "album"])
async def test_what_has_expired_is_gone_before_the_sweep(
    tmp_path: Path, session: aiohttp.ClientSession, clock: Clock, what: str
) -> None:
    async with running(tmp_path, session, clock) as (_, client):
        headers = with_key(client)
        made = await client.call("POST", "/api/1/albums", json={"name": "x"}, headers=headers)
        album = made.json["album"]
        fields = {"album_id": album["id"], "expiration": "PT5M", "title": "Soon gone"}
        image = await client.stored(SMALL, **fields)
        clock.now_s += 301
        one = f"/api/1/uploads/{image['id_encoded']}"
        if what == "list":
            listed = await client.get("/api/1/uploads", headers=headers)
            assert listed.json["uploads"] == []
        elif what == "album":
            assert b"Soon gone" not in (await client.get(album["url"])).body
            albums = await client.get("/api/1/albums", headers=headers)
            assert albums.json["albums"][0]["uploads"] == 0
        else:
            method = "GET" if what == "read" else "DELETE"
            assert (await client.call(method, one, headers=headers)).status == 404
