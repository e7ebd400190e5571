"""Units of work: what is done to a database in one go, as a function over a connection.

A unit is synchronous, so that however many statements it has, it costs one hand-over to where the
database is talked to. It does nothing but ask the database: it may be run again from the start.
"""

from collections.abc import Callable
from typing import Protocol, TypeVar

from sqlalchemy import Connection
from sqlalchemy.sql.base import Executable

Got = TypeVar("Got")
Unit = Callable[[Connection], Got]


class UnitRunner(Protocol):
    """Runs units on one engine; what is begun is finished, whoever waits for it or not."""

    async def write(self, unit: Unit[Got]) -> Got:
        """Run a unit in a transaction that is committed at its end, or rolled back whole."""
        ...

    async def read(self, unit: Unit[Got]) -> Got:
        """Run a unit that sees what is committed and holds no lock."""
        ...

    async def close(self) -> None:
        """Close every connection; nothing is under way any more."""
        ...


def changes_rows(statement: Executable) -> Unit[bool]:
    """Return the unit that carries a statement out, and tells whether it changed a row."""

    def unit(connection: Connection) -> bool:
        return connection.execute(statement).rowcount > 0

    return unit
