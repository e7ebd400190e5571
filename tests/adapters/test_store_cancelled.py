"""What is cancelled while the database is away ends in no traceback of its own."""

import asyncio
import gc
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import Connection

from imgoe_bot.adapters.store import Database, open_engine
from imgoe_bot.errors import StoreClosed
from imgoe_bot.services.store_outage import StoreOutage


@pytest_asyncio.fixture
async def database(migrated_file: Path) -> AsyncIterator[Database]:
    opened = Database(open_engine(f"sqlite+aiosqlite:///{migrated_file}"))
    yield opened
    await opened.close()


class _Failing:
    """A unit that fails once it is told to."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.fail = threading.Event()

    def unit(self, connection: Connection) -> None:
        """Fail with what no wait cures, once it is told to."""
        self.begun.set()
        self.fail.wait(10)
        raise StoreClosed


@pytest.mark.parametrize("way", ["store", "keep"])
async def test_a_call_that_fails_after_it_was_cancelled_leaves_no_unread_error(
    database: Database, way: str
) -> None:
    unread: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: unread.append(context))
    failing = _Failing()

    async def store() -> None:
        await database.write(failing.unit)

    work = StoreOutage().keep(store) if way == "keep" else store()
    calling = asyncio.ensure_future(work)
    await asyncio.to_thread(failing.begun.wait, 10)

    calling.cancel()
    await asyncio.sleep(0)
    failing.fail.set()
    await asyncio.wait({calling})
    assert calling.cancelled()
    del calling, work  # whose frames hold what failed
    gc.collect()

    assert not unread
