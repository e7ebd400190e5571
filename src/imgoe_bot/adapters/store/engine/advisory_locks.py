"""Transactions that must not go on side by side, in whichever processes they are."""

from sqlalchemy import Connection, func, select


def take_advisory_lock(connection: Connection, name: str) -> None:
    """Let no other transaction that takes the same lock go on before this one has ended.

    SQLite has one writer at a time anyway. Called first: what was read before may be old by then.
    """
    if connection.dialect.name == "postgresql":
        number = func.hashtextextended(name, 0)
        connection.execute(select(func.pg_advisory_xact_lock(number)))
