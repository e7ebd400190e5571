"""Brings the index's schema up to date."""

from pathlib import Path

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from imgoe_bot.errors import SchemaTooNew
from imgoe_bot.hostserver.index.database import Database, advisory_lock

MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATION_LOCK = 0x696D676F  # any number of ours; PostgreSQL serialises migrating processes by it


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(MIGRATIONS), version_locations=[str(MIGRATIONS)])


def _upgrade(connection: Connection) -> None:
    scripts = _scripts()

    def steps(revision: str, _: MigrationContext) -> list[RevisionStep]:
        # Alembic's own upgrade command asks this function; there is no public name for it.
        try:
            return scripts._upgrade_revs("head", revision)  # pyright: ignore[reportPrivateUsage]
        except CommandError as error:
            raise SchemaTooNew(found=str(revision)) from error

    advisory_lock(connection, MIGRATION_LOCK)
    with EnvironmentContext(Config(), scripts, fn=steps) as environment:
        environment.configure(connection=connection, render_as_batch=True)
        environment.run_migrations()


async def migrate(database: Database) -> None:
    """Bring the schema to the newest revision; safe when several processes start at once.

    Raises:
        SchemaTooNew: a newer version of the host wrote this index.
    """
    await database.transact(_upgrade)
