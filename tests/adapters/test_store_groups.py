"""Units that go wrong among others: each is told what is so, and the store goes on."""

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import Connection

from imgoe_bot.adapters.store import Database, open_engine
from imgoe_bot.adapters.store.engine.units import Unit
from imgoe_bot.errors import InternalError

_TABLES = (
    "CREATE TABLE number (n INTEGER PRIMARY KEY)",
    "CREATE TABLE part (n INTEGER REFERENCES number (n) DEFERRABLE INITIALLY DEFERRED)",
)


def _make_tables(connection: Connection) -> None:
    for table in _TABLES:
        connection.exec_driver_sql(table)


def _storing(n: int) -> Unit[int]:
    def unit(connection: Connection) -> int:
        connection.exec_driver_sql("INSERT INTO number VALUES (?)", (n,))
        return n

    return unit


def _stored(connection: Connection) -> list[int]:
    return list(connection.exec_driver_sql("SELECT n FROM number ORDER BY n").scalars())


def _iterate_too_far(connection: Connection) -> int:
    connection.exec_driver_sql("INSERT INTO number VALUES (99)")
    return next(iter(()))


def _refer_to_nothing(connection: Connection) -> None:
    """Do what only the end of the transaction refuses."""
    connection.exec_driver_sql("INSERT INTO part VALUES (4711)")


@pytest_asyncio.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = Database(open_engine(f"sqlite+aiosqlite:///{tmp_path / 'groups.sqlite3'}"))
    await opened.write(_make_tables)
    yield opened
    await opened.close()


async def _in_one_group(database: Database, *units: Unit[object]) -> list[object]:
    """Have units wait until they share a transaction; return what each came to."""
    begun, go_on = threading.Event(), threading.Event()

    def hold(_: Connection) -> None:
        begun.set()
        go_on.wait(10)

    first = asyncio.ensure_future(database.write(hold))
    await asyncio.to_thread(begun.wait, 10)
    asked = [asyncio.ensure_future(database.write(unit)) for unit in units]
    await asyncio.sleep(0.05)
    go_on.set()
    await first
    async with asyncio.timeout(5):
        return list(await asyncio.gather(*asked, return_exceptions=True))


async def test_a_unit_that_iterates_too_far_is_told_so_and_holds_up_nobody(
    database: Database,
) -> None:
    before, bug, after = await _in_one_group(database, _storing(1), _iterate_too_far, _storing(2))

    assert (before, after) == (1, 2)
    assert isinstance(bug, RuntimeError)
    assert await database.read(_stored) == [1, 2]


@pytest.mark.parametrize("way", ["write", "read"])
async def test_a_unit_alone_that_iterates_too_far_is_told_so(database: Database, way: str) -> None:
    run = database.write if way == "write" else database.read

    with pytest.raises(RuntimeError):
        async with asyncio.timeout(5):
            await run(lambda _: next(iter(())))


async def test_a_transaction_whose_end_is_refused_does_not_keep_the_next_one_out(
    database: Database,
) -> None:
    told = await _in_one_group(database, _storing(1), _refer_to_nothing, _storing(2))

    assert [type(each) for each in told] == [InternalError] * 3
    assert await database.write(_storing(3)) == 3
    assert await database.read(_stored) == [3]


async def test_what_was_asked_for_at_the_moment_of_closing_is_carried_out(
    database: Database,
) -> None:
    asked = asyncio.ensure_future(database.write(_storing(1)))
    await asyncio.sleep(0)

    await database.close()

    assert await asked == 1
