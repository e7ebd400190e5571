"""Transactions on one engine."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from imgoe_bot.adapters.store.engine.error_translation import store_errors
from imgoe_bot.adapters.store.engine.sqlite_copy import copy_of
from imgoe_bot.errors import StoreClosed

CLOSE_TIMEOUT_S = 10.0


class Database:
    """Transactions on one engine; foreign errors leave as StoreError, our bugs as InternalError."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._under_way = 0
        self._closed = False
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def locks_rows(self) -> bool:
        """Whether claims need ``FOR UPDATE SKIP LOCKED``; SQLite locks the whole file instead."""
        return self._engine.dialect.name != "sqlite"

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[AsyncConnection]:
        """Open a transaction that is committed at the end, or rolled back whole."""
        with self._in_use():
            async with self._engine.begin() as connection:
                yield connection

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[AsyncConnection]:
        """Open a connection that sees what is committed and holds no lock."""
        with self._in_use():
            async with self._engine.connect() as connection:
                yield await connection.execution_options(isolation_level="AUTOCOMMIT")

    @contextmanager
    def _in_use(self) -> Generator[None]:
        if self._closed:
            raise StoreClosed
        self._under_way += 1
        self._idle.clear()
        try:
            with store_errors(self._engine.dialect.name):
                yield
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._idle.set()

    async def scrub(self) -> None:
        """Leave no bytes of what was deleted in a SQLite file's journal, nor in its older copy.

        PostgreSQL frees them by its own vacuum.
        """
        if self.locks_rows:
            return
        async with self.read() as connection:
            await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        await asyncio.to_thread(copy_of(self._engine.url).unlink, missing_ok=True)

    async def close(self) -> None:
        """Take no more transactions, let those under way end, and close every connection.

        A connection that is still in use when its engine is disposed of is never closed.
        """
        self._closed = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                await self._idle.wait()
        await self._engine.dispose()
