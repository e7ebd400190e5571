"""What ails a database is named as what it is, by what the engines really raise."""

import asyncio
import shutil
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import pytest_asyncio
from sqlalchemy import URL, Connection, make_url

from imgoe_bot.adapters.store import Database, SqlNotes, migrate, open_engine
from imgoe_bot.errors import InternalError, StoreBroken, StoreError, StoreFull, StoreReadOnly
from tests.disks import Disk, small_disk
from tests.hostserver.postgres import running_postgres

LARGE = "x" * 200_000
LIMITED = """
import asyncio, resource, signal, sys
from imgoe_bot.adapters.store import Database, SqlNotes, open_engine
from imgoe_bot.errors import StoreError

async def main(url):
    database = Database(open_engine(url))
    await SqlNotes(database).write("small", "x")
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    try:
        await SqlNotes(database).write("large", 200_000 * "x")
    except StoreError as error:
        print(type(error).__name__)

asyncio.run(main(sys.argv[1]))
"""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """A small disk."""
    with small_disk(tmp_path) as made:
        yield made


def _url(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder}/bot.sqlite3"


@pytest_asyncio.fixture
async def database(tmp_path: Path, migrated_file: Path) -> AsyncIterator[Database]:
    """A database on an ordinary disk."""
    shutil.copy(migrated_file, tmp_path / "bot.sqlite3")
    opened = Database(open_engine(_url(tmp_path)))
    yield opened
    await opened.close()


async def test_a_disk_without_room_is_full_and_nothing_is_half_stored(
    disk: Disk, migrated_file: Path
) -> None:
    shutil.copy(migrated_file, disk.folder / "bot.sqlite3")
    database = Database(open_engine(_url(disk.folder)))
    notes = SqlNotes(database)
    await notes.write("colour", "red")
    disk.fill()

    with pytest.raises(StoreFull) as refused:
        await notes.write("large", LARGE)
    assert refused.value.where == str(disk.folder)
    assert refused.value.retryable
    assert await notes.find("colour") == "red"

    disk.free()
    await notes.write("large", LARGE)
    assert await notes.find("large") == LARGE
    await database.close()


async def test_units_that_share_a_transaction_are_all_told_that_the_disk_is_full(
    disk: Disk, migrated_file: Path
) -> None:
    """Where SQLite undoes everything by itself, undoing one unit fails with other words."""
    shutil.copy(migrated_file, disk.folder / "bot.sqlite3")
    database = Database(open_engine(_url(disk.folder)))
    notes = SqlNotes(database)
    await notes.write("colour", "red")
    disk.fill()

    writing = [notes.write(f"large {n}", 20 * LARGE) for n in range(5)]
    failed = await asyncio.gather(*writing, return_exceptions=True)

    assert [type(each) for each in failed] == [StoreFull] * 5
    await database.close()


async def test_a_database_that_may_not_grow_is_full(database: Database) -> None:
    def unit(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA max_page_count = 1").close()
        connection.exec_driver_sql("INSERT INTO note VALUES ('a', ?)", (LARGE,))

    with pytest.raises(StoreFull):
        await database.write(unit)


async def test_a_database_that_takes_no_writes_is_read_only(database: Database) -> None:
    def unit(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA query_only = 1").close()
        connection.exec_driver_sql("INSERT INTO note VALUES ('a', 'b')")

    with pytest.raises(StoreReadOnly):
        await database.write(unit)


async def test_a_write_that_the_system_refuses_is_a_failing_disk_not_a_full_one(
    tmp_path: Path, migrated_file: Path
) -> None:
    shutil.copy(migrated_file, tmp_path / "bot.sqlite3")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", LIMITED, _url(tmp_path)), stdout=asyncio.subprocess.PIPE
    )

    printed, _ = await process.communicate()

    assert printed.decode().split() == ["StoreBroken"]


@pytest.mark.parametrize("damage", [b"no database at all", b"cut off"])
async def test_a_file_that_is_damaged_is_named_as_that(
    tmp_path: Path, migrated_file: Path, damage: bytes
) -> None:
    whole = await asyncio.to_thread(migrated_file.read_bytes)
    held = whole[:20_000] if damage == b"cut off" else damage * 99
    (tmp_path / "bot.sqlite3").write_bytes(held)
    engine = open_engine(_url(tmp_path))

    with pytest.raises(StoreBroken):
        await migrate(engine)

    await engine.dispose()


async def test_a_copy_for_which_there_is_no_room_leaves_none(
    disk: Disk, migrated_file: Path
) -> None:
    shutil.copy(migrated_file, disk.folder / "bot.sqlite3")
    with sqlite3.connect(disk.folder / "bot.sqlite3") as file:
        file.execute("UPDATE alembic_version SET version_num = '0001'")
        file.execute("INSERT INTO note VALUES ('large', ?)", (5_000_000 * "x",))
    file.close()

    with pytest.raises(StoreFull):
        await migrate(open_engine(_url(disk.folder)))

    assert not list(disk.folder.glob("*.before-migration"))


@pytest.fixture(scope="module")
def postgres() -> Iterator[URL]:
    """A PostgreSQL of its own."""
    with (
        TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        running_postgres(Path(folder)) as url,
    ):
        yield make_url(url)


@pytest.mark.service("postgres")
@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("53100", StoreFull),
        ("25006", StoreReadOnly),
        ("58030", StoreBroken),
        ("XX001", StoreBroken),
        ("57P03", StoreError),
        ("53300", StoreError),
        ("22021", InternalError),
    ],
)
async def test_what_postgresql_says_by_its_code_is_named(
    postgres: URL, code: str, kind: type[Exception]
) -> None:
    database = Database(open_engine(postgres.render_as_string(hide_password=False)))

    def unit(connection: Connection) -> None:
        connection.exec_driver_sql(
            f"DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{code}'; END $$"
        )

    with pytest.raises(kind) as refused:
        await database.write(unit)

    assert type(refused.value) is kind
    await database.close()


@pytest.mark.service("postgres")
async def test_a_postgresql_that_became_read_only_is_named(postgres: URL) -> None:
    database = Database(open_engine(postgres.render_as_string(hide_password=False)))

    def unit(connection: Connection) -> None:
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
        connection.exec_driver_sql("CREATE TABLE t (n int)")

    with pytest.raises(StoreReadOnly):
        await database.write(unit)
    await database.close()
