"""What a kill at the worst moment leaves, and that the next call or sweep puts it right.

The state such a kill leaves is made by hand: files moved, a row set back to where it was.
"""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from imgoe_bot.hostserver import GuestRules, HostOptions, HostServer, S3Bucket
from imgoe_bot.hostserver.storage.s3 import open_bucket
from tests.hostserver.admin import signed_in
from tests.hostserver.client import Client, FileList, client_of
from tests.hostserver.pictures import picture
from tests.hostserver.running_host import Clock, running, with_key
from tests.hostserver.s3_bucket import count_objects

RULES: dict[str, Any] = {"guests": GuestRules(), "moderation": "guests"}
HOUR_S = 3_600


def sql(data_dir: Path, statement: str, *values: int) -> list[Any]:
    database = sqlite3.connect(data_dir / "index.sqlite3", timeout=20)
    try:
        with database:
            return database.execute(statement, values).fetchall()
    finally:
        database.close()


def move_original(waiting: Path, public: Path) -> None:
    os.replace(waiting / "cat.jpg", public / "cat.jpg")


def link_original(waiting: Path, public: Path) -> None:
    os.link(waiting / "cat.jpg", public / "cat.jpg")


def move_everything(waiting: Path, public: Path) -> None:
    for path in list(waiting.iterdir()):
        os.replace(path, public / path.name)


CUTS = [move_original, link_original, move_everything]
Cut = Callable[[Path, Path], None]


async def half_approved(client: Client, data_dir: Path, cut: Cut) -> dict[str, Any]:
    """A guest's upload whose approval was cut off."""
    image = await Client(client.session, client.url, None).stored(picture(), filename="cat.jpg")
    waiting, public = (data_dir / "images" / part / "2027/01/15" for part in ("pending", ""))
    public.mkdir(parents=True, exist_ok=True)
    cut(waiting, public)
    return image


@pytest.mark.parametrize("cut", CUTS)
async def test_an_approval_that_was_cut_off_is_completed(
    tmp_path: Path, session: aiohttp.ClientSession, clock: Clock, cut: Cut
) -> None:
    async with running(tmp_path, session, clock, **RULES) as (_, client):
        image = await half_approved(client, tmp_path, cut)
        admin = await signed_in(client)
        done = await admin.form(f"/admin/uploads/{image['id_encoded']}/approve")
        assert done.status == 303
        path = f"/api/1/uploads/{image['id_encoded']}"
        shown = (await client.get(path, headers=with_key(client))).json["image"]
        for url in (shown["url"], shown["thumb"]["url"], shown["medium"]["url"]):
            assert (await client.get(url)).status == 200
        assert list((tmp_path / "images/pending/2027/01/15").iterdir()) == []


@pytest.mark.parametrize("cut", CUTS)
async def test_rejecting_what_was_half_approved_leaves_nothing(
    tmp_path: Path, session: aiohttp.ClientSession, clock: Clock, files: FileList, cut: Cut
) -> None:
    data_dir = tmp_path / "data"
    async with running(data_dir, session, clock, **RULES) as (_, client):
        image = await half_approved(client, data_dir, cut)
        admin = await signed_in(client)
        await admin.form(f"/admin/uploads/{image['id_encoded']}/reject")
        assert files.names() == []


@pytest.mark.service("s3")
@pytest.mark.parametrize("wanted", ["approve", "reject"])
async def test_the_same_holds_in_a_bucket(
    tmp_path: Path, session: aiohttp.ClientSession, bucket: S3Bucket, wanted: str
) -> None:
    async with HostServer(HostOptions(tmp_path, s3=bucket, **RULES)) as host:
        client = client_of(host, session)
        image = await Client(session, host.url, None).stored(picture(), filename="cat.jpg")
        day = image["date_gmt"][:10].replace("-", "/")
        store = open_bucket(bucket)
        store.copy(f"pending/{day}/cat.jpg", f"{day}/cat.jpg")
        store.copy(f"pending/{day}/cat.th.jpg", f"{day}/cat.th.jpg")
        store.delete(f"pending/{day}/cat.th.jpg")
        admin = await signed_in(client)
        done = await admin.form(f"/admin/uploads/{image['id_encoded']}/{wanted}")
        assert done.status == 303
        assert await count_objects(bucket, session) == (3 if wanted == "approve" else 0)


async def test_an_upload_that_was_never_finished_is_nobodys_and_goes_after_an_hour(
    tmp_path: Path, session: aiohttp.ClientSession, clock: Clock, files: FileList
) -> None:
    data_dir = tmp_path / "data"
    async with running(data_dir, session, clock, strict=True) as (host, client):
        image = await client.stored(picture(), filename="cat.jpg")
        used = sql(data_dir, "SELECT used_bytes FROM users")[0][0]
        sql(data_dir, "UPDATE uploads SET begun_at = ?", int(clock.now_s))
        (data_dir / "images/2027/01/15/cat.md.jpg").unlink()
        listed = await client.get("/api/1/uploads", headers=with_key(client))
        assert listed.json["uploads"] == []
        assert (await client.get(image["url_viewer"])).status == 404
        assert await host.sweep() == 0
        clock.now_s += HOUR_S
        assert (await client.upload(picture())).status == 200
        assert await host.sweep() == 1
        assert len(files.names()) == 3
        assert sql(data_dir, "SELECT used_bytes FROM users") == [(used,)]


async def test_an_index_of_the_version_before_is_brought_up_to_date(
    tmp_path: Path, session: aiohttp.ClientSession, clock: Clock
) -> None:
    async with running(tmp_path, session, clock, **RULES) as (host, client):
        key = await host.create_key("after the upgrade")
        public = await client.stored(picture(seed=1), filename="cat.jpg")
        leaving = await client.stored(picture(seed=2), filename="dog.jpg", expiration="PT10M")
        waiting = await Client(session, client.url, None).stored(
            picture(seed=3), filename="owl.jpg"
        )
    for statement in (
        "DROP TABLE idempotency_keys",
        "DROP TABLE ended_sessions",
        "DROP TABLE file_names",
        "DROP INDEX ix_uploads_unfinished",
        "ALTER TABLE uploads DROP COLUMN begun_at",
        "UPDATE alembic_version SET version_num = '0001'",
    ):
        sql(tmp_path, statement)
    async with HostServer(HostOptions(tmp_path, **RULES), clock=clock) as host:
        client = Client(session, host.url, key)
        path = {
            image["name"]: f"/images/2027/01/15/{image['filename']}" for image in (public, leaving)
        }
        assert "immutable" in (await client.get(path["cat"])).headers["cache-control"]
        assert (await client.get(path["dog"])).headers["cache-control"] == "public, max-age=600"
        again = await client.stored(picture(seed=4), filename="owl.jpg")
        assert again["name"].startswith("owl-")
        admin = await signed_in(client)
        await admin.form(f"/admin/uploads/{waiting['id_encoded']}/approve")
        assert (await client.get("/images/2027/01/15/owl.jpg")).status == 200
