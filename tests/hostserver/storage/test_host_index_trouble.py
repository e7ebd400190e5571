"""An index that is full, broken or gone: a true answer, nothing left behind, pages still open."""

import resource
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection

from imgoe_bot.hostserver.faults import Fault, Reason
from imgoe_bot.hostserver.index.database import open_database
from tests.hostserver.admin import signed_in
from tests.hostserver.client import Client, FileList
from tests.hostserver.pictures import picture
from tests.hostserver.running_host import PROBLEM, with_key

FIRST, SECOND = (picture(size=(32, 32), seed=seed) for seed in (1, 2))
FILES_FIT_BYTES = 4_096  # the index's log is longer, so it can't grow


@contextmanager
def short_files(size_bytes: int = FILES_FIT_BYTES) -> Generator[None]:
    """Let this process write no file beyond a size, as on a disk that is almost full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_an_upload_that_can_not_be_noted_is_told_and_leaves_nothing(
    client: Client, files: FileList, tmp_path: Path
) -> None:
    await client.stored(FIRST)
    before = files.names()
    with short_files():
        compatible = await client.upload(SECOND)
        strict = await client.upload(SECOND, headers=with_key(client) | PROBLEM)
    assert (compatible.status, compatible.json["error"]["code"]) == (400, 104)
    assert (strict.status, strict.json["code"]) == (503, 104)
    assert str(tmp_path).encode() not in compatible.body + strict.body
    assert files.names() == before
    again = await client.upload(SECOND, headers=with_key(client) | PROBLEM)
    assert again.status == 200


async def test_pages_and_files_open_while_nothing_can_be_written(client: Client) -> None:
    image = await client.stored(FIRST)
    with short_files():
        for url in (image["url_viewer"], image["url"], image["thumb"]["url"]):
            assert (await client.get(url)).status == 200


async def test_a_deletion_that_can_not_be_noted_is_completed_by_a_repeat(
    client: Client, files: FileList
) -> None:
    image = await client.stored(FIRST)
    with short_files():
        assert (await client.call("POST", image["delete_url"])).status == 503
    assert (await client.call("POST", image["delete_url"])).status == 303
    assert files.names() == []


async def test_a_broken_index_is_told_to_people_as_to_programs(
    client: Client, tmp_path: Path
) -> None:
    image, admin = await client.stored(FIRST), await signed_in(client)
    broken = sqlite3.connect(tmp_path / "data/index.sqlite3")
    for table in ("uploads", "file_names", "users"):
        broken.execute(f"DROP TABLE {table}")
    broken.close()
    browser = {"Accept": "text/html", "Cookie": admin.cookie}
    page = await client.get(image["url_viewer"], headers=browser)
    assert (page.status, b"That was not done" in page.body) == (503, True)
    assert (await client.get("/nowhere", headers=browser)).status == 404
    listed = await client.get("/api/1/uploads", headers=with_key(client))
    assert (listed.status, listed.json["code"]) == (503, 104)
    file = await client.get(image["url"])
    assert (file.status, file.headers["cache-control"]) == (200, "public, max-age=60")


def _fill(connection: Connection) -> None:
    for _ in range(100):
        connection.exec_driver_sql("INSERT INTO much VALUES (hex(randomblob(2000)))")


async def test_an_index_without_room_is_full_and_changes_nothing(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'index.sqlite3'}")
    await database.run(lambda connection: connection.exec_driver_sql("PRAGMA max_page_count=20"))
    await database.run(lambda connection: connection.exec_driver_sql("CREATE TABLE much (text)"))
    with pytest.raises(Fault) as raised:
        await database.run(_fill)
    assert raised.value.reason is Reason.STORAGE_FULL
    count = "SELECT count(*) FROM much"
    assert await database.run(lambda connection: connection.exec_driver_sql(count).scalar()) == 0
    await database.close()


async def test_an_index_that_is_gone_is_told(unused_port: int) -> None:
    pytest.importorskip("asyncpg", reason="asyncpg is not installed")
    database = open_database(f"postgresql+asyncpg://x:hunter2@127.0.0.1:{unused_port}/x")
    with pytest.raises(Fault) as raised:
        await database.run(lambda connection: connection.exec_driver_sql("SELECT 1"))
    assert raised.value.reason is Reason.UNAVAILABLE
    await database.close()
