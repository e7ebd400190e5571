"""Bringing a database to this version's schema."""

import pkgutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import stamina
from sqlalchemy import Connection, column, inspect, select, table
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from imgoe_bot.adapters.store.engine.error_translation import migration_errors
from imgoe_bot.adapters.store.engine.opening import open_postgres
from imgoe_bot.adapters.store.engine.sqlite_copy import back_up_sqlite
from imgoe_bot.adapters.store.migrations import versions
from imgoe_bot.errors import SchemaTooNew

ALEMBICS = table("alembic_version", column("version_num"))
"""Where Alembic keeps a schema's revision.

Source: Alembic 1.16, ``MigrationContext``, option ``version_table``.
"""


async def migrate(engine: AsyncEngine) -> None:
    """Bring the schema to the newest revision; a SQLite file is copied first.

    Raises:
        SchemaTooNew: a newer imgoe_bot wrote this database.
        StoreError: the database can't be opened or changed.
    """
    with migration_errors(engine.url):
        found = await _find_revision(engine)
        known = _known()
        if found == known[-1]:
            return
        if found is not None and found not in known:
            raise SchemaTooNew(found=found)
        if found is not None and engine.dialect.name == "sqlite":
            back_up_sqlite(engine.url.render_as_string(hide_password=False))
        async with (
            _patient(engine) as patient,
            patient.connect() as connection,
            _rebuilding(connection),
            connection.begin(),
        ):
            await connection.run_sync(_upgrade)


@asynccontextmanager
async def _patient(engine: AsyncEngine) -> AsyncGenerator[AsyncEngine]:
    """Give an engine whose statements may take long, as an index over a million rows does."""
    if engine.dialect.name == "sqlite":
        yield engine
        return
    patient = open_postgres(engine.url, command_timeout_s=None)
    try:
        yield patient
    finally:
        await patient.dispose()


@asynccontextmanager
async def _rebuilding(connection: AsyncConnection) -> AsyncGenerator[None]:
    """Let SQLite's tables be made anew under the rows that refer to theirs.

    Some changes are made so. Foreign keys can't be switched off within a transaction.
    Source: sqlite.org, "ALTER TABLE", section 7.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    await connection.run_sync(_pragma, "foreign_keys = OFF")
    try:
        yield
    finally:
        await connection.run_sync(_pragma, "foreign_keys = ON")


def _pragma(connection: Connection, pragma: str) -> None:
    """Set a pragma without beginning a transaction."""
    cursor = connection.connection.cursor()
    cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _is_locked(error: Exception) -> bool:
    return isinstance(error, OperationalError) and "locked" in str(error)


@stamina.retry(on=_is_locked, attempts=20, wait_initial=0.05, wait_max=0.5, timeout=10)
async def _find_revision(engine: AsyncEngine) -> str | None:
    """Return the schema's revision, None for an empty database.

    The first connection turns a new SQLite file to WAL. While another process does that, SQLite
    refuses at once and does not wait, so it is asked again.
    """
    async with engine.connect() as connection:
        return await connection.run_sync(_revision)


def _known() -> list[str]:
    """Return the revisions this version brings, oldest first: a module's name begins with its own.

    Alembic itself is loaded where there is something to change: it takes 12 MB for good.
    """
    modules = pkgutil.iter_modules(versions.__path__)
    return sorted(module.name.partition("_")[0].removeprefix("r") for module in modules)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table(ALEMBICS.name):
        return None
    return connection.execute(select(ALEMBICS)).scalar()


def _upgrade(connection: Connection) -> None:
    from imgoe_bot.adapters.store.engine.upgrade import upgrade

    upgrade(connection)
