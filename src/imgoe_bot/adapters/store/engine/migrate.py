"""Bringing a database to this version's schema."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import stamina
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from imgoe_bot.adapters.store.engine.error_translation import migration_errors
from imgoe_bot.adapters.store.engine.opening import open_postgres
from imgoe_bot.adapters.store.engine.sqlite_copy import back_up_sqlite
from imgoe_bot.errors import SchemaTooNew

ONE_AT_A_TIME = 0x1A60E
"""PostgreSQL's lock that a process holds while it migrates; the next one finds nothing to do."""


async def migrate(engine: AsyncEngine) -> None:
    """Bring the schema to the newest revision; a SQLite file is copied first.

    Raises:
        SchemaTooNew: a newer imgoe_bot wrote this database.
        StoreError: the database can't be opened or changed.
    """
    with migration_errors():
        found = await _find_revision(engine)
        if found == _newest():
            return
        _check_known(found)
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


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "imgoe_bot.adapters.store:migrations")
    config.set_main_option("file_template", "r%%(rev)s_%%(slug)s")
    return config


def _newest() -> str | None:
    return ScriptDirectory.from_config(_config()).get_current_head()


def _check_known(revision: str | None) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if revision is not None and revision not in known:
        raise SchemaTooNew(found=revision)


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _upgrade(connection: Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    if connection.dialect.name == "postgresql":  # SQLite's transaction holds the file already
        connection.execute(select(func.pg_advisory_xact_lock(ONE_AT_A_TIME)))
    command.upgrade(config, "head")
