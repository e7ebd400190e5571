"""Opens the index's database and brings its schema up to date."""

from pathlib import Path

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from imgoe_bot.errors import SchemaTooNew

MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATION_LOCK = 0x696D676F  # any number of ours; PostgreSQL serialises migrating processes by it


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


def _tune(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _tune_sqlite)


def open_engine(url: str) -> AsyncEngine:
    """Return an engine for a SQLAlchemy URL with an async driver; connects on first use."""
    engine = create_async_engine(url, pool_pre_ping=not url.startswith("sqlite"))
    _tune(engine.sync_engine)
    return engine


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(MIGRATIONS), version_locations=[str(MIGRATIONS)])


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": MIGRATION_LOCK})
    else:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _upgrade(connection: Connection) -> None:
    scripts = _scripts()

    def steps(revision: str, _: MigrationContext) -> list[RevisionStep]:
        # Alembic's own upgrade command asks this function; there is no public name for it.
        try:
            return scripts._upgrade_revs("head", revision)  # pyright: ignore[reportPrivateUsage]
        except CommandError as error:
            raise SchemaTooNew(found=str(revision)) from error

    _lock(connection)
    with EnvironmentContext(Config(), scripts, fn=steps) as environment:
        environment.configure(connection=connection, render_as_batch=True)
        environment.run_migrations()


async def migrate(engine: AsyncEngine) -> None:
    """Bring the schema to the newest revision; safe when several processes start at once.

    Raises:
        SchemaTooNew: a newer version of the host wrote this index.
    """
    async with engine.begin() as connection:
        await connection.run_sync(_upgrade)
