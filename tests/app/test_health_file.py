"""The health file over a real SQLite file that is locked, full, read-only, and well again."""

import asyncio
import contextlib
import resource
import shutil
import sqlite3
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import Connection, Engine, event
from structlog.testing import capture_logs

from imgoe_bot.adapters.store import Database, SqlNotes, open_engine
from imgoe_bot.app import health_file
from imgoe_bot.services.store_outage import StoreOutage
from imgoe_bot.terminal.healthcheck import find_reason, is_healthy
from tests.flows.kit import eventually

OFTEN_S = 0.02
CHILD = """
import asyncio, sys, time
from pathlib import Path
from imgoe_bot.app import health_file
from imgoe_bot.adapters.store import Database, SqlNotes, open_engine

async def main(folder):
    notes = SqlNotes(Database(open_engine(f"sqlite+aiosqlite:///{folder}/bot.sqlite3")))
    await health_file.show(
        folder / "health",
        is_connected=lambda: True,
        write=lambda: notes.write("health", str(time.time_ns())),
        interval_s=0.02,
    )

asyncio.run(main(Path(sys.argv[1])))
"""


@pytest_asyncio.fixture
async def notes(tmp_path: Path, migrated_file: Path) -> AsyncIterator[SqlNotes]:
    shutil.copy(migrated_file, tmp_path / "bot.sqlite3")
    engine = open_engine(f"sqlite+aiosqlite:///{tmp_path}/bot.sqlite3")
    database = Database(engine)
    yield SqlNotes(database)
    await database.close()


class Bot:
    """What the health file tells of: a connection that the test makes and breaks."""

    def __init__(self) -> None:
        self.connected = True
        self.looks = 0

    def is_connected(self) -> bool:
        self.looks += 1
        return self.connected


@asynccontextmanager
async def shown(file: Path, notes: SqlNotes, bot: Bot | None = None) -> AsyncGenerator[None]:
    outage = StoreOutage()
    showing = asyncio.create_task(
        health_file.show(
            file,
            is_connected=(bot or Bot()).is_connected,
            write=lambda: outage.probe(lambda: notes.write("health", "x")),
            interval_s=OFTEN_S,
        )
    )
    try:
        yield
    finally:
        assert not showing.done()
        showing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await showing


async def test_a_bot_that_was_stopped_is_not_healthy_from_that_moment(
    tmp_path: Path, notes: SqlNotes
) -> None:
    file = tmp_path / "health"
    async with shown(file, notes):
        await eventually(lambda: is_healthy(file))

    assert not is_healthy(file)


async def test_what_a_killed_process_left_makes_no_later_one_healthy(
    tmp_path: Path, notes: SqlNotes
) -> None:
    (file := tmp_path / "health").touch()
    bot = Bot()
    bot.connected = False
    async with shown(file, notes, bot):
        await eventually(lambda: bot.looks > 1)

        assert not is_healthy(file)


async def test_a_lost_connection_lets_the_file_grow_old(tmp_path: Path, notes: SqlNotes) -> None:
    file, bot = tmp_path / "health", Bot()
    async with shown(file, notes, bot):
        await eventually(file.exists)
        bot.connected = False
        await eventually(lambda: "Discord" in (find_reason(file) or ""))
        seen = bot.looks
        await eventually(lambda: bot.looks > seen + 1)
        written = file.stat().st_mtime_ns
        await eventually(lambda: bot.looks > seen + 5)

        assert file.stat().st_mtime_ns == written


async def test_a_locked_database_is_unhealthy_until_it_is_let_go_in_one_line_each(
    tmp_path: Path, notes: SqlNotes
) -> None:
    file = tmp_path / "health"
    other = sqlite3.connect(tmp_path / "bot.sqlite3", isolation_level=None)
    with capture_logs() as lines, contextlib.closing(other):
        async with shown(file, notes):
            await eventually(lambda: is_healthy(file))
            other.execute("BEGIN IMMEDIATE")
            await eventually(lambda: find_reason(file) is not None)
            assert not is_healthy(file)
            assert find_reason(file) == f"the database is away, waiting for it ({tmp_path})"
            other.execute("ROLLBACK")
            await eventually(lambda: is_healthy(file))
            assert find_reason(file) is None

    assert [line["event"] for line in lines] == [
        "the database is away, waiting for it",
        "healthy again: the database takes writes",
    ]


async def test_a_full_disk_is_unhealthy_until_there_is_room_again(
    tmp_path: Path, migrated_file: Path
) -> None:
    shutil.copy(migrated_file, tmp_path / "bot.sqlite3")
    file = tmp_path / "health"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-c", CHILD, str(tmp_path)),
        stdout=asyncio.subprocess.DEVNULL,  # a file would be full as well
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await eventually(lambda: is_healthy(file))
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        await eventually(lambda: not is_healthy(file))
        unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, unlimited)
        await eventually(lambda: is_healthy(file))
    finally:
        process.kill()
        await process.wait()


async def test_a_database_that_became_read_only_is_unhealthy_until_it_is_not(
    tmp_path: Path, notes: SqlNotes
) -> None:
    file = tmp_path / "health"
    engine = open_engine(f"sqlite+aiosqlite:///{tmp_path}/bot.sqlite3")
    database = Database(engine)

    read_only = 0

    def set_mode(connection: Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA query_only = {read_only}").close()

    event.listen(Engine, "begin", set_mode)

    async with shown(file, SqlNotes(database)):
        await eventually(lambda: is_healthy(file))
        read_only = 1
        await eventually(lambda: "read-only" in (find_reason(file) or ""))
        assert not is_healthy(file)
        read_only = 0
        await eventually(lambda: is_healthy(file))
    event.remove(Engine, "begin", set_mode)
    await database.close()


@pytest.mark.parametrize("place", ["/proc/health", "/proc/nope/health", "/dev/null/health", ""])
async def test_a_health_file_that_cannot_be_written_is_one_warning_and_ends_nothing(
    tmp_path: Path, notes: SqlNotes, place: str
) -> None:
    (tmp_path / "taken").mkdir()
    bot = Bot()
    with capture_logs() as lines:
        async with shown(Path(place or tmp_path / "taken"), notes, bot):
            await eventually(lambda: bot.looks > 3)

    assert [line["event"] for line in lines] == ["the health file can't be written"]


async def test_a_folder_that_went_missing_is_made_again(tmp_path: Path, notes: SqlNotes) -> None:
    file = tmp_path / "data" / "health"
    async with shown(file, notes):
        await eventually(lambda: is_healthy(file))
        shutil.rmtree(tmp_path / "data")

        await eventually(lambda: is_healthy(file))
