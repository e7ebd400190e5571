"""The store's way to run units of work, whatever the engine."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from imgoe_bot.adapters.store import search_index
from imgoe_bot.adapters.store.engine.error_translation import store_errors
from imgoe_bot.adapters.store.engine.finishing import finished
from imgoe_bot.adapters.store.engine.notices import Notices
from imgoe_bot.adapters.store.engine.postgres_units import PostgresUnits
from imgoe_bot.adapters.store.engine.sqlite_copy import copy_of
from imgoe_bot.adapters.store.engine.sqlite_units import SqliteUnits
from imgoe_bot.adapters.store.engine.units import Got, Unit, UnitRunner
from imgoe_bot.errors import StoreClosed

CLOSE_TIMEOUT_S = 10.0


class Database:
    """Runs units on one engine; foreign errors leave as StoreError, our bugs as InternalError.

    A unit that was begun is finished, and a caller that is cancelled meanwhile is let go then.

    Attributes:
        notices: what the processes on this database tell each other.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._is_sqlite = engine.dialect.name == "sqlite"
        self._units: UnitRunner = SqliteUnits(engine) if self._is_sqlite else PostgresUnits(engine)
        self._under_way = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self.notices = Notices(engine)
        self._closed = False

    async def write(self, unit: Unit[Got]) -> Got:
        """Run a unit in a transaction that is committed at its end, or rolled back whole.

        On SQLite writes are carried out in the order in which they were asked for; several that
        wait share a transaction, and the failure of one is its own.
        """
        return await self._finished(self._units.write, unit)

    async def read(self, unit: Unit[Got]) -> Got:
        """Run a unit that sees what is committed and holds no lock."""
        return await self._finished(self._units.read, unit)

    async def _finished(self, run: Callable[[Unit[Got]], Awaitable[Got]], unit: Unit[Got]) -> Got:
        if self._closed:
            raise StoreClosed
        self._under_way += 1
        self._idle.clear()
        with store_errors(self._engine.url):
            return await finished(self._counted_off(run(unit)))

    async def _counted_off(self, work: Awaitable[Got]) -> Got:
        """Do something that ``close`` waits for from the moment it was asked for."""
        try:
            return await work
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._idle.set()

    async def scrub(self) -> None:
        """Leave no bytes of what was deleted in a SQLite file's journal, nor in its older copy.

        PostgreSQL frees them by its own vacuum.
        """
        if not self._is_sqlite:
            return
        while await self.write(search_index.merge_some):
            pass
        await self.read(_empty_journal)
        await asyncio.to_thread(copy_of(self._engine.url).unlink, missing_ok=True)

    async def find_damage(self) -> str | None:
        """Return the first thing that is wrong inside a SQLite file, None where nothing is.

        A large file takes seconds. PostgreSQL has its own tools.
        """
        return await self.read(_find_damage) if self._is_sqlite else None

    async def close(self) -> None:
        """Take no more units, let those under way end, and close every connection."""
        self._closed = True
        await self.notices.close()
        for step in (self._idle.wait, self._units.close):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(step(), CLOSE_TIMEOUT_S)


def _find_damage(connection: Connection) -> str | None:
    found = str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar())
    return None if found == "ok" else found


def _empty_journal(connection: Connection) -> None:
    connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
