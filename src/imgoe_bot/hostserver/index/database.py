"""Transactions in the index's database, on SQLite or PostgreSQL."""

import asyncio
import logging
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Lock
from typing import TypeVar

from sqlalchemy import Connection, create_engine, event, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    NotSupportedError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry

from imgoe_bot.hostserver.faults import Fault, Reason

LOG = logging.getLogger(__name__)
# What a mistake of ours raises; anything else is the database's trouble.
PROGRAMMING_MISTAKES = (IntegrityError, ProgrammingError, DataError, NotSupportedError)
SQLITE_FULL = 13  # its primary result code
POSTGRESQL_FULL = "53100"
Result = TypeVar("Result")


def _tune_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    for setting in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "busy_timeout=10000",
        "foreign_keys=ON",
    ):
        cursor.execute(f"PRAGMA {setting}")
    cursor.close()


def _fault(error: DBAPIError | PoolTimeout | OSError) -> Fault:
    cause = error.orig if isinstance(error, DBAPIError) else error
    LOG.error("the index can't be used: %s: %s", type(cause).__name__, cause)
    code = getattr(cause, "sqlite_errorcode", None) or getattr(cause, "sqlstate", None)
    if code in (SQLITE_FULL, POSTGRESQL_FULL):
        return Fault(Reason.STORAGE_FULL)
    return Fault(Reason.UNAVAILABLE, "The index can't be used now")


@contextmanager
def _faults() -> Generator[None]:
    """Let the database's trouble be a fault."""
    try:
        yield
    except PROGRAMMING_MISTAKES:
        raise
    except (DBAPIError, PoolTimeout, OSError) as error:
        raise _fault(error) from error


class Database:
    """Runs transactions, written as plain functions of a connection, without blocking the loop.

    On SQLite a transaction costs the loop one hop to a thread, and a worker thread none; a driver
    that hops for every cursor call costs twenty. PostgreSQL runs the same functions over asyncpg.
    """

    async def run(self, work: Callable[[Connection], Result]) -> Result:
        """Run ``work`` in a transaction, committed at its end, rolled back when it raises.

        Raises:
            Fault: the database is full, broken, locked or gone; nothing was changed.
        """
        with _faults():
            return await self.transact(work)

    def run_blocking(self, work: Callable[[Connection], Result]) -> Result:
        """Run ``work`` as ``run`` does, for a worker thread: blocks, and saves the hops."""
        with _faults():
            return self.transact_blocking(work)

    async def transact(self, work: Callable[[Connection], Result]) -> Result:
        """Run ``work`` as ``run`` does, and let the database's errors through."""
        raise NotImplementedError

    def transact_blocking(self, work: Callable[[Connection], Result]) -> Result:
        """Run ``work`` as ``run_blocking`` does, and let the database's errors through."""
        raise NotImplementedError

    async def close(self) -> None:
        """Close every connection."""
        raise NotImplementedError


class SqliteDatabase(Database):
    """An index in one file; several processes may share it.

    Of this one a single thread at a time works in it: SQLite's own way to wait is to look again.
    """

    def __init__(self, url: str) -> None:
        self._engine = create_engine(url, hide_parameters=True)
        event.listen(self._engine, "connect", _tune_sqlite)
        self._thread = ThreadPoolExecutor(1, "host-index")
        self._lock = Lock()

    async def transact(self, work: Callable[[Connection], Result]) -> Result:
        """See ``Database.transact``."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self.transact_blocking, work)

    def transact_blocking(self, work: Callable[[Connection], Result]) -> Result:
        """See ``Database.transact_blocking``."""
        with self._lock, self._engine.begin() as connection:
            return work(connection)

    async def close(self) -> None:
        """See ``Database.close``."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._thread, self._engine.dispose)
        self._thread.shutdown()


class PostgresDatabase(Database):
    """An index in PostgreSQL; made in the event loop that serves."""

    def __init__(self, url: str) -> None:
        # 8 MB of a host's memory, which one on SQLite never needs.
        from sqlalchemy.ext.asyncio import create_async_engine

        self._engine = create_async_engine(url, pool_pre_ping=True, hide_parameters=True)
        self._loop = asyncio.get_running_loop()

    async def transact(self, work: Callable[[Connection], Result]) -> Result:
        """See ``Database.transact``."""
        async with self._engine.begin() as connection:
            return await connection.run_sync(work)

    def transact_blocking(self, work: Callable[[Connection], Result]) -> Result:
        """See ``Database.transact_blocking``."""
        return asyncio.run_coroutine_threadsafe(self.transact(work), self._loop).result()

    async def close(self) -> None:
        """See ``Database.close``."""
        await self._engine.dispose()


def open_database(url: str) -> Database:
    """Return the database of a SQLAlchemy URL; connects on first use."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return SqliteDatabase(parsed.set(drivername="sqlite").render_as_string(False))
    return PostgresDatabase(url)


def advisory_lock(connection: Connection, number: int) -> None:
    """Begin a transaction that nobody else is in who locks the same number (signed, 64 bits).

    SQLite lets one transaction write at a time, so there any other one waits.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": number})
    else:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
