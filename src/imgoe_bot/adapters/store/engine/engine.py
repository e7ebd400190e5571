"""Opening the database: pragmas, transactions, migrations."""

import asyncio
import contextlib
import importlib
import sqlite3
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, event
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    IntegrityError,
    ProgrammingError,
    SQLAlchemyError,
)
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from imgoe_bot.adapters.folder import check_files, check_folder
from imgoe_bot.errors import ConfigError, InternalError, StoreClosed, StoreError

BUSY_TIMEOUT_MS = 5000
CLOSE_TIMEOUT_S = 10.0
CONNECT_TIMEOUT_S = 10
COMMAND_TIMEOUT_S = 60

_BUGS = (DataError, IntegrityError, ProgrammingError)
"""What no wait cures: we wrote what may not stand there."""
_AWAY = (SQLAlchemyError, sqlite3.Error, OSError)
"""What a database that is away shows itself by; a timeout is an OSError too."""


class Database:
    """Transactions on one engine; foreign errors leave as StoreError, our bugs as InternalError."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._away: tuple[type[Exception], ...]
        self._away = _AWAY if engine.dialect.name == "sqlite" else (*_AWAY, *_driver_errors())
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
            yield
        except _BUGS as error:
            raise InternalError(kind=type(error).__name__) from error
        except self._away as error:
            raise StoreError(kind=type(error).__name__) from error
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
        await asyncio.to_thread(_copy_of(self._engine.url).unlink, missing_ok=True)

    async def close(self) -> None:
        """Take no more transactions, let those under way end, and close every connection.

        A connection that is still in use when its engine is disposed of is never closed.
        """
        self._closed = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                await self._idle.wait()
        await self._engine.dispose()


def open_engine(url: str, *, variable: str = "IMGOE_DATABASE_URL") -> AsyncEngine:
    """Return an engine for the URL; a SQLite file's folder is made, and tried.

    Args:
        url: SQLAlchemy's.
        variable: what the operator set to have the file where it is, named where that can't be.

    Raises:
        ConfigError: the URL, its folder or its files can't be used.
        StoreError: the folder has no room.
    """
    parsed = _parse(url)
    if parsed.get_backend_name() != "sqlite":
        return _open_postgres(parsed)
    _check_place(parsed.database, variable)
    engine = create_async_engine(parsed)
    event.listen(engine.sync_engine, "connect", _set_pragmas)
    event.listen(engine.sync_engine, "begin", _begin_immediate)
    return engine


def _parse(url: str) -> URL:
    try:
        return make_url(url)
    except (ArgumentError, ValueError) as error:
        raise ConfigError("IMGOE_DATABASE_URL", "is no address of a database") from error


def _driver_errors() -> tuple[type[Exception], ...]:
    """Return what asyncpg raises; SQLAlchemy lets some of it through, as when a connection ends."""
    driver = importlib.import_module("asyncpg")  # an extra, and untyped
    return (driver.PostgresError, driver.InterfaceError, driver.InternalClientError)


def _open_postgres(url: URL) -> AsyncEngine:
    try:
        driver = importlib.import_module("asyncpg")
        refused: tuple[type[Exception], ...] = (OSError, *_driver_errors())
    except ImportError as error:
        raise ConfigError(
            "IMGOE_DATABASE_URL", "needs PostgreSQL's driver: pip install 'imgoe-bot[postgres]'"
        ) from error

    async def connect(**kwargs: Any) -> Any:  # asyncpg's own arguments and connection
        """SQLAlchemy lets through untranslated what fails before there is a connection."""
        try:
            return await driver.connect(timeout=CONNECT_TIMEOUT_S, **kwargs)
        except refused as error:
            raise StoreError(kind=type(error).__name__) from error

    arguments = {"async_creator_fn": connect, "command_timeout": COMMAND_TIMEOUT_S}
    return create_async_engine(url, pool_pre_ping=True, connect_args=arguments)


def _check_place(database: str | None, variable: str) -> None:
    if not database:
        raise ConfigError("IMGOE_DATABASE_URL", "names no file")
    file = Path(database)
    check_folder(file.parent, variable=variable)
    check_files([file, Path(f"{file}-wal"), Path(f"{file}-shm")], variable=variable)


def _set_pragmas(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # transactions are begun by _begin_immediate alone
    cursor = connection.cursor()
    for pragma in (
        "journal_mode = WAL",
        "synchronous = NORMAL",
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        "foreign_keys = ON",
        "secure_delete = ON",  # what a person has erased is overwritten, not only unlinked
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    """Take the write lock at once: a read that turns into a write can't wait for it in SQLite.

    Source: sqlite.org, "Transactions", on SQLITE_BUSY in a deferred transaction.
    """
    if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _copy_of(url: URL) -> Path:
    """Return where a SQLite file is copied to before it is migrated."""
    path = Path(url.database or "")
    return path.with_suffix(path.suffix + ".before-migration")


def back_up_sqlite(url: str) -> Path | None:
    """Copy a SQLite file beside itself before it is migrated; None when there is no file yet."""
    path = Path(make_url(url).database or "")
    if not path.is_file():
        return None
    copy = _copy_of(make_url(url))
    with sqlite3.connect(path) as source, sqlite3.connect(copy) as target:
        source.backup(target)
    source.close()
    target.close()
    return copy
