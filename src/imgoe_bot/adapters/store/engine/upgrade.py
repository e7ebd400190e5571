"""Changing a schema with Alembic, which is loaded where there is something to change."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, func, select

ONE_AT_A_TIME = 0x1A60E
"""PostgreSQL's lock that a process holds while it migrates; the next one finds nothing to do."""


def upgrade(connection: Connection) -> None:
    """Bring the schema to the newest revision in the connection's transaction."""
    config = Config()
    config.set_main_option("script_location", "imgoe_bot.adapters.store:migrations")
    config.set_main_option("file_template", "r%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    if connection.dialect.name == "postgresql":  # SQLite's transaction holds the file already
        connection.execute(select(func.pg_advisory_xact_lock(ONE_AT_A_TIME)))
    command.upgrade(config, "head")
