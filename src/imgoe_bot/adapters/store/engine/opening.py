"""Opening the database: its address, its folder, its pragmas."""

import importlib
from pathlib import Path
from typing import Any

from sqlalchemy import URL, event
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import (
    ArgumentError,
)
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from imgoe_bot.adapters.folder_checks import check_files, check_folder
from imgoe_bot.adapters.store.engine.error_translation import store_errors
from imgoe_bot.adapters.store.engine.sqlite_units import UnitConnection, begin_immediate
from imgoe_bot.errors import ConfigError

BUSY_TIMEOUT_MS = 5000
CONNECT_TIMEOUT_S = 10
COMMAND_TIMEOUT_S = 60


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
    if find_sqlite_file(url, variable=variable) is None:
        return open_postgres(parsed)
    engine = create_async_engine(parsed, connect_args={"async_creator_fn": UnitConnection})
    event.listen(engine.sync_engine, "connect", _set_pragmas)
    event.listen(engine.sync_engine, "begin", begin_immediate)
    return engine


def find_sqlite_file(url: str, *, variable: str) -> Path | None:
    """Return where a SQLite file lies or will lie, its folder made and tried; None for a server.

    Args, Raises: as for ``open_engine``.
    """
    parsed = _parse(url)
    if parsed.get_backend_name() != "sqlite":
        return None
    if not parsed.database:
        raise ConfigError("IMGOE_DATABASE_URL", "names no file")
    file = Path(parsed.database)
    check_folder(file.parent, variable=variable)
    check_files([file, Path(f"{file}-wal"), Path(f"{file}-shm")], variable=variable)
    return file


def _parse(url: str) -> URL:
    try:
        return make_url(url)
    except (ArgumentError, ValueError) as error:
        raise ConfigError("IMGOE_DATABASE_URL", "is no address of a database") from error


def open_postgres(url: URL, *, command_timeout_s: float | None = COMMAND_TIMEOUT_S) -> AsyncEngine:
    """Return an engine for a server; None lets a statement take as long as it needs."""
    try:
        driver = importlib.import_module("asyncpg")
    except ImportError as error:
        raise ConfigError(
            "IMGOE_DATABASE_URL", "needs PostgreSQL's driver: pip install 'imgoe-bot[postgres]'"
        ) from error

    async def connect(**kwargs: Any) -> Any:  # asyncpg's own arguments and connection
        """SQLAlchemy lets through untranslated what fails before there is a connection."""
        with store_errors(url):
            return await driver.connect(timeout=CONNECT_TIMEOUT_S, **kwargs)

    arguments = {"async_creator_fn": connect, "command_timeout": command_timeout_s}
    return create_async_engine(url, pool_pre_ping=True, connect_args=arguments)


def _set_pragmas(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # transactions are begun by begin_immediate alone
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
